#pragma once

#include <functional>
#include <optional>
#include <string>

#include "server/options.h"
#include "server/program/ready.h"

namespace quprite::server {

/// The process's environment.
std::optional<std::string> system_environment(const std::string& name);

/// Serves until SIGINT or SIGTERM, or until a child of the process ends; tells the exit code.
/// `ready` is called once, when requests are answered. Throws std::runtime_error with a message for
/// the user where it cannot begin.
int serve(const Options& options, const std::function<void(const Endpoint&)>& ready);

}  // namespace quprite::server
