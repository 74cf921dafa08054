#pragma once

#include <cstddef>
#include <string_view>

namespace quprite::server {

/// Elements may stand this deep; no body of the service needs more than five.
inline constexpr std::size_t max_xml_depth = 32;

/// Where a text stops being a well-formed XML 1.0 document in UTF-8, as a byte offset, which is its
/// size where something is missing; `npos` where all of it is well-formed. A byte order mark is
/// allowed, and any encoding may be declared. A document type declaration is an error, so there are
/// no entities but the five that XML has. Linear in the text's size. Names are not looked at as
/// "Namespaces in XML" wants it.
std::size_t find_xml_error(std::string_view document);

/// A place in a document as .NET counts: lines and UTF-16 code units from 1; a byte order mark
/// counts for nothing.
struct XmlPosition {
  std::size_t line = 0;
  std::size_t position = 0;

  bool operator==(const XmlPosition&) const = default;
};

XmlPosition xml_position(std::string_view document, std::size_t offset);

}  // namespace quprite::server
