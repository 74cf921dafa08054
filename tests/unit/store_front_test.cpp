#include "tests/unit/store_support.h"

// What the store reads ahead of a queue's front must never show.

namespace {

using namespace quprite;
using namespace quprite::storage;
using namespace quprite::test;

/// A queue whose first messages have been read ahead: each look reads further.
struct FrontTest : StoreTest {
  FrontTest() {
    for (int i = 0; i < 100; ++i) messages.push_back(put(std::to_string(i)));
    now += 1s;
    for (int i = 0; i < 5; ++i) CHECK(texts(peek(1 << i)).size() == 1U << static_cast<unsigned>(i));
  }

  std::vector<Message> messages;
};

std::vector<std::string> numbers(int first, int last) {
  std::vector<std::string> all;
  for (int i = first; i <= last; ++i) all.push_back(std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE_FIXTURE(FrontTest, "messages are got in order beyond what was read ahead") {
  for (int i = 0; i < 100; ++i) CHECK(texts(get(1)) == numbers(i, i));
  CHECK(get(1).empty());
}

TEST_CASE_FIXTURE(FrontTest, "a message that was read ahead and deleted is not got") {
  for (const std::size_t i : {0U, 2U, 15U}) {
    CHECK(remove(messages[i].id, messages[i].pop_receipt) == std::nullopt);
  }
  CHECK(texts(get(3)) == list({"1", "3", "4"}));
  CHECK(texts(peek(2)) == list({"5", "6"}));
}

TEST_CASE_FIXTURE(FrontTest,
                  "a message that was read ahead and updated is where the update put it") {
  REQUIRE(store->update_message(orders, messages[0].id, messages[0].pop_receipt, now + 5s, "later",
                                now));
  CHECK(texts(peek(1)) == list({"1"}));
  REQUIRE(store->update_message(orders, messages[1].id, messages[1].pop_receipt, start - 1s,
                                "first", now));
  CHECK(texts(get(2)) == list({"first", "2"}));
}

TEST_CASE_FIXTURE(StoreTest, "a message that was read ahead and has expired since is not got") {
  put("brief", {}, 60s);
  put("first");
  put("brief, too", {}, 60s);
  put("second");
  for (int count = 1; count <= 4; ++count)
    CHECK(peek(count).size() == static_cast<std::size_t>(count));
  now += 60s;
  CHECK(texts(peek(1)) == list({"first"}));
  CHECK(texts(peek(2)) == list({"first", "second"}));
  CHECK(texts(get(1)) == list({"first"}));
  CHECK(texts(get(1)) == list({"second"}));
  CHECK(count() == 2);
}

TEST_CASE_FIXTURE(FrontTest, "a message that is put before what was read ahead is got before it") {
  REQUIRE(store->put_message(orders, "early", start - 1s, never, now));
  CHECK(texts(get(2)) == list({"early", "0"}));
}

TEST_CASE_FIXTURE(FrontTest, "where the clock goes back, what was read ahead is hidden again") {
  put("new");
  now += 1s;
  CHECK(texts(peek(32)).size() == 32);
  now = start - 1s;
  CHECK(peek(32).empty());
  CHECK(get(1).empty());
}

TEST_CASE_FIXTURE(FrontTest, "clearing and deleting a queue empties its front") {
  REQUIRE(store->clear_messages(orders));
  CHECK(peek(1).empty());
  put("new");
  CHECK(texts(peek(2)) == list({"new"}));
  REQUIRE(store->delete_queue(orders, std::nullopt));
  create(orders);
  CHECK(peek(1).empty());
}

TEST_CASE_FIXTURE(FrontTest, "what a lost group got is at the front again") {
  store->commit();
  CHECK(texts(get(2)) == list({"0", "1"}));
  CHECK(remove(messages[3].id, messages[3].pop_receipt) == std::nullopt);
  store->roll_back();
  CHECK(texts(get(5)) == numbers(0, 4));
}

TEST_CASE_FIXTURE(StoreTest, "fronts that are forgotten to save memory are read again") {
  const auto text = [](int i) { return std::string(65'536, static_cast<char>('a' + i)); };
  std::vector<std::string> names;
  names.reserve(100);
  for (int i = 0; i < 100; ++i) names.push_back("queue" + std::to_string(i));
  for (const std::string& name : names) {
    create({"account", name});
    for (int i = 0; i < 4; ++i) put(text(i), {}, 168h, {"account", name});
  }
  for (int i = 0; i < 4; ++i) {
    for (const std::string& name : names) {
      CHECK(texts(get(1, 30s, {"account", name})) == std::vector{text(i)});
    }
  }
}
