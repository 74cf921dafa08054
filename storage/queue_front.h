#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/queue_changes.h"
#include "storage/text.h"
#include "storage/time.h"

namespace quprite::storage {

/// A message at the front of its queue, with all that Get and Peek tell of it.
struct FrontMessage {
  Place place;
  Time inserted_at;
  Text text;
};

/// The first visible messages of a queue, read ahead of the Gets and Peeks that will ask for them:
/// stepping from row to row costs a fraction of finding each row anew.
///
/// What stands here is what the database would tell, in its order and without gaps. So whoever
/// changes a message that may stand here, or puts one where it may belong here, has to say so.
class QueueFront {
 public:
  /// What stands here, in order; some of it may have expired since.
  [[nodiscard]] std::span<const FrontMessage> messages() const {
    return std::span(messages_).subspan(taken_);
  }
  [[nodiscard]] bool empty() const { return messages().empty(); }

  /// Whether at least `count` of the messages have not expired at `now`.
  [[nodiscard]] bool has(std::size_t count, Time now) const;

  /// Takes off the first message.
  FrontMessage take();

  /// Empties it, to be filled anew; tells how many messages to add, at least `count`: twice as many
  /// as the last time, as a queue that is asked again will be asked on.
  std::size_t refill(std::size_t count);
  /// To be called in order, but for messages of one batch that become visible at one time.
  void add(FrontMessage&& message);

  /// A message comes to stand at `next_visible_at`; a new one, behind all that do.
  void consider(Time next_visible_at);
  void consider_new(Time next_visible_at);

  /// That message, which stood at `next_visible_at`, does so no more.
  void remove(Time next_visible_at, std::int64_t sequence);

  void clear();

 private:
  std::vector<FrontMessage> messages_;
  std::size_t taken_ = 0;  // so many of them have been
  std::size_t ahead_ = 1;
};

}  // namespace quprite::storage
