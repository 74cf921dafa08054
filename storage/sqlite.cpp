#include "storage/sqlite.h"

#include <sqlite3.h>

#include "storage/log_file.h"
#include "storage/store.h"

namespace quprite::storage::sqlite {
namespace {

/// Whether the same may work later: the disk is full for now, the system could not read or write,
/// the file is busy.
bool is_passing(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM: return true;
    default: return false;
  }
}

[[noreturn]] void fail(sqlite3* handle, int code) {
  const char* what = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  throw StoreFailure(std::string("SQLite: ") + what, is_passing(code));
}

void check(sqlite3* handle, int code) {
  if (code != SQLITE_OK) fail(handle, code);
}

/// Once, before anything else of SQLite: counting every allocation costs time, and nobody asks for
/// the count; and a database in memory may be as big as memory is.
void configure_library() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) |
                          sqlite3_config(SQLITE_CONFIG_MEMDB_MAXSIZE, INT64_MAX);
  static_cast<void>(done);
}

}  // namespace

Database::Database(const std::string& path) {
  configure_library();
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  // ":memory:" would keep all of the database in the page cache, which a commit may go through from
  // end to end; so a file in memory is behind a small one.
  const int code =
      path == in_memory
          ? sqlite3_open_v2("file:quprite?vfs=memdb", &handle_, flags | SQLITE_OPEN_URI, nullptr)
          // One process has the file, and its connections share the log's index in its memory.
          : sqlite3_open_v2(path.c_str(), &handle_, flags, log_gathering_file_system());
  if (code != SQLITE_OK) {
    const std::string what = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    sqlite3_close_v2(handle_);
    throw StoreFailure(what, false);
  }
  sqlite3_extended_result_codes(handle_, 1);
  // Plans must not depend on bound values: newer SQLites would prepare a statement anew whenever
  // its limit changes.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  // In place of SQLite's own checkpoints, which would make a commit wait for the disk.
  sqlite3_wal_hook(
      handle_,
      [](void* frames, sqlite3*, const char*, int count) {
        *static_cast<int*>(frames) = count;
        return SQLITE_OK;
      },
      &log_frames_);
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

void Database::execute(const char* sql) {
  check(handle_, sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
}

std::int64_t Database::query_integer(const char* sql) {
  Statement statement(*this, sql);
  Rows rows = statement.run();
  return rows.next() ? rows.integer(0) : 0;
}

bool Database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle_) == 0;
}

std::int64_t Database::changes() const noexcept {
  return sqlite3_changes64(handle_);
}

void Database::checkpoint() {
  check(handle_,
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr));
}

void Database::move_log() {
  check(handle_,
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
}

void Database::sync_file() {
  sqlite3_file* file = nullptr;
  check(handle_, sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file));
  check(handle_, file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY));
}

void Database::checkpoint_on_close(bool wanted) {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

Rows::~Rows() {
  sqlite3_reset(statement_);
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_), code);
  return false;
}

std::int64_t Rows::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Rows::bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

bool Rows::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Statement::Statement(Database& database, std::string_view sql) {
  check(database.get(), sqlite3_prepare_v3(database.get(), sql.data(), static_cast<int>(sql.size()),
                                           SQLITE_PREPARE_PERSISTENT, &handle_, nullptr));
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

void Statement::bind(int index, std::int64_t value) {
  check(sqlite3_db_handle(handle_), sqlite3_bind_int64(handle_, index, value));
}

void Statement::bind(int index, std::string_view text) {
  check(sqlite3_db_handle(handle_),
        sqlite3_bind_text64(handle_, index, text.data() != nullptr ? text.data() : "", text.size(),
                            SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int index, Blob blob) {
  const char* bytes = blob.bytes.data() != nullptr ? blob.bytes.data() : "";
  check(sqlite3_db_handle(handle_),
        sqlite3_bind_blob64(handle_, index, bytes, blob.bytes.size(), SQLITE_STATIC));
}

void Statement::bind(int index, std::nullptr_t) {
  check(sqlite3_db_handle(handle_), sqlite3_bind_null(handle_, index));
}

}  // namespace quprite::storage::sqlite
