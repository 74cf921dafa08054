#include "tests/unit/store_support.h"

namespace {

using namespace quprite;
using namespace quprite::storage;
using namespace quprite::test;

}  // namespace

TEST_CASE_FIXTURE(StoreTest, "the first change opens a group, commit and roll_back end it") {
  CHECK(store->has_changes());  // the queue that the fixture has made
  store->commit();
  CHECK_FALSE(store->has_changes());
  store->commit();
  store->roll_back();

  CHECK(peek(1).empty());
  CHECK(count() == 0);
  CHECK_FALSE(store->has_changes());
  put("first");
  CHECK(store->has_changes());
  store->roll_back();
  CHECK_FALSE(store->has_changes());
}

TEST_CASE_FIXTURE(StoreTest, "a group sees its own changes, and rolling back undoes all of them") {
  REQUIRE(store->set_queue_metadata(orders, {{"a", "b"}}));
  REQUIRE(store->set_queue_acl(orders, {{.id = "reader"}}));
  store->set_service_properties("account", "before");
  const Message kept = put("kept");
  const Message deleted = put("deleted", 1s);
  store->commit();

  const QueueRef fresh{"account", "fresh"};
  create(fresh);
  put("1", {}, 168h, fresh);
  CHECK(count(fresh) == 1);
  put("more");
  CHECK(remove(deleted.id, deleted.pop_receipt) == std::nullopt);
  CHECK(get(1)[0].dequeue_count == 1);
  CHECK(count() == 2);
  REQUIRE(store->set_queue_metadata(orders, {}));
  REQUIRE(store->set_queue_acl(orders, {}));
  store->set_service_properties("account", "after");

  SUBCASE("as it is") {}
  SUBCASE("with the messages cleared") {
    REQUIRE(store->clear_messages(orders));
  }
  SUBCASE("with the queue deleted") {
    REQUIRE(store->delete_queue(orders, now + 30s));
  }
  SUBCASE("with the queue deleted and made anew") {
    REQUIRE(store->delete_queue(orders, now));
    create(orders);
    put("other");
    CHECK(count() == 1);
  }
  store->roll_back();

  CHECK_FALSE(store->get_queue(fresh, now));
  CHECK(count() == 2);
  CHECK(store->get_queue(orders, now)->metadata == Metadata{{"a", "b"}});
  CHECK(store->get_queue_acl(orders)->size() == 1);
  CHECK(store->get_service_properties("account") == "before");
  now += 1s;
  const auto peeked = peek(9);
  CHECK(texts(peeked) == list({"kept", "deleted"}));
  CHECK(peeked[0].dequeue_count == 0);
  CHECK(remove(kept.id, kept.pop_receipt) == std::nullopt);
  store->commit();
  tidy();
  CHECK(count() == 1);
}

TEST_CASE_FIXTURE(
    StoreTest, "a queue whose deletion was undone takes messages, and its name is not reserved") {
  put("first");
  store->commit();
  REQUIRE(store->delete_queue(orders, now + 30s));
  store->roll_back();
  put("second");
  store->commit();
  CHECK(texts(peek(9)) == list({"first", "second"}));
  CHECK(*store->create_queue(orders, {}, now) == CreateOutcome::AlreadyThere);
}

TEST_CASE_FIXTURE(StoreTest, "counts are right over many queues and groups") {
  std::vector<std::string> names;
  names.reserve(50);
  for (int i = 0; i < 50; ++i) names.push_back("q" + std::to_string(i));
  for (const auto& name : names) create({"account", name});
  store->commit();
  for (int round = 0; round < 6; ++round) {
    for (const auto& name : names) put("text", {}, 168h, {"account", name});
    if (round % 2 == 0) {
      store->commit();
    } else {
      store->roll_back();
    }
  }
  for (const auto& name : names) CHECK(count({"account", name}) == 3);
}

TEST_CASE(
    "a commit that fails for want of space leaves nothing of its group, and the store goes on when "
    "there is some") {
  const Directory directory;
  Message kept;
  {
    StoreTest test(open(directory));
    test.create(StoreTest::orders);
    kept = test.put("kept");
    test.store->commit();
    {
      const FullDisk full(std::filesystem::file_size(directory.log()));
      for (int attempt = 0; attempt < 3; ++attempt) {
        test.create({"account", "lost"});
        test.put("lost", {}, 168h, {"account", "lost"});
        test.put("lost");
        REQUIRE(test.store->delete_message(StoreTest::orders, kept.id, kept.pop_receipt, test.now));
        try {
          test.store->commit();
          FAIL("the commit should have failed");
        } catch (const StoreFailure& failure) {
          CHECK(failure.passing());
        }
        CHECK_FALSE(test.store->has_changes());
        CHECK(test.count() == 1);
        CHECK(texts(test.peek(9)) == list({"kept"}));
        CHECK_FALSE(test.store->get_queue({"account", "lost"}, test.now));
      }
    }
    test.put("after");
    test.store->commit();
    CHECK(test.count() == 2);
  }
  StoreTest again(open(directory));
  CHECK(again.count() == 2);
  CHECK(texts(again.peek(9)) == list({"kept", "after"}));
  CHECK(again.remove(kept.id, kept.pop_receipt) == std::nullopt);
}

TEST_CASE("a group too big for memory that fails halfway is undone, and the store goes on") {
  const Directory directory;
  StoreTest test(open(directory));
  test.create(StoreTest::orders);
  test.put("kept");
  test.store->commit();
  const std::string text(60'000, 'x');
  {
    const FullDisk full(std::filesystem::file_size(directory.log()) + 1'000'000);
    bool failed = false;
    try {  // more than the page cache holds: SQLite writes before the commit
      for (int i = 0; i < 400; ++i) test.put(text);
      test.store->commit();
    } catch (const StoreFailure& failure) {
      failed = true;
      CHECK(failure.passing());
    }
    CHECK(failed);
    test.store->roll_back();
    CHECK_FALSE(test.store->has_changes());
    CHECK(test.count() == 1);
  }
  for (int i = 0; i < 400; ++i) test.put(text);
  test.store->commit();
  CHECK(test.count() == 401);
  CHECK(test.peek(2)[1].text == text);
}

TEST_CASE("housekeeping that fails for want of space loses nothing, and does its work later") {
  const Directory directory;
  StoreTest test(open(directory));
  test.create(StoreTest::orders);
  for (int i = 0; i < 1'000; ++i) test.put("expired", {}, 10s);
  test.put("live");
  test.store->commit();
  test.now += 10s;
  {
    const FullDisk full(std::filesystem::file_size(directory.log()));
    bool failed = false;
    try {
      test.tidy();
    } catch (const StoreFailure& failure) {
      failed = true;
      CHECK(failure.passing());
    }
    CHECK(failed);
    test.store->roll_back();
    CHECK(test.count() == 1);
    CHECK(texts(test.peek(9)) == list({"live"}));
  }
  test.tidy();
  CHECK(test.count() == 1);
  CHECK(texts(test.get(9)) == list({"live"}));
}
