#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/model/call.h"

namespace quprite::model {

/// A rule that a model has wrong on purpose, to see that the sequences would notice.
enum class Mistake {
  None,
  ExpiresLate,            ///< at its expiration time a message is still there
  AppearsLate,            ///< at its time next visible a message is still hidden
  KeepsInsertionOrder,    ///< a message that reappears goes back to where it was
  StaleReceiptFits,       ///< every receipt of a message fits as long as that is there
  ReceiptLapses,          ///< a receipt is void once its message has reappeared
  GetKeepsReceipt,        ///< Get Messages voids no earlier receipt
  UpdateCountsAsDequeue,  ///< Update Message adds to the dequeue count
  UpdateExtends,  ///< Update Message counts its timeout from the time next visible, not from now
  UpdateForgetsText,      ///< Update Message without a body empties the text
  CountsVisibleOnly,      ///< the approximate count leaves hidden messages out
  ClearKeepsHidden,       ///< Clear Messages leaves hidden messages alone
  CreateIgnoresMetadata,  ///< Create Queue is content with any queue of that name
  NameReservedTooLong,    ///< with --exact: a deleted queue's name is still taken when its 30 s are
                          ///< over
  RollBackKeepsChanges,   ///< what a lost group has done stays
};

/// What the two levels, and --exact, have different.
struct Rules {
  bool exact = false;  ///< a deleted queue's name is QueueBeingDeleted for 30 s
  bool tells_mismatch =
      false;  ///< PopReceiptMismatch is told apart from MessageNotFound, as the store does
  Mistake mistake = Mistake::None;
};

/// The documented rules, in the plainest words: a list of messages a queue, and a loop for
/// everything. Sources: "Get Messages", "Put Message", "Update Message", "Delete Message", "Create
/// Queue", "Delete Queue".
///
/// A copy of a model is what it was: that is how a group is rolled back.
class Model {
 public:
  explicit Model(Rules rules) : rules_(rules) {}

  /// What happens from now on happens at `now`. What has expired by then is gone for good.
  void set_time(Time now);

  /// How far the clock may be set back: to before this, expired messages would have to come back.
  [[nodiscard]] Time no_earlier_than() const { return no_earlier_than_; }

  /// Does what the call asks for, and says what a server has to answer.
  Answer apply(const Call& call);

  /// Takes over the names that the server chose in its answer to the last apply(), which has to
  /// fit.
  void adopt(const Answer& got);

  // ---- for who makes up the next step

  struct Claim {
    std::string id;
    std::string pop_receipt;
  };

  [[nodiscard]] bool has(const std::string& queue) const { return queues_.contains(queue); }

  /// The messages of a queue with their latest receipts.
  [[nodiscard]] std::vector<Claim> claims(const std::string& queue) const;

  /// When messages, and the names of deleted queues, will change by themselves; ascending.
  [[nodiscard]] std::vector<Time> times_to_come() const;

 private:
  struct Message {
    int number = 0;
    std::string id = new_name;
    std::vector<std::string> pop_receipts = {};  ///< the latest is the last
    Time inserted_at = {};
    Time expires_at = {};
    Time next_visible_at = {};
    int first_of_claim = 0;  ///< with GetKeepsReceipt: the first of the receipts that still fit
    std::int64_t dequeue_count = 0;
    std::string text = {};
  };
  struct Queue {
    Metadata metadata = {};
    std::vector<Message> messages = {};  ///< in order of insertion
  };

  [[nodiscard]] bool wrong(Mistake mistake) const { return rules_.mistake == mistake; }
  [[nodiscard]] bool expired(const Message& message) const;
  [[nodiscard]] bool visible(const Message& message) const;
  [[nodiscard]] bool fits(const Message& message, const std::string& pop_receipt) const;

  Answer create_queue(const Call& call);
  Answer delete_queue(const Call& call);
  [[nodiscard]] Answer list_queues(const Call& call) const;
  Answer put_message(const Call& call, Queue& queue);
  Answer get_messages(const Call& call, Queue& queue, bool peek);
  Answer clear_messages(Queue& queue);
  Answer update_or_delete(const Call& call, Queue& queue);
  Answer update_message(const Call& call, Message& message);

  Rules rules_;
  Time now_ = {};
  Time no_earlier_than_ = Time::min();
  std::map<std::string, Queue> queues_;
  std::map<std::string, Time> reserved_until_;  ///< names of deleted queues
  int last_number_ = 0;
  std::vector<int> named_;  ///< the messages whose names are in the answer to the last apply()
};

}  // namespace quprite::model
