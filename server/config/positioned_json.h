#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "storage/result.h"

namespace quprite::server {

/// A place in a text, as editors count: from 1, columns in characters.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;

  bool operator==(const TextPosition&) const = default;
};

/// What is wrong with a text, and where.
struct TextError {
  TextPosition at;
  std::string message;
};

/// A JSON value that knows where it began, so that whoever finds something wrong with it can say
/// where to look.
struct JsonValue {
  using Array = std::vector<JsonValue>;
  struct Object {
    std::vector<JsonValue> members = {};  ///< in the order of the text; names may occur twice
  };

  TextPosition at = {};
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value = {};
  std::string name = {};      ///< of a member of an object
  TextPosition name_at = {};  ///< and where that stands
};

/// Reads a JSON text (RFC 8259), with or without a byte order mark. Numbers with a fraction or
/// beyond 64 bits become double.
quprite::Result<JsonValue, TextError> parse_json(std::string_view text);

}  // namespace quprite::server
