#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "storage/sqlite.h"

namespace quprite::storage {

/// Keeps the write-ahead log short while the store goes on writing it: a thread with a connection
/// of its own moves what is in the log to the file, so that the store waits for no disk. The log
/// can only begin anew where all of it has been moved, which under load is never: where it has
/// grown long, the store moves the little that is left itself.
class Checkpointer {
 public:
  /// `path` is the file that the store has open, by the same virtual file system.
  explicit Checkpointer(const std::string& path);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer();

  /// To be called after each commit of the store, from its thread; `database` is its connection.
  void committed(sqlite::Database& database);

  /// Waits until the thread has nothing to do, as two cannot checkpoint at a time.
  void wait();

 private:
  void run();
  void move();

  sqlite::Database database_;  // the thread's
  int asked_at_ = 0;           // frames in the log when the thread was last asked
  int passes_ = 0;             // how often it was since the log is long
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace quprite::storage
