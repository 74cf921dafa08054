#include <vector>

#include "storage/statements.h"

namespace quprite::storage {
namespace {

using sqlite::Rows;

/// Rows a step: about 2 ms.
constexpr int step = 500;

constexpr std::string_view orphans_key = "has_orphans";

// When the file is rewritten to give its free pages back: nothing much would have to be copied.
constexpr std::int64_t page_size = 4096;
constexpr std::int64_t most_live_bytes = 8'388'608;
constexpr std::int64_t least_free_bytes = 524'288;

}  // namespace

bool SqliteStore::tidy(Time now) {
  if (tidy_expired(now)) return true;
  if (has_dead_contents_ && tidy_dead_contents()) return true;
  if (has_orphans_ && tidy_orphans(now)) return true;
  return untidy_ && tidy_file();
}

/// Removes messages that have expired. Where they stood is not known from here: those rows, small
/// as they are, stay behind as orphans, for Get Messages to step over or for tidy_orphans() to
/// find.
bool SqliteStore::tidy_expired(Time now) {
  struct Expired {
    std::int64_t sequence;
    std::int64_t contents_id;
  };
  std::vector<Expired> expired;
  {
    Rows rows = statements_->expired_messages.run(now, step);
    while (rows.next()) expired.push_back({rows.integer(0), rows.integer(1)});
  }
  if (expired.empty()) return false;
  begin();
  for (const Expired& message : expired) {
    statements_->remove_message.execute(message.sequence);
    statements_->lower_count.execute(message.contents_id);
  }
  set_orphans(true);
  commit();
  queues_.clear();  // their counts have changed
  return true;
}

void SqliteStore::set_orphans(bool orphans) {
  has_orphans_ = orphans;
  statements_->set_meta.execute(orphans_key, orphans ? 1 : 0);
  cursor_ = {};
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
    std::int64_t sequence;
  };
  std::vector<Row> left;
  {
    Rows rows = statements_->places_of.run(contents_id, step);
    while (rows.next()) left.push_back({rows.time(0), rows.integer(1)});
  }
  begin();
  for (const Row& row : left) {
    statements_->remove_message.execute(row.sequence);
    statements_->remove_place.execute(contents_id, row.next_visible_at, row.sequence);
  }
  if (static_cast<int>(left.size()) < step) statements_->forget_contents.execute(contents_id);
  commit();
  return true;
}

/// Goes through `visibility`, some rows at a time, and removes those whose message is gone.
bool SqliteStore::tidy_orphans(Time now) {
  {
    Rows rows = statements_->get_meta.run(orphans_key);
    if (!rows.next() || rows.integer(0) == 0) return has_orphans_ = false;
  }
  std::vector<Cursor> orphans;
  int seen = 0;
  {
    Rows rows = statements_->places_after.run(cursor_.contents_id, cursor_.next_visible_at,
                                              cursor_.sequence, step);
    while (rows.next()) {
      ++seen;
      cursor_ = {rows.integer(0), rows.time(1), rows.integer(2)};
      if (rows.time(3) <= now) orphans.push_back(cursor_);
    }
  }
  const bool done = seen < step;
  if (orphans.empty() && !done) return true;
  begin();
  for (const Cursor& orphan : orphans) {
    statements_->remove_place.execute(orphan.contents_id, orphan.next_visible_at, orphan.sequence);
  }
  if (done) set_orphans(false);
  commit();
  return true;
}

/// Gives back what the file does not need, and empties the log.
bool SqliteStore::tidy_file() {
  untidy_ = false;
  const std::int64_t pages = database_->query_integer("pragma page_count");
  const std::int64_t free = database_->query_integer("pragma freelist_count");
  const std::int64_t live = pages - free;
  if (free * page_size >= least_free_bytes && free > live && live * page_size <= most_live_bytes) {
    database_->execute("vacuum");
  }
  if (logged_) checkpoint();
  return false;
}

void SqliteStore::checkpoint() {
  database_->checkpoint();
  logged_ = false;
}

}  // namespace quprite::storage
