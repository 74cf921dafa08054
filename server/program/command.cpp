#include "server/program/command.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/signal_set.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string_view>

#include "server/program/inheritance.h"
#include "server/program/serve.h"

namespace quprite::server {
namespace {

constexpr int command_not_found = 127;

/// Becomes the command; never returns.
[[noreturn]] void become(const std::vector<std::string>& command, const Endpoint& endpoint,
                         const Inheritance& inheritance) {
  const std::string connection_string = endpoint.connection_string();
  const std::string queue_endpoint = endpoint.queue_endpoint();
  // NOLINTBEGIN(concurrency-mt-unsafe): the process is new, and has one thread
  setenv("AZURE_STORAGE_CONNECTION_STRING", connection_string.c_str(), 1);
  setenv("AzureWebJobsStorage", connection_string.c_str(), 1);
  setenv("QUPRITE_QUEUE_ENDPOINT", queue_endpoint.c_str(), 1);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  inheritance.hand_down();
  execvp(arguments[0], arguments.data());
  std::cerr << "quprite exec: cannot run '" << command[0] << "': " << std::strerror(errno)
            << std::endl;
  _exit(command_not_found);
  // NOLINTEND(concurrency-mt-unsafe)
}

int exit_code_of(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : 1;
}

/// A command that runs beside its server, which is stopped when it has ended.
class Command {
 public:
  /// `exit_code` is set when the command has ended.
  Command(const Running& server, int& exit_code)
      : server_(server),
        exit_code_(exit_code),
        ended_(server.io, SIGCHLD),
        told_(server.io, SIGINT, SIGTERM) {
    wait_for_end();
    pass_on();
  }

  void start(const std::vector<std::string>& command, const Endpoint& endpoint,
             const Inheritance& inheritance) {
    child_ = fork();
    if (child_ == 0) become(command, endpoint, inheritance);
    if (child_ > 0) return;
    std::cerr << "quprite exec: no process for the command: "
              << std::strerror(errno)  // NOLINT(concurrency-mt-unsafe): nobody else asks
              << '\n';
    server_.stop();
  }

 private:
  /// A child may be somebody else's, left to this process, and one that has stopped may go on.
  void wait_for_end() {
    ended_.async_wait([this](boost::system::error_code ec, int) {
      if (ec) return;
      int status = 0;
      for (pid_t child = 0; (child = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (child != child_) continue;
        exit_code_ = exit_code_of(status);
        server_.stop();
      }
      wait_for_end();
    });
  }

  void pass_on() {
    told_.async_wait([this](boost::system::error_code ec, int signal) {
      if (ec) return;
      if (signal == SIGTERM && child_ > 0) kill(child_, SIGTERM);
      pass_on();
    });
  }

  Running server_;
  int& exit_code_;
  boost::asio::signal_set ended_;
  boost::asio::signal_set told_;
  pid_t child_ = -1;
};

}  // namespace

int run_command(Options options, const std::vector<std::string>& command) {
  const Inheritance inheritance;
  options.quiet =
      options.quiet || (options.log_level == Options{}.log_level && options.log_file.empty());
  if (options.data.empty()) options.in_memory = true;
  if (!options.port_given) options.port = 0;
  int exit_code = 1;
  serve_until_stopped(options, [&](const Endpoint& endpoint, const Running& server) {
    auto running = std::make_shared<Command>(server, exit_code);
    running->start(command, endpoint, inheritance);
    return running;
  });
  return exit_code;
}

std::optional<std::string> environment_of_command(const std::string& name) {
  constexpr std::array<std::string_view, 4> others = {"QUPRITE_PORT", "QUPRITE_DATA",
                                                      "QUPRITE_READY_FILE", "QUPRITE_READY"};
  if (std::ranges::find(others, name) != others.end()) return std::nullopt;
  return system_environment(name);
}

}  // namespace quprite::server
