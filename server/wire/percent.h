#pragma once

#include <string>
#include <string_view>

namespace quprite::server {

/// Undoes percent-encoding, once: `%41` is `A`, `%2541` is `%41`. An escape that is not one (`%`,
/// `%4`,
/// `%zz`) stays as it is, and a plus sign is a plus sign.
std::string percent_decode(std::string_view text);

/// The same, in place of what `out` held.
void percent_decode(std::string_view text, std::string& out);

/// The same, written to `out`, which has room for as many characters as `text` has; tells where it
/// ended.
char* percent_decode(std::string_view text, char* out);

}  // namespace quprite::server
