#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/options.h"

namespace quprite::server {

/// `quprite exec [options] -- COMMAND...`: runs a command with a server of its own, in memory and
/// on a free port unless the options say otherwise, and tells the command's exit code (128 and the
/// signal's number where a signal ended it). The command finds the server by
/// AZURE_STORAGE_CONNECTION_STRING, AzureWebJobsStorage and QUPRITE_QUEUE_ENDPOINT, and has all
/// else as if it had been started without: files, signals, limits. The server is there until the
/// command has ended: SIGTERM is passed on to it, and SIGINT left to it, as the terminal sends that
/// to both.
int run_command(Options options, const std::vector<std::string>& command);

/// The environment but for what says where another server is: a shell that has such settings for
/// its own server does not mean the one of a command.
std::optional<std::string> environment_of_command(const std::string& name);

}  // namespace quprite::server
