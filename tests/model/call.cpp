#include "tests/model/call.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>

#include "tests/support/manual_clock.h"

namespace quprite::model {
namespace {

Time cut(Time time, Ticks precision) {
  return Time{time.time_since_epoch() / precision.count() * precision.count()};
}

/// `expected` with the names that `got` has chosen, and times as coarse as its.
Told filled_in(Told expected, const Told& got, Ticks precision) {
  if (expected.id == new_name && !got.id.empty()) expected.id = got.id;
  if (expected.pop_receipt == new_name && got.pop_receipt && !got.pop_receipt->empty()) {
    expected.pop_receipt = got.pop_receipt;
  }
  expected.inserted_at = cut(expected.inserted_at, precision);
  expected.expires_at = cut(expected.expires_at, precision);
  if (expected.next_visible_at)
    expected.next_visible_at = cut(*expected.next_visible_at, precision);
  return expected;
}

std::string_view name_of(Operation operation) {
  switch (operation) {
    case Operation::CreateQueue: return "Create Queue";
    case Operation::DeleteQueue: return "Delete Queue";
    case Operation::ListQueues: return "List Queues";
    case Operation::GetQueueMetadata: return "Get Queue Metadata";
    case Operation::SetQueueMetadata: return "Set Queue Metadata";
    case Operation::PutMessage: return "Put Message";
    case Operation::GetMessages: return "Get Messages";
    case Operation::PeekMessages: return "Peek Messages";
    case Operation::UpdateMessage: return "Update Message";
    case Operation::DeleteMessage: return "Delete Message";
    case Operation::ClearMessages: return "Clear Messages";
  }
  return "?";
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string out = "\"";
  for (const char c : text.substr(0, most)) {
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  out += '"';
  if (text.size() > most) out += "... (" + std::to_string(text.size()) + " bytes)";
  return out;
}

std::string describe(const Metadata& metadata) {
  std::string out = "{";
  for (const auto& [name, value] : metadata) {
    if (out.size() > 1) out += ", ";
    out += name;
    out += "=";
    out += value;
  }
  return out + "}";
}

std::string describe(Time time) {
  if (time > test::ManualClock::start + std::chrono::hours{24 * 365 * 1000}) return "never";
  return model::describe(Ticks{time - test::ManualClock::start});
}

std::string describe(const Told& message) {
  std::string out = "\n      " + message.id;
  if (message.inserted_at != Time{}) {  // Update Message tells times and text of none
    out += " inserted " + describe(message.inserted_at) + " expires " +
           describe(message.expires_at) + " dequeued " + std::to_string(message.dequeue_count) +
           " text " + quoted(message.text);
  }
  if (message.next_visible_at) out += " next visible " + describe(*message.next_visible_at);
  if (message.pop_receipt) out += " receipt " + *message.pop_receipt;
  return out;
}

}  // namespace

bool fits(const Answer& expected, const Answer& got, Ticks precision) {
  if (expected.messages.size() != got.messages.size()) return false;
  Answer wanted = expected;
  for (std::size_t i = 0; i < wanted.messages.size(); ++i) {
    wanted.messages[i] = filled_in(std::move(wanted.messages[i]), got.messages[i], precision);
  }
  return wanted == got;
}

std::string describe(const Call& call) {
  std::string out(name_of(call.operation));
  out += " " + call.queue;
  if (!call.metadata.empty()) out += " " + describe(call.metadata);
  if (call.text) out += " " + quoted(*call.text);
  if (call.message_count) out += " numofmessages=" + std::to_string(*call.message_count);
  if (call.visibility_timeout)
    out += " visibilitytimeout=" + std::to_string(*call.visibility_timeout);
  if (call.time_to_live) out += " messagettl=" + std::to_string(*call.time_to_live);
  if (call.store_fails) out += ", and the file is damaged";
  return out;
}

std::string describe(const Answer& answer) {
  std::string out = std::to_string(answer.status);
  if (!answer.error.empty()) out += " " + answer.error;
  if (answer.approximate_message_count) {
    out += ", approximate message count " + std::to_string(*answer.approximate_message_count);
  }
  for (const auto& [name, metadata] : answer.queues)
    out += ", queue " + name + " " + describe(metadata);
  if (!answer.messages.empty()) out += ", " + std::to_string(answer.messages.size()) + " messages";
  for (const Told& message : answer.messages) out += describe(message);
  return out;
}

std::string describe(Ticks duration) {
  std::array<char, 40> text{};
  const std::int64_t count = duration.count();
  const std::int64_t size = count < 0 ? -count : count;
  const std::int64_t second = Ticks{std::chrono::seconds{1}}.count();
  std::snprintf(text.data(), text.size(), "%c%lld.%07lld s", count < 0 ? '-' : '+',
                static_cast<long long>(size / second), static_cast<long long>(size % second));
  return text.data();
}

}  // namespace quprite::model
