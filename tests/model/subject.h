#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "server/service.h"
#include "storage/store.h"
#include "tests/model/call.h"
#include "tests/model/sequence.h"
#include "tests/support/failing_store.h"
#include "tests/support/manual_clock.h"

namespace quprite::model {

/// What is compared with the model: a store and, in front of it or not, a Service, fed with HTTP
/// messages without a socket.
///
/// One subject serves many sequences, one after another, as each has queues of its own.
class Subject {
 public:
  /// `on_file` keeps the store in a file that goes with the subject.
  explicit Subject(bool on_file);
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  ~Subject();

  /// Makes it ready for a sequence: the clock is where it starts.
  void begin(const Setting& setting);

  /// Sends a call to the level under test. Throws where the answer is not one at all.
  Answer send(const Call& call);

  /// Asks the store itself, whatever the level is.
  Answer ask_store(const Call& call);

  /// Ends the group: with a commit, whose success it tells, or with one that fails for want of
  /// space.
  bool commit();
  void lose_group();

  /// Whether answers wait for the commit of the open group.
  [[nodiscard]] bool holds_answers() const { return held_; }

  /// A step of housekeeping, which waits where a group is open.
  void tidy();

  /// The process ends as if killed, and starts again.
  void reopen();

  /// Takes the sequence's queues away and tidies up after it, so that the next one finds nothing of
  /// it.
  void end();

  [[nodiscard]] Ticks precision() const;

  /// To the service, the requests of a group happen at one time.
  [[nodiscard]] bool clock_moves_in_groups() const;

  test::ManualClock clock;

 private:
  void open();
  void serve();
  Answer send_http(const Call& call);

  std::filesystem::path directory_;  // empty where the store is in memory
  server::Accounts accounts_;
  server::Log log_{-1, server::LogLevel::Error};
  std::unique_ptr<test::FailingStore> store_;
  std::unique_ptr<server::Service> service_;
  server::Exchange exchange_;
  bool at_store_ = false;
  bool exact_ = false;
  bool held_ = false;
  std::array<std::string, 2> queues_;
};

}  // namespace quprite::model
