#pragma once

#include <optional>
#include <string>

namespace quprite::server::http {

/// Which process listens on a TCP port of this machine, as "process 123 (name)"; nothing where the
/// system does not tell.
std::optional<std::string> who_listens_on(unsigned short port);

}  // namespace quprite::server::http
