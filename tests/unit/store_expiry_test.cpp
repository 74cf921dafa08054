#include "tests/unit/store_support.h"

namespace {

using namespace quprite;
using namespace quprite::storage;
using namespace quprite::test;

}  // namespace

TEST_CASE_FIXTURE(StoreTest, "an expired message exists for no call, to the tick") {
  const Message message = put("first", {}, 10s);
  now += 10s - Ticks{1};
  CHECK(peek(1).size() == 1);
  CHECK(count() == 1);
  now += Ticks{1};
  CHECK(peek(1).empty());
  CHECK(count() == 0);
  CHECK(remove(message.id, message.pop_receipt) == StoreError::MessageNotFound);
  CHECK(remove(message.id, {}) == StoreError::MessageNotFound);
  const auto updated =
      store->update_message(orders, message.id, message.pop_receipt, now, "x", now);
  REQUIRE_FALSE(updated);
  CHECK(updated.error() == StoreError::MessageNotFound);
  CHECK(get(1).empty());
  CHECK(count() == 0);
}

TEST_CASE_FIXTURE(StoreTest, "a message that never expires is still there in a thousand years") {
  REQUIRE(store->put_message(orders, "first", now, never, now));
  store->commit();
  now += std::chrono::years{1'000};
  tidy();
  CHECK(peek(1).size() == 1);
  CHECK(peek(1)[0].expires_at == never);
}

TEST_CASE_FIXTURE(StoreTest, "getting steps over expired messages, however many") {
  for (const int expired : {1, 255, 256, 257, 600}) {
    CAPTURE(expired);
    StoreTest one;
    for (int i = 0; i < expired; ++i) one.put("expired", {}, 10s);
    one.put("live");
    one.put("live too");
    one.now += 10s;
    CHECK(texts(one.peek(32)) == list({"live", "live too"}));
    CHECK(one.count() == 2);
    CHECK(texts(one.get(1)) == list({"live"}));
    CHECK(one.count() == 2);
    CHECK(texts(one.get(32)) == list({"live too"}));
    CHECK(one.count() == 2);
    one.store->commit();
    CHECK(one.count() == 2);
    one.tidy();
    CHECK(one.count() == 2);
    one.now += 30s;
    CHECK(texts(one.get(32)) == list({"live", "live too"}));
  }
}

TEST_CASE_FIXTURE(StoreTest, "expired messages between live ones are stepped over") {
  for (int i = 0; i < 40; ++i) put(i % 2 == 0 ? "expired" : "live", {}, i % 2 == 0 ? 10s : 100s);
  now += 10s;
  const auto got = get(32);
  CHECK(got.size() == 20);
  for (const auto& message : got) CHECK(message.text == "live");
}

TEST_CASE_FIXTURE(StoreTest, "peeking past expired messages writes nothing") {
  for (int i = 0; i < 300; ++i) put("expired", {}, 10s);
  store->commit();
  now += 10s;
  CHECK(peek(32).empty());
  CHECK(count() == 0);
  CHECK_FALSE(store->has_changes());
}

TEST_CASE_FIXTURE(StoreTest,
                  "a message that was put behind expired ones that were stepped over is found") {
  for (int i = 0; i < 300; ++i) put("expired", {}, 10s);
  now += 20s;
  CHECK(peek(1).empty());
  // Becomes visible before, among and after what has been stepped over.
  for (const Ticks at : {-30s, -20s, 0s}) {
    REQUIRE(store->put_message(orders, "live", now + at, now + 1h, now));
  }
  CHECK(peek(32).size() == 3);
  CHECK(get(32, 30s).size() == 3);
}

TEST_CASE_FIXTURE(
    StoreTest,
    "a message that is made visible before expired ones that were stepped over is found") {
  const Message message = put("live", 1h);
  for (int i = 0; i < 300; ++i) put("expired", 5s, 10s);
  now += 20s;
  CHECK(peek(1).empty());
  REQUIRE(store->update_message(orders, message.id, message.pop_receipt, start, std::nullopt, now));
  CHECK(texts(peek(1)) == list({"live"}));
}

TEST_CASE_FIXTURE(StoreTest,
                  "a message got with a time that has passed is found again behind expired ones") {
  for (int i = 0; i < 300; ++i) put("expired", 5s, 10s);
  put("live", 6s);
  now += 20s;
  CHECK(peek(1).size() == 1);
  const auto got = store->get_messages(orders, 1, start, now);
  REQUIRE(got);
  REQUIRE(got->size() == 1);
  CHECK(texts(peek(1)) == list({"live"}));
}

TEST_CASE_FIXTURE(
    StoreTest,
    "a message that peeking took for expired is there again when the clock is put back") {
  for (int i = 0; i < 3; ++i) put("first", Ticks{i}, 10s);
  now += 20s;
  CHECK(peek(1).empty());
  now = start + 5s;
  CHECK(peek(9).size() == 3);
  CHECK(count() == 3);
  now += 15s;
  CHECK(peek(1).empty());
  now = start + 5s;
  CHECK(get(9).size() == 3);
}

TEST_CASE_FIXTURE(StoreTest,
                  "what was undone does not hide a message that was stepped over before") {
  for (int i = 0; i < 300; ++i) put("expired", {}, 10s);
  store->commit();
  now += 20s;
  get(1);
  store->roll_back();
  put("live");
  CHECK(texts(peek(1)) == list({"live"}));
  CHECK(count() == 1);
}

TEST_CASE_FIXTURE(StoreTest,
                  "housekeeping removes what has expired, in all queues, and the counts agree") {
  const QueueRef other{"account", "other"};
  create(other);
  for (int i = 0; i < 700; ++i) put("expired", Ticks{i}, 10s);
  for (int i = 0; i < 700; ++i) put("hidden", 1h, 10s, other);
  put("live", {}, 20s);
  put("live", {}, 20s, other);
  store->commit();

  now += 10s - Ticks{1};
  tidy();
  CHECK(count() == 701);
  now += Ticks{1};
  tidy();
  CHECK_FALSE(store->has_changes());
  for (const bool later : {false, true}) {
    CAPTURE(later);
    CHECK(count() == 1);
    CHECK(count(other) == 1);
    CHECK(peek(32).size() == 1);
    CHECK(texts(get(32, 0s)) == list({"live"}));
    store->commit();
  }
  now += 10s;
  CHECK(count() == 0);
  tidy();
  CHECK(count() == 0);
  put("after");
  CHECK(count() == 1);
}

TEST_CASE_FIXTURE(StoreTest, "each step of housekeeping leaves the counts right") {
  for (int i = 0; i < 1'200; ++i) {
    put("expired", {}, 10s);
    store->commit();
  }
  put("live");
  store->commit();
  now += 10s;
  int steps = 0;
  while (store->tidy(now)) {
    ++steps;
    CHECK(count() == 1);
    CHECK(texts(peek(2)) == list({"live"}));
    CHECK(texts(get(2, 0s)) == list({"live"}));
    CHECK(count() == 1);
    store->commit();
  }
  CHECK(steps >= 2);
  CHECK(texts(get(9)) == list({"live"}));
}

TEST_CASE_FIXTURE(StoreTest,
                  "an expired message of a deleted queue does not count in its successor") {
  put("expired", {}, 10s);
  REQUIRE(store->delete_queue(orders, now));
  create(orders);
  put("live");
  store->commit();
  now += 10s;
  CHECK(count() == 1);
  tidy();
  CHECK(count() == 1);
}

TEST_CASE_FIXTURE(StoreTest,
                  "messages that were got before they expired leave nothing in the way") {
  for (int i = 0; i < 3'000; ++i) put("expired", {}, 10s);
  put("live", 2s);
  for (int i = 0; i < 2'000; i += 32) get(32, 1s);
  store->commit();
  now += 10s;
  tidy();
  CHECK(count() == 1);
  CHECK(texts(peek(9)) == list({"live"}));
  store->roll_back();
  CHECK(texts(get(9, 0s)) == list({"live"}));
  store->commit();
  tidy();
  CHECK(count() == 1);
}

TEST_CASE_FIXTURE(StoreTest, "long messages are removed in more steps") {
  for (int i = 0; i < 60; ++i) put(std::string(60'000, 'x'), {}, 10s);
  for (int i = 0; i < 60; ++i) put(std::string(60'000, 'x'));
  store->commit();
  now += 10s;
  int steps = 0;
  while (count() == 60 && store->tidy(now)) ++steps;
  CHECK(steps > 2);
  REQUIRE(store->clear_messages(orders));
  store->commit();
  for (steps = 0; store->tidy(now);) ++steps;
  CHECK(steps > 3);
  put("after");
  CHECK(texts(peek(2)) == list({"after"}));
}
