#include "server/options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <utility>

#include "server/address.h"
#include "server/names.h"

namespace quprite::server {
namespace {

using Text = const std::string&;

/// Takes an option's value; whether it is acceptable.
using Setter = bool (*)(Options&, Text);

struct Row {
  std::string_view name;
  std::string_view value;    ///< placeholder in the help; empty for a switch
  std::string_view allowed;  ///< what its value may be, for the error message
  std::string_view help;
  Setter set;
};

template <class Number>
bool read_number(Text text, Number minimum, Number maximum, Number& number) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return false;
  if (value < minimum || value > maximum) return false;
  number = value;
  return true;
}

bool set_skew(Options& options, Text text) {
  std::int64_t seconds = 0;
  if (!read_number<std::int64_t>(text, 0, 1'000'000'000, seconds)) return false;
  options.skew = std::chrono::seconds{seconds};
  return true;
}

bool set_sync(Options& options, Text text) {
  if (text != "normal" && text != "full") return false;
  options.durability = text == "full" ? storage::Durability::Power : storage::Durability::Process;
  return true;
}

bool set_log_level(Options& options, Text text) {
  const auto level = parse_log_level(text);
  if (level) options.log_level = *level;
  return level.has_value();
}

bool set_text(std::string& place, Text text) {
  place = text;
  return !text.empty();
}

bool set_auth(Options& options, Text text) {
  if (text == "on") options.auth = Auth::On;
  if (text == "off") options.auth = Auth::Off;
  if (text == "off-everywhere") options.auth = Auth::OffEverywhere;
  return text == "on" || text == "off" || text == "off-everywhere";
}

bool add_queue(Options& options, Text text) {
  options.queues.push_back(text);
  return check_queue_name(text).has_value();
}

bool set_ready(Options& options, Text text) {
  return options.ready_json = text == "json";
}
bool set_oauth(Options& options, Text text) {
  return options.bearer = text == "basic";
}
bool set_tls(Options& options, Text text) {
  return options.tls_auto = text == "auto";
}

/// Adds an account, or several separated by semicolons.
bool add_accounts(Options& options, Text text) {
  if (text.empty()) return false;
  options.accounts += text + ";";
  return true;
}

bool add_host_name(Options& options, Text text) {
  options.host_names.push_back(text);
  return !text.empty();
}

bool set_host(Options& options, Text text) {
  options.host = text;
  return parse_address(text).has_value();
}

bool set_port(Options& options, Text text) {
  options.port_given = true;
  return read_number<unsigned short>(text, 0, 65535, options.port);
}

// clang-format off
constexpr std::array rows = {
    Row{"host", "ADDRESS", an_address, "address to listen on (127.0.0.1)", set_host},
    Row{"port", "N", "0 to 65535", "port to listen on (10001); 0 takes a free one", set_port},
    Row{"data", "FILE", "a file name", "database file ($XDG_STATE_HOME/quprite/quprite.db)",
        [](Options& o, Text t) { return set_text(o.data, t); }},
    Row{"in-memory", "", "", "keep nothing on disk",
        [](Options& o, Text) { return o.in_memory = true; }},
    Row{"sync", "MODE", "normal or full", "normal: what is acknowledged survives kill -9; full: and power loss (normal)", set_sync},
    Row{"exact", "", "", "as Azure, also where quprite is friendlier by default",
        [](Options& o, Text) { return o.exact = true; }},
    Row{"account", "NAME:KEY", "NAME:KEY or NAME:KEY1:KEY2", "an account instead of devstoreaccount1; may be repeated", add_accounts},
    Row{"accounts-file", "FILE", "a file name", "more of them, one a line; read again on SIGHUP",
        [](Options& o, Text t) { return set_text(o.accounts_file, t); }},
    Row{"auth", "MODE", "on, off (this machine only) or off-everywhere", "off: everyone may do everything (on)", set_auth},
    Row{"oauth", "LEVEL", "basic", "take Bearer tokens, over HTTPS, unsigned ones too", set_oauth},
    Row{"cert", "FILE", "a file name", "HTTPS: certificate, PEM with --key or PKCS #12 with --pwd",
        [](Options& o, Text t) { return set_text(o.certificate, t); }},
    Row{"key", "FILE", "a file name", "its private key, PEM",
        [](Options& o, Text t) { return set_text(o.certificate_key, t); }},
    Row{"pwd", "TEXT", "a password", "its password, PKCS #12",
        [](Options& o, Text t) { return set_text(o.certificate_password, t); }},
    Row{"tls", "auto", "auto", "HTTPS: with a certificate made for this machine", set_tls},
    Row{"host-name", "NAME", "a host name", "a name that certificate is good for, too; may be repeated", add_host_name},
    Row{"skew", "SECONDS", "0 to 1000000000", "how far a request's date may be off (900); 0 does not check",  set_skew},
    Row{"max-connections", "N", "1 to 1000000", "connections served at a time; more have to wait (10000)",
        [](Options& o, Text t) { return read_number<std::size_t>(t, 1, 1'000'000, o.max_connections); }},
    Row{"queue", "NAME", "3 to 63 lower-case letters, digits and single dashes", "a queue to make at the start; may be repeated", add_queue},
    Row{"config", "FILE", "a file name", "JSON: accounts, queues and messages to have from the start",
        [](Options& o, Text t) { return set_text(o.config, t); }},
    Row{"ready-file", "FILE", "a file name", "written when ready: endpoints, process id, connection string, as JSON",
        [](Options& o, Text t) { return set_text(o.ready_file, t); }},
    Row{"ready", "json", "json", "the same on standard output", set_ready},
    Row{"exit-with-parent", "", "", "stop when the process that started this one ends",
        [](Options& o, Text) { return o.exit_with_parent = true; }},
    Row{"quiet", "", "", "no line per request in the log",
        [](Options& o, Text) { return o.quiet = true; }},
    Row{"log-level", "LEVEL", "error, warning, info or debug", "least level of lines in the log (info)", set_log_level},
    Row{"log-file", "FILE", "a file name", "the log goes to this file, not to standard error",
        [](Options& o, Text t) { return set_text(o.log_file, t); }},
    Row{"help", "", "", "print this, and stop",
        [](Options& o, Text) { return o.help = true; }},
    Row{"version", "", "", "print the version, and stop",
        [](Options& o, Text) { return o.version = true; }},
};
// clang-format on

const Row* find_row(std::string_view name) {
  const auto row = std::ranges::find(rows, name, &Row::name);
  return row == rows.end() ? nullptr : &*row;
}

std::string variable_of(const Row& row) {
  std::string variable = "QUPRITE_";
  for (const char c : row.name) {
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

OptionError wrong_value(const std::string& what, Text value, const Row& row) {
  return {what + ": '" + value + "' is not allowed; " + std::string(row.allowed) + " is"};
}

std::optional<OptionError> read_environment(Options& options, const Environment& environment) {
  for (const Row& row : rows) {
    const std::string variable = variable_of(row);
    const auto value = environment(variable);
    if (!value || row.name == "help" || row.name == "version") continue;
    if (row.value.empty()) {
      if (value->empty() || *value == "0" || *value == "false") continue;
      if (*value != "1" && *value != "true") {
        return OptionError{variable + ": '" + *value + "' is not allowed; 1, true, 0 or false is"};
      }
    }
    if (!row.set(options, *value)) return wrong_value(variable, *value, row);
  }
  return std::nullopt;
}

/// The command line comes first, then our own variable, then Azurite's.
void choose_accounts(Options& options, Text from_environment, const Environment& environment) {
  options.accounts_source = "--account";
  if (!options.accounts.empty()) return;
  options.accounts = from_environment;
  options.accounts_source = "QUPRITE_ACCOUNT";
  if (!options.accounts.empty()) return;
  options.accounts = environment("AZURITE_ACCOUNTS").value_or("");
  options.accounts_source = "AZURITE_ACCOUNTS";
}

}  // namespace

std::optional<OptionError> check_combination(const Options& options) {
  if (options.in_memory && !options.data.empty()) {
    return OptionError{"--in-memory and --data '" + options.data +
                       "' exclude each other; one of them is allowed"};
  }
  const bool key = !options.certificate_key.empty();
  const bool password = !options.certificate_password.empty();
  if (!options.certificate.empty() && key == password) {
    return OptionError{"--cert '" + options.certificate +
                       "' needs either --key (PEM) or --pwd (PKCS #12), and not both"};
  }
  if (options.certificate.empty() && (key || password)) {
    return OptionError{std::string(key ? "--key" : "--pwd") + " is of no use without --cert"};
  }
  if (options.tls_auto && !options.certificate.empty()) {
    return OptionError{"--tls auto and --cert '" + options.certificate +
                       "' exclude each other; one of them is allowed"};
  }
  if (!options.host_names.empty() && !options.tls_auto) {
    return OptionError{"--host-name '" + options.host_names.front() +
                       "' is of no use without --tls auto"};
  }
  const bool loopback =
      options.host == "localhost" || options.host == "::1" || options.host.starts_with("127.");
  if (options.auth == Auth::Off && !loopback) {
    return OptionError{
        "--auth 'off' is not allowed with --host '" + options.host +
        "', which others can reach; a loopback address, or --auth off-everywhere, is"};
  }
  return std::nullopt;
}

quprite::Result<Options, OptionError> parse_options(const std::vector<std::string>& arguments,
                                                    const Environment& environment) {
  Options options;
  if (auto error = read_environment(options, environment)) return *std::move(error);
  const std::string from_environment = std::exchange(options.accounts, {});
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const Row* row = name.starts_with("--") ? find_row(name.substr(2)) : nullptr;
    if (row == nullptr) return OptionError{"'" + name + "' is not an option; --help lists them"};
    if (row->value.empty()) {
      if (equals != std::string::npos) return OptionError{name + " takes no value"};
      row->set(options, "");
      continue;
    }
    if (equals == std::string::npos && i + 1 == arguments.size()) {
      return OptionError{name + " needs a value: " + std::string(row->allowed)};
    }
    const std::string value =
        equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1);
    if (!row->set(options, value)) return wrong_value(name, value, *row);
  }
  choose_accounts(options, from_environment, environment);
  if (auto error = check_combination(options)) return *std::move(error);
  return options;
}

std::string help_text() {
  std::string text =
      "quprite: a local Azure Queue Storage server\n\n"
      "  quprite [options]                      serve\n"
      "  quprite exec [options] -- COMMAND...   run a command with a server of its own\n"
      "  quprite healthcheck [options]          exit with 0 where a server answers\n"
      "  quprite azurite [Azurite's options]    in place of Azurite, as the name azurite does\n\n";
  for (const Row& row : rows) {
    std::string left = "  --" + std::string(row.name);
    if (!row.value.empty()) left += " " + std::string(row.value);
    left.resize(std::max<std::size_t>(left.size() + 1, 24), ' ');
    text += left + std::string(row.help) + "\n";
  }
  text +=
      "\nIn parentheses: the default. Each option is also read from the environment: QUPRITE_PORT\n"
      "for --port, QUPRITE_IN_MEMORY=1 for --in-memory, and so on; the command line comes first.\n";
  return text;
}

std::optional<std::string> default_data_file(const Environment& environment) {
  const auto state = environment("XDG_STATE_HOME");
  if (state && state->starts_with('/')) return *state + "/quprite/quprite.db";
  const auto home = environment("HOME");
  if (!home || home->empty()) return std::nullopt;
  return *home + "/.local/state/quprite/quprite.db";
}

}  // namespace quprite::server
