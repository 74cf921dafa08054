#pragma once

#include <string_view>

namespace quprite::server {

/// quprite's own version, from CMakeLists.txt.
inline constexpr std::string_view version = QUPRITE_VERSION;

}  // namespace quprite::server
