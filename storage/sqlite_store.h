#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/checkpointer.h"
#include "storage/message_id.h"
#include "storage/queue_cache.h"
#include "storage/sqlite.h"
#include "storage/store.h"

namespace quprite::storage {

/// The one implementation of Store. Its calls stand in sqlite_store.cpp (queues), messages.cpp and
/// tidy.cpp; changes.cpp writes what they change about messages.
class SqliteStore final : public Store {
 public:
  /// Takes a database whose schema is the newest; `checkpointer` is null where there is no log.
  SqliteStore(std::unique_ptr<sqlite::Database> database,
              std::unique_ptr<Checkpointer> checkpointer);
  ~SqliteStore() override;

  Result<CreateOutcome> create_queue(QueueRef queue, const Metadata& metadata, Time now) override;
  Result<Done> delete_queue(QueueRef queue, std::optional<Time> reserved_until) override;
  QueuePage list_queues(std::string_view account, std::string_view prefix,
                        std::string_view first_name, int max_results, bool with_metadata) override;
  Result<QueueInfo> get_queue(QueueRef queue, Time now) override;
  Result<Done> set_queue_metadata(QueueRef queue, const Metadata& metadata) override;
  Result<std::vector<AccessPolicy>> get_queue_acl(QueueRef queue) override;
  Result<Done> set_queue_acl(QueueRef queue, const std::vector<AccessPolicy>& policies) override;

  std::optional<std::string> get_service_properties(std::string_view account) override;
  void set_service_properties(std::string_view account, std::string_view properties) override;

  Result<Message> put_message(QueueRef queue, std::string_view text, Time next_visible_at,
                              Time expires_at, Time now) override;
  Result<std::vector<Message>> get_messages(QueueRef queue, int count, Time hidden_until,
                                            Time now) override;
  Result<std::vector<Message>> peek_messages(QueueRef queue, int count, Time now) override;
  Result<PopReceipt> update_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                    Time next_visible_at, std::optional<std::string_view> text,
                                    Time now) override;
  Result<Done> delete_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                              Time now) override;
  Result<Done> clear_messages(QueueRef queue) override;

  [[nodiscard]] bool has_changes() const noexcept override { return database_->in_transaction(); }
  void commit() override;
  void roll_back() noexcept override;

  bool tidy(Time now) override;
  void checkpoint() override;

 private:
  struct Statements;

  /// A message that a request lays claim to, and where it stands.
  struct Claim {
    CachedQueue* queue;
    Place place;
  };

  /// A row of `visibility`.
  struct VisibilityRow;
  /// A batch that was read.
  struct ReadBatch;

  bool begin();
  CachedQueue* find_queue(QueueRef queue);
  std::int64_t next_batch_id();
  std::int64_t next_contents_id() { return ++last_contents_id_; }
  void abandon_contents(std::int64_t contents_id);

  std::vector<VisibilityRow> look_ahead(CachedQueue& queue, std::size_t count, Time now);
  bool read_batch(std::int64_t batch_id, ReadBatch& batch);
  std::size_t add_to_front(CachedQueue& queue, const VisibilityRow& row, const ReadBatch& batch);
  void remove(CachedQueue& queue, const Place& place);
  void remove_message(CachedQueue& queue, std::int64_t sequence);
  Result<Claim> claim(QueueRef queue, MessageId id, PopReceipt pop_receipt, Time now);
  std::optional<Place> find_place(CachedQueue& queue, std::int64_t sequence,
                                  PopReceipt pop_receipt);
  void set_text(CachedQueue& queue, std::int64_t sequence, std::string_view text);

  QueueChanges& changes_of(CachedQueue& queue);
  BatchState* batch_state(CachedQueue& queue, std::int64_t batch_id);
  void write(CachedQueue& queue);
  void write_batch(std::int64_t contents_id, NewBatch& batch);
  void write_row(std::int64_t contents_id, const Spot& spot, const RowChange& row);
  void write_state(std::int64_t batch_id, BatchState& state);
  void take_texts_out(std::int64_t batch_id, BatchState& state);
  void remove_batch(std::int64_t batch_id);

  bool tidy_expired(Time now);
  bool tidy_dead_contents();
  bool tidy_orphans(Time now);
  bool tidy_names(Time now);
  bool tidy_file();
  std::int64_t orphans();
  void set_orphans(std::int64_t orphans);

  std::unique_ptr<sqlite::Database> database_;
  std::unique_ptr<Checkpointer> checkpointer_;  // gone before the database, which closes the log
  MessageIds ids_;
  std::unique_ptr<Statements> statements_;
  QueueCache queues_;

  std::size_t bytes_ahead_ = 0;  // read since the fronts of all queues were forgotten

  std::vector<std::unique_ptr<QueueChanges>> spare_changes_;  // kept for the memory they have

  std::int64_t next_batch_id_ = 0;      // the next to hand out, and
  std::int64_t reserved_batch_id_ = 0;  // the first that is not reserved yet
  std::int64_t last_contents_id_ = 0;

  // Housekeeping.
  bool untidy_ = true;             // something was committed since the file was last looked at
  bool too_big_ = false;           // the file, when it was last looked at
  bool has_dead_contents_ = true;  // there may be some
  bool logged_ = true;             // the write-ahead log may hold something
  // Messages that tidy() has removed and not their places; nothing where the file has to be asked.
  std::optional<std::int64_t> orphans_;
  // How far the search for them has come, and how many there were when it began.
  struct Cursor {
    std::int64_t contents_id = 0;
    Time next_visible_at = Time::min();
    std::int64_t batch_id = 0;
    std::uint32_t change = 0;
    std::int64_t dequeue_count = 0;
    std::int64_t orphans = 0;
  } cursor_;
};

}  // namespace quprite::storage
