#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace quprite {

/// The service's unit of time: 100 ns, as fine as Azure's pop receipts and the `Time:` line of its
/// errors.
using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

/// A point in time, UTC, counted from 1970.
using Time = std::chrono::sys_time<Ticks>;

namespace storage {

/// When a message with the time-to-live -1 expires: 9999-12-31T23:59:59Z, the year in which Azure
/// writes "never".
inline constexpr Time never = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} +
                              std::chrono::hours{23} + std::chrono::minutes{59} +
                              std::chrono::seconds{59};

}  // namespace storage
}  // namespace quprite
