#include "server/program/command.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "server/program/serve.h"

namespace quprite::server {
namespace {

constexpr int command_not_found = 127;

/// Becomes the command; never returns.
[[noreturn]] void become(const std::vector<std::string>& command, const Endpoint& endpoint) {
  const std::string queue_endpoint = endpoint.queue_endpoint();
  // NOLINTBEGIN(concurrency-mt-unsafe): the process is new, and has one thread
  setenv("AZURE_STORAGE_CONNECTION_STRING", endpoint.connection_string.c_str(), 1);
  setenv("AzureWebJobsStorage", endpoint.connection_string.c_str(), 1);
  setenv("QUPRITE_QUEUE_ENDPOINT", queue_endpoint.c_str(), 1);
  close_range(STDERR_FILENO + 1, ~0U, 0);  // sockets and files are the server's
  std::signal(SIGPIPE, SIG_DFL);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
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

}  // namespace

int run_command(Options options, const std::vector<std::string>& command) {
  options.quiet = true;
  if (options.data.empty()) options.in_memory = true;
  if (options.port == Options{}.port) options.port = 0;
  pid_t child = -1;
  const int served = serve(options, [&](const Endpoint& endpoint) {
    child = fork();
    if (child == 0) become(command, endpoint);
  });
  if (child < 0) return served;
  // Where the server was told to stop before the command ended, that ends, too.
  int status = 0;
  if (waitpid(child, &status, WNOHANG) == 0) {
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
  }
  return exit_code_of(status);
}

}  // namespace quprite::server
