#include "storage/queue_front.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace quprite::storage {
namespace {

constexpr std::size_t most_ahead = 64;

}  // namespace

bool QueueFront::has(std::size_t count, Time now) const {
  std::size_t missing = count;
  for (const FrontMessage& message : messages()) {
    if (missing == 0) break;
    if (message.place.expires_at > now) --missing;
  }
  return missing == 0;
}

FrontMessage QueueFront::take() {
  FrontMessage taken = std::move(messages_[taken_++]);
  if (empty()) clear();
  return taken;
}

std::size_t QueueFront::refill(std::size_t count) {
  clear();
  const std::size_t wanted = std::max(count, ahead_);
  ahead_ = std::min(2 * wanted, most_ahead);
  return wanted;
}

void QueueFront::add(FrontMessage&& message) {
  auto at = messages_.end();
  while (at != messages_.begin()) {
    const Place& before = std::prev(at)->place;
    if (before.next_visible_at != message.place.next_visible_at ||
        before.sequence < message.place.sequence)
      break;
    --at;
  }
  messages_.insert(at, std::move(message));
}

/// Where it stands before the last one, or beside it, it may stand among them.
void QueueFront::consider(Time next_visible_at) {
  if (!empty() && next_visible_at <= messages_.back().place.next_visible_at) clear();
}

void QueueFront::consider_new(Time next_visible_at) {
  if (!empty() && next_visible_at < messages_.back().place.next_visible_at) clear();
}

void QueueFront::remove(Time next_visible_at, std::int64_t sequence) {
  if (empty() || next_visible_at > messages_.back().place.next_visible_at) return;
  const auto first = messages_.begin() + static_cast<std::ptrdiff_t>(taken_);
  const auto found = std::find_if(first, messages_.end(), [&](const FrontMessage& message) {
    return message.place.sequence == sequence;
  });
  if (found != messages_.end()) messages_.erase(found);
}

void QueueFront::clear() {
  messages_.clear();
  taken_ = 0;
}

}  // namespace quprite::storage
