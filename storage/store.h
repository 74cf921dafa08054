#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/result.h"
#include "storage/text.h"
#include "storage/time.h"

/// Queues and messages, and what is known of them. No HTTP, no XML, no clock: the time at which a
/// call happens is an argument of it.
namespace quprite::storage {

/// Names a queue for the length of a call. The names are taken as they are: whether they follow the
/// naming rules is the caller's business.
struct QueueRef {
  std::string_view account;
  std::string_view queue;
};

/// Queue metadata: names in the case in which they were given, each once (without regard to case),
/// in order.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// A stored access policy ("Establish a stored access policy"); each field but the id may be
/// missing, and then has to come with the shared access signature.
struct AccessPolicy {
  std::string id;
  std::optional<Time> starts_at = {};
  std::optional<Time> expires_at = {};
  std::optional<std::string> permissions = {};

  bool operator==(const AccessPolicy&) const = default;
};

/// Names a message; 128 bits that look random. Which message it is can be told from them without an
/// index.
struct MessageId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool operator==(const MessageId&) const = default;
};

/// What Put, Get and Update hand out and Delete and Update ask for: it fits a message as long as
/// the message has not been got or updated since. Two receipts of one message are never equal.
struct PopReceipt {
  Time next_visible_at = {};
  std::uint32_t change = 0;  ///< how often the message was got or updated before

  bool operator==(const PopReceipt&) const = default;
};

struct Message {
  MessageId id = {};
  Time inserted_at = {};
  Time expires_at = {};
  Time next_visible_at = {};
  PopReceipt pop_receipt = {};
  std::int64_t dequeue_count = 0;
  Text text = {};
};

struct QueueInfo {
  Metadata metadata = {};
  /// Messages that have neither been deleted nor expired, visible or not.
  std::int64_t approximate_message_count = 0;
};

struct QueueEntry {
  std::string name;
  Metadata metadata = {};
};

struct QueuePage {
  std::vector<QueueEntry> queues = {};
  /// The first name of the next page; empty where this one is the last.
  std::string next_name = {};
};

enum class CreateOutcome { Created, AlreadyThere };

enum class StoreError {
  QueueNotFound,
  QueueAlreadyExists,  ///< with other metadata
  QueueBeingDeleted,   ///< the name is reserved for a while after a deletion
  MessageNotFound,     ///< never was, was deleted, or has expired
  PopReceiptMismatch,  ///< the message is there, but was got or updated since
};

template <class T>
using Result = quprite::Result<T, StoreError>;

/// The database itself failed: disk full, I/O error, a damaged file. The open group is lost and has
/// been, or must be, rolled back.
class StoreFailure : public std::runtime_error {
 public:
  StoreFailure(const std::string& what, bool passing)
      : std::runtime_error(what), passing_(passing) {}

  /// Whether the same call may work later (disk full, busy, I/O error), so that a retry is worth
  /// it.
  [[nodiscard]] bool passing() const noexcept { return passing_; }

 private:
  bool passing_;
};

/// Every account's queues, their messages and their settings.
///
/// Used by one thread at a time. Changes are made in groups: the first call that changes something
/// opens a group, commit() makes all of it durable at once, roll_back() undoes all of it. A call
/// sees what earlier calls of its group have changed. A call that returns a StoreError has changed
/// nothing. Any call may throw StoreFailure; the group has to be rolled back then.
///
/// All times are points on the account's clock, which only the caller knows; the store reads none.
/// A message is *expired* when `expires_at <= now`, and then exists for no call. It is *visible*
/// when `next_visible_at <= now` and it is not expired.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // ---- queues

  /// Create Queue. AlreadyThere where it exists with the same metadata (names without regard to
  /// case and order, values exactly); QueueAlreadyExists where with other; QueueBeingDeleted while
  /// the name is reserved.
  virtual Result<CreateOutcome> create_queue(QueueRef queue, const Metadata& metadata,
                                             Time now) = 0;

  /// Delete Queue, with all its messages, in constant time; the space is reclaimed by tidy(). The
  /// name can be used again from `reserved_until` on, or at once. QueueNotFound.
  virtual Result<Done> delete_queue(QueueRef queue, std::optional<Time> reserved_until) = 0;

  /// List Queues: at most `max_results` (1 or more) queues of the account whose names begin with
  /// `prefix`, in ordinal order of their names, from the name `first_name` on, itself included.
  /// Metadata is filled in only `with_metadata`.
  virtual QueuePage list_queues(std::string_view account, std::string_view prefix,
                                std::string_view first_name, int max_results,
                                bool with_metadata) = 0;

  /// Get Queue Metadata. QueueNotFound.
  virtual Result<QueueInfo> get_queue(QueueRef queue, Time now) = 0;

  /// Set Queue Metadata: replaces all of it. QueueNotFound.
  virtual Result<Done> set_queue_metadata(QueueRef queue, const Metadata& metadata) = 0;

  /// Get Queue ACL: the stored access policies, in the order in which they were set. QueueNotFound.
  virtual Result<std::vector<AccessPolicy>> get_queue_acl(QueueRef queue) = 0;

  /// Set Queue ACL: replaces all of them. QueueNotFound.
  virtual Result<Done> set_queue_acl(QueueRef queue, const std::vector<AccessPolicy>& policies) = 0;

  // ---- the account

  /// The account's service properties, in the caller's own notation; nothing where none were set.
  virtual std::optional<std::string> get_service_properties(std::string_view account) = 0;
  virtual void set_service_properties(std::string_view account, std::string_view properties) = 0;

  // ---- messages

  /// Put Message: adds a message that becomes visible at `next_visible_at` and expires at
  /// `expires_at`. Tells all of it but its text. QueueNotFound.
  virtual Result<Message> put_message(QueueRef queue, std::string_view text, Time next_visible_at,
                                      Time expires_at, Time now) = 0;

  /// Get Messages: takes up to `count` (1 or more) visible messages from the front of the queue,
  /// that is in order of `next_visible_at` and, among equals, of insertion, and hides them until
  /// `hidden_until`. Each gets one more on its dequeue count and a pop receipt of its own, which
  /// voids its last one. Fewer, or none, where fewer are visible. QueueNotFound.
  virtual Result<std::vector<Message>> get_messages(QueueRef queue, int count, Time hidden_until,
                                                    Time now) = 0;

  /// Peek Messages: like get_messages(), but changes nothing, and tells no pop receipt.
  virtual Result<std::vector<Message>> peek_messages(QueueRef queue, int count, Time now) = 0;

  /// Update Message: makes the message visible at `next_visible_at` and, where `text` is given,
  /// replaces its text. Tells the new pop receipt, which voids the last one. QueueNotFound,
  /// MessageNotFound, PopReceiptMismatch.
  virtual Result<PopReceipt> update_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                            Time next_visible_at,
                                            std::optional<std::string_view> text, Time now) = 0;

  /// Delete Message. QueueNotFound, MessageNotFound, PopReceiptMismatch.
  virtual Result<Done> delete_message(QueueRef queue, MessageId id, PopReceipt pop_receipt,
                                      Time now) = 0;

  /// Clear Messages: removes all of them, invisible ones too, in constant time; the space is
  /// reclaimed by tidy(). QueueNotFound.
  virtual Result<Done> clear_messages(QueueRef queue) = 0;

  // ---- groups

  /// Whether a group is open, so that answers given now depend on a commit to come.
  [[nodiscard]] virtual bool has_changes() const noexcept = 0;

  /// Makes the open group durable; does nothing where none is open. Throws StoreFailure where that
  /// fails; nothing of the group is left then.
  virtual void commit() = 0;

  /// Undoes the open group, if there is one.
  virtual void roll_back() noexcept = 0;

  // ---- housekeeping

  /// Does a small step (a few ms at most) of what nobody waits for: removes expired messages and
  /// what deleted queues and cleared messages left behind, gives space back to the file system. Not
  /// to be called while a group is open; commits what it does. `now` must not be later than any
  /// account's clock, as what is expired is removed for good. Tells whether there is more to do.
  virtual bool tidy(Time now) = 0;

  /// Moves the write-ahead log into the database file and empties it. Not to be called while a
  /// group is open.
  virtual void checkpoint() = 0;
};

/// How far an acknowledged change is safe.
enum class Durability {
  Process,  ///< it survives the death of the process (`--sync normal`)
  Power,    ///< and that of the machine: one fsync a group (`--sync full`)
};

/// Opens the database file at `path`, making it where there is none and bringing its schema up to
/// date. Throws std::runtime_error, with a message for the user that names the file, where it
/// cannot be opened, is in use by another process, is not a quprite database, or was made by a
/// newer quprite.
std::unique_ptr<Store> open_store(const std::string& path, Durability durability);

/// A store that is gone with the process.
std::unique_ptr<Store> open_store_in_memory();

}  // namespace quprite::storage
