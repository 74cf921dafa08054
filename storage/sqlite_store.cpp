#include "storage/sqlite_store.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

#include "storage/metadata.h"
#include "storage/schema.h"
#include "storage/statements.h"

namespace quprite::storage {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Rows;

// Keys of `meta`.
constexpr std::string_view batch_key = "next_batch";
constexpr std::string_view id_key = "message_id_key";

/// Ids of batches are reserved in the file this many at a time.
constexpr std::int64_t batch_block = 100'000;

/// The key of message ids; made when the file is.
MessageIds load_ids(Database& database) {
  MessageIds::Key key{};
  sqlite::Statement get(database, "select value from meta where key = ?");
  Rows rows = get.run(id_key);
  if (rows.next() && rows.bytes(0).size() == sizeof key) {
    const std::string_view bytes = rows.bytes(0);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(key.data()));
    return MessageIds(key);
  }
  key = MessageIds::random_key();
  sqlite::Statement set(database, "insert into meta (key, value) values (?, ?)");
  set.execute(id_key, Blob{{reinterpret_cast<const char*>(key.data()), sizeof key}});
  return MessageIds(key);
}

std::optional<Time> optional_time(const Rows& rows, int column) {
  if (rows.is_null(column)) return std::nullopt;
  return rows.time(column);
}

void set_pragmas(Database& database, Durability durability) {
  database.execute("pragma page_size = 4096");
  database.execute("pragma mmap_size = 0");
  database.execute("pragma secure_delete = off");  // Debian's SQLite overwrites what is deleted,
                                                   // which doubles the writes
  database.execute("pragma temp_store = memory");
  database.execute(
      "pragma cache_size = -8000");  // a bigger cache makes commits slower, not reads faster
  database.execute("pragma journal_mode = wal");
  database.execute(durability == Durability::Power ? "pragma synchronous = full"
                                                   : "pragma synchronous = normal");
  database.execute("pragma journal_size_limit = 33554432");
}

}  // namespace

std::unique_ptr<Store> open_store(const std::string& name, Durability durability) {
  // To SQLite, these names would not be those of files.
  const bool special = name.starts_with(':') || name.starts_with("file:");
  const std::string path = special ? "./" + name : name;
  try {
    auto database = std::make_unique<Database>(path);
    database->checkpoint_on_close(false);  // somebody else's file is left as it is, its log too
    check_owner(*database, path);
    database->checkpoint_on_close(true);
    set_pragmas(*database, durability);
    database->execute("begin immediate; commit");  // takes the lock for good
    migrate(*database);
    return std::make_unique<SqliteStore>(std::move(database), std::make_unique<Checkpointer>(path));
  } catch (const StoreFailure& failure) {
    const std::string what = failure.what();
    if (what.find("locked") != std::string::npos) {
      throw std::runtime_error("'" + path + "' is in use by another process");
    }
    throw std::runtime_error("cannot open '" + path + "': " + what);
  }
}

std::unique_ptr<Store> open_store_in_memory() {
  auto database = std::make_unique<Database>(std::string(sqlite::in_memory));
  database->execute("pragma locking_mode = exclusive");
  database->execute("pragma journal_mode = memory");
  database->execute("pragma synchronous = off");
  database->execute("pragma cache_size = -8000");
  database->execute("pragma temp_store = memory");
  database->execute("pragma secure_delete = off");
  migrate(*database);
  return std::make_unique<SqliteStore>(std::move(database), nullptr);
}

SqliteStore::SqliteStore(std::unique_ptr<Database> database,
                         std::unique_ptr<Checkpointer> checkpointer)
    : database_(std::move(database)),
      checkpointer_(std::move(checkpointer)),
      ids_(load_ids(*database_)),
      statements_(std::make_unique<Statements>(*database_)) {
  last_contents_id_ = database_->query_integer(
      "select max((select ifnull(max(contents_id), 0) from queue),"
      " (select ifnull(max(contents_id), 0) from dead_contents))");
}

SqliteStore::~SqliteStore() {
  roll_back();
}

// ---- groups

/// Opens a group where none is open; whether it did.
bool SqliteStore::begin() {
  if (database_->in_transaction()) return false;
  statements_->begin.execute();
  return true;
}

void SqliteStore::commit() {
  if (!database_->in_transaction()) return;
  try {
    for (CachedQueue* queue : queues_.take_touched()) write(*queue);
    statements_->commit.execute();
  } catch (const StoreFailure&) {
    roll_back();
    throw;
  }
  untidy_ = logged_ = true;
  if (checkpointer_) checkpointer_->committed(*database_);
}

/// What was remembered may speak of changes that are gone now: all of it is read again.
void SqliteStore::roll_back() noexcept {
  queues_.clear();
  next_batch_id_ = reserved_batch_id_ = 0;
  has_dead_contents_ = true;
  orphans_.reset();
  cursor_ = {};
  if (!database_->in_transaction()) return;
  try {
    database_->execute("rollback");
  } catch (const StoreFailure&) {
    // A rollback that fails leaves the transaction open; the next commit fails, too, and tries
    // again.
  }
}

// ---- queues

CachedQueue* SqliteStore::find_queue(QueueRef queue) {
  if (CachedQueue* cached = queues_.find(queue)) return cached;
  Rows rows = statements_->find_queue.run(queue.account, queue.queue);
  if (!rows.next()) return nullptr;
  return &queues_.insert(queue, {.queue_id = rows.integer(0),
                                 .contents_id = rows.integer(1),
                                 .message_count = rows.integer(2),
                                 .stored_count = rows.integer(2)});
}

Result<CreateOutcome> SqliteStore::create_queue(QueueRef queue, const Metadata& metadata,
                                                Time now) {
  if (const CachedQueue* known = find_queue(queue)) {
    Rows rows = statements_->get_metadata.run(known->queue_id);
    const bool same = rows.next() && same_metadata(unpack_metadata(rows.bytes(0)), metadata);
    if (!same) return StoreError::QueueAlreadyExists;
    return CreateOutcome::AlreadyThere;
  }
  bool was_reserved = false;
  {
    Rows rows = statements_->get_reserved_until.run(queue.account, queue.queue);
    was_reserved = rows.next();
    if (was_reserved && rows.time(0) > now) return StoreError::QueueBeingDeleted;
  }
  begin();
  if (was_reserved) statements_->free_name.execute(queue.account, queue.queue);
  const std::string packed = pack_metadata(metadata);
  statements_->add_queue.execute(queue.account, queue.queue, next_contents_id(), Blob{packed});
  return CreateOutcome::Created;
}

void SqliteStore::abandon_contents(std::int64_t contents_id) {
  statements_->abandon_contents.execute(contents_id);
  has_dead_contents_ = true;
}

Result<Done> SqliteStore::delete_queue(QueueRef queue, std::optional<Time> reserved_until) {
  const CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  begin();
  abandon_contents(known->contents_id);
  statements_->remove_policies.execute(known->queue_id);
  statements_->remove_queue.execute(known->queue_id);
  if (reserved_until)
    statements_->reserve_name.execute(queue.account, queue.queue, *reserved_until);
  queues_.erase(queue);
  return Done{};
}

QueuePage SqliteStore::list_queues(std::string_view account, std::string_view prefix,
                                   std::string_view first_name, int max_results,
                                   bool with_metadata) {
  QueuePage page;
  const std::string_view first = std::max(prefix, first_name);
  Rows rows = statements_->list_queues.run(account, first, max_results + 1);
  while (rows.next()) {
    const std::string_view name = rows.bytes(0);
    if (!name.starts_with(prefix)) break;
    if (page.queues.size() == static_cast<std::size_t>(max_results)) {
      page.next_name = name;
      break;
    }
    QueueEntry& entry = page.queues.emplace_back(QueueEntry{.name = std::string(name)});
    if (with_metadata) entry.metadata = unpack_metadata(rows.bytes(1));
  }
  return page;
}

Result<QueueInfo> SqliteStore::get_queue(QueueRef queue, Time now) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  write(*known);
  QueueInfo info;
  {
    Rows rows = statements_->get_metadata.run(known->queue_id);
    if (rows.next()) info.metadata = unpack_metadata(rows.bytes(0));
  }
  info.approximate_message_count = known->message_count;
  Rows rows = statements_->count_expired.run(now, known->contents_id);
  while (rows.next()) {
    info.approximate_message_count -=
        rows.is_null(1) ? rows.integer(0) : std::popcount(rows.bits(1));
  }
  return info;
}

Result<Done> SqliteStore::set_queue_metadata(QueueRef queue, const Metadata& metadata) {
  const CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  begin();
  const std::string packed = pack_metadata(metadata);
  statements_->set_metadata.execute(Blob{packed}, known->queue_id);
  return Done{};
}

Result<std::vector<AccessPolicy>> SqliteStore::get_queue_acl(QueueRef queue) {
  const CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  std::vector<AccessPolicy> policies;
  Rows rows = statements_->get_policies.run(known->queue_id);
  while (rows.next()) {
    AccessPolicy& policy =
        policies.emplace_back(AccessPolicy{.id = std::string(rows.bytes(0)),
                                           .starts_at = optional_time(rows, 1),
                                           .expires_at = optional_time(rows, 2)});
    if (!rows.is_null(3)) policy.permissions = rows.bytes(3);
  }
  return policies;
}

Result<Done> SqliteStore::set_queue_acl(QueueRef queue, const std::vector<AccessPolicy>& policies) {
  const CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  begin();
  statements_->remove_policies.execute(known->queue_id);
  int position = 0;
  for (const AccessPolicy& policy : policies) {
    statements_->add_policy.execute(known->queue_id, position++, std::string_view(policy.id),
                                    policy.starts_at, policy.expires_at, policy.permissions);
  }
  return Done{};
}

Result<Done> SqliteStore::clear_messages(QueueRef queue) {
  CachedQueue* known = find_queue(queue);
  if (known == nullptr) return StoreError::QueueNotFound;
  begin();
  abandon_contents(known->contents_id);
  const std::int64_t contents_id = next_contents_id();
  statements_->set_contents.execute(contents_id, known->queue_id);
  known->contents_id = contents_id;
  known->message_count = known->stored_count = 0;
  known->changes.reset();
  known->scan_from = known->scanned_at = Time::min();
  known->front.clear();
  return Done{};
}

// ---- the account

std::optional<std::string> SqliteStore::get_service_properties(std::string_view account) {
  Rows rows = statements_->get_properties.run(account);
  if (!rows.next()) return std::nullopt;
  return std::string(rows.bytes(0));
}

void SqliteStore::set_service_properties(std::string_view account, std::string_view properties) {
  begin();
  statements_->set_properties.execute(account, properties);
}

/// Ids are handed out from blocks that the file knows to be taken, so that none is used twice,
/// whatever happens to the process.
std::int64_t SqliteStore::next_batch_id() {
  if (next_batch_id_ == reserved_batch_id_) {
    {
      Rows rows = statements_->get_meta.run(batch_key);
      next_batch_id_ = rows.next() ? rows.integer(0) : 1;
    }
    reserved_batch_id_ = next_batch_id_ + batch_block;
    statements_->set_meta.execute(batch_key, reserved_batch_id_);
  }
  return next_batch_id_++;
}

}  // namespace quprite::storage
