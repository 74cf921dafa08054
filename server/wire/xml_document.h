#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "server/errors.h"

/// What the readers of bodies share. For the files of server/wire only.
namespace quprite::server {

/// InvalidXmlDocument at a place; lines and positions count from 1, and 0, 0 means no place.
Error invalid_xml(int line, int position, std::string_view reason);

/// InvalidXmlDocument as the service gives it for what is well-formed but not acceptable.
/// [recordings]
Error unacceptable_xml();

/// InvalidXmlDocument at an offset of the document, positions in characters. [recordings]
Error malformed_xml(std::string_view document, std::size_t offset);

/// Parses a body into `document`, keeping white space; InvalidXmlDocument where it is malformed or
/// its root has another name.
Result<pugi::xml_node> parse_xml(pugi::xml_document& document, std::string_view body,
                                 std::string_view root);

/// The text in an element, CDATA and that of elements inside it included.
std::string text_of(const pugi::xml_node& element);

/// The text of an element that stands for a value: as text_of(), without white space around it.
std::string value_of(const pugi::xml_node& element);

}  // namespace quprite::server
