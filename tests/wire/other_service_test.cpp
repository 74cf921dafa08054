#include <doctest/doctest.h>

#include <string>

#include "tests/support/test_server.h"

namespace quprite::test {
namespace {

struct Stray {
  std::string_view method;
  std::string_view target;
  Headers headers;
  std::string_view service;
  std::string_view code;
};

const std::vector<Stray>& strays() {
  static const std::vector<Stray> all = {
      {"PUT", "/photos?restype=container", {}, "Blob Storage", "InvalidQueryParameterValue"},
      {"PUT", "/photos/cat.jpg", {{"x-ms-blob-type", "BlockBlob"}}, "Blob Storage", "InvalidUri"},
      {"PUT", "/photos/cat.jpg?comp=block&blockid=AAAA", {}, "Blob Storage", "InvalidUri"},
      {"GET", "/photos", {{"Host", "devstoreaccount1.blob.localhost"}}, "Blob Storage", ""},
      {"GET", "/Tables", {}, "Table Storage", ""},
      {"GET", "/people(PartitionKey='a',RowKey='b')", {}, "Table Storage", ""},
      {"POST", "/people", {{"DataServiceVersion", "3.0"}}, "Table Storage", "UnsupportedHttpVerb"},
      {"PUT", "/share?restype=share", {}, "Azure Files", "InvalidQueryParameterValue"},
      {"PUT", "/lake/f?resource=directory", {}, "Data Lake Storage", "InvalidUri"},
  };
  return all;
}

bool has(const Answer& answer, std::string_view text) {
  return answer.body.find(text) != std::string::npos;
}

}  // namespace

TEST_SUITE_BEGIN("wire");

TEST_CASE("a request for another service is told that it came to the wrong one") {
  TestServer server;
  for (const Stray& stray : strays()) {
    CAPTURE(stray.target);
    const Answer answer = server.send(stray.method, stray.target, stray.headers);
    CHECK(answer.status >= 400);
    CHECK(answer.status < 500);
    if (!stray.code.empty()) CHECK(answer.element("Code") == stray.code);
    CHECK(has(answer, "This is a request for " + std::string(stray.service) + ";"));
  }
}

TEST_CASE("so is one with the signature of another service") {
  TestServer server;
  const Answer answer =
      server.send("GET", "/Tables", {{"Authorization", "SharedKeyLite devstoreaccount1:AAAA"}});
  CHECK(answer.status == 403);
  CHECK(answer.element("Code") == "AuthenticationFailed");
  CHECK(has(answer, "This is a request for Table Storage;"));
}

TEST_CASE("in exact mode only the log tells of other services") {
  TestServer server({.exact = true});
  for (const Stray& stray : strays()) {
    CAPTURE(stray.target);
    CHECK_FALSE(has(server.send(stray.method, stray.target, stray.headers), "This is a request"));
  }
}

TEST_CASE("an error of an honest request keeps its message") {
  TestServer server;
  CHECK_FALSE(has(server.send("GET", "/orders/messages"), "This is a request"));
  CHECK_FALSE(has(server.send("GET", "/Orders?comp=metadata"), "This is a request"));
}

}  // namespace quprite::test
