#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "storage/store.h"

namespace quprite::test {

/// A store whose disk can be made to fail.
class FailingStore final : public storage::Store {
 public:
  using QueueRef = storage::QueueRef;
  template <class T>
  using Result = storage::Result<T>;

  explicit FailingStore(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  std::atomic<bool> commits_fail = false;  ///< as where the disk is full
  std::atomic<bool> gets_fail = false;     ///< Get Messages, as where the file is damaged

  Result<storage::CreateOutcome> create_queue(QueueRef queue, const storage::Metadata& metadata,
                                              Time now) override {
    return store_->create_queue(queue, metadata, now);
  }
  Result<Done> delete_queue(QueueRef queue, std::optional<Time> reserved_until) override {
    return store_->delete_queue(queue, reserved_until);
  }
  storage::QueuePage list_queues(std::string_view account, std::string_view prefix,
                                 std::string_view first_name, int max_results,
                                 bool with_metadata) override {
    return store_->list_queues(account, prefix, first_name, max_results, with_metadata);
  }
  Result<storage::QueueInfo> get_queue(QueueRef queue, Time now) override {
    return store_->get_queue(queue, now);
  }
  Result<Done> set_queue_metadata(QueueRef queue, const storage::Metadata& metadata) override {
    return store_->set_queue_metadata(queue, metadata);
  }
  Result<std::vector<storage::AccessPolicy>> get_queue_acl(QueueRef queue) override {
    return store_->get_queue_acl(queue);
  }
  Result<Done> set_queue_acl(QueueRef queue,
                             const std::vector<storage::AccessPolicy>& policies) override {
    return store_->set_queue_acl(queue, policies);
  }
  std::optional<std::string> get_service_properties(std::string_view account) override {
    return store_->get_service_properties(account);
  }
  void set_service_properties(std::string_view account, std::string_view properties) override {
    store_->set_service_properties(account, properties);
  }
  Result<storage::Message> put_message(QueueRef queue, std::string_view text, Time next_visible_at,
                                       Time expires_at, Time now) override {
    return store_->put_message(queue, text, next_visible_at, expires_at, now);
  }
  Result<std::vector<storage::Message>> get_messages(QueueRef queue, int count, Time hidden_until,
                                                     Time now) override {
    if (gets_fail) throw storage::StoreFailure("the disk was made to fail", false);
    return store_->get_messages(queue, count, hidden_until, now);
  }
  Result<std::vector<storage::Message>> peek_messages(QueueRef queue, int count,
                                                      Time now) override {
    return store_->peek_messages(queue, count, now);
  }
  Result<storage::PopReceipt> update_message(QueueRef queue, storage::MessageId id,
                                             storage::PopReceipt pop_receipt, Time next_visible_at,
                                             std::optional<std::string_view> text,
                                             Time now) override {
    return store_->update_message(queue, id, pop_receipt, next_visible_at, text, now);
  }
  Result<Done> delete_message(QueueRef queue, storage::MessageId id,
                              storage::PopReceipt pop_receipt, Time now) override {
    return store_->delete_message(queue, id, pop_receipt, now);
  }
  Result<Done> clear_messages(QueueRef queue) override { return store_->clear_messages(queue); }
  [[nodiscard]] bool has_changes() const noexcept override { return store_->has_changes(); }
  void commit() override {
    if (commits_fail) {
      store_->roll_back();
      throw storage::StoreFailure("the disk was made to be full", true);
    }
    store_->commit();
  }
  void roll_back() noexcept override { store_->roll_back(); }
  bool tidy(Time now) override { return store_->tidy(now); }
  void checkpoint() override { store_->checkpoint(); }

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace quprite::test
