#include "server/wire/xml.h"

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

namespace quprite::server {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

void append_text(std::string& out, const pugi::xml_node& element) {
  for (const pugi::xml_node& child : element.children()) {
    switch (child.type()) {
      case pugi::node_pcdata:
      case pugi::node_cdata: out += child.value(); break;
      case pugi::node_element: append_text(out, child); break;
      default: break;
    }
  }
}

Error error_with(XmlPosition place, std::string_view reason) {
  return {ErrorCode::InvalidXmlDocument,
          {{"LineNumber", std::to_string(place.line)},
           {"LinePosition", std::to_string(place.position)},
           {"Reason", std::string(reason)}}};
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80) ++length;
    if (byte >= 0xF0) ++length;
  }
  return length;
}

XmlPosition xml_position(std::string_view document, std::size_t offset) {
  std::string_view before = document.substr(0, offset);
  if (before.starts_with(byte_order_mark)) before.remove_prefix(byte_order_mark.size());
  std::size_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool ends_line = before[i] == '\n' || (before[i] == '\r' && !before.substr(i + 1).starts_with('\n'));
    if (!ends_line) continue;
    ++line;
    line_start = i + 1;
  }
  return {.line = line, .position = utf16_length(before.substr(line_start)) + 1};
}

Error xml_error(std::string_view document, std::size_t offset, std::string_view reason) {
  // Where there is nothing at all, .NET knows no place.
  if (document.empty()) return error_with({}, reason);
  return error_with(xml_position(document, offset), reason);
}

Error xml_rule_error() { return error_with({}, ""); }

Result<Done> parse_xml(std::string_view body, std::string_view root, pugi::xml_document& document) {
  const std::size_t mistake = find_xml_error(body);
  if (mistake != std::string_view::npos) return xml_error(body, mistake);
  constexpr unsigned options =
      pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_ws_pcdata;
  const auto parsed = document.load_buffer(body.data(), body.size(), options, pugi::encoding_utf8);
  if (!parsed) return xml_error(body, static_cast<std::size_t>(parsed.offset));
  const pugi::xml_node element = document.document_element();
  if (element.name() != root) return xml_error(body, element, "Error parsing Xml content");
  return Done{};
}

std::string text_of(const pugi::xml_node& element) {
  std::string text;
  append_text(text, element);
  return text;
}

Error xml_error(std::string_view body, const pugi::xml_node& element, std::string_view reason) {
  return xml_error(body, static_cast<std::size_t>(std::max<std::ptrdiff_t>(element.offset_debug(), 0)), reason);
}

}  // namespace quprite::server
