#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "storage/sqlite.h"
#include "tests/unit/store_support.h"

namespace {

using namespace quprite;
using namespace quprite::storage;
using namespace quprite::test;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

void write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The database file's and its log's bytes and times: whatever is written shows.
std::pair<std::string, std::filesystem::file_time_type> state(const Directory& directory) {
  std::string bytes = contents(directory.file());
  auto time = std::filesystem::last_write_time(directory.file());
  if (std::filesystem::exists(directory.log())) {
    bytes += contents(directory.log());
    time = std::max(time, std::filesystem::last_write_time(directory.log()));
  }
  return {bytes, time};
}

}  // namespace

TEST_CASE("all that was committed is there after opening again") {
  const Directory directory;
  const QueueRef orders = StoreTest::orders;
  const std::vector<AccessPolicy> policies = {{.id = "reader", .permissions = "r"}};
  for (const Durability durability : {Durability::Process, Durability::Power}) {
    StoreTest test(open_store(directory.file(), durability));
    REQUIRE(test.store->create_queue(orders, {{"a", "b"}}, test.now));
    test.store->commit();
  }
  Message got;
  Message put;
  {
    StoreTest test(open(directory));
    REQUIRE(test.store->set_queue_acl(orders, policies));
    test.store->set_service_properties("account", "properties");
    test.create({"account", "deleted"});
    REQUIRE(test.store->delete_queue({"account", "deleted"}, test.now + 30s));
    test.put("first");
    put = test.put("second");
    got = test.get(1)[0];
    test.store->commit();
    test.put("never committed");
  }
  StoreTest test(open(directory));
  CHECK(test.count() == 2);
  CHECK(test.store->get_queue(orders, test.now)->metadata == Metadata{{"a", "b"}});
  CHECK(*test.store->get_queue_acl(orders) == policies);
  CHECK(test.store->get_service_properties("account") == "properties");
  CHECK_FALSE(test.store->create_queue({"account", "deleted"}, {}, test.now));
  CHECK(texts(test.peek(9)) == list({"second"}));
  CHECK(test.remove(got.id, got.pop_receipt) == std::nullopt);
  CHECK(test.remove(put.id, put.pop_receipt) == std::nullopt);
}

TEST_CASE("no message id is used twice, whatever was deleted, undone or closed in between") {
  const Directory directory;
  std::set<std::pair<std::uint64_t, std::uint64_t>> ids;
  std::size_t kept = 0;
  for (int round = 0; round < 4; ++round) {
    StoreTest test(open(directory));
    REQUIRE(test.store->create_queue(StoreTest::orders, {}, test.now));
    for (int group = 0; group < 3; ++group) {
      std::vector<Message> messages;
      messages.reserve(5);
      for (int i = 0; i < 5; ++i) messages.push_back(test.put("text"));
      for (const auto& message : messages) {
        REQUIRE(test.remove(message.id, message.pop_receipt) == std::nullopt);
      }
      if (group == 1) {
        test.store->roll_back();  // these were never told to anybody
        continue;
      }
      test.store->commit();
      for (const auto& message : messages) ids.insert({message.id.high, message.id.low});
      kept += messages.size();
    }
  }
  CHECK(ids.size() == kept);
}

TEST_CASE("what deleted queues and cleared messages left is reaped after opening again") {
  const Directory directory;
  {
    StoreTest test(open(directory));
    test.create(StoreTest::orders);
    for (int i = 0; i < 2'000; ++i) test.put(std::string(1'000, 'x'));
    REQUIRE(test.store->clear_messages(StoreTest::orders));
    test.store->commit();
  }
  CHECK(std::filesystem::file_size(directory.file()) > 2'000'000);
  StoreTest test(open(directory));
  test.put("live");
  test.store->commit();
  test.tidy();
  CHECK(std::filesystem::file_size(directory.file()) < 1'000'000);
  CHECK(texts(test.peek(9)) == list({"live"}));
}

TEST_CASE("the log stays short while the store is written to, and nothing is lost") {
  constexpr std::uintmax_t most_bytes = std::uintmax_t{32} * 1024 * 1024;
  constexpr int groups = 1'500;
  const Directory directory;
  const std::string text(30'000, 'x');
  {
    StoreTest test(open(directory));
    test.create(StoreTest::orders);
    for (int group = 0; group < groups; ++group) {
      for (int i = 0; i < 3; ++i) test.put(text);
      test.store->commit();
      REQUIRE(std::filesystem::file_size(directory.log()) <= most_bytes);
    }
    CHECK(test.count() == 3 * groups);
  }
  StoreTest test(open(directory));
  CHECK(test.count() == 3 * groups);
}

TEST_CASE("the log is emptied at once, also right behind a burst") {
  const Directory directory;
  StoreTest test(open(directory));
  test.create(StoreTest::orders);
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) test.put(std::string(30'000, 'x'));
    test.store->commit();
    test.store->checkpoint();
    CHECK(std::filesystem::file_size(directory.log()) == 0);
  }
}

TEST_CASE("a file of a newer schema is refused with both numbers, untouched") {
  const Directory directory;
  static_cast<void>(open(directory));
  {
    sqlite::Database database(directory.file());
    database.execute("pragma user_version = 4711");
  }
  const std::string before = contents(directory.file());
  const std::string message = refusal(directory);
  CHECK(contains(message, directory.file()));
  CHECK(contains(message, "4711"));
  CHECK(contains(message, " 2"));
  CHECK(contents(directory.file()) == before);
}

TEST_CASE("somebody else's SQLite file is refused, untouched") {
  const Directory directory;
  SUBCASE("with an application id") {
    sqlite::Database database(directory.file());
    database.execute("pragma application_id = 99; create table theirs (a)");
  }
  SUBCASE("without one") {
    sqlite::Database database(directory.file());
    database.execute("create table queue (a)");
  }
  const std::string before = contents(directory.file());
  CHECK(contains(refusal(directory), directory.file()));
  CHECK(contents(directory.file()) == before);
  CHECK_FALSE(std::filesystem::exists(directory.log()));
}

TEST_CASE("somebody else's file with a log beside it is refused, both untouched") {
  const Directory theirs;
  const Directory directory;
  sqlite::Database database(theirs.file());
  database.execute(
      "pragma journal_mode = wal; create table queue (a); insert into queue values (1)");
  std::filesystem::copy_file(theirs.file(), directory.file());
  std::filesystem::copy_file(theirs.log(), directory.log());
  const auto before = state(directory);
  CHECK(contains(refusal(directory), "not one of quprite's"));
  CHECK(state(directory) == before);
}

TEST_CASE("a file that is no database is refused, untouched") {
  const Directory directory;
  const std::string text = "Dear diary, " + std::string(5'000, '!');
  write(directory.file(), text);
  CHECK(contains(refusal(directory), directory.file()));
  CHECK(contents(directory.file()) == text);
}

TEST_CASE("a place where no file can be is refused by name") {
  CHECK_THROWS_WITH_AS(open_store("/dev/null/quprite.db", Durability::Process),
                       doctest::Contains("/dev/null/quprite.db"), std::runtime_error);
}

TEST_CASE("a file that is empty becomes a store") {
  const Directory directory;
  write(directory.file(), "");
  StoreTest test(open(directory));
  test.create(StoreTest::orders);
  test.put("first");
  test.store->commit();
  CHECK(test.count() == 1);
}

TEST_CASE("a file whose log was not moved into it is opened with all that was committed") {
  const Directory directory;
  const Directory copy;
  {
    StoreTest test(open(directory));
    test.create(StoreTest::orders);
    test.put("first");
    test.store->commit();
    test.put("not committed");
    // What a killed process leaves behind.
    std::filesystem::copy_file(directory.file(), copy.file());
    std::filesystem::copy_file(directory.log(), copy.log());
  }
  StoreTest test(open(copy));
  CHECK(test.count() == 1);
  CHECK(texts(test.peek(9)) == list({"first"}));
}

TEST_CASE("a checkpoint moves the log into the file and empties it") {
  const Directory directory;
  StoreTest test(open(directory));
  test.create(StoreTest::orders);
  test.put("first");
  test.store->commit();
  CHECK(std::filesystem::file_size(directory.log()) > 0);
  test.store->checkpoint();
  CHECK(std::filesystem::file_size(directory.log()) == 0);
  CHECK(test.count() == 1);
}

TEST_CASE("housekeeping brings the file of a drained queue below 1 MB and empties its log") {
  const Directory directory;
  StoreTest test(open(directory));
  test.create(StoreTest::orders);
  const std::string text(1'000, 'x');
  for (int group = 0; group < 40; ++group) {
    for (int i = 0; i < 500; ++i) test.put(text);
    test.store->commit();
  }
  for (auto messages = test.get(32); !messages.empty(); messages = test.get(32)) {
    for (const auto& message : messages)
      REQUIRE(test.remove(message.id, message.pop_receipt) == std::nullopt);
    test.store->commit();
  }
  CHECK(std::filesystem::file_size(directory.file()) > 10'000'000);
  test.tidy();
  CHECK(std::filesystem::file_size(directory.file()) < 1'000'000);
  CHECK(std::filesystem::file_size(directory.log()) == 0);
  test.put("after");
  test.store->commit();
  CHECK(test.count() == 1);
}

TEST_CASE("housekeeping writes nothing where nothing has happened") {
  const Directory directory;
  StoreTest test(open(directory));
  test.create(StoreTest::orders);
  test.put("first");
  test.put("expired", {}, 1s);
  test.store->commit();
  test.now += 1s;
  test.tidy();
  const auto before = state(directory);
  for (int i = 0; i < 20; ++i) {
    CHECK_FALSE(test.store->tidy(test.now));
    test.now += 100ms;
  }
  test.peek(9);
  test.count();
  CHECK_FALSE(test.store->tidy(test.now));
  CHECK(state(directory) == before);
}

TEST_CASE("a file is not made smaller while messages come and go") {
  const Directory directory;
  StoreTest test(open(directory));
  test.create(StoreTest::orders);
  for (int round = 0; round < 3; ++round) {
    std::vector<Message> messages;
    messages.reserve(2'000);
    for (int i = 0; i < 2'000; ++i) messages.push_back(test.put(std::string(1'000, 'x')));
    for (const auto& message : messages)
      REQUIRE(test.remove(message.id, message.pop_receipt) == std::nullopt);
    test.store->commit();
    test.store->tidy(test.now);
    CHECK(std::filesystem::file_size(directory.file()) > 2'000'000);
  }
  test.store->tidy(test.now);
  CHECK(std::filesystem::file_size(directory.file()) < 1'000'000);
}

TEST_CASE("names that were reserved are forgotten when they are free") {
  const Directory directory;
  const auto rows = [&] {
    sqlite::Database database(directory.file());
    return database.query_integer("select count(*) from reserved_name");
  };
  Time now = StoreTest::start;
  {
    StoreTest test(open(directory));
    for (int i = 0; i < 700; ++i) {
      const std::string name = "q" + std::to_string(i);
      test.create({"account", name});
      REQUIRE(test.store->delete_queue({"account", name}, now + (i < 600 ? 30s : 60s)));
    }
    test.store->commit();
    test.now += 30s - Ticks{1};
    test.tidy();
  }
  CHECK(rows() == 700);
  {
    StoreTest test(open(directory));
    test.now += 30s;
    test.tidy();
    CHECK_FALSE(test.store->create_queue({"account", "q650"}, {}, test.now));
  }
  CHECK(rows() == 100);
}
