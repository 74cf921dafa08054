#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace quprite::server {

/// Where a document is not well-formed XML 1.0, as the service's parser sees it: the offset of the first character that
/// cannot stand there; nothing where all is well. Stricter than pugixml, which takes characters that XML forbids, unknown
/// entities and more. A document type is refused at once, so that entities cannot be made to explode; so is nesting
/// beyond 32 levels. The text is UTF-8, whatever its declaration says; a byte order mark is allowed.
std::optional<std::size_t> find_malformed(std::string_view document);

/// The offset of the first byte at or after `from` that is not plain text for XML: a control character, a byte of a
/// character beyond ASCII, '<', '&' or ']'. The size of the text where there is none.
std::size_t find_special(std::string_view text, std::size_t from);

}  // namespace quprite::server
