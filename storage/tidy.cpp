#include <bit>
#include <vector>

#include "storage/statements.h"

namespace quprite::storage {
namespace {

using sqlite::Rows;

/// Rows a step, and bytes of text: about 2 ms.
constexpr int step = 500;
constexpr std::int64_t most_bytes = std::int64_t{1024} * 1024;

/// Looking for orphans means going through all messages, so they are left until there are this
/// many.
constexpr std::int64_t least_orphans = 1'000;

constexpr std::string_view orphans_key = "orphans";

// When the file is rewritten to give its free pages back: nothing much would have to be copied.
constexpr std::int64_t page_size = 4096;
constexpr std::int64_t most_live_bytes = std::int64_t{8} * 1024 * 1024;
constexpr std::int64_t least_free_bytes = std::int64_t{512} * 1024;

}  // namespace

bool SqliteStore::tidy(Time now) {
  if (tidy_expired(now)) return true;
  if (has_dead_contents_ && tidy_dead_contents()) return true;
  if (tidy_names(now)) return true;
  if (tidy_orphans(now)) return true;
  return tidy_file();
}

/// Removes messages that have expired. Where they stand is known from here as long as they were not
/// put with a visibility timeout, got or updated; else that row, small as it is, stays behind, and
/// its messages are orphans, for Get Messages to step over or for tidy_orphans() to find.
bool SqliteStore::tidy_expired(Time now) {
  struct Expired {
    std::int64_t batch_id;
    std::int64_t contents_id;
    Time inserted_at;
    int living;
  };
  std::vector<Expired> expired;
  {
    std::int64_t bytes = 0;
    Rows rows = statements_->expired_batches.run(now, step);
    while (bytes < most_bytes && rows.next()) {
      const std::int64_t living = rows.is_null(5) ? rows.integer(4) : std::popcount(rows.bits(5));
      expired.push_back({rows.integer(0), rows.integer(1), rows.time(2), static_cast<int>(living)});
      bytes += rows.integer(3);
    }
  }
  if (expired.empty()) return false;
  begin();
  std::int64_t left = 0;
  for (const Expired& batch : expired) {
    remove_batch(batch.batch_id);
    statements_->lower_count.execute(batch.living, batch.contents_id);
    left += batch.living;
    Rows rows =
        statements_->untouched_row.run(batch.contents_id, batch.inserted_at, batch.batch_id);
    while (rows.next()) left -= std::popcount(rows.bits(0));
  }
  if (left > 0) set_orphans(orphans() + left);
  commit();
  queues_.clear();  // their counts have changed
  return true;
}

std::int64_t SqliteStore::orphans() {
  if (!orphans_) {
    Rows rows = statements_->get_meta.run(orphans_key);
    orphans_ = rows.next() ? rows.integer(0) : 0;
  }
  return *orphans_;
}

void SqliteStore::set_orphans(std::int64_t orphans) {
  statements_->set_meta.execute(orphans_key, orphans);
  orphans_ = orphans;
}

/// Removes what deleted queues and cleared messages have left.
bool SqliteStore::tidy_dead_contents() {
  std::int64_t contents_id = 0;
  {
    Rows rows = statements_->dead_contents.run();
    if (!rows.next()) return has_dead_contents_ = false;
    contents_id = rows.integer(0);
  }
  struct Row {
    Time next_visible_at;
    std::int64_t batch_id;
    std::int64_t change;
    std::int64_t dequeue_count;
  };
  std::vector<Row> left;
  bool last = false;
  {
    std::int64_t bytes = 0;
    Rows rows = statements_->rows_of.run(contents_id, step);
    while (bytes < most_bytes && !last) {
      last = !rows.next();
      if (last) break;
      left.push_back({rows.time(0), rows.integer(1), rows.integer(2), rows.integer(3)});
      bytes += rows.integer(4);
    }
  }
  begin();
  for (const Row& row : left) {
    remove_batch(row.batch_id);
    statements_->remove_row.execute(contents_id, row.next_visible_at, row.batch_id, row.change,
                                    row.dequeue_count);
  }
  if (last && static_cast<int>(left.size()) < step)
    statements_->forget_contents.execute(contents_id);
  commit();
  return true;
}

/// Forgets names that were reserved and can be used again.
bool SqliteStore::tidy_names(Time now) {
  {
    Rows rows = statements_->free_names.run(now);
    if (!rows.next() || rows.integer(0) == 0) return false;
  }
  begin();
  statements_->forget_names.execute(now, step);
  commit();
  return true;
}

/// Goes through `visibility`, some rows at a time, and removes those whose message is gone.
bool SqliteStore::tidy_orphans(Time now) {
  const bool searching = cursor_.orphans > 0;
  if (!searching && orphans() < least_orphans) return false;
  if (!searching) cursor_ = {.orphans = orphans()};
  std::vector<Cursor> found;
  int seen = 0;
  {
    Rows rows =
        statements_->rows_after.run(cursor_.contents_id, cursor_.next_visible_at, cursor_.batch_id,
                                    cursor_.change, cursor_.dequeue_count, step);
    while (rows.next()) {
      ++seen;
      cursor_.contents_id = rows.integer(0);
      cursor_.next_visible_at = rows.time(1);
      cursor_.batch_id = rows.integer(2);
      cursor_.change = static_cast<std::uint32_t>(rows.integer(3));
      cursor_.dequeue_count = rows.integer(4);
      if (rows.time(5) <= now) found.push_back(cursor_);
    }
  }
  const bool done = seen < step;
  if (found.empty() && !done) return true;
  begin();
  for (const Cursor& orphan : found) {
    statements_->remove_row.execute(orphan.contents_id, orphan.next_visible_at, orphan.batch_id,
                                    orphan.change, orphan.dequeue_count);
  }
  if (done) {  // those that came while it went on may stand behind it, and are for the next search
    set_orphans(orphans() - cursor_.orphans);
    cursor_ = {};
  }
  commit();
  return true;
}

/// Empties the log and, where nothing was committed between two calls, gives back what the file
/// does not need: under load it would only have to grow again.
bool SqliteStore::tidy_file() {
  if (untidy_) {
    untidy_ = false;
    if (logged_) checkpoint();
    const std::int64_t pages = database_->query_integer("pragma page_count");
    const std::int64_t free = database_->query_integer("pragma freelist_count");
    const std::int64_t live = pages - free;
    too_big_ =
        free * page_size >= least_free_bytes && free > live && live * page_size <= most_live_bytes;
    return too_big_;
  }
  if (too_big_) {
    too_big_ = false;
    database_->execute("vacuum");
    checkpoint();
  }
  return false;
}

void SqliteStore::checkpoint() {
  if (checkpointer_) checkpointer_->wait();
  database_->checkpoint();
  logged_ = false;
}

}  // namespace quprite::storage
