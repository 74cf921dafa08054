#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace quprite::bench {

/// Counts durations in nanoseconds, in buckets that are at most 1.6 % wide.
class Histogram {
 public:
  void add(std::uint64_t nanoseconds) {
    ++buckets_[bucket_of(nanoseconds)];
    ++count_;
    maximum_ = std::max(maximum_, nanoseconds);
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t maximum() const { return maximum_; }

  /// The duration that a share (0 to 1) of the durations did not exceed; 0 where there are none.
  [[nodiscard]] std::uint64_t quantile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
      seen += buckets_[bucket];
      if (seen > wanted) return std::min(upper_end(bucket), maximum_);
    }
    return maximum_;
  }

 private:
  // A bucket is an exponent and the 6 bits behind the first one.
  static constexpr std::size_t fraction_bits = 6;
  static constexpr std::size_t fractions = std::size_t{1} << fraction_bits;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < fractions) return value;
    const std::size_t shift = static_cast<std::size_t>(std::bit_width(value)) - 1 - fraction_bits;
    return (shift + 1) * fractions + ((value >> shift) - fractions);
  }

  static std::uint64_t upper_end(std::size_t bucket) {
    if (bucket < fractions) return bucket;
    const std::size_t shift = bucket / fractions - 1;
    return ((bucket % fractions + fractions + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (64 - fraction_bits + 1)* fractions> buckets_ = {};
  std::uint64_t count_ = 0;
  std::uint64_t maximum_ = 0;
};

}  // namespace quprite::bench
