#include "server/wire/xml_document.h"

#include <algorithm>

#include "server/wire/xml_check.h"

namespace quprite::server {
namespace {

void collect_text(const pugi::xml_node& node, std::string& text) {
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      text += child.value();
    } else if (child.type() == pugi::node_element) {
      collect_text(child, text);
    }
  }
}

}  // namespace

Error invalid_xml(int line, int position, std::string_view reason) {
  return {ErrorCode::InvalidXmlDocument,
          {{"LineNumber", std::to_string(line)},
           {"LinePosition", std::to_string(position)},
           {"Reason", std::string(reason)}}};
}

Error unacceptable_xml() {
  return invalid_xml(0, 0, "");
}

Error malformed_xml(std::string_view document, std::size_t offset) {
  // Where there is nothing at all, .NET knows no place.
  const XmlPosition place = document.empty() ? XmlPosition{} : xml_position(document, offset);
  return invalid_xml(static_cast<int>(place.line), static_cast<int>(place.position),
                     "Error parsing Xml content");
}

Result<pugi::xml_node> parse_xml(pugi::xml_document& document, std::string_view body,
                                 std::string_view root) {
  const std::size_t mistake = find_xml_error(body);
  if (mistake != std::string_view::npos) return malformed_xml(body, mistake);
  constexpr unsigned flags = pugi::parse_default | pugi::parse_ws_pcdata;
  const auto parsed = document.load_buffer(body.data(), body.size(), flags, pugi::encoding_utf8);
  if (!parsed)
    return malformed_xml(body,
                         static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0)));
  const pugi::xml_node element = document.document_element();
  if (element.name() != root) return unacceptable_xml();
  return element;
}

std::string text_of(const pugi::xml_node& element) {
  std::string text;
  collect_text(element, text);
  return text;
}

std::string value_of(const pugi::xml_node& element) {
  const std::string text = text_of(element);
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

}  // namespace quprite::server
