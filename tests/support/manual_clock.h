#pragma once

#include <atomic>

#include "server/clock.h"

namespace quprite::test {

/// A clock that stands still until it is moved. May be moved from another thread than the one that
/// reads it.
class ManualClock final : public server::Clock {
 public:
  /// 2026-06-01T12:00:00Z, the time of the authorization vectors.
  static constexpr Time start =
      std::chrono::sys_days{std::chrono::year{2026} / 6 / 1} + std::chrono::hours{12};

  [[nodiscard]] Time now() const override { return Time{Ticks{now_.load()}}; }
  [[nodiscard]] Ticks uptime() const override { return Ticks{now_.load()}; }

  void advance(Ticks by) { now_ += by.count(); }
  void set(Time time) { now_ = time.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> now_ = start.time_since_epoch().count();
};

}  // namespace quprite::test
