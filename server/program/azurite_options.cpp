#include "server/program/azurite_options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <utility>

#include "server/address.h"

namespace quprite::server {
namespace {

using Text = const std::string&;

/// What is being read, besides what comes of it.
struct Reading {
  AzuriteOptions result;
  std::string location;
  Stub blob{.kind = StubKind::Blob, .host = "127.0.0.1", .port = 10000};
  Stub table{.kind = StubKind::Table, .host = "127.0.0.1", .port = 10002};
};

/// Takes an option's value; whether it is acceptable.
using Setter = bool (*)(Reading&, Text);

struct Row {
  std::string_view name;
  char letter;               ///< of the short form; 0 for none
  std::string_view value;    ///< placeholder in the help; empty for a switch
  std::string_view allowed;  ///< what its value may be
  bool everywhere;           ///< `azurite-queue` has it, too
  std::string_view help;
  Setter set;
};

template <class Number>
bool read_number(Text text, Number maximum, Number& number) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value > maximum) return false;
  number = value;
  return true;
}

bool set_port(Text text, unsigned short& port) {
  return read_number<unsigned short>(text, 65535, port);
}

bool set_host(Text text, std::string& place) {
  place = text;
  return parse_address(text).has_value();
}

bool set_text(Text text, std::string& place) {
  place = text;
  return !text.empty();
}

bool set_keep_alive(Reading& r, Text text) {
  unsigned seconds = 0;
  if (!read_number(text, 86'400U, seconds)) return false;
  if (seconds == 0) return true;  // to Azurite, as if it had not been given
  r.result.options.keep_alive = std::chrono::seconds{seconds};
  return true;
}

bool is_number(Text text) {
  unsigned ignored = 0;
  return read_number(text, ~0U, ignored);
}

bool without_effect(Reading& r, const char* name) {
  r.result.notes.push_back(std::string("--") + name + " has no effect here");
  return true;
}

constexpr std::string_view a_port = "0 to 65535";
constexpr std::string_view seconds = "0 to 86400";

// clang-format off
constexpr std::array rows = {
    Row{"blobHost", 0, "ADDRESS", an_address, false, "address of the blob port, which only says that there are no blobs",
        [](Reading& r, Text t) { return set_host(t, r.blob.host); }},
    Row{"blobPort", 0, "N", a_port, false, "that port (10000)", [](Reading& r, Text t) { return set_port(t, r.blob.port); }},
    Row{"blobKeepAliveTimeout", 0, "SECONDS", seconds, false, "no effect",
        [](Reading& r, Text t) { return is_number(t) && without_effect(r, "blobKeepAliveTimeout"); }},
    Row{"queueHost", 0, "ADDRESS", an_address, true, "address to listen on (127.0.0.1)",
        [](Reading& r, Text t) { return set_host(t, r.result.options.host); }},
    Row{"queuePort", 0, "N", a_port, true, "port to listen on (10001); 0 takes a free one",
        [](Reading& r, Text t) { return set_port(t, r.result.options.port); }},
    Row{"queueKeepAliveTimeout", 0, "SECONDS", seconds, false, "how long an idle connection is kept (300)", set_keep_alive},
    Row{"tableHost", 0, "ADDRESS", an_address, false, "address of the table port, which only says that there are no tables",
        [](Reading& r, Text t) { return set_host(t, r.table.host); }},
    Row{"tablePort", 0, "N", a_port, false, "that port (10002)", [](Reading& r, Text t) { return set_port(t, r.table.port); }},
    Row{"tableKeepAliveTimeout", 0, "SECONDS", seconds, false, "no effect",
        [](Reading& r, Text t) { return is_number(t) && without_effect(r, "tableKeepAliveTimeout"); }},
    Row{"location", 'l', "DIR", "a directory", true, "where quprite.db is kept (the current directory)",
        [](Reading& r, Text t) { return set_text(t, r.location); }},
    Row{"inMemoryPersistence", 0, "", "", true, "keep nothing on disk",
        [](Reading& r, Text) { return r.result.options.in_memory = true; }},
    Row{"extentMemoryLimit", 0, "MB", "a number", true, "no effect",
        [](Reading& r, Text t) { return !t.empty() && t.find_first_not_of("0123456789.") == std::string::npos && without_effect(r, "extentMemoryLimit"); }},
    Row{"silent", 's', "", "", true, "no line per request in the log",
        [](Reading& r, Text) { return r.result.options.quiet = true; }},
    Row{"loose", 'L', "", "", true, "no effect: what is not known is never refused",
        [](Reading&, Text) { return true; }},
    Row{"debug", 'd', "FILE", "a file name", true, "the log goes to this file",
        [](Reading& r, Text t) {
          r.result.options.log_level = LogLevel::Debug;
          r.result.options.log_file_source = "--debug";
          return set_text(t, r.result.options.log_file);
        }},
    Row{"cert", 0, "FILE", "a file name", true, "HTTPS: certificate, PEM with --key or PKCS #12 with --pwd",
        [](Reading& r, Text t) { return set_text(t, r.result.options.certificate); }},
    Row{"key", 0, "FILE", "a file name", true, "its private key, PEM",
        [](Reading& r, Text t) { return set_text(t, r.result.options.certificate_key); }},
    Row{"pwd", 0, "TEXT", "a password", true, "its password, PKCS #12",
        [](Reading& r, Text t) { return set_text(t, r.result.options.certificate_password); }},
    Row{"oauth", 0, "LEVEL", "basic", true, "take Bearer tokens, over HTTPS, unsigned ones too",
        [](Reading& r, Text t) { return r.result.options.bearer = t == "basic"; }},
    Row{"skipApiVersionCheck", 0, "", "", true, "no effect: newer versions are served",
        [](Reading&, Text) { return true; }},
    Row{"disableProductStyleUrl", 0, "", "", true, "the account is always read from the path",
        [](Reading& r, Text) { r.result.options.host_style = false; return true; }},
    Row{"disableTelemetry", 0, "", "", true, "no effect: nothing is ever sent anywhere",
        [](Reading&, Text) { return true; }},
    Row{"help", 'h', "", "", true, "print this, and stop", [](Reading& r, Text) { return r.result.help = true; }},
    Row{"version", 'v', "", "", true, "print the version, and stop", [](Reading& r, Text) { return r.result.version = true; }},
};
// clang-format on

bool has(AzuriteProgram program, const Row& row) {
  return program == AzuriteProgram::All || row.everywhere;
}

const Row* find_row(std::string_view word) {
  const auto row = std::ranges::find_if(rows, [&](const Row& candidate) {
    const bool named = word.starts_with("--") && candidate.name == word.substr(2);
    const bool lettered = word.size() == 2 && word[0] == '-' && candidate.letter == word[1];
    return named || lettered;
  });
  return row == rows.end() ? nullptr : &*row;
}

/// Short switches that stand together, apart: `-sL` is `-s -L`.
std::vector<std::string> take_apart(const std::vector<std::string>& arguments) {
  std::vector<std::string> apart;
  for (const std::string& argument : arguments) {
    const bool together = argument.size() > 2 && argument[0] == '-' &&
                          std::ranges::all_of(argument.substr(1), [](char letter) {
                            const Row* row = find_row(std::string("-") + letter);
                            return row != nullptr && row->value.empty();
                          });
    if (!together) {
      apart.push_back(argument);
      continue;
    }
    for (const char letter : argument.substr(1)) apart.push_back(std::string("-") + letter);
  }
  return apart;
}

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// How many letters have to be changed, added or left out to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char of_a : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t i = 1; i <= b.size(); ++i) {
      const std::size_t changed = diagonal + (lower(of_a) == lower(b[i - 1]) ? 0 : 1);
      diagonal = row[i];
      row[i] = std::min({changed, row[i] + 1, row[i - 1] + 1});
    }
  }
  return row.back();
}

/// In Azurite's words.
OptionError unknown(AzuriteProgram program, std::string_view word) {
  std::string_view name = word;
  while (name.starts_with('-')) name.remove_prefix(1);
  std::string message = "The option \"" + std::string(name) + "\" is unknown.";
  const Row* nearest = nullptr;
  for (const Row& row : rows) {
    if (!has(program, row)) continue;
    if (nearest == nullptr || distance(name, row.name) < distance(name, nearest->name))
      nearest = &row;
  }
  message += " Did you mean the following one?\n  --" + std::string(nearest->name);
  return {message + "\n--help lists them all."};
}

std::optional<OptionError> read(AzuriteProgram program, const std::vector<std::string>& arguments,
                                Reading& reading) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string word = arguments[i].substr(0, equals);
    if (!word.starts_with('-')) {
      reading.result.notes.push_back("'" + arguments[i] + "' has no effect here");
      continue;
    }
    const Row* row = find_row(word);
    if (row == nullptr) return unknown(program, word);
    std::string value;
    if (equals != std::string::npos) {
      value = arguments[i].substr(equals + 1);
    } else if (!row->value.empty()) {
      if (i + 1 == arguments.size())
        return OptionError{word + " needs a value: " + std::string(row->allowed)};
      value = arguments[++i];
    }
    if (!row->set(reading, value)) {
      std::string message = word;
      message.append(": '").append(value).append("' is not allowed; ");
      message.append(row->allowed).append(" is");
      return OptionError{std::move(message)};
    }
    if (!has(program, *row) && !row->help.starts_with("no effect"))
      reading.result.notes.push_back(word + " has no effect here");
  }
  return std::nullopt;
}

}  // namespace

quprite::Result<AzuriteOptions, OptionError> parse_azurite_options(
    AzuriteProgram program, const std::vector<std::string>& arguments,
    const Environment& environment) {
  const auto ours = parse_options({}, environment);
  if (!ours) return ours.error();
  Reading reading;
  reading.result.options = *ours;
  if (auto error = read(program, take_apart(arguments), reading)) return *std::move(error);
  Options& options = reading.result.options;
  if (options.in_memory && !reading.location.empty()) {
    return OptionError{
        "The --inMemoryPersistence option is not supported when the --location option is set."};
  }
  if (!options.in_memory && (!reading.location.empty() || options.data.empty())) {
    options.data = (reading.location.empty() ? "." : reading.location) + "/quprite.db";
    options.data_source = "--location";
  }
  if (program == AzuriteProgram::All) options.stubs = {reading.blob, reading.table};
  if (auto error = check_combination(options)) return *std::move(error);
  return std::move(reading.result);
}

std::string azurite_help_text(AzuriteProgram program) {
  std::string text =
      program == AzuriteProgram::All ? "azurite [options]" : "azurite-queue [options]";
  text += ": quprite, a local Azure Queue Storage server, in place of Azurite\n\n";
  for (const Row& row : rows) {
    if (!has(program, row)) continue;
    std::string left = "  --" + std::string(row.name);
    if (row.letter != 0) left += std::string(", -") + row.letter;
    if (!row.value.empty()) left += " " + std::string(row.value);
    left.resize(std::max<std::size_t>(left.size() + 1, 36), ' ');
    text += left + std::string(row.help) + "\n";
  }
  return text +
         "\nAZURITE_ACCOUNTS has accounts of your own: name:key1[:key2], separated by "
         "semicolons.\n";
}

}  // namespace quprite::server
