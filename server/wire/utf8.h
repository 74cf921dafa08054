#pragma once

#include <cstddef>
#include <string_view>

namespace quprite::server {

/// The length in bytes (2 to 4) of the character at `at`, whose first byte is not ASCII; 0 where it
/// is not well-formed (Unicode, table 3-7: no overlong forms, no surrogates, nothing beyond
/// U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at);

/// Where the first byte stands that is not part of well-formed UTF-8 (overlong forms and surrogates
/// are not); `npos` where all of it is.
std::size_t find_invalid_utf8(std::string_view text);

inline bool is_valid_utf8(std::string_view text) {
  return find_invalid_utf8(text) == std::string_view::npos;
}

}  // namespace quprite::server
