#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/wire/utf8.h"
#include "server/wire/xml_text.h"

namespace quprite::server {

/// How many bytes at the front of a text, which begins with a character, are one that XML cannot
/// carry; 0 for none.
inline std::size_t forbidden_in_xml(std::string_view text) {
  const char c = text.front();
  if (static_cast<unsigned char>(c) < 0x20) return c == '\t' || c == '\n' || c == '\r' ? 0 : 1;
  return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF") ? 3 : 0;
}

/// Bytes that need not be text, such as a decoded query parameter, as text that XML can carry:
/// whatever it cannot becomes U+FFFD.
inline std::string any_text(std::string_view bytes) {
  constexpr std::string_view replacement_character = "\xEF\xBF\xBD";
  std::string text;
  text.reserve(bytes.size());
  std::size_t valid = find_invalid_utf8(bytes);
  for (std::size_t at = 0; at < bytes.size();) {
    if (at == valid) {
      text += replacement_character;
      ++at;
      const std::size_t next = find_invalid_utf8(bytes.substr(at));
      valid = next == std::string_view::npos ? next : at + next;
    } else if (const std::size_t length = forbidden_in_xml(bytes.substr(at)); length != 0) {
      text += replacement_character;
      at += length;
    } else {
      text += bytes[at++];
    }
  }
  return text;
}

/// append_element() for such bytes.
inline void append_any_element(std::string& out, std::string_view name, std::string_view bytes) {
  append_element(out, name, any_text(bytes));
}

}  // namespace quprite::server
