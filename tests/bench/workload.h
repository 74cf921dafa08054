#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/connection.h"
#include "tests/bench/requests.h"

namespace quprite::bench {

/// What the connections do, each on its own, one request after the other.
class Workload {
 public:
  Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  virtual ~Workload() = default;

  /// Appends the connection's next request; false where there is none.
  virtual bool next(std::size_t connection, std::string& request) = 0;

  /// Takes its answer; false where that is not what was expected.
  virtual bool take(std::size_t connection, const Answer& answer) = 0;

  /// Gets that found nothing.
  std::uint64_t empty = 0;
};

/// Put Message, to the queues in turn.
class Put final : public Workload {
 public:
  explicit Put(RequestWriter& writer) : writer_(writer) {}
  bool next(std::size_t connection, std::string& request) override;
  bool take(std::size_t connection, const Answer& answer) override;

 private:
  RequestWriter& writer_;
  std::size_t turn_ = 0;
};

/// Get Messages, from the queues in turn; adds what it gets to `claims`.
class Get final : public Workload {
 public:
  Get(RequestWriter& writer, int count, std::int64_t visibility_timeout, std::vector<Claim>* claims)
      : writer_(writer), count_(count), visibility_timeout_(visibility_timeout), claims_(claims) {}
  bool next(std::size_t connection, std::string& request) override;
  bool take(std::size_t connection, const Answer& answer) override;

 private:
  RequestWriter& writer_;
  int count_;
  std::int64_t visibility_timeout_;
  std::vector<Claim>* claims_;  // null: they are not kept
  std::size_t turn_ = 0;
  std::vector<std::size_t> queue_of_;  // by connection
};

/// Peek Messages.
class Peek final : public Workload {
 public:
  explicit Peek(RequestWriter& writer) : writer_(writer) {}
  bool next(std::size_t connection, std::string& request) override;
  bool take(std::size_t connection, const Answer& answer) override;

 private:
  RequestWriter& writer_;
  std::size_t turn_ = 0;
};

/// Update Message, with a new text: each connection gets a message and goes on updating it.
class Update final : public Workload {
 public:
  explicit Update(RequestWriter& writer) : writer_(writer) {}
  bool next(std::size_t connection, std::string& request) override;
  bool take(std::size_t connection, const Answer& answer) override;

 private:
  RequestWriter& writer_;
  std::vector<std::optional<Claim>> claims_;  // by connection
};

/// Delete Message, of each of `claims`, which it empties.
class Delete final : public Workload {
 public:
  Delete(RequestWriter& writer, std::vector<Claim>& claims) : writer_(writer), claims_(claims) {}
  bool next(std::size_t connection, std::string& request) override;
  bool take(std::size_t connection, const Answer& answer) override;

 private:
  RequestWriter& writer_;
  std::vector<Claim>& claims_;
  std::size_t used_ = 0;
};

/// Each connection puts a message, gets one (hardly the same), deletes it, and so on.
class Mix final : public Workload {
 public:
  explicit Mix(RequestWriter& writer) : writer_(writer) {}
  bool next(std::size_t connection, std::string& request) override;
  bool take(std::size_t connection, const Answer& answer) override;

 private:
  enum class Step { Put, Get, Delete };
  struct Slot {
    Step step = Step::Put;
    std::size_t queue = 0;
    std::vector<Claim> claim = {};  // one or none
  };

  RequestWriter& writer_;
  std::size_t turn_ = 0;
  std::vector<Slot> slots_;  // by connection
};

/// Gets 32 messages at a time and deletes them, until a get finds nothing.
class Drain final : public Workload {
 public:
  explicit Drain(RequestWriter& writer) : writer_(writer) {}
  bool next(std::size_t connection, std::string& request) override;
  bool take(std::size_t connection, const Answer& answer) override;

 private:
  struct Slot {
    std::vector<Claim> claims = {};
    bool getting = false;
    bool done = false;
  };

  RequestWriter& writer_;
  std::vector<Slot> slots_;  // by connection
};

}  // namespace quprite::bench
