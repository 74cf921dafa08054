#include "server/clock.h"

namespace quprite::server {

Time SystemClock::now() const {
  return std::chrono::floor<Ticks>(std::chrono::system_clock::now());
}

Ticks SystemClock::uptime() const {
  return std::chrono::floor<Ticks>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace quprite::server
