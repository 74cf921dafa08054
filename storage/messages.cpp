#include <algorithm>
#include <utility>

#include "storage/statements.h"

namespace quprite::storage {
namespace {

using sqlite::Blob;
using sqlite::Rows;

/// How many expired messages a Get Messages removes on its way.
constexpr std::size_t most_removed = 256;

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

/// The first visible messages of the queue, and what had expired before them. Rows of messages that
/// are gone already, whose expiry is all that is left of them, are passed over like expired ones.
SqliteStore::Scan SqliteStore::scan(CachedQueue& queue, int count, Time now) {
  Scan scan;
  queue.consider(Time::max(), now);
  Rows rows = statements_->scan.run(queue.contents_id, queue.scan_from, now);
  bool all_expired = true;
  while (static_cast<int>(scan.visible.size()) < count && rows.next()) {
    const Place place{.next_visible_at = rows.time(0),
                      .sequence = rows.integer(1),
                      .expires_at = rows.time(2),
                      .dequeue_count = rows.integer(3),
                      .change = static_cast<std::uint32_t>(rows.integer(4))};
    if (place.expires_at <= now) {
      if (scan.expired.size() < most_removed) scan.expired.push_back(place);
      if (all_expired) queue.scan_from = place.next_visible_at;
      continue;
    }
    all_expired = false;
    scan.visible.push_back(place);
  }
  queue.scanned_at = now;
  return scan;
}

/// Fills in what `message` knows beyond the place; false where the message is gone.
bool SqliteStore::read_message(const Place& place, Message& message) {
  Rows rows = statements_->read_message.run(place.sequence);
  if (!rows.next()) return false;
  message.id = ids_.encode(place.sequence);
  message.inserted_at = rows.time(0);
  message.expires_at = rows.time(1);
  message.text = rows.bytes(2);
  return true;
}

void SqliteStore::remove(CachedQueue& queue, const Place& place) {
  statements_->remove_place.execute(queue.contents_id, place.next_visible_at, place.sequence);
  statements_->remove_message.execute(place.sequence);
  if (database_->changes() == 0) return;  // tidy() had removed the message itself before
  --queue.message_count;
  queues_.touch(queue);
}

Result<std::vector<Message>> SqliteStore::get_messages(QueueRef queue, int count, Time hidden_until,
                                                       Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  const Scan found = scan(*known, count, now);
  std::vector<Message> messages;
  if (found.visible.empty() && found.expired.empty()) return messages;
  begin();
  for (const Place& place : found.expired) remove(*known, place);
  messages.reserve(found.visible.size());
  for (const Place& place : found.visible) {
    Message message;
    if (!read_message(place, message)) continue;
    const std::uint32_t change = place.change + 1;
    statements_->move_place.execute(hidden_until, place.dequeue_count + 1, change,
                                    known->contents_id, place.next_visible_at, place.sequence);
    message.next_visible_at = hidden_until;
    message.pop_receipt = {.next_visible_at = hidden_until, .change = change};
    message.dequeue_count = place.dequeue_count + 1;
    messages.push_back(std::move(message));
  }
  known->consider(hidden_until, now);
  return messages;
}

Result<std::vector<Message>> SqliteStore::peek_messages(QueueRef queue, int count, Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  const Scan found = scan(*known, count, now);
  std::vector<Message> messages;
  messages.reserve(found.visible.size());
  for (const Place& place : found.visible) {
    Message message;
    if (!read_message(place, message)) continue;
    message.next_visible_at = place.next_visible_at;
    message.dequeue_count = place.dequeue_count;
    messages.push_back(std::move(message));
  }
  return messages;
}

/// Where the message stands that the receipt was given out for, if it still stands there.
Result<SqliteStore::Claim> SqliteStore::claim(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                              Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  const auto sequence = ids_.decode(id);
  if (!sequence) return StoreError::MessageNotFound;
  Rows rows =
      statements_->find_place.run(known->contents_id, pop_receipt.next_visible_at, *sequence);
  if (!rows.next()) return why_no_place(*known, *sequence, now);
  const Place place{.next_visible_at = pop_receipt.next_visible_at,
                    .sequence = *sequence,
                    .expires_at = rows.time(0),
                    .dequeue_count = rows.integer(1),
                    .change = static_cast<std::uint32_t>(rows.integer(2))};
  if (place.change != pop_receipt.change || place.expires_at <= now) {
    return why_no_place(*known, *sequence, now);
  }
  return Claim{known, place};
}

StoreError SqliteStore::why_no_place(const CachedQueue& queue, std::int64_t sequence, Time now) {
  Rows rows = statements_->find_message.run(sequence);
  const bool there = rows.next() && rows.integer(0) == queue.contents_id && rows.time(1) > now;
  return there ? StoreError::PopReceiptMismatch : StoreError::MessageNotFound;
}

Result<PopReceipt> SqliteStore::update_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                               Time next_visible_at,
                                               std::optional<std::string_view> text, Time now) {
  const auto claimed = claim(queue, id, pop_receipt, now);
  if (!claimed) return claimed.error();
  const auto& [known, place] = *claimed;
  begin();
  const std::uint32_t change = place.change + 1;
  statements_->move_place.execute(next_visible_at, place.dequeue_count, change, known->contents_id,
                                  place.next_visible_at, place.sequence);
  if (text) statements_->set_text.execute(Blob{*text}, place.sequence);
  known->consider(next_visible_at, now);
  return PopReceipt{.next_visible_at = next_visible_at, .change = change};
}

Result<Done> SqliteStore::delete_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                         Time now) {
  const auto claimed = claim(queue, id, pop_receipt, now);
  if (!claimed) return claimed.error();
  begin();
  remove(*claimed->queue, claimed->place);
  return Done{};
}

}  // namespace quprite::storage
