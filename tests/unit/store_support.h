#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.h"

namespace quprite::test {

using namespace std::chrono_literals;

/// A store of its own with one queue, and a time that moves only by hand.
class StoreTest {
 public:
  static constexpr Time start = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};
  static constexpr storage::QueueRef orders{"account", "orders"};

  StoreTest() { create(orders); }
  explicit StoreTest(std::unique_ptr<storage::Store> other) : store(std::move(other)) {}

  std::unique_ptr<storage::Store> store = storage::open_store_in_memory();
  Time now = start;

  void create(storage::QueueRef queue) { REQUIRE(store->create_queue(queue, {}, now)); }

  storage::Message put(std::string_view text, Ticks visibility_timeout = {},
                       Ticks time_to_live = 168h, storage::QueueRef queue = orders) {
    auto put = store->put_message(queue, text, now + visibility_timeout, now + time_to_live, now);
    REQUIRE(put);
    return *std::move(put);
  }
  std::vector<storage::Message> get(int count, Ticks visibility_timeout = 30s,
                                    storage::QueueRef queue = orders) {
    auto got = store->get_messages(queue, count, now + visibility_timeout, now);
    REQUIRE(got);
    return *std::move(got);
  }
  std::vector<storage::Message> peek(int count, storage::QueueRef queue = orders) {
    auto peeked = store->peek_messages(queue, count, now);
    REQUIRE(peeked);
    return *std::move(peeked);
  }
  std::optional<storage::StoreError> remove(storage::MessageId id, storage::PopReceipt pop_receipt,
                                            storage::QueueRef queue = orders) {
    const auto removed = store->delete_message(queue, id, pop_receipt, now);
    if (removed) return std::nullopt;
    return removed.error();
  }
  std::int64_t count(storage::QueueRef queue = orders) {
    const auto info = store->get_queue(queue, now);
    REQUIRE(info);
    return info->approximate_message_count;
  }
  /// All that housekeeping finds to do.
  void tidy() {
    int steps = 0;
    while (store->tidy(now)) REQUIRE(++steps < 100'000);
  }
};

inline std::vector<std::string> texts(const std::vector<storage::Message>& messages) {
  std::vector<std::string> texts;
  texts.reserve(messages.size());
  for (const auto& message : messages) texts.emplace_back(message.text.view());
  return texts;
}

inline std::vector<std::string> list(std::initializer_list<const char*> texts) {
  return {texts.begin(), texts.end()};
}

/// A directory that goes with its object, for a database file in it.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "quprite-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string file() const { return (path_ / "quprite.db").string(); }
  [[nodiscard]] std::string log() const { return file() + "-wal"; }

 private:
  std::filesystem::path path_;
};

inline std::unique_ptr<storage::Store> open(const Directory& directory) {
  return storage::open_store(directory.file(), storage::Durability::Process);
}

/// What the program is told when the file cannot be opened; empty where it can.
inline std::string refusal(const Directory& directory) {
  try {
    static_cast<void>(open(directory));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

/// As long as it lives, no file of this process can grow beyond a number of bytes: a full disk, to
/// SQLite.
class FullDisk {
 public:
  explicit FullDisk(std::uintmax_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
      throw std::runtime_error("cannot limit the size of files");
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace quprite::test
