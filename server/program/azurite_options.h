#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/options.h"

namespace quprite::server {

/// Which of Azurite's programs this one stands in for.
enum class AzuriteProgram {
  All,    ///< `azurite`: blob, queue and table
  Queue,  ///< `azurite-queue`
};

/// What an Azurite command line asks for.
struct AzuriteOptions {
  Options options = {};                 ///< the same in terms of our own
  std::vector<std::string> notes = {};  ///< of what was accepted and has no effect
  bool help = false;
  bool version = false;
};

/// Reads Azurite's options, in place of ours; the environment may still set those (QUPRITE_EXACT).
/// Source: Azurite 3.37, "azurite --help".
quprite::Result<AzuriteOptions, OptionError> parse_azurite_options(
    AzuriteProgram program, const std::vector<std::string>& arguments,
    const Environment& environment);

/// The text of `azurite --help`.
std::string azurite_help_text(AzuriteProgram program);

/// The version of Azurite whose command line this is.
inline constexpr std::string_view azurite_version = "3.37.0";

}  // namespace quprite::server
