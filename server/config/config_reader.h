#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/config/positioned_json.h"

namespace quprite::server {

/// A value of a config file and its path in it, as in `queues[0].name`.
struct ConfigValue {
  const JsonValue& json;
  std::string path;

  [[nodiscard]] TextError wrong(std::string_view allowed) const;

  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&json.value); }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&json.value); }

  /// A whole number in that range; nothing where it is none.
  [[nodiscard]] std::optional<std::int64_t> integer(std::int64_t least, std::int64_t most) const;
};

/// What a step of reading finds wrong; nothing where all is well.
using Complaint = std::optional<TextError>;

/// How a key of an object is read.
template <class Target>
struct ConfigKey {
  std::string_view name;
  Complaint (*read)(const ConfigValue& value, Target& target);
};

TextError unknown_key(const JsonValue& member, const std::string& path, std::string_view known);
TextError key_twice(const JsonValue& member, const std::string& path);
std::string path_of_member(const std::string& path, std::string_view name);

/// Reads an object of which those keys are known; each may be left out.
template <class Target, std::size_t Size>
Complaint read_object(const ConfigValue& value, const std::array<ConfigKey<Target>, Size>& keys,
                      Target& target) {
  const auto* const object = std::get_if<JsonValue::Object>(&value.json.value);
  if (object == nullptr) return value.wrong("an object");
  std::array<bool, Size> seen{};
  for (const JsonValue& member : object->members) {
    std::size_t number = 0;
    while (number < Size && keys[number].name != member.name) ++number;
    if (number == Size) {
      std::string known;
      for (const auto& key : keys) known.append(known.empty() ? "" : ", ").append(key.name);
      return unknown_key(member, value.path, known);
    }
    if (seen[number]) return key_twice(member, value.path);
    seen[number] = true;
    const ConfigValue inner{member, path_of_member(value.path, member.name)};
    if (auto complaint = keys[number].read(inner, target)) return complaint;
  }
  return std::nullopt;
}

/// Reads an array, element by element.
template <class Read>
Complaint read_array(const ConfigValue& value, Read read) {
  const auto* const array = std::get_if<JsonValue::Array>(&value.json.value);
  if (array == nullptr) return value.wrong("an array");
  for (std::size_t i = 0; i < array->size(); ++i) {
    const ConfigValue element{(*array)[i], value.path + "[" + std::to_string(i) + "]"};
    if (Complaint complaint = read(element)) return complaint;
  }
  return std::nullopt;
}

}  // namespace quprite::server
