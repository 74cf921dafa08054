#include <algorithm>
#include <utility>

#include "storage/statements.h"

namespace quprite::storage {
namespace {

using sqlite::Blob;
using sqlite::Rows;

/// How many rows of expired messages a Get Messages removes on its way.
constexpr std::size_t most_removed = 256;

/// Bytes of text: after how many no more is read ahead of one queue, and after how many all that
/// was read ahead is forgotten, which bounds what it takes of the memory.
constexpr std::size_t enough_bytes_ahead = 65'536;
constexpr std::size_t most_bytes_ahead = std::size_t{4} * 1024 * 1024;

}  // namespace

struct SqliteStore::VisibilityRow {
  Spot spot;
  std::int64_t dequeue_count;
  Time expires_at;
  Members members;

  [[nodiscard]] Place place(int index) const {
    return {.next_visible_at = spot.next_visible_at,
            .sequence = sequence_of(spot.batch_id, index),
            .expires_at = expires_at,
            .dequeue_count = dequeue_count,
            .change = spot.change};
  }
};

struct SqliteStore::ReadBatch {
  std::int64_t id = 0;
  Time inserted_at = {};
  Members rewritten = 0;
  std::optional<PackedTexts> texts = {};  // nothing where all are rewritten
  std::optional<Rows> rows = {};          // which hold them
};

Result<Message> SqliteStore::put_message(QueueRef queue, std::string_view text,
                                         Time next_visible_at, Time expires_at, Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  NewBatch& batch = changes_of(*known).batch;
  const NewBatch::Times times{next_visible_at, expires_at, now};
  if (!batch.has_room(times, text.size())) {
    write_batch(known->contents_id, batch);
    batch.start(next_batch_id(), times);
  }
  const std::int64_t sequence = batch.add(text);
  known->consider_new(next_visible_at, now);
  ++known->message_count;
  return Message{.id = ids_.encode(sequence),
                 .inserted_at = now,
                 .expires_at = expires_at,
                 .next_visible_at = next_visible_at,
                 .pop_receipt = {.next_visible_at = next_visible_at}};
}

/// Has the front of the queue hold `count` visible messages, or all where there are fewer. Tells
/// the first rows of those that it found expired. Rows of messages that are gone already, whose
/// expiry is all that is left of them, are passed over like expired ones.
std::vector<SqliteStore::VisibilityRow> SqliteStore::look_ahead(CachedQueue& queue,
                                                                std::size_t count, Time now) {
  std::vector<VisibilityRow> expired;
  queue.consider_new(Time::max(), now);
  if (queue.front.has(count, now)) return expired;
  write(queue);
  if (bytes_ahead_ > most_bytes_ahead) {
    queues_.clear_fronts();
    bytes_ahead_ = 0;
  }
  const std::size_t wanted = queue.front.refill(count);
  std::size_t found = 0;
  std::size_t bytes = 0;
  ReadBatch batch;
  Spot last{};
  Rows rows = statements_->scan.run(queue.contents_id, queue.scan_from, now);
  while (rows.next()) {
    const VisibilityRow row{.spot = {.next_visible_at = rows.time(0),
                                     .batch_id = rows.integer(1),
                                     .change = static_cast<std::uint32_t>(rows.integer(2))},
                            .dequeue_count = rows.integer(3),
                            .expires_at = rows.time(4),
                            .members = rows.bits(5)};
    // Rows that differ in nothing else hold messages whose order goes across them.
    const bool together =
        row.spot.next_visible_at == last.next_visible_at && row.spot.batch_id == last.batch_id;
    const bool enough = found >= count && (found >= wanted || bytes >= enough_bytes_ahead);
    if (enough && !together) break;
    last = row.spot;
    if (row.expires_at <= now) {
      if (expired.size() < most_removed) expired.push_back(row);
      if (found == 0) queue.scan_from = row.spot.next_visible_at;
      continue;
    }
    if (!read_batch(row.spot.batch_id, batch)) continue;
    bytes += add_to_front(queue, row, batch);
    found = queue.front.messages().size();
  }
  queue.scanned_at = now;
  bytes_ahead_ += bytes;
  return expired;
}

/// Reads it, where `batch` is another; false where there is none.
bool SqliteStore::read_batch(std::int64_t batch_id, ReadBatch& batch) {
  if (batch.id == batch_id) return true;
  batch.id = 0;
  batch.rows.reset();
  Rows& rows = batch.rows.emplace(statements_->find_texts.run(batch_id));
  if (!rows.next()) return false;
  batch.id = batch_id;
  batch.inserted_at = rows.time(0);
  batch.rewritten = rows.bits(2);
  batch.texts.reset();
  const std::string_view bytes = rows.bytes(3);
  if (!bytes.empty() || batch.rewritten == 0) {
    batch.texts.emplace(bytes, static_cast<int>(rows.integer(1)));
  }
  return true;
}

/// Tells how many bytes of text that took.
std::size_t SqliteStore::add_to_front(CachedQueue& queue, const VisibilityRow& row,
                                      const ReadBatch& batch) {
  const auto add = [&](int index, Text text) {
    queue.front.add(
        {.place = row.place(index), .inserted_at = batch.inserted_at, .text = std::move(text)});
  };
  std::size_t bytes = 0;
  if (const Members packed = row.members & ~batch.rewritten; packed != 0 && batch.texts) {
    const PackedTexts& texts = *batch.texts;
    for_each_index(packed, [&](int index) { bytes += texts[index].size(); });
    auto together = std::make_shared<std::string>();
    together->reserve(bytes);
    for_each_index(packed, [&](int index) { *together += texts[index]; });
    std::size_t start = 0;
    for_each_index(packed, [&](int index) {
      add(index, Text(together, start, texts[index].size()));
      start += texts[index].size();
    });
  }
  for_each_index(row.members & batch.rewritten, [&](int index) {
    Rows rows = statements_->get_own_text.run(sequence_of(batch.id, index));
    if (!rows.next()) return;
    bytes += rows.bytes(0).size();
    add(index, Text(rows.bytes(0)));
  });
  return bytes;
}

void SqliteStore::remove(CachedQueue& queue, const Place& place) {
  changes_of(queue).leave(place);
  remove_message(queue, place.sequence);
}

void SqliteStore::remove_message(CachedQueue& queue, std::int64_t sequence) {
  BatchState* state = batch_state(queue, batch_of(sequence));
  if (state == nullptr) return;  // tidy() had removed the message itself before
  const Members gone = member(sequence);
  state->living &= ~gone;
  state->changed = true;
  if ((state->rewritten & gone) != 0) statements_->forget_own_text.execute(sequence);
  state->rewritten &= ~gone;
  --queue.message_count;
}

Result<std::vector<Message>> SqliteStore::get_messages(QueueRef queue, int count, Time hidden_until,
                                                       Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  const auto wanted = static_cast<std::size_t>(count);
  const std::vector<VisibilityRow> expired = look_ahead(*known, wanted, now);
  std::vector<Message> messages;
  if (known->front.empty() && expired.empty()) return messages;
  QueueChanges& changes = changes_of(*known);
  for (const VisibilityRow& row : expired) {
    for_each_index(row.members, [&](int index) { remove(*known, row.place(index)); });
  }
  messages.reserve(std::min(wanted, known->front.messages().size()));
  while (messages.size() < wanted && !known->front.empty()) {
    FrontMessage taken = known->front.take();
    Place& place = taken.place;
    if (place.expires_at <= now) {
      remove(*known, place);
      continue;
    }
    changes.leave(place);
    place.next_visible_at = hidden_until;
    ++place.dequeue_count;
    ++place.change;
    changes.enter(place);
    messages.push_back({.id = ids_.encode(place.sequence),
                        .inserted_at = taken.inserted_at,
                        .expires_at = place.expires_at,
                        .next_visible_at = hidden_until,
                        .pop_receipt = {.next_visible_at = hidden_until, .change = place.change},
                        .dequeue_count = place.dequeue_count,
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

/// The message, where it stands as the receipt says. Opens a group, and ends it again where it was
/// opened for a message that cannot be claimed.
Result<SqliteStore::Claim> SqliteStore::claim(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                              Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  const auto sequence = ids_.decode(id);
  if (!sequence || *sequence < 0) return StoreError::MessageNotFound;
  const bool opened = !has_changes();
  if (const NewBatch& batch = changes_of(*known).batch;
      !batch.empty() && batch.id() == batch_of(*sequence)) {
    write(*known);
  }
  if (const auto place = find_place(*known, *sequence, pop_receipt);
      place && place->expires_at > now) {
    return Claim{known, *place};
  }
  const BatchState* state = batch_state(*known, batch_of(*sequence));
  const bool there = state != nullptr && state->contents_id == known->contents_id &&
                     state->expires_at > now && (state->living & member(*sequence)) != 0;
  if (opened) commit();
  return there ? StoreError::PopReceiptMismatch : StoreError::MessageNotFound;
}

/// Where the message stands, if it does so where the receipt says.
std::optional<Place> SqliteStore::find_place(CachedQueue& queue, std::int64_t sequence,
                                             PopReceipt pop_receipt) {
  const Spot spot{pop_receipt.next_visible_at, batch_of(sequence), pop_receipt.change};
  SpotChange& change = changes_of(queue).spots[spot];
  if (!change.asked) {
    Rows rows = statements_->find_rows.run(queue.contents_id, spot.next_visible_at, spot.batch_id,
                                           spot.change);
    while (rows.next()) change.row(rows.integer(0), rows.time(1)).stored = rows.bits(2);
    change.asked = true;
    for (RowChange& row : change.rows) {
      if (!row.stored) row.stored = 0;
    }
  }
  for (const RowChange& row : change.rows) {
    if ((row.members() & member(sequence)) == 0) continue;
    return Place{.next_visible_at = spot.next_visible_at,
                 .sequence = sequence,
                 .expires_at = row.expires_at,
                 .dequeue_count = row.dequeue_count,
                 .change = spot.change};
  }
  return std::nullopt;
}

Result<PopReceipt> SqliteStore::update_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                               Time next_visible_at,
                                               std::optional<std::string_view> text, Time now) {
  const auto claimed = claim(queue, id, pop_receipt, now);
  if (!claimed) return claimed.error();
  CachedQueue& known = *claimed->queue;
  Place place = claimed->place;
  if (text) set_text(known, place.sequence, *text);
  known.front.remove(place.next_visible_at, place.sequence);
  QueueChanges& changes = changes_of(known);
  changes.leave(place);
  place.next_visible_at = next_visible_at;
  ++place.change;
  changes.enter(place);
  known.consider(next_visible_at, now);
  return PopReceipt{.next_visible_at = next_visible_at, .change = place.change};
}

void SqliteStore::set_text(CachedQueue& queue, std::int64_t sequence, std::string_view text) {
  BatchState* state = batch_state(queue, batch_of(sequence));
  if (state == nullptr) throw StoreFailure("a message stands in a queue without a batch", false);
  if (state->count == 1) {
    statements_->set_texts.execute(Blob{text}, batch_of(sequence));
    return;
  }
  statements_->set_own_text.execute(sequence, Blob{text});
  state->rewritten |= member(sequence);
  state->changed = true;
}

Result<Done> SqliteStore::delete_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                         Time now) {
  const auto claimed = claim(queue, id, pop_receipt, now);
  if (!claimed) return claimed.error();
  const auto& [known, place] = *claimed;
  known->front.remove(place.next_visible_at, place.sequence);
  remove(*known, place);
  return Done{};
}

}  // namespace quprite::storage
