#include <algorithm>
#include <utility>

#include "storage/statements.h"

namespace quprite::storage {
namespace {

using sqlite::Blob;
using sqlite::Rows;

/// How many expired messages a Get Messages removes on its way.
constexpr std::size_t most_removed = 256;

/// Bytes of text: after how many no more is read ahead of one queue, and after how many all that
/// was read ahead is forgotten, which bounds what it takes of the memory.
constexpr std::size_t enough_bytes_ahead = 65'536;
constexpr std::size_t most_bytes_ahead = std::size_t{4} * 1024 * 1024;

}  // namespace

Result<Message> SqliteStore::put_message(QueueRef queue, std::string_view text,
                                         Time next_visible_at, Time expires_at, Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  begin();
  const std::int64_t sequence = next_sequence();
  statements_->add_message.execute(sequence, known->contents_id, now, expires_at, Blob{text});
  statements_->add_place.execute(known->contents_id, next_visible_at, sequence, expires_at);
  known->consider(next_visible_at, now);
  ++known->message_count;
  queues_.touch(*known);
  return Message{.id = ids_.encode(sequence),
                 .inserted_at = now,
                 .expires_at = expires_at,
                 .next_visible_at = next_visible_at,
                 .pop_receipt = {.next_visible_at = next_visible_at}};
}

/// Has the front of the queue hold `count` visible messages, or all where there are fewer. Tells
/// the first of those that it found expired. Rows of messages that are gone already, whose expiry
/// is all that is left of them, are passed over like expired ones.
std::vector<Place> SqliteStore::look_ahead(CachedQueue& queue, std::size_t count, Time now) {
  std::vector<Place> expired;
  queue.consider(Time::max(), now);
  if (queue.front.has(count, now)) return expired;
  if (bytes_ahead_ > most_bytes_ahead) {
    queues_.clear_fronts();
    bytes_ahead_ = 0;
  }
  const std::size_t wanted = queue.front.refill(count);
  std::size_t bytes = 0;
  Rows rows = statements_->scan.run(queue.contents_id, queue.scan_from, now);
  for (std::size_t found = 0; found < count || (found < wanted && bytes < enough_bytes_ahead);) {
    if (!rows.next()) break;
    const Place place{.next_visible_at = rows.time(0),
                      .sequence = rows.integer(1),
                      .expires_at = rows.time(2),
                      .dequeue_count = rows.integer(3),
                      .change = static_cast<std::uint32_t>(rows.integer(4))};
    if (place.expires_at <= now) {
      if (expired.size() < most_removed) expired.push_back(place);
      if (found == 0) queue.scan_from = place.next_visible_at;
      continue;
    }
    if (rows.is_null(5)) continue;
    const std::string_view text = rows.bytes(6);
    queue.front.add({.place = place, .inserted_at = rows.time(5), .text = std::string(text)});
    bytes += text.size();
    ++found;
  }
  queue.scanned_at = now;
  bytes_ahead_ += bytes;
  return expired;
}

void SqliteStore::remove(CachedQueue& queue, const Place& place) {
  statements_->remove_place.execute(queue.contents_id, place.next_visible_at, place.sequence);
  remove_message(queue, place.sequence);
}

void SqliteStore::remove_message(CachedQueue& queue, std::int64_t sequence) {
  statements_->remove_message.execute(sequence);
  if (database_->changes() == 0) return;  // tidy() had removed the message itself before
  --queue.message_count;
  queues_.touch(queue);
}

Result<std::vector<Message>> SqliteStore::get_messages(QueueRef queue, int count, Time hidden_until,
                                                       Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  const auto wanted = static_cast<std::size_t>(count);
  const std::vector<Place> expired = look_ahead(*known, wanted, now);
  std::vector<Message> messages;
  if (known->front.empty() && expired.empty()) return messages;
  begin();
  for (const Place& place : expired) remove(*known, place);
  messages.reserve(std::min(wanted, known->front.messages().size()));
  while (messages.size() < wanted && !known->front.empty()) {
    FrontMessage taken = known->front.take();
    const Place& place = taken.place;
    if (place.expires_at <= now) {
      remove(*known, place);
      continue;
    }
    const std::uint32_t change = place.change + 1;
    statements_->remove_place.execute(known->contents_id, place.next_visible_at, place.sequence);
    statements_->add_moved_place.execute(known->contents_id, hidden_until, place.sequence,
                                         place.expires_at, place.dequeue_count + 1, change);
    messages.push_back({.id = ids_.encode(place.sequence),
                        .inserted_at = taken.inserted_at,
                        .expires_at = place.expires_at,
                        .next_visible_at = hidden_until,
                        .pop_receipt = {.next_visible_at = hidden_until, .change = change},
                        .dequeue_count = place.dequeue_count + 1,
                        .text = std::move(taken.text)});
  }
  known->consider(hidden_until, now);
  return messages;
}

Result<std::vector<Message>> SqliteStore::peek_messages(QueueRef queue, int count, Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  const auto wanted = static_cast<std::size_t>(count);
  look_ahead(*known, wanted, now);
  std::vector<Message> messages;
  messages.reserve(std::min(wanted, known->front.messages().size()));
  for (const FrontMessage& message : known->front.messages()) {
    if (messages.size() == wanted) break;
    if (message.place.expires_at <= now) continue;
    messages.push_back({.id = ids_.encode(message.place.sequence),
                        .inserted_at = message.inserted_at,
                        .expires_at = message.place.expires_at,
                        .next_visible_at = message.place.next_visible_at,
                        .dequeue_count = message.place.dequeue_count,
                        .text = message.text});
  }
  return messages;
}

/// The message that the receipt may have been given out for.
Result<SqliteStore::Claim> SqliteStore::claim(QueueRef queue, MessageId id) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  const auto sequence = ids_.decode(id);
  if (!sequence) return StoreError::MessageNotFound;
  return Claim{known, *sequence};
}

/// Why a message does not stand where a receipt says. Ends the group again where it was `opened`
/// for that message alone.
StoreError SqliteStore::refuse(const Claim& claim, bool opened, Time now) {
  if (opened) statements_->commit.execute();
  Rows rows = statements_->find_message.run(claim.sequence);
  const bool there =
      rows.next() && rows.integer(0) == claim.queue->contents_id && rows.time(1) > now;
  return there ? StoreError::PopReceiptMismatch : StoreError::MessageNotFound;
}

// Update and Delete find out whether the receipt is good by doing what they are to do: looking
// first took a tenth of a Delete.

Result<PopReceipt> SqliteStore::update_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                               Time next_visible_at,
                                               std::optional<std::string_view> text, Time now) {
  const auto claimed = claim(queue, id);
  if (!claimed) return claimed.error();
  const auto& [known, sequence] = *claimed;
  const bool opened = begin();
  statements_->move_claimed_place.execute(next_visible_at, known->contents_id,
                                          pop_receipt.next_visible_at, sequence, pop_receipt.change,
                                          now);
  if (database_->changes() == 0) return refuse(*claimed, opened, now);
  if (text) statements_->set_text.execute(Blob{*text}, sequence);
  known->front.remove(pop_receipt.next_visible_at, sequence);
  known->consider(next_visible_at, now);
  return PopReceipt{.next_visible_at = next_visible_at, .change = pop_receipt.change + 1};
}

Result<Done> SqliteStore::delete_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                         Time now) {
  const auto claimed = claim(queue, id);
  if (!claimed) return claimed.error();
  const auto& [known, sequence] = *claimed;
  const bool opened = begin();
  statements_->remove_claimed_place.execute(known->contents_id, pop_receipt.next_visible_at,
                                            sequence, pop_receipt.change, now);
  if (database_->changes() == 0) return refuse(*claimed, opened, now);
  known->front.remove(pop_receipt.next_visible_at, sequence);
  remove_message(*known, sequence);
  return Done{};
}

}  // namespace quprite::storage
