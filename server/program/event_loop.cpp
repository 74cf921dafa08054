#include "server/program/event_loop.h"

#include <chrono>

namespace quprite::server {
namespace {

/// About what it takes to fall asleep and to be woken.
constexpr std::chrono::microseconds patience{100};

}  // namespace

void run(boost::asio::io_context& io, const Clock& clock) {
  Ticks last = clock.uptime();
  while (!io.stopped()) {
    io.run_one();
    const bool pays = clock.uptime() - last < patience;
    do {
      if (io.poll() > 0) last = clock.uptime();
    } while (pays && !io.stopped() && clock.uptime() - last < patience);
    if (!pays) last = clock.uptime();
  }
}

}  // namespace quprite::server
