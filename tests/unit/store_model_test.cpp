#include <algorithm>
#include <array>
#include <cstddef>
#include <random>

#include "tests/unit/store_support.h"

namespace {

using namespace quprite;
using namespace quprite::storage;
using namespace quprite::test;

/// What a queue of the store is documented to be, in as few words as C++ allows.
struct ModelMessage {
  MessageId id;
  std::string text;
  Time next_visible_at;
  Time expires_at;
  std::int64_t order;
  std::int64_t dequeue_count = 0;
  PopReceipt pop_receipt;
  std::vector<PopReceipt> void_receipts = {};
};
using Model = std::array<std::vector<ModelMessage>, 2>;

struct Play {
  explicit Play(unsigned seed) : random(seed) {}

  std::mt19937 random;
  Directory directory;
  StoreTest test{open(directory)};
  std::array<QueueRef, 2> queues = {QueueRef{"account", "a"}, QueueRef{"account", "b"}};
  Model model;
  Model committed;
  std::int64_t order = 0;
  bool expiring = true;

  int roll(int sides) { return static_cast<int>(random() % static_cast<unsigned>(sides)); }

  std::vector<ModelMessage*> visible(std::size_t queue, int count) {
    std::vector<ModelMessage*> found;
    for (auto& message : model[queue]) {
      if (message.next_visible_at <= test.now && message.expires_at > test.now)
        found.push_back(&message);
    }
    std::ranges::sort(
        found, {}, [](const ModelMessage* m) { return std::pair(m->next_visible_at, m->order); });
    if (found.size() > static_cast<std::size_t>(count))
      found.resize(static_cast<std::size_t>(count));
    return found;
  }

  void put(std::size_t queue) {
    const std::string text = std::to_string(roll(1'000'000));
    const Time next_visible_at = test.now + Ticks{roll(4) == 0 ? roll(60) - 20 : 0};
    const Time expires_at = expiring && roll(2) == 0 ? test.now + Ticks{1 + roll(60)} : never;
    const auto put =
        test.store->put_message(queues[queue], text, next_visible_at, expires_at, test.now);
    REQUIRE(put);
    model[queue].push_back(
        {put->id, text, next_visible_at, expires_at, ++order, 0, put->pop_receipt});
  }

  void get(std::size_t queue) {
    const int count = 1 + roll(5);
    const Time hidden_until = test.now + Ticks{roll(30) - 5};
    const auto got = test.store->get_messages(queues[queue], count, hidden_until, test.now);
    const auto expected = visible(queue, count);
    REQUIRE(got);
    REQUIRE(got->size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ModelMessage& message = *expected[i];
      REQUIRE((*got)[i].id == message.id);
      REQUIRE((*got)[i].text == message.text);
      REQUIRE((*got)[i].dequeue_count == ++message.dequeue_count);
      message.void_receipts.push_back(message.pop_receipt);
      message.pop_receipt = (*got)[i].pop_receipt;
      message.next_visible_at = hidden_until;
    }
  }

  void peek(std::size_t queue) {
    const int count = 1 + roll(5);
    const auto expected = visible(queue, count);
    const auto peeked = test.peek(count, queues[queue]);
    REQUIRE(peeked.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      REQUIRE(peeked[i].id == expected[i]->id);
      REQUIRE(peeked[i].next_visible_at == expected[i]->next_visible_at);
      REQUIRE(peeked[i].expires_at == expected[i]->expires_at);
    }
  }

  void change(std::size_t queue) {
    if (model[queue].empty()) return;
    const auto at = static_cast<std::size_t>(roll(static_cast<int>(model[queue].size())));
    ModelMessage& message = model[queue][at];
    const bool expired = message.expires_at <= test.now;
    if (!message.void_receipts.empty()) {
      const auto& old = message.void_receipts[static_cast<std::size_t>(
          roll(static_cast<int>(message.void_receipts.size())))];
      REQUIRE(test.remove(message.id, old, queues[queue]) ==
              (expired ? StoreError::MessageNotFound : StoreError::PopReceiptMismatch));
    }
    if (roll(2) == 0) {
      const auto removed = test.remove(message.id, message.pop_receipt, queues[queue]);
      if (expired) {
        REQUIRE(removed == StoreError::MessageNotFound);
      } else {
        REQUIRE(removed == std::nullopt);
        model[queue].erase(model[queue].begin() + static_cast<std::ptrdiff_t>(at));
      }
      return;
    }
    const Time next_visible_at = test.now + Ticks{roll(40) - 10};
    const auto updated = test.store->update_message(queues[queue], message.id, message.pop_receipt,
                                                    next_visible_at, "new", test.now);
    REQUIRE(bool{updated} == !expired);
    if (!updated) return;
    message.text = "new";
    message.next_visible_at = next_visible_at;
    message.void_receipts.push_back(message.pop_receipt);
    message.pop_receipt = *updated;
  }

  void check_count(std::size_t queue) {
    const auto live =
        std::ranges::count_if(model[queue], [&](const auto& m) { return m.expires_at > test.now; });
    REQUIRE(test.count(queues[queue]) == live);
  }

  void end_group() {
    if (roll(3) == 0) {
      test.store->roll_back();
      model = committed;
    } else {
      test.store->commit();
      committed = model;
    }
    const int next = roll(6);
    if (next == 0) test.store->tidy(test.now);
    if (next == 1 && roll(5) == 0) test.tidy();
    if (next == 2 && roll(20) == 0) {
      test.store.reset();
      test.store = open(directory);
    }
  }

  void run(int steps) {
    for (const auto& queue : queues) test.create(queue);
    test.store->commit();
    for (int step = 0; step < steps; ++step) {
      CAPTURE(step);
      const auto queue = static_cast<std::size_t>(roll(2));
      switch (roll(12)) {
        case 0:
        case 1:
        case 2:
        case 3: put(queue); break;
        case 4:
        case 5: get(queue); break;
        case 6: peek(queue); break;
        case 7: change(queue); break;
        case 8: check_count(queue); break;
        case 9: end_group(); break;
        case 10: test.now += Ticks{expiring ? roll(8) : roll(16) - 7}; break;
        default:
          if (roll(40) != 0) break;
          REQUIRE(test.store->clear_messages(queues[queue]));
          model[queue].clear();
      }
    }
  }
};

}  // namespace

TEST_CASE("whatever is done in whatever order, the store does what a list of messages would") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    Play play(seed);
    SUBCASE("while messages expire and time passes") {
      play.run(3'000);
    }
    SUBCASE("while the clock is put forward and back") {
      play.expiring = false;
      play.run(3'000);
    }
  }
}
