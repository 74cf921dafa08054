#include "storage/schema.h"

#include <cstdint>
#include <stdexcept>

namespace quprite::storage {
namespace {

/// Marks a file as ours: "qupr".
constexpr std::int64_t application_id = 0x71757072;

/// Times are ticks of 100 ns since 1970, UTC. Messages do not belong to a queue but to its
/// contents: Clear Messages gives the queue new contents, and what was in the old ones is reaped
/// later.
constexpr const char* queues_schema = R"sql(
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
  message_count integer not null,         -- living messages with these contents, expired ones too
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


)sql";

constexpr const char* messages_schema = R"sql(
-- Messages that were put together (storage/batch.h). A row of it is not changed, but for the text of one that is alone.
create table batch (
  batch_id integer primary key,
  contents_id integer not null,
  inserted_at integer not null,
  expires_at integer not null,
  count integer not null,
  texts blob not null
) strict;

-- Finds and counts what has expired; Get Messages never touches it.
create index batch_expiry on batch (expires_at, contents_id, count);

-- Which messages of a batch have neither been deleted nor removed, and which of them have their text in `own_text`; two
-- sets of bits. Without a row, all and none.
create table remains (
  batch_id integer primary key,
  living integer not null,
  rewritten integer not null
) strict;

-- Texts that do not stand in their batch: those of updated messages and of the last ones of a batch.
create table own_text (
  sequence integer primary key,
  text blob not null
) strict;

-- Where messages stand in their queue: those of a batch that share all of it are one row, `members` a set of bits. What
-- moves when messages are got or updated; it has no other index, so that a move touches few pages.
create table visibility (
  contents_id integer not null,
  next_visible_at integer not null,
  batch_id integer not null,
  change integer not null,                -- how often they were got or updated; part of their pop receipts
  dequeue_count integer not null,
  expires_at integer not null,
  members integer not null,
  primary key (contents_id, next_visible_at, batch_id, change, dequeue_count)
) strict, without rowid;
)sql";

// Schema 1 had a row of `message` and one of `visibility` for each message: from then on they are
// batches of one. Their ids change with it; who holds one gets the message again under another.
constexpr const char* put_schema_1_aside = R"sql(
alter table message rename to old_message;
alter table visibility rename to old_visibility;
drop index message_expiry;
)sql";
constexpr const char* take_schema_1_over = R"sql(
insert into batch
  select sequence, contents_id, inserted_at, expires_at, 1, text from old_message;
insert into visibility
  select contents_id, next_visible_at, sequence, change, dequeue_count, expires_at, 1
  from old_visibility;
update meta set key = 'next_batch' where key = 'next_sequence';
drop table old_visibility;
drop table old_message;
)sql";

constexpr std::int64_t newest = 2;

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
    database.execute(version == 1 ? put_schema_1_aside : queues_schema);
    database.execute(messages_schema);
    if (version == 1) database.execute(take_schema_1_over);
    database.execute(("pragma application_id = " + std::to_string(application_id)).c_str());
    database.execute(("pragma user_version = " + std::to_string(newest)).c_str());
    database.execute("commit");
  } catch (...) {
    if (database.in_transaction()) database.execute("rollback");
    throw;
  }
}

}  // namespace quprite::storage
