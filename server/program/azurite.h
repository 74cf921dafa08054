#pragma once

#include <string>
#include <vector>

#include "server/program/azurite_options.h"

namespace quprite::server {

/// Serves as that program of Azurite's would: with its options, and with the lines on standard
/// output that tools wait for. Tells the exit code.
int run_azurite(AzuriteProgram program, const std::vector<std::string>& arguments);

}  // namespace quprite::server
