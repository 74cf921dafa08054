#include "server/service.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "storage/store.h"
#include "tests/support/manual_clock.h"

namespace {

using namespace quprite;
using namespace quprite::server;
using namespace std::chrono_literals;

struct ServiceTest {
  ServiceTest() {
    accounts.add({.name = std::string(development_account), .first_key = "", .keys = {}});
  }

  std::string send(boost::beast::http::verb method, std::string_view text, std::string_view target,
                   std::string_view body = {}) {
    const HttpRequest http{
        .method = method,
        .method_text = text,
        .target = target,
        .fields = {{boost::beast::http::field::unknown, "x-ms-version", "2021-12-02"}},
        .body = body,
        .has_length = true,
        .peer = "127.0.0.1"};
    std::string out;
    service.handle(http, exchange, out);
    return out;
  }
  std::string put() {
    return send(boost::beast::http::verb::post, "POST", "/devstoreaccount1/orders/messages",
                "<QueueMessage><MessageText>x</MessageText></QueueMessage>");
  }

  Accounts accounts;
  std::unique_ptr<storage::Store> store = storage::open_store_in_memory();
  test::ManualClock clock;
  Log log{-1, LogLevel::Error};
  Service service{accounts, *store, clock, log, {.auth = {.off = true}}};
  Exchange exchange;
};

bool was_put_at(const std::string& answer, const std::string& time) {
  return answer.find("<InsertionTime>Mon, 01 Jun 2026 " + time + " GMT</InsertionTime>") !=
         std::string::npos;
}

}  // namespace

TEST_CASE_FIXTURE(ServiceTest, "the requests of a group happen at one time, those after it later") {
  send(boost::beast::http::verb::put, "PUT", "/devstoreaccount1/orders");
  REQUIRE_FALSE(service.commit());
  clock.advance(1s);
  CHECK(was_put_at(put(), "12:00:01"));
  clock.advance(1s);
  CHECK(was_put_at(put(), "12:00:01"));
  REQUIRE_FALSE(service.commit());
  CHECK(was_put_at(put(), "12:00:02"));
}
