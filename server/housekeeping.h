#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

#include "server/clock.h"
#include "server/log.h"
#include "server/service.h"

namespace quprite::server {

/// Has the store tidy up in small steps: as often as it likes while no requests come, and now and
/// then while they do.
class Housekeeping {
 public:
  Housekeeping(boost::asio::io_context& io, Service& service, const Clock& clock, Log& log)
      : service_(service), clock_(clock), log_(log), timer_(io) {}

  void start();
  void stop() { timer_.cancel(); }

 private:
  void wait(std::chrono::milliseconds pause);
  void step();

  Service& service_;
  const Clock& clock_;
  Log& log_;
  boost::asio::steady_timer timer_;
  std::uint64_t requests_ = 0;  // that had been served at the last step
  int busy_steps_ = 0;          // how many steps in a row were put off because requests came
};

}  // namespace quprite::server
