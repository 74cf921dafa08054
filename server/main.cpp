#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/accounts.h"
#include "server/clock.h"
#include "server/housekeeping.h"
#include "server/http/listener.h"
#include "server/log.h"
#include "server/options.h"
#include "server/service.h"
#include "server/version.h"
#include "server/wire/base64.h"
#include "storage/store.h"

namespace quprite::server {
namespace {

constexpr int usage_error = 2;
constexpr std::chrono::milliseconds patience_at_the_end{700};

std::optional<std::string> system_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  if (value == nullptr) return std::nullopt;
  return value;
}

/// As many connections as the system lets us have.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::unique_ptr<storage::Store> open(const Options& options) {
  if (options.in_memory) return storage::open_store_in_memory();
  std::string file = options.data;
  if (file.empty()) {
    const auto standard = default_data_file(system_environment);
    if (!standard) throw std::runtime_error("no HOME to keep data in: --data FILE or --in-memory is needed");
    file = *standard;
    std::error_code ec;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ec);
    if (ec) throw std::runtime_error("cannot make the directory of " + file + ": " + ec.message());
  }
  return storage::open_store(file, options.durability);
}

Accounts make_accounts() {
  Accounts accounts;
  Account account{.name = std::string(development_account), .keys = {}};
  account.keys.emplace_back(base64_decode(development_key).value());
  accounts.add(std::move(account));
  return accounts;
}

std::string url_of(const boost::asio::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  if (address.is_unspecified()) host = "127.0.0.1";
  return "http://" + host + ":" + std::to_string(endpoint.port());
}

/// The one line on standard output: where the server is, and what to give to a client.
void announce(const std::string& url) {
  std::cout << "quprite is ready at " << url << " connection string: DefaultEndpointsProtocol=http;AccountName="
            << development_account << ";AccountKey=" << development_key << ";QueueEndpoint=" << url << '/'
            << development_account << ";QueueSecondaryEndpoint=" << url << '/' << development_account << "-secondary;"
            << std::endl;
}

/// Ends the event loop when the last connection has closed, or when patience is at its end.
void stop_when_empty(boost::asio::io_context& io, const http::Listener& listener,
                     boost::asio::steady_timer& timer, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds pause{5};
  if (listener.empty() || patience <= pause) return io.stop();
  timer.expires_after(pause);
  timer.async_wait([&, patience](boost::system::error_code ec) {
    if (!ec) stop_when_empty(io, listener, timer, patience - pause);
  });
}

int serve(const Options& options) {
  raise_file_limit();
  std::signal(SIGPIPE, SIG_IGN);
  const SystemClock clock;
  const Accounts accounts = make_accounts();
  const auto store = open(options);
  Log log(STDERR_FILENO, options.quiet ? std::min(options.log_level, LogLevel::Warning) : options.log_level);
  Service service(accounts, *store, clock, log,
                  {.exact = options.exact,
                   .auth = {.skew = options.skew},
                   .address = {.known_versions_only = options.exact}});

  boost::asio::io_context io(1);
  http::Listener listener(
      io, service, {.host = options.host, .port = options.port, .max_connections = options.max_connections});
  Housekeeping housekeeping(io, service, clock, log);
  boost::asio::steady_timer look_again(io);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code ec, int) {
    if (ec) return;
    housekeeping.stop();
    listener.stop();
    stop_when_empty(io, listener, look_again, patience_at_the_end);
  });
  listener.start();
  housekeeping.start();
  announce(url_of(listener.endpoint()));
  io.run();
  if (store->has_changes()) store->commit();
  store->checkpoint();
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  const auto options = parse_options(arguments, system_environment);
  if (!options) {
    std::cerr << "quprite: " << options.error().message << '\n';
    return usage_error;
  }
  if (options->help) {
    std::cout << help_text();
    return 0;
  }
  if (options->version) {
    std::cout << "quprite " << version << '\n';
    return 0;
  }
  try {
    return serve(*options);
  } catch (const std::exception& error) {
    std::cerr << "quprite: " << error.what() << '\n';
    return usage_error;
  }
}

}  // namespace
}  // namespace quprite::server

int main(int argc, char** argv) {
  try {
    return quprite::server::run({argv + 1, argv + argc});
  } catch (...) {
    return 1;
  }
}
