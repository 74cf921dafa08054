#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/errors.h"

namespace pugi {
class xml_document;
class xml_node;
}  // namespace pugi

namespace quprite::server {

/// Elements may stand this deep; no body of the service needs more than five.
inline constexpr std::size_t max_xml_depth = 32;

/// Where a text stops being a well-formed XML 1.0 document in UTF-8, as a byte offset, which is its size where something
/// is missing; `npos` where all of it is well-formed. A byte order mark is allowed, and any encoding may be declared. A
/// document type declaration is an error, so there are no entities but the five that XML has. Linear in the text's size.
/// Names are not looked at as "Namespaces in XML" wants it.
std::size_t find_xml_error(std::string_view document);

/// A place in a document as .NET counts: lines and UTF-16 code units from 1; a byte order mark counts for nothing.
struct XmlPosition {
  std::size_t line = 0;
  std::size_t position = 0;

  bool operator==(const XmlPosition&) const = default;
};

XmlPosition xml_position(std::string_view document, std::size_t offset);

/// How many UTF-16 code units a UTF-8 text has.
std::size_t utf16_length(std::string_view text);

/// InvalidXmlDocument for what is wrong at an offset of the document.
Error xml_error(std::string_view document, std::size_t offset,
                std::string_view reason = "Error parsing Xml content");

/// InvalidXmlDocument as the service gives it for documents that are well-formed but break a rule: line and position are
/// 0, the reason is empty. [recordings]
Error xml_rule_error();

// ---- for those that read bodies; they include <pugixml.hpp>

/// Reads a body whose root element has to be `root`. InvalidXmlDocument.
Result<Done> parse_xml(std::string_view body, std::string_view root, pugi::xml_document& document);

/// All text in the element, that of elements in it included; line ends are LF, but CR where written as a reference.
std::string text_of(const pugi::xml_node& element);

/// InvalidXmlDocument for an element that was read from the body.
Error xml_error(std::string_view body, const pugi::xml_node& element, std::string_view reason);

}  // namespace quprite::server
