#pragma once

#include <string>
#include <vector>

#include "server/options.h"

namespace quprite::server {

/// `quprite exec [options] -- COMMAND...`: runs a command with a server of its own, in memory and
/// on a free port unless the options say otherwise, and tells the command's exit code (128 and the
/// signal's number where a signal ended it). The command finds the server by
/// AZURE_STORAGE_CONNECTION_STRING, AzureWebJobsStorage and QUPRITE_QUEUE_ENDPOINT.
int run_command(Options options, const std::vector<std::string>& command);

}  // namespace quprite::server
