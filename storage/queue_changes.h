#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "storage/batch.h"
#include "storage/time.h"

namespace quprite::storage {

/// Where a message stands in its queue. Messages of a batch that stand at one place are one row of
/// `visibility`.
struct Place {
  Time next_visible_at;
  std::int64_t sequence;
  Time expires_at;
  std::int64_t dequeue_count;
  std::uint32_t change;
};

/// The part of a place that a pop receipt tells.
struct Spot {
  Time next_visible_at;
  std::int64_t batch_id;
  std::uint32_t change;

  bool operator==(const Spot&) const = default;
};

/// What the open group has changed about a row of `visibility`.
struct RowChange {
  std::int64_t dequeue_count;
  Time expires_at;
  std::optional<Members> stored = {};  ///< the members in the table, where it was asked
  Members added = 0;
  Members removed = 0;  ///< of those in the table

  /// Those that stand there, as far as is known without the table.
  [[nodiscard]] Members members() const { return (stored.value_or(0) & ~removed) | added; }
};

struct SpotChange {
  bool asked = false;  ///< what the table has of it is known
  std::vector<RowChange> rows = {};

  RowChange& row(std::int64_t dequeue_count, Time expires_at);
};

/// What is left of a batch.
struct BatchState {
  std::int64_t contents_id;
  Time expires_at;
  int count;
  Members living;     ///< neither deleted nor removed
  Members rewritten;  ///< their texts stand by themselves, in `own_text`
  bool kept;          ///< there is a row of `remains`
  bool changed = false;
};

/// What the open group has changed about the messages of a queue, until it is written: changes of
/// many messages often make one change of a row.
struct QueueChanges {
  struct Hash {
    std::size_t operator()(const Spot& spot) const {
      const auto time = static_cast<std::uint64_t>(spot.next_visible_at.time_since_epoch().count());
      const auto batch = static_cast<std::uint64_t>(spot.batch_id);
      return static_cast<std::size_t>((time * 31U + batch) * 31U + spot.change);
    }
  };

  NewBatch batch;
  std::unordered_map<Spot, SpotChange, Hash> spots;
  std::unordered_map<std::int64_t, BatchState> batches;

  /// A message leaves the place where it is known to stand.
  void leave(const Place& place);
  /// It comes to another.
  void enter(const Place& place);

  void clear();
};

}  // namespace quprite::storage
