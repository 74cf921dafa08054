#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/time.h"

namespace quprite::storage {

// Messages that one group puts into a queue one after the other, with the same times, are kept
// together, as a batch: what they share is written once, and their texts stand in one blob. Writing
// and finding each by itself took two thirds of a Put and of a Get.

/// A set of messages of a batch: bit `i` is the message that was put into it as the `i`th, from 0.
using Members = std::uint64_t;

inline constexpr int most_members = 64;

/// A message's sequence number tells its batch and which of it the message is. Sequences grow as
/// messages are put, and none is used twice.
constexpr std::int64_t sequence_of(std::int64_t batch_id, int index) {
  return batch_id * most_members + index;
}
constexpr std::int64_t batch_of(std::int64_t sequence) {
  return sequence / most_members;
}
constexpr int index_of(std::int64_t sequence) {
  return static_cast<int>(sequence % most_members);
}
constexpr Members member(std::int64_t sequence) {
  return Members{1} << static_cast<unsigned>(index_of(sequence));
}

/// The members of a whole batch of `count` messages (1 to 64).
constexpr Members all_members(int count) {
  return ~Members{0} >> static_cast<unsigned>(most_members - count);
}

/// Calls `visit` with the index of each member, in order.
template <class Visit>
void for_each_index(Members members, Visit visit) {
  for (; members != 0; members &= members - 1) visit(std::countr_zero(members));
}

/// A batch that is being put together.
class NewBatch {
 public:
  struct Times {
    Time next_visible_at;
    Time expires_at;
    Time inserted_at;

    bool operator==(const Times&) const = default;
  };

  [[nodiscard]] bool empty() const { return lengths_.empty(); }

  /// Whether one more message with these times and such a text can join.
  [[nodiscard]] bool has_room(const Times& times, std::size_t text_size) const;

  /// Begins anew, with nothing in it.
  void start(std::int64_t id, const Times& times);

  /// Adds a message; tells its sequence.
  std::int64_t add(std::string_view text);

  [[nodiscard]] std::int64_t id() const { return id_; }
  [[nodiscard]] const Times& times() const { return times_; }
  [[nodiscard]] int count() const { return static_cast<int>(lengths_.size()); }

  /// The texts, as PackedTexts reads them. Nothing can be added after that.
  std::string_view pack();

  void clear();

 private:
  std::int64_t id_ = 0;
  Times times_ = {};
  std::string texts_;
  std::vector<std::uint32_t> lengths_;
};

/// The texts of a batch, as they stand in its blob: one behind the other and then, in 4 bytes each,
/// low byte first, the lengths of all but the last. So the blob of a single message is its text.
class PackedTexts {
 public:
  /// `bytes` has to outlive this. Throws StoreFailure where it does not hold `count` texts.
  PackedTexts(std::string_view bytes, int count);

  [[nodiscard]] std::string_view operator[](int index) const {
    const auto i = static_cast<std::size_t>(index);
    return bytes_.substr(starts_[i], starts_[i + 1] - starts_[i]);
  }

 private:
  std::string_view bytes_;
  std::array<std::size_t, most_members + 1> starts_{};
};

}  // namespace quprite::storage
