#include "storage/checkpointer.h"

#include <utility>

#include "storage/store.h"

namespace quprite::storage {
namespace {

// Frames are pages of 4 KiB. The thread is asked whenever the log has grown by some. Where it has
// grown long the thread is asked again and again, and each time finds less, until what is left is
// so little that the store has done the rest before anybody waits. Where it has grown too long, the
// store waits for the thread. So the log has at most 27 MB and a group.
constexpr int asked_every = 2'000;
constexpr int long_log = 3'500;
constexpr int too_long_log = 6'500;
constexpr int little = 150;
constexpr int most_passes = 4;  // of a long log, should the thread not come to that little

}  // namespace

Checkpointer::Checkpointer(const std::string& path) : database_(path) {
  // Without having read anything a connection does not know that there is a log.
  static_cast<void>(database_.query_integer("select count(*) from sqlite_master"));
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Checkpointer::committed(sqlite::Database& database) {
  const int frames = database.log_frames();
  if (frames < asked_at_) asked_at_ = passes_ = 0;  // the log has begun anew
  const bool is_long = frames >= long_log;
  if (!is_long && frames - asked_at_ < asked_every) return;
  std::unique_lock lock(mutex_);
  if (frames >= too_long_log) changed_.wait(lock, [this] { return !wanted_; });
  if (wanted_) return;
  const bool little_is_left = frames - asked_at_ <= little;
  asked_at_ = frames;
  if (is_long && (little_is_left || passes_ == most_passes)) {
    database.move_log();
  } else {
    if (is_long) ++passes_;
    wanted_ = true;
    changed_.notify_all();
  }
}

void Checkpointer::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !wanted_; });
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    lock.unlock();
    move();
    lock.lock();
    wanted_ = false;
    changed_.notify_all();
  }
}

/// SQLite does not sync the file where some of the log is left; but what is synced here is not left
/// to the store. Where it fails, the log grows, and the store comes upon the same when it is long.
void Checkpointer::move() {
  try {
    database_.move_log();
    database_.sync_file();
  } catch (const StoreFailure&) {
    return;
  }
}

}  // namespace quprite::storage
