#include "server/program/azurite.h"

#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "server/http/listener.h"
#include "server/program/serve.h"
#include "server/version.h"

namespace quprite::server {
namespace {

constexpr int failure = 1;

std::string place_of(const std::string& host, unsigned short port) {
  return host + ":" + std::to_string(port);
}

std::string_view service_of(const Stub& stub) {
  return stub.kind == StubKind::Blob ? "Blob" : "Table";
}

/// `host` is as it was given: tools look for it.
std::string url_under(const std::string& host, const std::string& url) {
  const std::string scheme = url.substr(0, url.find("://") + 3);
  return scheme + host + url.substr(url.rfind(':'));
}

void say_starting(AzuriteProgram program, const Options& options) {
  if (program == AzuriteProgram::Queue) {
    std::cout << "Azurite Queue service is starting on " << place_of(options.host, options.port)
              << std::endl;
    return;
  }
  const std::string scheme = options.certificate.empty() ? "http://" : "https://";
  const auto say = [&](std::string_view service, const std::string& place) {
    std::cout << "Azurite " << service << " service is starting at " << scheme << place
              << std::endl;
  };
  say("Blob", place_of(options.stubs[0].host, options.stubs[0].port));
  say("Queue", place_of(options.host, options.port));
  say("Table", place_of(options.stubs[1].host, options.stubs[1].port));
}

void say_listening(AzuriteProgram program, const Options& options, const Endpoint& endpoint) {
  const std::string queue = url_under(options.host, endpoint.url);
  if (program == AzuriteProgram::Queue) {
    std::cout << "Azurite Queue service successfully listens on " << queue << std::endl;
    return;
  }
  const auto say = [](std::string_view service, const std::string& url) {
    std::cout << "Azurite " << service << " service is successfully listening at " << url
              << std::endl;
  };
  say("Blob", url_under(options.stubs[0].host, endpoint.stub_urls[0]));
  say("Queue", queue);
  say("Table", url_under(options.stubs[1].host, endpoint.stub_urls[1]));
}

void say_closed(const Options& options) {
  const auto say = [](std::string_view service, std::string_view what) {
    std::cout << "Azurite " << service << " service " << what << std::endl;
  };
  for (const std::string_view what : {"is closing...", "successfully closed"}) {
    say("Queue", what);
    for (const Stub& stub : options.stubs) say(service_of(stub), what);
  }
}

void make_location(const Options& options) {
  if (options.in_memory) return;
  const std::filesystem::path directory = std::filesystem::path(options.data).parent_path();
  std::error_code ec;
  if (!directory.empty()) std::filesystem::create_directories(directory, ec);
  if (ec)
    throw std::runtime_error("--location: cannot make '" + directory.string() +
                             "': " + ec.message());
}

}  // namespace

int run_azurite(AzuriteProgram program, const std::vector<std::string>& arguments) {
  const auto parsed = parse_azurite_options(program, arguments, system_environment);
  if (!parsed) {
    std::cerr << parsed.error().message << '\n';
    return failure;
  }
  if (parsed->help) {
    std::cout << azurite_help_text(program);
    return 0;
  }
  if (parsed->version) {
    std::cout << azurite_version << "\nquprite " << version << ", in place of Azurite\n";
    return 0;
  }
  for (const std::string& note : parsed->notes) std::cerr << "quprite: " << note << '\n';
  const Options& options = parsed->options;
  say_starting(program, options);
  try {
    make_location(options);
    const int code = serve(
        options, [&](const Endpoint& endpoint) { say_listening(program, options, endpoint); });
    say_closed(options);
    return code;
  } catch (const http::PortTaken& taken) {
    std::cout << "Exit due to unhandled error: listen EADDRINUSE: address already in use "
              << taken.place() << std::endl;
    std::cerr << "quprite: " << taken.what() << '\n';
    return failure;
  } catch (const std::exception& error) {
    std::cerr << "quprite: " << error.what() << '\n';
    return failure;
  }
}

}  // namespace quprite::server
