#include <algorithm>
#include <filesystem>

#include "storage/batch.h"
#include "storage/sqlite.h"
#include "tests/unit/store_support.h"

// Messages that are put together are kept together. Nobody may notice.

namespace {

using namespace quprite;
using namespace quprite::storage;
using namespace quprite::test;

/// A queue in a file, with 40 messages, "0" to "39", that were put in one group.
struct BatchTest {
  BatchTest() {
    test.create(StoreTest::orders);
    messages.reserve(40);
    for (int i = 0; i < 40; ++i) messages.push_back(test.put(std::to_string(i)));
    test.store->commit();
  }

  void reopen() {
    test.store.reset();
    test.store = open(directory);
  }

  std::int64_t ask(const char* sql) {
    test.store.reset();
    std::int64_t answer = 0;
    {
      sqlite::Database database(directory.file());
      answer = database.query_integer(sql);
    }
    test.store = open(directory);
    return answer;
  }

  Directory directory;
  StoreTest test{open(directory)};
  std::vector<Message> messages;
};

PopReceipt update(StoreTest& test, const Message& message, Ticks visibility_timeout,
                  std::optional<std::string_view> text = {}) {
  const auto updated =
      test.store->update_message(StoreTest::orders, message.id, message.pop_receipt,
                                 test.now + visibility_timeout, text, test.now);
  REQUIRE(updated);
  return *updated;
}

std::vector<std::string> numbers(int first, int last) {
  std::vector<std::string> all;
  for (int i = first; i <= last; ++i) all.push_back(std::to_string(i));
  return all;
}

/// The tables of messages as quprite had them before there were batches, and what it then wrote.
constexpr const char* schema_1 = R"sql(
drop table batch; drop table remains; drop table own_text; drop table visibility;
create table visibility (contents_id integer not null, next_visible_at integer not null,
  sequence integer not null, expires_at integer not null, dequeue_count integer not null,
  change integer not null, primary key (contents_id, next_visible_at, sequence))
  strict, without rowid;
create table message (sequence integer primary key, contents_id integer not null,
  inserted_at integer not null, expires_at integer not null, text blob not null) strict;
create index message_expiry on message (expires_at, contents_id);
insert into message values (7, 1, 17802720000000000, 17902720000000000, cast('seven' as blob)),
  (9, 1, 17802720000000000, 17902720000000000, cast('nine' as blob)),
  (8, 1, 17802720000000000, 17902720000000000, cast('eight' as blob));
insert into visibility values (1, 17802720000000000, 7, 17902720000000000, 0, 0),
  (1, 17802720000000001, 9, 17902720000000000, 2, 3),
  (1, 17802720000000000, 8, 17902720000000000, 0, 0);
update queue set message_count = 3;
insert or replace into meta values ('next_sequence', 100);
delete from meta where key = 'next_batch';
pragma user_version = 1;
)sql";

}  // namespace

TEST_CASE_FIXTURE(BatchTest, "what one group puts is one row") {
  CHECK(ask("select count(*) from batch") == 1);
  CHECK(ask("select count(*) from visibility") == 1);
  for (int i = 0; i < 100; ++i) test.put("x");
  test.put("later", 5s);
  test.put("brief", {}, 5s);
  test.store->commit();
  CHECK(ask("select count(*) from batch") == 5);
}

TEST_CASE_FIXTURE(BatchTest, "long texts are not kept together") {
  for (int i = 0; i < 4; ++i) test.put(std::string(20'000, 'x'));
  for (int i = 0; i < 4; ++i) test.put("short");
  test.store->commit();
  CHECK(ask("select count(*) from batch") == 5);
  CHECK(ask("select max(length(texts)) from batch") < 32'768);
  const auto got = test.get(48);
  CHECK(got.size() == 48);
  CHECK(got[43].text.size() == 20'000);
  CHECK(got[44].text == "short");
}

TEST_CASE_FIXTURE(BatchTest, "messages of a batch go each its own way, and come back in order") {
  for (int i = 0; i < 40; ++i) update(test, messages[static_cast<std::size_t>(i)], Ticks{80 - i});
  test.store->commit();
  reopen();
  test.now += Ticks{80 - 20};
  auto expected = numbers(20, 39);
  std::ranges::reverse(expected);
  CHECK(texts(test.peek(32)) == expected);
  CHECK(texts(test.get(32)) == expected);
  test.now += 1s;
  expected = numbers(0, 19);
  std::ranges::reverse(expected);
  CHECK(texts(test.get(32)) == expected);
  CHECK(test.count() == 40);
}

TEST_CASE_FIXTURE(BatchTest, "among equals in time the one that was put first is got first") {
  const auto got = test.get(2, 1s);
  CHECK(test.get(38, 1h).size() == 38);
  test.now += 1s;
  CHECK(texts(test.get(1, 9s)) == numbers(0, 0));  // got twice
  update(test, got[1], 9s);                        // got once, but changed as often
  test.store->commit();
  test.now += 9s;
  CHECK(texts(test.peek(2)) == numbers(0, 1));
  const auto again = test.get(2);
  CHECK(texts(again) == numbers(0, 1));
  CHECK(again[0].dequeue_count == 3);
  CHECK(again[1].dequeue_count == 2);
}

TEST_CASE_FIXTURE(BatchTest, "an updated text stands by itself, and goes with its message") {
  messages[3].pop_receipt = update(test, messages[3], 0s, "three");
  messages[5].pop_receipt = update(test, messages[5], 0s, "");
  messages[7].pop_receipt = update(test, messages[7], 0s, "seven");
  messages[7].pop_receipt = update(test, messages[7], 0s, "VII");
  messages[9].pop_receipt = update(test, messages[9], 0s, "nine");
  test.store->commit();
  CHECK(test.remove(messages[9].id, messages[9].pop_receipt) == std::nullopt);
  test.store->commit();
  CHECK(ask("select count(*) from own_text") == 3);
  const auto got = texts(test.get(40, 1s));
  CHECK(got.size() == 39);
  CHECK(std::ranges::count(got, "three") == 1);
  CHECK(std::ranges::count(got, "") == 1);
  CHECK(std::ranges::count(got, "VII") == 1);
  CHECK(std::ranges::count(got, "3") + std::ranges::count(got, "nine") == 0);
  test.now += 1s;
  for (const Message& message : test.get(40)) {
    CHECK(test.remove(message.id, message.pop_receipt) == std::nullopt);
  }
  test.store->commit();
  CHECK(test.count() == 0);
  for (const char* table : {"batch", "own_text", "remains", "visibility"}) {
    CAPTURE(table);
    CHECK(ask((std::string("select count(*) from ") + table).c_str()) == 0);
  }
}

TEST_CASE_FIXTURE(BatchTest, "the last message of a batch does not keep the space of all") {
  for (std::size_t i = 0; i < 40; ++i) {
    if (i == 6) continue;
    CHECK(test.remove(messages[i].id, messages[i].pop_receipt) == std::nullopt);
    if (i % 7 == 0) test.store->commit();
  }
  test.store->commit();
  CHECK(ask("select length(texts) from batch") == 0);
  CHECK(test.count() == 1);
  CHECK(texts(test.peek(32)) == numbers(6, 6));
  messages[6].pop_receipt = update(test, messages[6], 0s);
  CHECK(texts(test.peek(32)) == numbers(6, 6));
  messages[6].pop_receipt = update(test, messages[6], 0s, "six");
  CHECK(texts(test.get(32)) == list({"six"}));
}

TEST_CASE_FIXTURE(BatchTest, "what is got, updated and deleted in the group that put it is") {
  const auto put = test.put("new");
  test.put("newer");
  CHECK(texts(test.peek(50)).size() == 42);
  const auto updated = update(test, put, 0s, "changed");
  CHECK(texts(test.get(50, 1s))[40] == "changed");
  CHECK(test.remove(put.id, updated) == StoreError::PopReceiptMismatch);
  const auto last = test.put("last");
  CHECK(test.remove(last.id, last.pop_receipt) == std::nullopt);
  CHECK(test.remove(last.id, last.pop_receipt) == StoreError::MessageNotFound);
  CHECK(test.count() == 42);
  test.store->roll_back();
  CHECK(test.count() == 40);
  CHECK(texts(test.get(50)) == numbers(0, 39));
}

TEST_CASE_FIXTURE(BatchTest, "expired messages of a batch go, whether they were touched or not") {
  std::vector<Message> brief;
  brief.reserve(40);
  for (int i = 0; i < 40; ++i) brief.push_back(test.put("brief", {}, 10s));
  for (std::size_t i = 0; i < 5; ++i) test.remove(brief[i].id, brief[i].pop_receipt);
  update(test, brief[9], 1s, "updated");
  test.store->commit();
  CHECK(test.count() == 75);
  test.now += 10s;
  CHECK(test.count() == 40);
  CHECK(texts(test.peek(50)) == numbers(0, 39));
  SUBCASE("by housekeeping") {
    test.tidy();
  }
  SUBCASE("by who comes upon them") {
    for (int i = 0; i < 40; ++i) test.get(1, 1h);
    test.get(1);
    test.store->commit();
    test.tidy();
  }
  CHECK(test.count() == 40);
  CHECK(ask("select count(*) from batch") == 1);
  CHECK(ask("select count(*) from own_text") == 0);
}

TEST_CASE_FIXTURE(BatchTest, "cleared messages leave nothing of their batch") {
  update(test, messages[1], 5s, "one");
  test.remove(messages[2].id, messages[2].pop_receipt);
  test.store->commit();
  test.put("dropped with the rest");
  REQUIRE(test.store->clear_messages(StoreTest::orders));
  test.put("after");
  test.store->commit();
  test.tidy();
  CHECK(texts(test.get(32)) == list({"after"}));
  CHECK(ask("select count(*) from batch") == 1);
  CHECK(ask("select count(*) from own_text") + ask("select count(*) from remains") == 0);
}

TEST_CASE("a file from before there were batches goes on being used") {
  const Directory directory;
  {
    StoreTest test(open(directory));
    test.create(StoreTest::orders);
    test.store->commit();
  }
  {
    sqlite::Database database(directory.file());
    database.execute(schema_1);
  }
  StoreTest test(open(directory));
  test.now += 1s;
  CHECK(test.count() == 3);
  const auto first = test.put("new");
  const auto got = test.get(32);
  CHECK(texts(got) == list({"seven", "eight", "nine", "new"}));
  CHECK(got[2].dequeue_count == 3);
  for (const Message& message : got) {
    CHECK(test.remove(message.id, message.pop_receipt) == std::nullopt);
  }
  test.store->commit();
  CHECK(test.count() == 0);
}

TEST_CASE("packed texts are what was packed, and damage is found") {
  for (const int count : {1, 2, 64}) {
    CAPTURE(count);
    NewBatch batch;
    batch.start(1, {});
    for (int i = 0; i < count; ++i) batch.add(std::string(static_cast<std::size_t>(i * 7), 'x'));
    const std::string packed(batch.pack());
    const PackedTexts texts(packed, count);
    for (int i = 0; i < count; ++i)
      CHECK(texts[i] == std::string(static_cast<std::size_t>(i * 7), 'x'));
  }
  CHECK_THROWS_AS(PackedTexts("", 2), StoreFailure);
  CHECK_THROWS_AS(PackedTexts("abc", 0), StoreFailure);
  CHECK_THROWS_AS(PackedTexts("abc", 65), StoreFailure);
  CHECK_THROWS_AS(PackedTexts("abc\xFF\0\0\0", 2), StoreFailure);
  CHECK(PackedTexts("abc", 1)[0] == "abc");
}
