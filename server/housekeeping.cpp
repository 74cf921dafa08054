#include "server/housekeeping.h"

namespace quprite::server {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds pause_when_idle{100};
constexpr milliseconds pause_between_steps{1};
constexpr int most_busy_steps =
    10;  // a second of uninterrupted load, then one step of a few ms all the same

}  // namespace

void Housekeeping::start() {
  wait(pause_when_idle);
}

void Housekeeping::wait(milliseconds pause) {
  timer_.expires_after(pause);
  timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec) step();
  });
}

void Housekeeping::step() {
  log_.flush();
  const bool busy = service_.requests() != requests_;
  requests_ = service_.requests();
  if ((busy && ++busy_steps_ < most_busy_steps) || service_.store().has_changes())
    return wait(pause_when_idle);
  busy_steps_ = 0;
  bool more = false;
  try {
    more = service_.store().tidy(clock_.now());
  } catch (const storage::StoreFailure& failure) {
    service_.store().roll_back();
    log_.line(LogLevel::Error, clock_.now(), failure.what());
  }
  wait(more && !busy ? pause_between_steps : pause_when_idle);
}

}  // namespace quprite::server
