#include "server/wire/percent.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace quprite::server {
namespace {

/// The value of a hexadecimal digit; -1 where it is none.
constexpr int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that the escape at the beginning of `text` stands for; -1 where there is none.
constexpr int escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = digit_value(text[1]);
  const int low = digit_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

char* percent_decode(std::string_view text, char* out) {
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('%'), text.size());
    std::memmove(out, text.data(), plain);
    out += plain;
    text.remove_prefix(plain);
    if (text.empty()) break;
    const int byte = escaped_byte(text);
    *out++ = byte < 0 ? '%' : static_cast<char>(byte);
    text.remove_prefix(byte < 0 ? 1 : 3);
  }
  return out;
}

void percent_decode(std::string_view text, std::string& out) {
  out.resize(text.size());
  out.resize(static_cast<std::size_t>(percent_decode(text, out.data()) - out.data()));
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  percent_decode(text, decoded);
  return decoded;
}

}  // namespace quprite::server
