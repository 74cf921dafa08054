#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/time.h"

/// A reference of the documented rules of queues and messages, and random sequences of operations
/// that a server has to answer as the reference does.
namespace quprite::model {

using Metadata = std::vector<std::pair<std::string, std::string>>;

enum class Operation {
  CreateQueue,
  DeleteQueue,
  ListQueues,
  GetQueueMetadata,
  SetQueueMetadata,
  PutMessage,
  GetMessages,
  PeekMessages,
  UpdateMessage,
  DeleteMessage,
  ClearMessages,
};

/// One operation, as a client asks for it: what is not given is left to the defaults. Durations are
/// seconds.
struct Call {
  Operation operation = Operation::GetMessages;
  std::string queue = {};  ///< of List Queues: the prefix
  Metadata metadata = {};
  std::optional<std::string> text = {};
  std::optional<std::int64_t> visibility_timeout = {};
  std::optional<std::int64_t> time_to_live = {};
  std::optional<std::int64_t> message_count = {};
  std::string message_id = {};
  std::string pop_receipt = {};
  bool store_fails = false;  ///< of Get Messages: the file turns out to be damaged halfway
};

/// What an answer tells of a message.
struct Told {
  std::string id = {};
  Time inserted_at = {};
  Time expires_at = {};
  std::optional<Time> next_visible_at = {};
  std::optional<std::string> pop_receipt = {};
  std::int64_t dequeue_count = 0;  ///< Put Message tells none: 0
  std::string text = {};           ///< Put Message tells none: empty

  bool operator==(const Told&) const = default;
};

struct Answer {
  int status = 200;
  std::string error = {};  ///< the code; empty where there was none
  std::vector<Told> messages = {};
  std::vector<std::pair<std::string, Metadata>> queues = {};  ///< Get Queue Metadata: the one
  std::optional<std::int64_t> approximate_message_count = {};

  bool operator==(const Answer&) const = default;
};

/// In an answer that is expected: a name that the server has yet to choose.
inline const std::string new_name = "(new)";

/// Whether `got` is what was expected: with a name of its choice for each new one, and its times no
/// finer than `precision`.
bool fits(const Answer& expected, const Answer& got, Ticks precision);

/// For people: the operation in the reference's words, without id and pop receipt; an answer on one
/// line, its times as seconds after ManualClock::start.
std::string describe(const Call& call);
std::string describe(const Answer& answer);
std::string describe(Ticks duration);

}  // namespace quprite::model
