#pragma once

#include <boost/asio/io_context.hpp>

#include "server/clock.h"

namespace quprite::server {

/// Runs the event loop until it is stopped.
///
/// Where requests follow each other closely, it looks for the next one for a moment before it
/// sleeps: to be woken takes longer than most requests do. A client that sends one put after the
/// other waits 60 us for each, not 90. Where the last request came later than that moment, it
/// sleeps at once.
void run(boost::asio::io_context& io, const Clock& clock);

}  // namespace quprite::server
