#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
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

/// Whoever may stop a server: gone when that has ended, and before its event loop is.
using Attendant = std::shared_ptr<void>;

/// The same, but until it is stopped: signals are left to the attendant that `ready` makes.
int serve_until_stopped(const Options& options,
                        const std::function<Attendant(const Endpoint&, const Running&)>& ready);

}  // namespace quprite::server
