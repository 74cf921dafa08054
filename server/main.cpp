#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "server/options.h"
#include "server/program/azurite.h"
#include "server/program/command.h"
#include "server/program/healthcheck.h"
#include "server/program/serve.h"
#include "server/version.h"

namespace quprite::server {
namespace {

constexpr int usage_error = 2;

int fail(const std::string& message) {
  std::cerr << "quprite: " << message << '\n';
  return usage_error;
}

/// Cuts a subcommand off the arguments; whether it was there.
bool take_subcommand(std::vector<std::string>& arguments, const std::string& name) {
  if (arguments.empty() || arguments.front() != name) return false;
  arguments.erase(arguments.begin());
  return true;
}

/// Whether this is to stand in for one of Azurite's programs: by the name that it was started under
/// (a link), or by its first argument.
std::optional<AzuriteProgram> take_azurite(const std::string& path,
                                           std::vector<std::string>& arguments) {
  const std::string name = std::filesystem::path(path).filename();
  if (name == "azurite") return AzuriteProgram::All;
  if (name == "azurite-queue") return AzuriteProgram::Queue;
  if (take_subcommand(arguments, "azurite")) return AzuriteProgram::All;
  if (take_subcommand(arguments, "azurite-queue")) return AzuriteProgram::Queue;
  return std::nullopt;
}

int run(const std::string& path, std::vector<std::string> arguments) {
  if (const auto program = take_azurite(path, arguments)) return run_azurite(*program, arguments);
  const bool checks = take_subcommand(arguments, "healthcheck");
  const bool executes = !checks && take_subcommand(arguments, "exec");
  std::vector<std::string> command;
  if (executes) {
    const auto dashes = std::ranges::find(arguments, "--");
    if (dashes != arguments.end()) command.assign(dashes + 1, arguments.end());
    if (command.empty())
      return fail("exec needs a command behind --, as in quprite exec -- pytest");
    arguments.erase(dashes, arguments.end());
  }
  const auto options =
      parse_options(arguments, executes ? environment_of_command : system_environment);
  if (!options) return fail(options.error().message);
  if (options->help) {
    std::cout << help_text();
    return 0;
  }
  if (options->version) {
    std::cout << "quprite " << version << '\n';
    return 0;
  }
  if (checks) return check_health(*options);
  if (executes) return run_command(*options, command);
  return serve(*options, [&](const Endpoint& endpoint) {
    if (!options->ready_json) std::cout << to_line(endpoint) << std::flush;
  });
}

}  // namespace
}  // namespace quprite::server

int main(int argc, char** argv) {
  try {
    return quprite::server::run(argc > 0 ? argv[0] : "", {argv + std::min(argc, 1), argv + argc});
  } catch (const std::exception& error) {
    return quprite::server::fail(error.what());
  } catch (...) {
    return 1;
  }
}
