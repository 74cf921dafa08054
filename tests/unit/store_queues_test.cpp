#include "tests/unit/store_support.h"

namespace {

using namespace quprite;
using namespace quprite::storage;
using namespace quprite::test;

std::vector<std::string> names(const QueuePage& page) {
  std::vector<std::string> names;
  for (const auto& entry : page.queues) names.push_back(entry.name);
  return names;
}

}  // namespace

TEST_CASE_FIXTURE(StoreTest, "a queue is created once, and then is already there") {
  const QueueRef queue{"account", "new"};
  const auto first = store->create_queue(queue, {{"Colour", "red"}, {"size", "9"}}, now);
  REQUIRE(first);
  CHECK(*first == CreateOutcome::Created);

  const auto second = store->create_queue(queue, {{"SIZE", "9"}, {"colour", "red"}}, now);
  REQUIRE(second);
  CHECK(*second == CreateOutcome::AlreadyThere);
}

TEST_CASE_FIXTURE(StoreTest, "a queue with other metadata is not created a second time") {
  const QueueRef queue{"account", "new"};
  REQUIRE(store->create_queue(queue, {{"colour", "red"}}, now));
  store->commit();
  for (const Metadata& other : {Metadata{}, Metadata{{"colour", "RED"}}, Metadata{{"color", "red"}},
                                Metadata{{"colour", "red"}, {"size", "9"}}}) {
    const auto again = store->create_queue(queue, other, now);
    REQUIRE_FALSE(again);
    CHECK(again.error() == StoreError::QueueAlreadyExists);
  }
  CHECK_FALSE(store->has_changes());
  CHECK(store->get_queue(queue, now)->metadata == Metadata{{"colour", "red"}});
}

TEST_CASE_FIXTURE(StoreTest, "queues of the same name in two accounts have nothing in common") {
  const QueueRef other{"other", "orders"};
  create(other);
  put("first");
  CHECK(count() == 1);
  CHECK(count(other) == 0);
  REQUIRE(store->delete_queue(orders, now));
  CHECK(count(other) == 0);
}

TEST_CASE_FIXTURE(
    StoreTest,
    "metadata comes back as it was set, whatever its characters, and is replaced as a whole") {
  const Metadata odd = {{"A", ""},
                        {"b", "3:x:"},
                        {"Cc", std::string("\0\xFF \n", 4)},
                        {"d", std::string(8'000, 'd')}};
  REQUIRE(store->set_queue_metadata(orders, odd));
  CHECK(store->get_queue(orders, now)->metadata == odd);
  REQUIRE(store->set_queue_metadata(orders, {{"e", "f"}}));
  CHECK(store->get_queue(orders, now)->metadata == Metadata{{"e", "f"}});
  REQUIRE(store->set_queue_metadata(orders, {}));
  CHECK(store->get_queue(orders, now)->metadata.empty());
}

TEST_CASE_FIXTURE(StoreTest, "every call on a queue that is not there says so and opens no group") {
  store->commit();
  const QueueRef nowhere{"account", "nowhere"};
  const auto refused = [](const auto& result) {
    return !result && result.error() == StoreError::QueueNotFound;
  };
  CHECK(refused(store->delete_queue(nowhere, now)));
  CHECK(refused(store->get_queue(nowhere, now)));
  CHECK(refused(store->set_queue_metadata(nowhere, {})));
  CHECK(refused(store->get_queue_acl(nowhere)));
  CHECK(refused(store->set_queue_acl(nowhere, {})));
  CHECK(refused(store->put_message(nowhere, "text", now, now + 1h, now)));
  CHECK(refused(store->get_messages(nowhere, 1, now + 30s, now)));
  CHECK(refused(store->peek_messages(nowhere, 1, now)));
  CHECK(refused(store->update_message(nowhere, {}, {}, now, std::nullopt, now)));
  CHECK(refused(store->delete_message(nowhere, {}, {}, now)));
  CHECK(refused(store->clear_messages(nowhere)));
  CHECK_FALSE(store->has_changes());
}

TEST_CASE_FIXTURE(StoreTest, "a deleted queue's name is reserved until the time that was given") {
  REQUIRE(store->delete_queue(orders, now + 30s));
  now += 30s - Ticks{1};
  const auto early = store->create_queue(orders, {}, now);
  REQUIRE_FALSE(early);
  CHECK(early.error() == StoreError::QueueBeingDeleted);
  CHECK_FALSE(store->get_queue(orders, now));

  now += Ticks{1};
  const auto late = store->create_queue(orders, {}, now);
  REQUIRE(late);
  CHECK(*late == CreateOutcome::Created);
}

TEST_CASE_FIXTURE(
    StoreTest, "a name that is reserved stays so through housekeeping, and only in its account") {
  REQUIRE(store->delete_queue(orders, now + 30s));
  store->commit();
  tidy();
  CHECK_FALSE(store->create_queue(orders, {}, now));
  CHECK(store->create_queue({"other", "orders"}, {}, now));
}

TEST_CASE_FIXTURE(StoreTest, "a queue created anew has nothing of the one that was deleted") {
  const Message old = put("first");
  REQUIRE(store->set_queue_metadata(orders, {{"a", "b"}}));
  REQUIRE(store->set_queue_acl(orders, {{.id = "reader"}}));
  REQUIRE(store->delete_queue(orders, now));
  create(orders);
  for (const bool tidied : {false, true}) {
    CAPTURE(tidied);
    CHECK(count() == 0);
    CHECK(peek(32).empty());
    CHECK(get(32).empty());
    CHECK(store->get_queue(orders, now)->metadata.empty());
    CHECK(store->get_queue_acl(orders)->empty());
    CHECK(remove(old.id, old.pop_receipt) == StoreError::MessageNotFound);
    store->commit();
    tidy();
  }
}

TEST_CASE_FIXTURE(
    StoreTest,
    "access policies come back in the order in which they were set, missing fields and all") {
  const std::vector<AccessPolicy> policies = {
      {.id = "z"},
      {.id = "a", .starts_at = now, .expires_at = now + Ticks{1}, .permissions = "raup"},
      {.id = "m", .expires_at = now, .permissions = ""}};
  REQUIRE(store->set_queue_acl(orders, policies));
  CHECK(*store->get_queue_acl(orders) == policies);

  REQUIRE(store->clear_messages(orders));
  CHECK(*store->get_queue_acl(orders) == policies);

  REQUIRE(store->set_queue_acl(orders, {{.id = "only"}}));
  CHECK(*store->get_queue_acl(orders) == std::vector<AccessPolicy>{{.id = "only"}});
  REQUIRE(store->set_queue_acl(orders, {}));
  CHECK(store->get_queue_acl(orders)->empty());
}

TEST_CASE_FIXTURE(StoreTest,
                  "service properties belong to their account and are replaced as a whole") {
  CHECK_FALSE(store->get_service_properties("account").has_value());
  store->set_service_properties("account", "one");
  store->set_service_properties("account", "two");
  store->set_service_properties("other", "");
  CHECK(store->get_service_properties("account") == "two");
  CHECK(store->get_service_properties("other") == "");
}

TEST_CASE_FIXTURE(StoreTest, "queues are listed in ordinal order, page by page, each once") {
  for (const char* name : {"b", "a-1", "a1", "a", "b0", "zz"}) create({"account", name});
  create({"account2", "a"});

  std::vector<std::string> all;
  std::string next;
  int pages = 0;
  do {
    const QueuePage page = store->list_queues("account", "", next, 3, false);
    CHECK(page.queues.size() <= 3);
    for (const auto& name : names(page)) all.push_back(name);
    next = page.next_name;
  } while (!next.empty() && ++pages < 10);
  CHECK(all == list({"a", "a-1", "a1", "b", "b0", "orders", "zz"}));
}

TEST_CASE_FIXTURE(StoreTest, "a page that ends with the last queue has no next one") {
  create({"account", "p"});
  create({"account", "q"});
  const QueuePage exact = store->list_queues("account", "", "", 3, false);
  CHECK(exact.queues.size() == 3);
  CHECK(exact.next_name.empty());
  const QueuePage first = store->list_queues("account", "", "", 2, false);
  CHECK(names(first) == list({"orders", "p"}));
  CHECK(first.next_name == "q");
}

TEST_CASE_FIXTURE(StoreTest,
                  "a prefix selects the names that begin with it, from the first name on") {
  for (const char* name : {"ab", "aba", "abz", "ac", "a\xFF", "a\xFF\xFF", "b"})
    create({"account", name});
  CHECK(names(store->list_queues("account", "ab", "", 9, false)) == list({"ab", "aba", "abz"}));
  CHECK(names(store->list_queues("account", "ab", "aba", 9, false)) == list({"aba", "abz"}));
  CHECK(names(store->list_queues("account", "ab", "a", 9, false)) == list({"ab", "aba", "abz"}));
  CHECK(names(store->list_queues("account", "ab", "ac", 9, false)).empty());
  CHECK(names(store->list_queues("account", "a\xFF", "", 9, false)) ==
        list({"a\xFF", "a\xFF\xFF"}));

  const QueuePage page = store->list_queues("account", "ab", "", 3, false);
  CHECK(page.next_name.empty());
}

TEST_CASE_FIXTURE(StoreTest, "metadata is listed where it is asked for") {
  REQUIRE(store->set_queue_metadata(orders, {{"a", "b"}}));
  CHECK(store->list_queues("account", "", "", 1, true).queues[0].metadata == Metadata{{"a", "b"}});
  CHECK(store->list_queues("account", "", "", 1, false).queues[0].metadata.empty());
}
