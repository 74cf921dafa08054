#include "server/config/config.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "server/wire/dates.h"
#include "storage/store.h"

using namespace quprite;
using namespace quprite::server;
using namespace std::chrono_literals;

namespace {

const Time now = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};

Config good(std::string_view text) {
  auto config = parse_config(text);
  if (!config) FAIL_CHECK(config.error().message);
  REQUIRE(config.has_value());
  return *std::move(config);
}

/// `LINE:COLUMN: message`.
std::string wrong(std::string_view text) {
  const auto config = parse_config(text);
  REQUIRE_FALSE(config.has_value());
  const TextError& error = config.error();
  std::string told = std::to_string(error.at.line);
  told.append(":").append(std::to_string(error.at.column)).append(": ").append(error.message);
  return told;
}

/// The queues that stand beside the accounts.
DeclaredQueue only_queue(std::string_view text) {
  Config config = good(text);
  REQUIRE(config.accounts.back().queues.size() == 1);
  return config.accounts.back().queues.front();
}

void declare_all(std::string_view text, storage::Store& store, Time at) {
  for (const DeclaredAccount& account : good(text).accounts) {
    declare(account, account.name.empty() ? development_account : account.name, store, at);
  }
  store.commit();
}

}  // namespace

TEST_CASE("a config file declares queues by their names alone") {
  const Config config = good(R"({"queues": ["orders", {"name": "returns"}]})");
  REQUIRE(config.accounts.size() == 1);
  REQUIRE(config.accounts[0].queues.size() == 2);
  CHECK(config.accounts[0].queues[0].name == "orders");
  CHECK(config.accounts[0].queues[1].name == "returns");
  CHECK_FALSE(config.accounts[0].queues[1].metadata.has_value());
  CHECK_FALSE(config.accounts[0].queues[1].policies.has_value());
}

TEST_CASE("a config file declares all that a queue has") {
  const DeclaredQueue queue = only_queue(R"({"queues": [{
    "name": "orders",
    "metadata": {"owner": "billing", "Tier": "2"},
    "policies": [{"id": "read", "start": "2026-06-01", "expiry": "2026-07-01T12:00:00Z", "permission": "r"},
                 {"id": "all"}],
    "messages": ["first", {"text": "second", "base64": true, "visibilityTimeout": 30, "messageTtl": 60},
                 {"text": "third", "messageTtl": -1}]
  }]})");
  CHECK(queue.metadata == storage::Metadata{{"owner", "billing"}, {"Tier", "2"}});
  REQUIRE(queue.policies.has_value());
  REQUIRE(queue.policies->size() == 2);
  CHECK((*queue.policies)[0] ==
        storage::AccessPolicy{.id = "read",
                              .starts_at = parse_iso8601("2026-06-01"),
                              .expires_at = parse_iso8601("2026-07-01T12:00:00Z"),
                              .permissions = "r"});
  CHECK((*queue.policies)[1] == storage::AccessPolicy{.id = "all"});
  REQUIRE(queue.messages.size() == 3);
  CHECK(queue.messages[0].text == "first");
  CHECK(queue.messages[0].time_to_live == 604800s);
  CHECK(queue.messages[1].text == "c2Vjb25k");
  CHECK(queue.messages[1].visibility_timeout == 30s);
  CHECK(queue.messages[1].time_to_live == 60s);
  CHECK_FALSE(queue.messages[2].time_to_live.has_value());
}

TEST_CASE("a config file declares accounts with keys, CORS rules and queues") {
  const Config config = good(R"({"accounts": [
    {"name": "one", "keys": ["AAAA", "AAAB"], "queues": ["orders"],
     "cors": [{"allowedOrigins": ["http://a", "http://b"], "allowedMethods": ["GET"],
               "allowedHeaders": ["x-ms-meta*", "x-ms-version"], "maxAgeInSeconds": 60}]},
    {"name": "devstoreaccount1"}]})");
  REQUIRE(config.accounts.size() == 3);
  CHECK(config.accounts[0].name == "one");
  CHECK(config.accounts[0].keys.size() == 2);
  REQUIRE(config.accounts[0].cors.has_value());
  REQUIRE(config.accounts[0].cors->size() == 1);
  CHECK(config.accounts[0].cors->front().allowed_origins == "http://a,http://b");
  CHECK(config.accounts[0].cors->front().allowed_headers == "x-ms-version,x-ms-meta*");
  CHECK(config.accounts[0].cors->front().max_age == 60);
}

TEST_CASE("an error in a config file tells line, column, path, value and what is allowed") {
  CHECK(wrong("{\n  \"queues\": [\n    \"ok-name\",\n    \"Orders\"\n  ]\n}") ==
        "4:5: queues[1]: 'Orders' is not allowed; a queue's name of 3 to 63 lower-case letters, "
        "digits and single dashes is");
  CHECK(wrong(R"({"queues": [{"name": "orders", "metdata": {}}]})") ==
        "1:32: queues[0].metdata: there is no such key; these are allowed: name, metadata, "
        "policies, messages");
  CHECK(wrong(R"({"queues": {}})") == "1:12: queues: an object is not allowed; an array is");
  CHECK(wrong("[]") == "1:1: the whole: an array is not allowed; an object is");
  CHECK(wrong("{\"queues\": [ 7 ]}") ==
        "1:14: queues[0]: 7 is not allowed; a queue's name, or an object that has one, is");
  CHECK(wrong(R"({"queues": [{"name": "orders", "name": "orders"}]})") ==
        "1:32: queues[0].name: is there twice; once is allowed");
}

TEST_CASE("an error in a config file stands on one line, whatever the file has") {
  CHECK(wrong(R"({"a\nb\u0000": 1})").starts_with("1:2: a?b?: there is no such key"));
  CHECK(wrong(R"({"queues": ["a\nb"]})").starts_with("1:13: queues[0]: 'a?b' is not allowed"));
  CHECK(wrong("{\"" + std::string(1000, 'a') + "\": 1}").size() < 200);
}

TEST_CASE("columns count characters, and a byte order mark is none") {
  CHECK(wrong("\xEF\xBB\xBF{\"queues\": [{\"messages\": [\"\xC3\xA9\xE2\x82\xAC\"], \"x\": 1}]}") ==
        "1:34: queues[0].x: there is no such key; these are allowed: name, metadata, policies, "
        "messages");
}

TEST_CASE("a config file that is no JSON is told from where on") {
  CHECK(wrong("").starts_with("1:1: this is no JSON: "));
  CHECK(wrong("{\n  \"queues\": [,]\n}").starts_with("2:14: this is no JSON: "));
  CHECK(wrong("{} {}").starts_with("1:4: this is no JSON: "));
  CHECK(wrong("{\"queues\": [\"orders\"").starts_with("1:21: this is no JSON: "));
  CHECK(wrong("{'queues': []}").starts_with("1:2: this is no JSON: "));
  CHECK(wrong("{\"queues\": [\"\xFF\"]}").starts_with("1:14: this is no JSON: "));
  CHECK(wrong(std::string(100, '[')).find("this is no JSON: ") != std::string::npos);
}

TEST_CASE("a config file can declare nothing that a client could not have set") {
  const auto queue = [](const std::string& rest) {
    return wrong(R"({"queues": [{"name": "orders", )" + rest + "}]}");
  };
  CHECK(queue(R"("metadata": {"a-b": "x"})").starts_with("1:45: queues[0].metadata.a-b: "));
  CHECK(queue(R"("metadata": {"a": 1})")
            .ends_with("1 is not allowed; a text without blanks at its ends is"));
  CHECK(queue(R"("metadata": {"a": "b "})").find("'b ' is not allowed") != std::string::npos);
  CHECK(queue(R"("metadata": {"a": "1", "A": "2"})").ends_with("is there twice; once is allowed"));
  CHECK(queue(R"("metadata": {"a": "b\nc"})").find("on one line") != std::string::npos);
  CHECK(queue(R"("metadata": {"a": ")" + std::string(5000, 'a') + R"(", "b": ")" +
              std::string(5000, 'b') + "\"}")
            .ends_with("metadata of at most 8 KiB in all is"));
  CHECK(queue(R"("policies": [{"id": "a", "permission": "x"}])").find("policies[0]") !=
        std::string::npos);
  CHECK(queue(R"("policies": [{"permission": "r"}])").find("policies[0]") != std::string::npos);
  CHECK(queue(R"("policies": [{"id": "a", "start": "soon"}])").find("'soon' is not allowed") !=
        std::string::npos);
  CHECK(queue(R"("policies": [{"id": "a"}, {"id": "a"}])").find("policies[1]") !=
        std::string::npos);
  CHECK(queue(R"("messages": ["\u0001"])").find("messages[0]") != std::string::npos);
  CHECK(queue(R"("messages": [")" + std::string(65'537, 'a') + "\"]").find("64 KiB") !=
        std::string::npos);
  CHECK(queue(R"("messages": [{"text": "a", "visibilityTimeout": 60, "messageTtl": 60}])")
            .ends_with("a messageTtl that is longer than the visibilityTimeout is"));
  CHECK(queue(R"("messages": [{"text": "a", "messageTtl": 0}])").find("0 is not allowed") !=
        std::string::npos);
  CHECK(queue(R"("messages": [{"text": "a", "visibilityTimeout": 1.5}])").find("not allowed") !=
        std::string::npos);
  CHECK(
      wrong(R"({"queues": ["orders", "orders"]})").ends_with("a name that no other queue has is"));
  CHECK(wrong(R"({"queues": [{}]})").ends_with("a queue with a name is"));
  CHECK(wrong(R"({"cors": [{"allowedOrigins": ["*"], "allowedMethods": ["FETCH"]}]})")
            .find("(look at its AllowedMethods)") != std::string::npos);
  CHECK(wrong(R"({"cors": [{"allowedOrigins": ["a,b"], "allowedMethods": ["GET"]}]})")
            .find("cors[0].allowedOrigins[0]") != std::string::npos);
}

TEST_CASE("an error in a config file never repeats a key") {
  for (const char* keys : {R"(["c2VjcmV0", "no base64!"])", R"(["c2VjcmV0!"])", R"("c2VjcmV0")",
                           R"([])", R"(["AAAA", "AAAA", "c2VjcmV0"])"}) {
    const std::string told =
        wrong(R"({"accounts": [{"name": "one", "keys": )" + std::string(keys) + "}]}");
    CHECK(told.find("accounts[0].keys") != std::string::npos);
    CHECK(told.find("c2VjcmV0") == std::string::npos);
    CHECK(told.find("base64!") == std::string::npos);
  }
}

TEST_CASE("accounts come from the config file or from options, never from both") {
  const Config with_keys = good(R"({"accounts": [{"name": "one", "keys": ["AAAA"]}]})");
  const Config without = good(R"({"accounts": [{"name": "one"}]})");
  const Config development = good(R"({"accounts": [{"name": "devstoreaccount1"}]})");
  const auto options = [] { return *parse_accounts("one:AAAA;two:AAAA"); };

  CHECK(choose_accounts(with_keys, {})->all().size() == 1);
  CHECK(choose_accounts(with_keys, {})->find("one") != nullptr);
  CHECK_FALSE(choose_accounts(with_keys, options()).has_value());
  CHECK(choose_accounts(without, options())->all().size() == 2);
  CHECK_FALSE(choose_accounts(without, {}).has_value());
  CHECK(choose_accounts(development, {})->find(development_account) != nullptr);
  CHECK_FALSE(choose_accounts(development, options()).has_value());
  CHECK(choose_accounts(Config{}, {})->find(development_account) != nullptr);
}

TEST_CASE("the first account is the one that stands first") {
  const auto zeta = choose_accounts(good(R"({"accounts": [{"name": "zeta", "keys": ["YQ=="]},
                                                          {"name": "alpha", "keys": ["Yg=="]}]})"),
                                    {});
  CHECK(zeta->first().name == "zeta");
  CHECK(zeta->first().first_key == "YQ==");
  const auto development = choose_accounts(
      good(R"({"accounts": [{"name": "devstoreaccount1"}, {"name": "alpha", "keys": ["Yg=="]}]})"),
      {});
  CHECK(development->first().name == development_account);
  CHECK(parse_accounts("zeta:YQ==;alpha:Yg==")->first().name == "zeta");
}

TEST_CASE("a queue of the first account cannot be declared in two places") {
  const auto chosen =
      choose_accounts(good(R"({"queues": ["orders"], "accounts": [{"name": "one", "keys": ["YQ=="],
                                                   "queues": ["orders"]}]})"),
                      {});
  REQUIRE_FALSE(chosen.has_value());
  CHECK(chosen.error().message ==
        "queue 'orders' of account 'one' is declared twice; once is allowed");
}

TEST_CASE("a queue that was just deleted is made where it is declared") {
  const auto store = storage::open_store_in_memory();
  declare_all(R"({"queues": [{"name": "orders"}]})", *store, now);
  CHECK(store->delete_queue({development_account, "orders"}, now + 30s).has_value());
  store->commit();
  declare_all(R"({"queues": [{"name": "orders", "messages": ["new"]}]})", *store, now + 1s);
  CHECK(store->get_queue({development_account, "orders"}, now + 1s)->approximate_message_count ==
        1);
}

TEST_CASE("what is declared again changes nothing") {
  constexpr std::string_view text = R"({
    "cors": [{"allowedOrigins": ["*"], "allowedMethods": ["GET"], "maxAgeInSeconds": 5}],
    "queues": [{"name": "orders", "metadata": {"owner": "billing"}, "policies": [{"id": "read"}],
                "messages": ["first", "second"]}]})";
  const auto store = storage::open_store_in_memory();
  const storage::QueueRef orders{development_account, "orders"};
  declare_all(text, *store, now);
  CHECK(store->get_queue(orders, now)->approximate_message_count == 2);
  CHECK(store->peek_messages(orders, 2, now)->front().text == "first");
  const auto got = store->get_messages(orders, 2, now + 1h, now);
  REQUIRE(got->size() == 2);
  const auto& first = got->front();
  CHECK(store->delete_message(orders, first.id, first.pop_receipt, now).has_value());
  store->commit();

  declare_all(text, *store, now + 1s);
  CHECK(store->get_queue(orders, now)->approximate_message_count == 1);
  CHECK(store->get_queue(orders, now)->metadata == storage::Metadata{{"owner", "billing"}});
  CHECK(store->get_queue_acl(orders)->size() == 1);
  CHECK(load_service_properties(*store->get_service_properties(development_account)).cors.size() ==
        1);
}

TEST_CASE("what is declared replaces what is there, and what is not stays") {
  const auto store = storage::open_store_in_memory();
  const storage::QueueRef orders{development_account, "orders"};
  CHECK(store->create_queue(orders, {{"owner", "me"}}, now).has_value());
  CHECK(store->set_queue_acl(orders, {{.id = "mine"}}).has_value());
  declare_all(R"({"queues": ["orders"]})", *store, now);
  CHECK(store->get_queue(orders, now)->metadata == storage::Metadata{{"owner", "me"}});
  CHECK(store->get_queue_acl(orders)->size() == 1);

  declare_all(R"({"queues": [{"name": "orders", "metadata": {}, "policies": []}]})", *store, now);
  CHECK(store->get_queue(orders, now)->metadata.empty());
  CHECK(store->get_queue_acl(orders)->empty());
}
