#pragma once

#include <span>
#include <string_view>

namespace quprite::server {

/// A place where quprite is friendlier than Azure, unless `--exact` is given.
struct Difference {
  std::string_view place;
  std::string_view azure;       ///< what Azure does, and `--exact`
  std::string_view by_default;  ///< what quprite does, and why
};

/// All of them: what ServiceRules::exact decides. README's table is checked against it.
std::span<const Difference> differences();

}  // namespace quprite::server
