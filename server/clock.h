#pragma once

#include "storage/time.h"

namespace quprite::server {

/// Where time comes from. Nothing else in quprite asks the system what time it is.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// The time of day, UTC.
  [[nodiscard]] virtual Time now() const = 0;

  /// Time that only goes forward, from an arbitrary beginning; for durations and idle connections.
  [[nodiscard]] virtual Ticks uptime() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  [[nodiscard]] Ticks uptime() const override;
};

}  // namespace quprite::server
