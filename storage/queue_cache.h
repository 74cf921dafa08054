#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/queue_changes.h"
#include "storage/queue_front.h"
#include "storage/store.h"
#include "storage/time.h"

namespace quprite::storage {

/// What the store remembers of a queue, so that the hot path need not ask the database for it.
struct CachedQueue {
  std::int64_t queue_id = 0;
  std::int64_t contents_id = 0;
  std::int64_t message_count = 0;  ///< expired ones included, as in the table
  std::int64_t stored_count = 0;   ///< what the table says
  bool touched = false;            ///< the open group may have changed something of it

  // What a scan for visible messages may skip: at `scanned_at`, no message of the queue that
  // becomes visible before `scan_from` existed any more (all of them had expired).
  Time scan_from = Time::min();
  Time scanned_at = Time::min();

  /// What the last scan has read ahead.
  QueueFront front = {};

  /// What the open group has changed and not written; null where that is nothing.
  std::unique_ptr<QueueChanges> changes = nullptr;

  /// A message comes to stand at `next_visible_at`, or the clock is at `now`: forget what that
  /// makes untrue.
  void consider(Time next_visible_at, Time now) {
    consider_time(next_visible_at, now);
    front.consider(next_visible_at);
  }
  void consider_new(Time next_visible_at, Time now) {
    consider_time(next_visible_at, now);
    front.consider_new(next_visible_at);
  }

 private:
  void consider_time(Time next_visible_at, Time now) {
    if (next_visible_at < scan_from || now < scanned_at) scan_from = Time::min();
    if (now < scanned_at) front.clear();
  }
};

/// The queues that were used last, by account and name. Entries stay where they are until
/// they are erased.
class QueueCache {
 public:
  [[nodiscard]] CachedQueue* find(QueueRef queue);
  /// Voids what find() has given, where all is forgotten to keep the cache small.
  CachedQueue& insert(QueueRef queue, CachedQueue cached);
  void erase(QueueRef queue);
  void clear();

  /// Forgets what was read ahead of all queues.
  void clear_fronts();

  /// Notes that the open group changes something of the queue.
  void touch(CachedQueue& queue);

  /// The queues that were touched since the last call of this.
  std::vector<CachedQueue*> take_touched();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(QueueRef queue) const;
    std::size_t operator()(const std::string& key) const;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const std::string& a, const std::string& b) const { return a == b; }
    bool operator()(QueueRef a, const std::string& b) const;
    bool operator()(const std::string& a, QueueRef b) const { return (*this)(b, a); }
  };

  std::unordered_map<std::string, CachedQueue, Hash, Equal> queues_;  // by "account/name"
  std::vector<CachedQueue*> touched_;
};

}  // namespace quprite::storage
