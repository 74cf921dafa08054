#include <set>

#include "tests/unit/store_support.h"

namespace {

using namespace quprite;
using namespace quprite::storage;
using namespace quprite::test;

}  // namespace

TEST_CASE_FIXTURE(StoreTest, "a message that was put tells all of it but its text") {
  const auto message = store->put_message(orders, "first", now + 5s, now + 1h, now);
  REQUIRE(message);
  CHECK(message->inserted_at == now);
  CHECK(message->next_visible_at == now + 5s);
  CHECK(message->expires_at == now + 1h);
  CHECK(message->pop_receipt.next_visible_at == now + 5s);
  CHECK(message->dequeue_count == 0);
  CHECK(message->text.size() == 0);
}

TEST_CASE_FIXTURE(StoreTest, "a message that is got is the one that was put, once more dequeued") {
  const Message put_message = put("first");
  now += 1s;
  const auto got = get(1, 30s);
  REQUIRE(got.size() == 1);
  CHECK(got[0].id == put_message.id);
  CHECK(got[0].inserted_at == put_message.inserted_at);
  CHECK(got[0].expires_at == put_message.expires_at);
  CHECK(got[0].next_visible_at == now + 30s);
  CHECK(got[0].pop_receipt.next_visible_at == now + 30s);
  CHECK(got[0].dequeue_count == 1);
  CHECK(got[0].text == "first");
}

TEST_CASE_FIXTURE(StoreTest, "texts come back byte for byte") {
  const std::vector<std::string> all = {"", std::string("\0\xFF\0", 3), "\xF0\x9F\x90\xB2",
                                        std::string(65'536, 'x')};
  for (const auto& text : all) put(text);
  CHECK(texts(peek(32)) == all);
  CHECK(texts(get(32)) == all);
}

TEST_CASE_FIXTURE(
    StoreTest,
    "messages that become visible together are got in the order in which they were put") {
  for (const char* text : {"1", "2", "3", "4", "5"}) put(text);
  CHECK(texts(get(2)) == list({"1", "2"}));
  CHECK(texts(get(9)) == list({"3", "4", "5"}));
  CHECK(get(9).empty());
}

TEST_CASE_FIXTURE(
    StoreTest,
    "messages are got in the order in which they become visible, not in that of putting") {
  put("late", 20s);
  put("early", 10s);
  put("at once");
  now += 20s;
  CHECK(texts(get(3)) == list({"at once", "early", "late"}));
}

TEST_CASE_FIXTURE(StoreTest,
                  "messages reappear in the order in which their visibility timeouts end") {
  for (const char* text : {"1", "2", "3"}) put(text);
  get(1, 30s);
  get(1, 10s);
  get(1, 20s);
  now += 30s;
  CHECK(texts(peek(3)) == list({"2", "3", "1"}));
}

TEST_CASE_FIXTURE(StoreTest,
                  "a message that reappears stands behind those that were visible before") {
  put("first");
  get(1, 1s);
  put("second");
  now += 1s;
  CHECK(texts(get(2)) == list({"second", "first"}));
}

TEST_CASE_FIXTURE(StoreTest, "a message is hidden until its visibility timeout ends, to the tick") {
  put("first", 5s);
  now += 5s - Ticks{1};
  CHECK(peek(1).empty());
  CHECK(get(1).empty());
  now += Ticks{1};
  CHECK(peek(1).size() == 1);
  CHECK(get(1, 30s).size() == 1);
  now += 30s - Ticks{1};
  CHECK(get(1).empty());
  now += Ticks{1};
  const auto again = get(1);
  REQUIRE(again.size() == 1);
  CHECK(again[0].dequeue_count == 2);
}

TEST_CASE_FIXTURE(StoreTest, "peeking tells what getting would, and changes nothing") {
  put("first");
  put("second");
  store->commit();
  for (int i = 0; i < 3; ++i) {
    const auto peeked = peek(2);
    CHECK(texts(peeked) == list({"first", "second"}));
    CHECK(peeked[0].dequeue_count == 0);
    CHECK(peeked[0].next_visible_at == now);
    CHECK(peeked[0].pop_receipt == PopReceipt{});
  }
  CHECK_FALSE(store->has_changes());
  CHECK(get(1)[0].dequeue_count == 1);
}

TEST_CASE_FIXTURE(StoreTest, "getting from a queue without a visible message opens no group") {
  put("hidden", 10s);
  store->commit();
  CHECK(get(1).empty());
  CHECK_FALSE(store->has_changes());
}

TEST_CASE_FIXTURE(StoreTest, "a message is deleted with its pop receipt, once") {
  put("first");
  const Message message = get(1)[0];
  CHECK(remove(message.id, message.pop_receipt) == std::nullopt);
  CHECK(remove(message.id, message.pop_receipt) == StoreError::MessageNotFound);
  now += 1h;
  CHECK(get(1).empty());
}

TEST_CASE_FIXTURE(StoreTest, "the receipt from putting deletes a message that was never got") {
  const Message message = put("first");
  CHECK(remove(message.id, message.pop_receipt) == std::nullopt);
  CHECK(count() == 0);
}

TEST_CASE_FIXTURE(StoreTest,
                  "a receipt stays good after its message has reappeared, until the next get") {
  put("first");
  const Message first = get(1, 30s)[0];
  now += 1h;
  CHECK(peek(1).size() == 1);
  SUBCASE("deleted while nobody else has it") {
    CHECK(remove(first.id, first.pop_receipt) == std::nullopt);
  }
  SUBCASE("refused once somebody else has it") {
    const Message second = get(1, 30s)[0];
    CHECK(remove(first.id, first.pop_receipt) == StoreError::PopReceiptMismatch);
    CHECK(remove(second.id, second.pop_receipt) == std::nullopt);
  }
}

TEST_CASE_FIXTURE(
    StoreTest,
    "an update moves the message, changes its text where one is given, and its receipt") {
  put("first");
  const Message got = get(1, 30s)[0];
  const auto kept =
      store->update_message(orders, got.id, got.pop_receipt, now + 10s, std::nullopt, now);
  REQUIRE(kept);
  CHECK(kept->next_visible_at == now + 10s);
  CHECK(remove(got.id, got.pop_receipt) == StoreError::PopReceiptMismatch);
  const auto changed = store->update_message(orders, got.id, *kept, now + 20s, "second", now);
  REQUIRE(changed);

  now += 20s - Ticks{1};
  CHECK(peek(1).empty());
  now += Ticks{1};
  const auto peeked = peek(1);
  REQUIRE(peeked.size() == 1);
  CHECK(peeked[0].text == "second");
  CHECK(peeked[0].dequeue_count == 1);
  CHECK(peeked[0].inserted_at == start);
  CHECK(remove(got.id, *changed) == std::nullopt);
}

TEST_CASE_FIXTURE(StoreTest, "an update may make the text empty") {
  const Message message = put("first");
  REQUIRE(store->update_message(orders, message.id, message.pop_receipt, now, "", now));
  CHECK(texts(peek(1)) == list({""}));
}

TEST_CASE_FIXTURE(StoreTest, "receipts of one message differ even where its times coincide") {
  put("first");
  std::vector<PopReceipt> receipts;
  Message message;
  for (int i = 0; i < 3; ++i) {  // visible again at the very time at which it is got
    const auto got = get(1, 0s);
    REQUIRE(got.size() == 1);
    message = got[0];
    receipts.push_back(message.pop_receipt);
  }
  const auto updated =
      store->update_message(orders, message.id, receipts.back(), now, std::nullopt, now);
  REQUIRE(updated);
  for (const PopReceipt& old : receipts) {
    CHECK(old.next_visible_at == updated->next_visible_at);
    CHECK(remove(message.id, old) == StoreError::PopReceiptMismatch);
  }
  CHECK(remove(message.id, *updated) == std::nullopt);
}

TEST_CASE_FIXTURE(StoreTest,
                  "an old receipt does not become good again when the clock is put back") {
  put("first");
  const Message first = get(1, 30s)[0];
  now += 30s;
  const Message second = get(1, 30s)[0];
  now += 30s;
  now = start;  // and so the third receipt's time is the first one's
  const auto third =
      store->update_message(orders, second.id, second.pop_receipt, now + 30s, std::nullopt, now);
  REQUIRE(third);
  CHECK(third->next_visible_at == first.pop_receipt.next_visible_at);
  CHECK(remove(first.id, first.pop_receipt) == StoreError::PopReceiptMismatch);
  CHECK(remove(first.id, *third) == std::nullopt);
}

TEST_CASE_FIXTURE(StoreTest,
                  "a wrong receipt and an unknown message are told apart, and nothing changes") {
  const Message message = put("first");
  store->commit();
  PopReceipt other_change = message.pop_receipt;
  ++other_change.change;
  PopReceipt other_time = message.pop_receipt;
  other_time.next_visible_at += Ticks{1};
  for (const PopReceipt& wrong : {other_change, other_time, PopReceipt{}}) {
    CHECK(remove(message.id, wrong) == StoreError::PopReceiptMismatch);
    const auto updated = store->update_message(orders, message.id, wrong, now, "second", now);
    REQUIRE_FALSE(updated);
    CHECK(updated.error() == StoreError::PopReceiptMismatch);
  }
  const MessageId unknown{.high = message.id.high ^ 1U, .low = message.id.low};
  CHECK(remove(unknown, message.pop_receipt) == StoreError::MessageNotFound);
  const auto updated =
      store->update_message(orders, unknown, message.pop_receipt, now, "second", now);
  REQUIRE_FALSE(updated);
  CHECK(updated.error() == StoreError::MessageNotFound);
  CHECK_FALSE(store->has_changes());
  CHECK(texts(peek(1)) == list({"first"}));
}

TEST_CASE_FIXTURE(StoreTest, "a message is not found in another queue, whatever its receipt") {
  const QueueRef other{"account", "other"};
  create(other);
  const Message message = put("first");
  put("second", {}, 168h, other);
  CHECK(remove(message.id, message.pop_receipt, other) == StoreError::MessageNotFound);
  CHECK(remove(message.id, {}, other) == StoreError::MessageNotFound);
  CHECK(count() == 1);
  CHECK(count(other) == 1);
}

TEST_CASE_FIXTURE(StoreTest, "message ids and receipts of one store mean nothing in another") {
  const Message message = put("first");
  StoreTest other;
  other.put("first");
  CHECK(other.remove(message.id, message.pop_receipt) == StoreError::MessageNotFound);
}

TEST_CASE_FIXTURE(StoreTest, "the count is that of all messages, visible or not") {
  put("1");
  put("2", 10s);
  put("3");
  CHECK(count() == 3);
  const Message got = get(1)[0];
  CHECK(count() == 3);
  REQUIRE(store->update_message(orders, got.id, got.pop_receipt, now + 1h, "x", now));
  CHECK(count() == 3);
  CHECK(remove(put("4").id, {}) == StoreError::PopReceiptMismatch);
  CHECK(count() == 4);
  const Message last = get(1)[0];
  CHECK(remove(last.id, last.pop_receipt) == std::nullopt);
  CHECK(count() == 3);
}

TEST_CASE_FIXTURE(StoreTest, "clearing removes visible and hidden messages, and keeps the queue") {
  REQUIRE(store->set_queue_metadata(orders, {{"a", "b"}}));
  put("visible");
  const Message hidden = put("hidden", 10s);
  REQUIRE(store->clear_messages(orders));
  CHECK(count() == 0);
  CHECK(remove(hidden.id, hidden.pop_receipt) == StoreError::MessageNotFound);
  now += 10s;
  CHECK(peek(1).empty());
  CHECK(store->get_queue(orders, now)->metadata == Metadata{{"a", "b"}});

  put("after");
  store->commit();
  tidy();
  CHECK(count() == 1);
  CHECK(texts(get(9)) == list({"after"}));
}

TEST_CASE_FIXTURE(StoreTest, "clearing one queue leaves the others alone") {
  const QueueRef other{"account", "other"};
  create(other);
  put("1");
  put("2", {}, 168h, other);
  REQUIRE(store->clear_messages(orders));
  store->commit();
  tidy();
  CHECK(texts(peek(9, other)) == list({"2"}));
}
