#include "tests/model/model.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace quprite::model {
namespace {

using std::chrono::seconds;

constexpr seconds default_time_to_live{7 * 24 * 60 * 60};
constexpr seconds default_visibility_timeout{30};
constexpr seconds deleted_name_reservation{30};

/// How a time-to-live of -1 prints: the last second of the year 9999.
constexpr Time never = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - seconds{1};

Answer refusal(int status, std::string_view code) {
  return {.status = status, .error = std::string(code)};
}

bool is_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return false;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '/') return false;
  }
  return true;
}

/// Names compare without case, order does not count.
bool same(const Metadata& a, const Metadata& b) {
  const auto plain = [](Metadata metadata) {
    for (auto& [name, value] : metadata) {
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    std::sort(metadata.begin(), metadata.end());
    return metadata;
  };
  return plain(a) == plain(b);
}

}  // namespace

void Model::set_time(Time now) {
  now_ = now;
  for (auto& [name, queue] : queues_) {
    for (const Message& message : queue.messages) {
      if (expired(message)) no_earlier_than_ = std::max(no_earlier_than_, message.expires_at);
    }
    std::erase_if(queue.messages, [&](const Message& message) { return expired(message); });
  }
  for (const auto& [name, until] : reserved_until_) {
    if (until <= now) no_earlier_than_ = std::max(no_earlier_than_, until);
  }
}

bool Model::expired(const Message& message) const {
  if (wrong(Mistake::ExpiresLate)) return message.expires_at < now_;
  return message.expires_at <= now_;
}

bool Model::visible(const Message& message) const {
  if (wrong(Mistake::AppearsLate)) return message.next_visible_at < now_;
  return message.next_visible_at <= now_;
}

bool Model::fits(const Message& message, const std::string& pop_receipt) const {
  const auto& receipts = message.pop_receipts;
  if (wrong(Mistake::ReceiptLapses) && visible(message) && message.dequeue_count > 0) return false;
  if (wrong(Mistake::StaleReceiptFits)) return std::ranges::count(receipts, pop_receipt) > 0;
  if (wrong(Mistake::GetKeepsReceipt)) {
    return std::find(receipts.begin() + message.first_of_claim, receipts.end(), pop_receipt) !=
           receipts.end();
  }
  return receipts.back() == pop_receipt;
}

Answer Model::apply(const Call& call) {
  named_.clear();
  const bool needs_receipt =
      call.operation == Operation::UpdateMessage || call.operation == Operation::DeleteMessage;
  if (needs_receipt && !is_base64(call.pop_receipt))
    return refusal(400, "InvalidQueryParameterValue");
  if (call.operation == Operation::PutMessage && call.time_to_live.value_or(-1) != -1 &&
      call.visibility_timeout.value_or(0) >= *call.time_to_live) {
    return refusal(400, "InvalidQueryParameterValue");
  }
  if (call.operation == Operation::CreateQueue) return create_queue(call);
  if (call.operation == Operation::ListQueues) return list_queues(call);

  const auto found = queues_.find(call.queue);
  if (found == queues_.end()) return refusal(404, "QueueNotFound");
  Queue& queue = found->second;
  switch (call.operation) {
    case Operation::CreateQueue:
    case Operation::ListQueues: break;
    case Operation::DeleteQueue: return delete_queue(call);
    case Operation::GetQueueMetadata: {
      const auto hidden =
          wrong(Mistake::CountsVisibleOnly)
              ? std::ranges::count_if(queue.messages, [&](const auto& m) { return !visible(m); })
              : 0;
      return {
          .queues = {{call.queue, queue.metadata}},
          .approximate_message_count = static_cast<std::int64_t>(queue.messages.size()) - hidden};
    }
    case Operation::SetQueueMetadata: queue.metadata = call.metadata; return {.status = 204};
    case Operation::PutMessage: return put_message(call, queue);
    case Operation::GetMessages: return get_messages(call, queue, false);
    case Operation::PeekMessages: return get_messages(call, queue, true);
    case Operation::UpdateMessage:
    case Operation::DeleteMessage: return update_or_delete(call, queue);
    case Operation::ClearMessages: return clear_messages(queue);
  }
  return {};
}

Answer Model::create_queue(const Call& call) {
  if (const auto there = queues_.find(call.queue); there != queues_.end()) {
    if (wrong(Mistake::CreateIgnoresMetadata) || same(there->second.metadata, call.metadata))
      return {.status = 204};
    return refusal(409, "QueueAlreadyExists");
  }
  if (const auto reserved = reserved_until_.find(call.queue); reserved != reserved_until_.end()) {
    const bool over =
        wrong(Mistake::NameReservedTooLong) ? reserved->second < now_ : reserved->second <= now_;
    if (!over) return refusal(409, "QueueBeingDeleted");
  }
  queues_[call.queue].metadata = call.metadata;
  return {.status = 201};
}

Answer Model::delete_queue(const Call& call) {
  queues_.erase(call.queue);
  if (rules_.exact) reserved_until_[call.queue] = now_ + deleted_name_reservation;
  return {.status = 204};
}

Answer Model::list_queues(const Call& call) const {
  Answer answer;
  for (const auto& [name, queue] : queues_) {
    if (name.starts_with(call.queue)) answer.queues.emplace_back(name, queue.metadata);
  }
  return answer;
}

Answer Model::put_message(const Call& call, Queue& queue) {
  Message message{.number = ++last_number_, .inserted_at = now_, .text = call.text.value_or("")};
  message.next_visible_at = now_ + seconds{call.visibility_timeout.value_or(0)};
  message.expires_at = now_ + default_time_to_live;
  if (call.time_to_live)
    message.expires_at = *call.time_to_live == -1 ? never : now_ + seconds{*call.time_to_live};
  queue.messages.push_back(message);
  named_.push_back(message.number);
  return {.status = 201,
          .messages = {{.id = new_name,
                        .inserted_at = message.inserted_at,
                        .expires_at = message.expires_at,
                        .next_visible_at = message.next_visible_at,
                        .pop_receipt = new_name}}};
}

Answer Model::get_messages(const Call& call, Queue& queue, bool peek) {
  std::vector<Message*> front;
  for (Message& message : queue.messages) {
    if (visible(message)) front.push_back(&message);
  }
  if (!wrong(Mistake::KeepsInsertionOrder)) {
    std::stable_sort(front.begin(), front.end(), [](const Message* a, const Message* b) {
      return a->next_visible_at < b->next_visible_at;
    });
  }
  const auto most = static_cast<std::size_t>(call.message_count.value_or(1));
  if (front.size() > most) front.resize(most);

  Answer answer;
  for (Message* message : front) {
    if (!peek) {
      ++message->dequeue_count;
      message->next_visible_at = now_ + (call.visibility_timeout ? seconds{*call.visibility_timeout}
                                                                 : default_visibility_timeout);
      named_.push_back(message->number);
    }
    Told& told = answer.messages.emplace_back(Told{.id = message->id,
                                                   .inserted_at = message->inserted_at,
                                                   .expires_at = message->expires_at,
                                                   .next_visible_at = message->next_visible_at,
                                                   .dequeue_count = message->dequeue_count,
                                                   .text = message->text});
    if (!peek) told.pop_receipt = new_name;
  }
  return answer;
}

Answer Model::clear_messages(Queue& queue) {
  std::erase_if(queue.messages, [&](const Message& message) {
    return !wrong(Mistake::ClearKeepsHidden) || visible(message);
  });
  return {.status = 204};
}

Answer Model::update_or_delete(const Call& call, Queue& queue) {
  const auto message = std::ranges::find(queue.messages, call.message_id, &Message::id);
  if (message == queue.messages.end()) return refusal(404, "MessageNotFound");
  if (!fits(*message, call.pop_receipt)) {
    return rules_.tells_mismatch ? refusal(400, "PopReceiptMismatch")
                                 : refusal(404, "MessageNotFound");
  }
  if (call.operation == Operation::UpdateMessage) return update_message(call, *message);
  queue.messages.erase(message);
  return {.status = 204};
}

Answer Model::update_message(const Call& call, Message& message) {
  const Time from = wrong(Mistake::UpdateExtends) ? std::max(now_, message.next_visible_at) : now_;
  message.next_visible_at = from + seconds{call.visibility_timeout.value_or(0)};
  if (call.text) message.text = *call.text;
  if (!call.text && wrong(Mistake::UpdateForgetsText)) message.text.clear();
  if (wrong(Mistake::UpdateCountsAsDequeue)) ++message.dequeue_count;
  message.first_of_claim = static_cast<int>(message.pop_receipts.size());
  named_.push_back(message.number);
  return {
      .status = 204,
      .messages = {
          {.id = message.id, .next_visible_at = message.next_visible_at, .pop_receipt = new_name}}};
}

void Model::adopt(const Answer& got) {
  for (std::size_t i = 0; i < named_.size(); ++i) {
    for (auto& [name, queue] : queues_) {
      for (Message& message : queue.messages) {
        if (message.number != named_[i]) continue;
        message.id = got.messages[i].id;
        message.pop_receipts.push_back(got.messages[i].pop_receipt.value_or(""));
      }
    }
  }
}

std::vector<Model::Claim> Model::claims(const std::string& queue) const {
  std::vector<Claim> claims;
  if (!has(queue)) return claims;
  for (const Message& message : queues_.at(queue).messages) {
    claims.push_back({message.id, message.pop_receipts.back()});
  }
  return claims;
}

std::vector<Time> Model::times_to_come() const {
  std::vector<Time> times;
  for (const auto& [name, queue] : queues_) {
    for (const Message& message : queue.messages) {
      times.push_back(message.next_visible_at);
      if (message.expires_at != never) times.push_back(message.expires_at);
    }
  }
  for (const auto& [name, until] : reserved_until_) times.push_back(until);
  std::erase_if(times, [&](Time time) { return time <= now_; });
  std::sort(times.begin(), times.end());
  return times;
}

}  // namespace quprite::model
