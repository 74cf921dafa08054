#include <bit>
#include <utility>

#include "storage/statements.h"

namespace quprite::storage {
namespace {

using sqlite::Blob;
using sqlite::Rows;

constexpr std::size_t most_spare_changes = 16;

/// Whether so little is left of a batch that its texts are better kept by themselves: otherwise one
/// message that stays would keep the space of all.
bool is_sparse(const BatchState& state) {
  constexpr int sparse = 8;
  return (state.living & ~state.rewritten) != 0 &&
         std::popcount(state.living) * sparse <= state.count;
}

}  // namespace

/// What the open group changes about the queue; opens one where none is.
QueueChanges& SqliteStore::changes_of(CachedQueue& queue) {
  begin();
  queues_.touch(queue);
  if (queue.changes) return *queue.changes;
  if (spare_changes_.empty()) {
    queue.changes = std::make_unique<QueueChanges>();
  } else {
    queue.changes = std::move(spare_changes_.back());
    spare_changes_.pop_back();
  }
  return *queue.changes;
}

/// The batch as the open group has it; null where there is none.
BatchState* SqliteStore::batch_state(CachedQueue& queue, std::int64_t batch_id) {
  auto& batches = changes_of(queue).batches;
  const auto known = batches.find(batch_id);
  if (known != batches.end()) return &known->second;
  Rows rows = statements_->find_batch.run(batch_id);
  if (!rows.next()) return nullptr;
  const int count = static_cast<int>(rows.integer(2));
  const bool kept = !rows.is_null(3);
  const Members living = kept ? rows.bits(3) : all_members(count);
  const BatchState state{.contents_id = rows.integer(0),
                         .expires_at = rows.time(1),
                         .count = count,
                         .living = living,
                         .rewritten = rows.bits(4),
                         .kept = kept};
  return &batches.emplace(batch_id, state).first->second;
}

/// Writes what the open group has changed about the queue and not written.
void SqliteStore::write(CachedQueue& queue) {
  if (queue.changes) {
    QueueChanges& changes = *queue.changes;
    write_batch(queue.contents_id, changes.batch);
    for (const auto& [spot, change] : changes.spots) {
      for (const RowChange& row : change.rows) write_row(queue.contents_id, spot, row);
    }
    for (auto& [batch_id, state] : changes.batches) {
      if (state.changed) write_state(batch_id, state);
    }
    changes.clear();
    if (spare_changes_.size() < most_spare_changes) {
      spare_changes_.push_back(std::move(queue.changes));
    }
    queue.changes.reset();
  }
  if (queue.message_count != queue.stored_count) {
    statements_->set_count.execute(queue.message_count, queue.queue_id);
    queue.stored_count = queue.message_count;
  }
}

void SqliteStore::write_batch(std::int64_t contents_id, NewBatch& batch) {
  if (batch.empty()) return;
  const NewBatch::Times& times = batch.times();
  const int count = batch.count();
  statements_->add_batch.execute(batch.id(), contents_id, times.inserted_at, times.expires_at,
                                 count, Blob{batch.pack()});
  statements_->add_row.execute(contents_id, times.next_visible_at, batch.id(), 0, 0,
                               times.expires_at, all_members(count));
  batch.clear();
}

/// Where the row was not read, it is told what to change, and not what to be.
void SqliteStore::write_row(std::int64_t contents_id, const Spot& spot, const RowChange& row) {
  const auto execute = [&](sqlite::Statement& statement, const auto&... values) {
    statement.execute(contents_id, spot.next_visible_at, spot.batch_id, spot.change,
                      row.dequeue_count, values...);
  };
  if (row.stored) {
    const Members members = row.members();
    if (members == *row.stored) return;
    if (members == 0) return execute(statements_->remove_row);
    if (*row.stored == 0) return execute(statements_->add_row, row.expires_at, members);
    return execute(statements_->set_row, members);
  }
  if (row.removed != 0) {
    execute(statements_->remove_row_of, row.removed);
    if (database_->changes() == 0) execute(statements_->take_from_row, row.removed);
  }
  if (row.added != 0) execute(statements_->add_to_row, row.expires_at, row.added);
}

void SqliteStore::write_state(std::int64_t batch_id, BatchState& state) {
  if (state.living == 0) {
    statements_->remove_batch.execute(batch_id);
    if (state.kept) statements_->forget_remains.execute(batch_id);
    return;
  }
  if (is_sparse(state)) take_texts_out(batch_id, state);
  statements_->set_remains.execute(batch_id, state.living, state.rewritten);
}

/// The texts of the living come to stand by themselves.
void SqliteStore::take_texts_out(std::int64_t batch_id, BatchState& state) {
  {
    Rows rows = statements_->find_texts.run(batch_id);
    if (!rows.next()) return;
    const PackedTexts texts(rows.bytes(3), state.count);
    for_each_index(state.living & ~state.rewritten, [&](int index) {
      statements_->set_own_text.execute(sequence_of(batch_id, index), Blob{texts[index]});
    });
  }
  statements_->set_texts.execute(Blob{std::string_view("")}, batch_id);
  state.rewritten = state.living;
}

/// Removes all of a batch but the places of its messages.
void SqliteStore::remove_batch(std::int64_t batch_id) {
  statements_->remove_batch.execute(batch_id);
  statements_->forget_remains.execute(batch_id);
  statements_->forget_own_texts.execute(sequence_of(batch_id, 0),
                                        sequence_of(batch_id, most_members - 1));
}

}  // namespace quprite::storage
