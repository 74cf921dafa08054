#include "server/program/load_config.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace quprite::server {
namespace {

/// The text of a file that an option names.
std::string read_file(const std::string& option, const std::string& name) {
  const std::string place = option + " '" + name + "': ";
  std::error_code ec;
  if (!std::filesystem::is_regular_file(name, ec))
    throw std::runtime_error(place + "it is no file that can be read");
  std::ifstream file(name);
  if (!file) throw std::runtime_error(place + "it cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// An error as compilers write theirs, so that editors find the place.
std::runtime_error wrong_config(const Options& options, const TextError& error) {
  return std::runtime_error(options.config + ":" + std::to_string(error.at.line) + ":" +
                            std::to_string(error.at.column) + ": " + error.message);
}

/// The accounts that options name; nothing where none does.
std::optional<Accounts> configured_accounts(const Options& options) {
  if (options.accounts.empty() && options.accounts_file.empty()) return std::nullopt;
  std::string text = options.accounts;
  std::string place = options.accounts_source;
  if (!options.accounts_file.empty()) {
    place = "--accounts-file '" + options.accounts_file + "'";
    text += read_file("--accounts-file", options.accounts_file);
  }
  auto accounts = parse_accounts(text);
  if (!accounts) throw std::runtime_error(place + ": " + accounts.error());
  return *std::move(accounts);
}

}  // namespace

Config load_config(const Options& options) {
  Config config;
  if (!options.config.empty()) {
    auto read = parse_config(read_file("--config", options.config));
    if (!read) throw wrong_config(options, read.error());
    config = *std::move(read);
  }
  DeclaredAccount first{.by_options = true};
  for (const std::string& queue : options.queues) {
    first.queues.push_back({.name = queue});
  }
  config.accounts.push_back(std::move(first));
  return config;
}

Accounts load_accounts(const Options& options, const Config& config) {
  auto accounts = choose_accounts(config, configured_accounts(options));
  if (!accounts) throw wrong_config(options, accounts.error());
  return *std::move(accounts);
}

}  // namespace quprite::server
