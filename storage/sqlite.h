#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/time.h"

struct sqlite3;
struct sqlite3_stmt;

/// SQLite's C handles as values that clean up after themselves. Names are SQLite's.
namespace quprite::storage::sqlite {

/// A path that stands for no file.
inline constexpr std::string_view in_memory = ":memory:";

/// A database connection, for one thread at a time. Whatever fails throws StoreFailure.
class Database {
 public:
  /// Opens a file, or what goes when it is closed (in_memory); makes the file where there is none.
  explicit Database(const std::string& path);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// Runs statements that take no values and whose rows nobody wants.
  void execute(const char* sql);

  /// The first column of the first row; 0 where there is no row.
  std::int64_t query_integer(const char* sql);

  /// Whether a transaction is open.
  [[nodiscard]] bool in_transaction() const noexcept;

  /// How many rows the last statement has changed.
  [[nodiscard]] std::int64_t changes() const noexcept;

  /// Moves the write-ahead log into the file and empties it.
  void checkpoint();

  /// Moves what it can of the log without disturbing anybody, and does not empty it.
  void move_log();

  /// Has the disk take what the file has got.
  void sync_file();

  /// How many pages the log held after this connection's last commit.
  [[nodiscard]] int log_frames() const noexcept { return log_frames_; }

  /// Whether closing does the same and removes the log; it does unless told otherwise.
  void checkpoint_on_close(bool wanted);

  [[nodiscard]] sqlite3* get() const noexcept { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
  int log_frames_ = 0;
};

/// The rows of a statement that is being run; resets it when it goes. Views into a row are good
/// until the next one.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  /// Goes to the next row; false where there is none.
  bool next();

  // Columns count from 0.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] Time time(int column) const { return Time{Ticks{integer(column)}}; }
  [[nodiscard]] std::uint64_t bits(int column) const {
    return static_cast<std::uint64_t>(integer(column));
  }

 private:
  sqlite3_stmt* statement_;
};

/// A value that is kept as a blob, whatever its bytes.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement; prepared once, run often.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// Binds the values to the parameters in order, and starts it. Texts have to live until the Rows
  /// are gone.
  template <class... Values>
  [[nodiscard]] Rows run(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return Rows(handle_);
  }

  /// Runs it to its end.
  template <class... Values>
  void execute(const Values&... values) {
    Rows rows = run(values...);
    while (rows.next()) {
    }
  }

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, std::int64_t{value}); }
  void bind(int index, std::uint32_t value) { bind(index, std::int64_t{value}); }
  void bind(int index, std::uint64_t bits) { bind(index, static_cast<std::int64_t>(bits)); }
  void bind(int index, Time value) { bind(index, std::int64_t{value.time_since_epoch().count()}); }
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  void bind(int index, std::nullptr_t);
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind(index, nullptr);
    }
  }

  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace quprite::storage::sqlite
