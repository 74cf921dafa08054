#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/test_server.h"

namespace quprite::test {
namespace {

using namespace std::chrono_literals;

/// The URL of a message, with the pop receipt of an answer that told both.
std::string message_url(const Answer& answer, std::string_view query = {}) {
  return "/orders/messages/" + answer.element("MessageId") +
         "?popreceipt=" + encode(answer.element("PopReceipt")) +
         (query.empty() ? "" : "&" + std::string(query));
}

}  // namespace

TEST_SUITE_BEGIN("wire");

TEST_CASE(
    "a message that was got is hidden until its visibility timeout, and then counts two dequeues") {
  TestServer server;
  server.create("orders");
  server.put("orders", "first");
  const Answer got = server.get("orders", "visibilitytimeout=30");
  REQUIRE(got.element("MessageText") == "first");
  CHECK(got.element("DequeueCount") == "1");

  server.clock.advance(30s - 1us);
  CHECK(server.get("orders").elements("MessageText").empty());

  server.clock.advance(1us);
  const Answer again = server.get("orders");
  CHECK(again.element("MessageText") == "first");
  CHECK(again.element("DequeueCount") == "2");
  CHECK(again.element("MessageId") == got.element("MessageId"));
  CHECK(again.element("PopReceipt") != got.element("PopReceipt"));
}

TEST_CASE("a receipt stays good after its message reappeared, until that is got again") {
  TestServer server;
  server.create("orders");
  server.put("orders", "first");
  const Answer got = server.get("orders", "visibilitytimeout=1");
  server.clock.advance(10s);
  SUBCASE("not got again") {
    CHECK(server.send("DELETE", message_url(got)).status == 204);
  }
  SUBCASE("got again") {
    server.get("orders");
    const Answer refused = server.send("DELETE", message_url(got));
    CHECK(refused.status == 404);
    CHECK(refused["x-ms-error-code"] == "MessageNotFound");
  }
}

TEST_CASE("the receipt of Put Message updates and deletes") {
  TestServer server;
  server.create("orders");
  const Answer put = server.put("orders", "first");
  const Answer updated =
      server.send("PUT", message_url(put, "visibilitytimeout=0"), {}, message_body("second"));
  REQUIRE(updated.status == 204);
  CHECK(server.peek("orders").element("MessageText") == "second");
  CHECK(server.send("DELETE", message_url(put)).status == 404);
  CHECK(server
            .send("DELETE", "/orders/messages/" + put.element("MessageId") +
                                "?popreceipt=" + encode(updated["x-ms-popreceipt"]))
            .status == 204);
}

TEST_CASE(
    "Update Message without a body extends the time a message is hidden, and keeps its text") {
  TestServer server;
  server.create("orders");
  server.put("orders", "slow work");
  const Answer got = server.get("orders", "visibilitytimeout=30");
  server.clock.advance(20s);
  const Answer updated = server.send("PUT", message_url(got, "visibilitytimeout=60"));
  REQUIRE(updated.status == 204);
  CHECK(updated["x-ms-time-next-visible"] == "Mon, 01 Jun 2026 12:01:20 GMT");
  server.clock.advance(59s);
  CHECK(server.get("orders").elements("MessageText").empty());
  server.clock.advance(1s);
  CHECK(server.get("orders").element("MessageText") == "slow work");
}

TEST_CASE("messages are got in the order in which they became visible") {
  TestServer server;
  server.create("orders");
  server.put("orders", "late", "visibilitytimeout=10");
  server.put("orders", "a");
  server.put("orders", "b");
  CHECK(server.peek("orders", "numofmessages=32").elements("MessageText") ==
        std::vector<std::string>{"a", "b"});
  server.clock.advance(10s);
  server.put("orders", "c");
  CHECK(server.get("orders", "numofmessages=32").elements("MessageText") ==
        std::vector<std::string>{"a", "b", "late", "c"});
}

TEST_CASE("an expired message is gone for every operation, and not counted") {
  TestServer server;
  server.create("orders");
  const Answer put = server.put("orders", "short-lived", "messagettl=5");
  server.put("orders", "kept");
  server.clock.advance(5s);
  CHECK(server.peek("orders", "numofmessages=32").elements("MessageText") ==
        std::vector<std::string>{"kept"});
  CHECK(server.send("GET", "/orders?comp=metadata")["x-ms-approximate-messages-count"] == "1");
  CHECK(server.send("DELETE", message_url(put)).status == 404);
  CHECK(server.send("PUT", message_url(put, "visibilitytimeout=0")).status == 404);
}

TEST_CASE("the count includes invisible messages") {
  TestServer server;
  server.create("orders");
  server.put("orders", "a");
  server.put("orders", "b", "visibilitytimeout=100");
  server.get("orders");
  CHECK(server.send("GET", "/orders?comp=metadata")["x-ms-approximate-messages-count"] == "2");
}

TEST_CASE("Clear Messages removes invisible messages too, and their receipts") {
  TestServer server;
  server.create("orders");
  const Answer put = server.put("orders", "a");
  server.put("orders", "b", "visibilitytimeout=100");
  CHECK(server.send("DELETE", "/orders/messages").status == 204);
  CHECK(server.send("GET", "/orders?comp=metadata")["x-ms-approximate-messages-count"] == "0");
  CHECK(server.send("DELETE", message_url(put)).status == 404);
}

TEST_CASE("a time-to-live of -1 never expires") {
  TestServer server;
  server.create("orders");
  const Answer put = server.put("orders", "for ever", "messagettl=-1");
  CHECK(put.element("ExpirationTime") == "Fri, 31 Dec 9999 23:59:59 GMT");
  server.clock.advance(std::chrono::hours{24 * 365 * 50});
  CHECK(server.peek("orders").element("MessageText") == "for ever");
}

TEST_SUITE_END();

}  // namespace quprite::test
