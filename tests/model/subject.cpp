#include "tests/model/subject.h"

#include <stdlib.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include "server/wire/message_names.h"
#include "tests/model/http.h"

namespace quprite::model {
namespace {

using std::chrono::seconds;
using storage::QueueRef;
using storage::StoreError;

Answer refusal(StoreError error) {
  switch (error) {
    case StoreError::QueueNotFound: return {.status = 404, .error = "QueueNotFound"};
    case StoreError::QueueAlreadyExists: return {.status = 409, .error = "QueueAlreadyExists"};
    case StoreError::QueueBeingDeleted: return {.status = 409, .error = "QueueBeingDeleted"};
    case StoreError::MessageNotFound: return {.status = 404, .error = "MessageNotFound"};
    case StoreError::PopReceiptMismatch: return {.status = 400, .error = "PopReceiptMismatch"};
  }
  throw std::runtime_error("an error that nobody knows");
}

Told told(const storage::Message& message, bool with_receipt) {
  Told told{.id = server::format_message_id(message.id),
            .inserted_at = message.inserted_at,
            .expires_at = message.expires_at,
            .next_visible_at = message.next_visible_at,
            .dequeue_count = message.dequeue_count,
            .text = std::string(message.text.view())};
  if (with_receipt) told.pop_receipt = server::format_pop_receipt(message.pop_receipt);
  return told;
}

Answer list_of(const storage::Result<std::vector<storage::Message>>& messages, bool with_receipts) {
  if (!messages) return refusal(messages.error());
  Answer answer;
  for (const auto& message : *messages) answer.messages.push_back(told(message, with_receipts));
  return answer;
}

Answer done(const storage::Result<Done>& outcome) {
  if (!outcome) return refusal(outcome.error());
  return {.status = 204};
}

/// Calls the store as the handlers do.
class StoreCall {
 public:
  StoreCall(storage::Store& store, const Call& call, Time now, bool exact)
      : store_(store),
        call_(call),
        queue_{server::development_account, call.queue},
        now_(now),
        exact_(exact) {}

  Answer run() {
    const int count = static_cast<int>(call_.message_count.value_or(1));
    switch (call_.operation) {
      case Operation::CreateQueue: return create_queue();
      case Operation::DeleteQueue:
        return done(store_.delete_queue(
            queue_, exact_ ? std::optional(now_ + deleted_name_reservation) : std::nullopt));
      case Operation::ListQueues: return list_queues();
      case Operation::GetQueueMetadata: return get_queue();
      case Operation::SetQueueMetadata:
        return done(store_.set_queue_metadata(queue_, call_.metadata));
      case Operation::PutMessage: return put_message();
      case Operation::GetMessages:
        return list_of(
            store_.get_messages(queue_, count, in(call_.visibility_timeout.value_or(30)), now_),
            true);
      case Operation::PeekMessages:
        return list_of(store_.peek_messages(queue_, count, now_), false);
      case Operation::UpdateMessage: return update_message();
      case Operation::DeleteMessage:
        return done(store_.delete_message(queue_, id(), pop_receipt(), now_));
      case Operation::ClearMessages: return done(store_.clear_messages(queue_));
    }
    return {};
  }

 private:
  static constexpr seconds deleted_name_reservation{30};
  static constexpr std::int64_t seven_days = 604'800;

  [[nodiscard]] Time in(std::int64_t by) const { return now_ + seconds{by}; }
  [[nodiscard]] storage::MessageId id() const {
    return server::parse_message_id(call_.message_id).value_or(storage::MessageId{});
  }
  [[nodiscard]] storage::PopReceipt pop_receipt() const {
    const auto parsed = server::parse_pop_receipt(call_.pop_receipt);
    return parsed ? parsed->value_or(storage::PopReceipt{}) : storage::PopReceipt{};
  }

  Answer create_queue() {
    const auto outcome = store_.create_queue(queue_, call_.metadata, now_);
    if (!outcome) return refusal(outcome.error());
    return {.status = *outcome == storage::CreateOutcome::Created ? 201 : 204};
  }

  Answer list_queues() {
    Answer answer;
    auto page = store_.list_queues(server::development_account, call_.queue, "", 5'000, true);
    for (auto& entry : page.queues)
      answer.queues.emplace_back(std::move(entry.name), std::move(entry.metadata));
    return answer;
  }

  Answer get_queue() {
    const auto info = store_.get_queue(queue_, now_);
    if (!info) return refusal(info.error());
    return {.queues = {{call_.queue, info->metadata}},
            .approximate_message_count = info->approximate_message_count};
  }

  Answer put_message() {
    const std::int64_t time_to_live = call_.time_to_live.value_or(seven_days);
    const auto message = store_.put_message(
        queue_, call_.text.value_or(""), in(call_.visibility_timeout.value_or(0)),
        time_to_live == -1 ? storage::never : in(time_to_live), now_);
    if (!message) return refusal(message.error());
    return {.status = 201, .messages = {told(*message, true)}};
  }

  Answer update_message() {
    const Time next_visible_at = in(call_.visibility_timeout.value_or(0));
    const auto updated =
        store_.update_message(queue_, id(), pop_receipt(), next_visible_at, call_.text, now_);
    if (!updated) return refusal(updated.error());
    return {.status = 204,
            .messages = {{.id = call_.message_id,
                          .next_visible_at = next_visible_at,
                          .pop_receipt = server::format_pop_receipt(*updated)}}};
  }

  storage::Store& store_;
  const Call& call_;
  QueueRef queue_;
  Time now_;
  bool exact_;
};

std::filesystem::path new_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "quprite-model-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr)
    throw std::runtime_error("no temporary directory can be made");
  return path;
}

}  // namespace

Subject::Subject(bool on_file) {
  if (on_file) directory_ = new_directory();
  accounts_.add({.name = std::string(server::development_account), .first_key = "", .keys = {}});
  open();
}

Subject::~Subject() {
  service_.reset();
  store_.reset();
  if (!directory_.empty()) std::filesystem::remove_all(directory_);
}

void Subject::open() {
  service_.reset();
  store_.reset();  // before the file is opened again, as it is one process's
  store_ = std::make_unique<test::FailingStore>(
      directory_.empty() ? storage::open_store_in_memory()
                         : storage::open_store((directory_ / "quprite.db").string(),
                                               storage::Durability::Process));
}

void Subject::serve() {
  server::ServiceRules rules;
  rules.exact = exact_;
  rules.auth.off = true;
  service_ = std::make_unique<server::Service>(accounts_, *store_, clock, log_, rules);
}

void Subject::begin(const Setting& setting) {
  at_store_ = setting.level == Setting::Level::Store;
  exact_ = setting.exact;
  queues_ = {setting.queue(0), setting.queue(1)};
  held_ = false;
  clock.set(test::ManualClock::start);
  serve();
}

Answer Subject::send(const Call& call) {
  return at_store_ ? ask_store(call) : send_http(call);
}

Answer Subject::ask_store(const Call& call) {
  return StoreCall(*store_, call, clock.now(), exact_).run();
}

Answer Subject::send_http(const Call& call) {
  store_->gets_fail = call.store_fails;
  const HttpMessage message = to_http(call);
  std::string out;
  service_->handle(message.request(), exchange_, out);
  store_->gets_fail = false;
  held_ = held_ || exchange_.held;
  return from_http(call, out);
}

bool Subject::commit() {
  held_ = false;
  if (!at_store_) return !service_->commit();
  store_->commit();
  return true;
}

void Subject::lose_group() {
  held_ = false;
  if (at_store_) return store_->roll_back();
  store_->commits_fail = true;
  const auto failure = service_->commit();
  store_->commits_fail = false;
  if (!failure) throw std::runtime_error("a commit that failed was taken for one that worked");
}

void Subject::tidy() {
  if (!store_->has_changes()) store_->tidy(clock.now());
}

void Subject::reopen() {
  held_ = false;
  open();
  serve();
}

void Subject::end() {
  store_->roll_back();
  for (const std::string& queue : queues_) {
    static_cast<void>(store_->delete_queue({server::development_account, queue}, std::nullopt));
  }
  store_->commit();
  while (store_->tidy(clock.now())) {
  }
}

bool Subject::clock_moves_in_groups() const {
  return at_store_;
}

Ticks Subject::precision() const {
  return at_store_ ? Ticks{1} : Ticks{seconds{1}};
}

}  // namespace quprite::model
