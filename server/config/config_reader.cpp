#include "server/config/config_reader.h"

#include <algorithm>
#include <type_traits>

namespace quprite::server {
namespace {

/// A text as a message repeats it: short, and on one line.
std::string shown(std::string_view text) {
  constexpr std::size_t most = 64;  // bytes
  std::size_t end = std::min(most, text.size());
  const auto within_character = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (end > 0 && within_character(end)) --end;
  std::string line(text.substr(0, end));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }, '?');
  if (end < text.size()) line += "…";
  return line;
}

std::string describe(const JsonValue& json) {
  return std::visit(
      [](const auto& value) -> std::string {
        using Value = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return "'" + shown(value) + "'";
        } else if constexpr (std::is_same_v<Value, std::nullptr_t>) {
          return "null";
        } else if constexpr (std::is_same_v<Value, bool>) {
          return value ? "true" : "false";
        } else if constexpr (std::is_arithmetic_v<Value>) {
          return std::to_string(value);
        } else {
          return std::is_same_v<Value, JsonValue::Array> ? "an array" : "an object";
        }
      },
      json.value);
}

}  // namespace

TextError ConfigValue::wrong(std::string_view allowed) const {
  std::string message = path.empty() ? "the whole" : path;
  message.append(": ").append(describe(json)).append(" is not allowed; ");
  message.append(allowed).append(" is");
  return {json.at, std::move(message)};
}

std::optional<std::int64_t> ConfigValue::integer(std::int64_t least, std::int64_t most) const {
  const auto* const number = std::get_if<std::int64_t>(&json.value);
  if (number == nullptr || *number < least || *number > most) return std::nullopt;
  return *number;
}

TextError unknown_key(const JsonValue& member, const std::string& path, std::string_view known) {
  std::string message = path_of_member(path, member.name);
  message.append(": there is no such key; these are allowed: ").append(known);
  return {member.name_at, std::move(message)};
}

TextError key_twice(const JsonValue& member, const std::string& path) {
  return {member.name_at, path_of_member(path, member.name) + ": is there twice; once is allowed"};
}

std::string path_of_member(const std::string& path, std::string_view name) {
  std::string inner = path;
  if (!inner.empty()) inner += '.';
  return inner.append(shown(name));
}

}  // namespace quprite::server
