#include "storage/schema.h"

#include <array>
#include <cstdint>
#include <stdexcept>

namespace quprite::storage {
namespace {

/// Marks a file as ours: "qupr".
constexpr std::int64_t application_id = 0x71757072;

/// The steps, in order; `user_version` says how many of them a file has been through. A step that
/// has been released is never changed.
///
/// Times are ticks of 100 ns since 1970, UTC. Messages do not belong to a queue but to its
/// contents: Clear Messages gives the queue new contents, and what was in the old ones is reaped
/// later.
constexpr std::array steps = {
    R"sql(
-- Single values: the sequence numbers and ids handed out so far, the key of message ids.
create table meta (
  key text primary key,
  value any
) strict, without rowid;

create table queue (
  queue_id integer primary key,
  account text not null,
  name text not null,
  contents_id integer not null unique,
  message_count integer not null,         -- rows of `message` with these contents, expired ones too
  metadata blob not null,
  unique (account, name)
) strict;

-- Stored access policies, in the order in which they were set.
create table access_policy (
  queue_id integer not null,
  position integer not null,
  id text not null,
  starts_at integer,
  expires_at integer,
  permissions text,
  primary key (queue_id, position)
) strict, without rowid;

create table service_properties (
  account text primary key,
  properties text not null
) strict, without rowid;

-- Names of deleted queues that cannot be used again yet.
create table reserved_name (
  account text not null,
  name text not null,
  reserved_until integer not null,
  primary key (account, name)
) strict, without rowid;

-- Finds the names that are free again.
create index reserved_name_end on reserved_name (reserved_until);

-- Contents that no queue has any more, and whose messages are to be removed.
create table dead_contents (
  contents_id integer primary key
) strict;

-- Where a message stands in its queue: the small row that moves when the message is got or updated. It has no other
-- index, so that a move touches few pages.
create table visibility (
  contents_id integer not null,
  next_visible_at integer not null,
  sequence integer not null,
  expires_at integer not null,
  dequeue_count integer not null,
  change integer not null,                -- how often the message was got or updated; part of its pop receipt
  primary key (contents_id, next_visible_at, sequence)
) strict, without rowid;

-- The message itself: what stays when it moves.
create table message (
  sequence integer primary key,
  contents_id integer not null,
  inserted_at integer not null,
  expires_at integer not null,
  text blob not null
) strict;

-- Finds and counts what has expired; Get Messages never touches it.
create index message_expiry on message (expires_at, contents_id);
)sql",
};

constexpr auto newest = static_cast<std::int64_t>(steps.size());

std::string quoted(const std::string& path) {
  return "'" + path + "'";
}

}  // namespace

void check_owner(sqlite::Database& database, const std::string& path) {
  const std::int64_t owner = database.query_integer("pragma application_id");
  const std::int64_t tables = database.query_integer("select count(*) from sqlite_master");
  if (owner != application_id && (owner != 0 || tables != 0)) {
    throw std::runtime_error(quoted(path) + " is an SQLite database, but not one of quprite's");
  }
  const std::int64_t version = database.query_integer("pragma user_version");
  if (version > newest) {
    throw std::runtime_error(quoted(path) + " was made by a newer quprite: it has schema " +
                             std::to_string(version) + ", and this quprite knows schemas up to " +
                             std::to_string(newest));
  }
}

void migrate(sqlite::Database& database) {
  const std::int64_t version = database.query_integer("pragma user_version");
  if (version == newest) return;
  database.execute("begin immediate");
  try {
    for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step)
      database.execute(steps[step]);
    database.execute(("pragma application_id = " + std::to_string(application_id)).c_str());
    database.execute(("pragma user_version = " + std::to_string(newest)).c_str());
    database.execute("commit");
  } catch (...) {
    if (database.in_transaction()) database.execute("rollback");
    throw;
  }
}

}  // namespace quprite::storage
