#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>

#include "server/options.h"
#include "server/program/ready.h"

namespace quprite::server {

/// The process's environment.
std::optional<std::string> system_environment(const std::string& name);

/// Serves until SIGINT or SIGTERM; tells the exit code. `ready` is called once, when requests are
/// answered. Throws std::runtime_error with a message for the user where it cannot begin.
int serve(const Options& options, const std::function<void(const Endpoint&)>& ready);

/// A server that is running.
struct Running {
  boost::asio::io_context& io;
  std::function<void()> stop;  ///< has it finish what is in flight, and end
};

/// The same, but until it is stopped: signals are the caller's.
int serve_until_stopped(const Options& options,
                        const std::function<void(const Endpoint&, const Running&)>& ready);

}  // namespace quprite::server
