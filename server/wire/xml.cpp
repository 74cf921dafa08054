#include "server/wire/xml.h"

namespace quprite::server {
namespace {

std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80) ++length;
    if (byte >= 0xF0) ++length;
  }
  return length;
}

}  // namespace

XmlPosition xml_position(std::string_view document, std::size_t offset) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::string_view before = document.substr(0, offset);
  if (before.starts_with(byte_order_mark)) before.remove_prefix(byte_order_mark.size());
  std::size_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool pair = before[i] == '\r' && before.substr(i + 1).starts_with('\n');
    if (before[i] != '\n' && (before[i] != '\r' || pair)) continue;
    ++line;
    line_start = i + 1;
  }
  return {.line = line, .position = utf16_length(before.substr(line_start)) + 1};
}

}  // namespace quprite::server
