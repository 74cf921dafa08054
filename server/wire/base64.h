#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace quprite::server {

/// How many characters the Base64 of that many bytes has, padding included.
constexpr std::size_t base64_size(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}

/// Base64 (RFC 4648, section 4), padded.
std::string base64_encode(std::string_view bytes);

/// The same, written to `out`, which has room for base64_size(bytes.size()) characters.
void base64_encode(std::string_view bytes, char* out);

/// Reads what base64_encode() writes and nothing else: padded, no white space, unused bits zero.
std::optional<std::string> base64_decode(std::string_view text);

/// Reads base64url without padding (RFC 4648, section 5), as in JSON Web Tokens; unused bits zero.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace quprite::server
