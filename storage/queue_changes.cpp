#include "storage/queue_changes.h"

namespace quprite::storage {
namespace {

Spot spot_of(const Place& place) {
  return {place.next_visible_at, batch_of(place.sequence), place.change};
}

}  // namespace

RowChange& SpotChange::row(std::int64_t dequeue_count, Time expires_at) {
  for (RowChange& row : rows) {
    if (row.dequeue_count == dequeue_count) return row;
  }
  RowChange added{.dequeue_count = dequeue_count, .expires_at = expires_at};
  if (asked) added.stored = 0;
  return rows.emplace_back(added);
}

void QueueChanges::leave(const Place& place) {
  RowChange& row = spots[spot_of(place)].row(place.dequeue_count, place.expires_at);
  const Members leaving = member(place.sequence);
  if ((row.added & leaving) != 0) {
    row.added &= ~leaving;
  } else {
    row.removed |= leaving;
  }
}

void QueueChanges::enter(const Place& place) {
  spots[spot_of(place)].row(place.dequeue_count, place.expires_at).added |= member(place.sequence);
}

void QueueChanges::clear() {
  batch.clear();
  spots.clear();
  batches.clear();
}

}  // namespace quprite::storage
