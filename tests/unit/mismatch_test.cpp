#include "server/auth/mismatch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/unit/auth_support.h"

using namespace quprite;
using namespace quprite::test;

namespace {

constexpr std::string_view date = "Mon, 01 Jun 2026 12:00:00 GMT";

/// A Put Message with the right string-to-sign, both to be spoiled.
struct Sent {
  SentRequest request;
  std::string text;

  Sent() : Sent("POST", "/devstoreaccount1/vec-queue/messages?visibilitytimeout=5&messagettl=60") {
    request.with("Content-Length", "0").with("Content-Type", "text/plain");
    text = "POST\n\n\n\n\ntext/plain\n\n\n\n\n\n\n" + headers() +
           "/devstoreaccount1/devstoreaccount1/vec-queue/messages\nmessagettl:60\n"
           "visibilitytimeout:5";
  }

  Sent(std::string_view method, const std::string& target)
      : request(method, "http://127.0.0.1:10001" + target) {
    request.with("X-Ms-Version", "2026-04-06").with("x-ms-date", date);
    request.with("x-ms-client-request-id", "a").with("Date", date);
  }

  static std::string headers() {
    return "x-ms-client-request-id:a\nx-ms-date:" + std::string(date) +
           "\nx-ms-version:2026-04-06\n";
  }

  Sent& spoil(std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    REQUIRE(place != std::string::npos);
    text.replace(place, from.size(), to);
    return *this;
  }

  std::string hint(std::string_view key = server::development_key,
                   std::string_view scheme = "SharedKey") {
    const auto refusal = request.signed_as(text, key, scheme).authenticate();
    REQUIRE(outcome(refusal) == "403 AuthenticationFailed");
    return refusal.error().hint;
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the right text is let in, so that what follows is wrong in one thing only") {
  Sent sent;
  CHECK(is_owner(sent.request.signed_as(sent.text).authenticate()));
}

TEST_CASE("a mistake of the client's is told by the first line that differs") {
  const auto told = [](std::string_view from, std::string_view to) {
    return Sent().spoil(from, to).hint();
  };
  CHECK(told("text/plain", "") ==
        "Shared Key does not match: the client signed line 6 as '' where the server has "
        "'text/plain'");
  CHECK(has(told("/devstoreaccount1/devstoreaccount1", "/devstoreaccount1"),
            "the client signed line 16 as '/devstoreaccount1/vec-queue/messages' where the server "
            "has '/devstoreaccount1/devstoreaccount1/vec-queue/messages': the account stands in "
            "the resource once"));
  CHECK(has(told("\nmessagettl:60\nvisibilitytimeout:5", ""),
            "the client signed no line 17 where the server has 'messagettl:60': the query is left "
            "out"));
  CHECK(has(told("\nmessagettl:60\nvisibilitytimeout:5", "?visibilitytimeout=5&messagettl=60"),
            "the query is written as in the URL"));
  CHECK(has(told("messagettl:60\nvisibilitytimeout:5", "visibilitytimeout:5\nmessagettl:60"),
            "line 17 as 'visibilitytimeout:5'"));
  CHECK(has(told("messagettl:60\nvisibilitytimeout:5", "messagettl=60\nvisibilitytimeout=5"),
            "equals signs for colons"));
  CHECK(has(told("text/plain\n", "text/plain\n" + std::string(date)),
            "the client signed line 7 as 'Mon, 01 Jun 2026 12:00:00 GMT' where the server has ''"));
  CHECK(
      has(told("POST", "post"), "the client signed line 1 as 'post' where the server has 'POST'"));
  CHECK(has(told("x-ms-client-request-id:a\n", ""), "x-ms-client-request-id is left out"));
  CHECK(has(told(Sent::headers(), ""), "the x-ms- headers are left out"));
  CHECK(has(told(Sent::headers(), "X-Ms-Version:2026-04-06\nx-ms-date:" + std::string(date) +
                                      "\nx-ms-client-request-id:a\n"),
            "stand as they were sent"));
  CHECK(has(told("messages\n", "messages/\n"), "the path has a slash more"));
  CHECK(has(told("visibilitytimeout:5", "visibilitytimeout:5\n"), "a line break at the end"));
  CHECK(has(told("text/plain", "application/xml"), "line 6 as 'application/xml'"));
}

TEST_CASE("paths and values that were escaped or not are told") {
  Sent sent("GET", "/devstoreaccount1/vec%2Dqueue?comp=list&prefix=a%2Fb");
  const std::string head = "GET" + std::string(12, '\n') + Sent::headers();
  SUBCASE("the path is decoded") {
    sent.text = head + "/devstoreaccount1/devstoreaccount1/vec-queue\ncomp:list\nprefix:a/b";
    CHECK(has(sent.hint(), "the path is percent-decoded"));
  }
  SUBCASE("the values are not") {
    sent.text = head + "/devstoreaccount1/devstoreaccount1/vec%2Dqueue\ncomp:list\nprefix:a%2Fb";
    CHECK(has(sent.hint(), "line 18 as 'prefix:a%2Fb' where the server has 'prefix:a/b'"));
  }
}

TEST_CASE("the account twice in a host-style resource is told") {
  SentRequest request("GET", "http://devstoreaccount1.queue.localhost/vec-queue");
  request.with("x-ms-date", date).with("x-ms-version", "2026-04-06");
  request.signed_as("GET" + std::string(12, '\n') + "x-ms-date:" + std::string(date) +
                    "\nx-ms-version:2026-04-06\n/devstoreaccount1/devstoreaccount1/vec-queue");
  CHECK(has(request.authenticate().error().hint, "a host-style URL has it once"));
}

TEST_CASE("lines that end with CR and LF, and the text of the other scheme, are told") {
  Sent lines;
  std::string text;
  for (const char c : lines.text) text += c == '\n' ? "\r\n" : std::string(1, c);
  lines.text = text;
  CHECK(has(lines.hint(), "CR and LF"));
  Sent scheme;
  scheme.text = "POST\n\ntext/plain\n\n" + Sent::headers() +
                "/devstoreaccount1/devstoreaccount1/vec-queue/messages";
  CHECK(has(scheme.hint(), "named the scheme SharedKey"));
  CHECK(has(Sent().hint(server::development_key, "SharedKeyLite"),
            "the text of Shared Key and named the scheme SharedKeyLite"));
}

TEST_CASE("keys that are not the account's, or not decoded, are told") {
  Sent other;
  other.request.with_keys({second_key});
  CHECK(has(other.hint(), "the well-known key of devstoreaccount1"));
  CHECK(has(Sent().hint(openssl_encode(server::development_key)), "decoded from Base64"));
  Sent escaped;
  escaped.request.with("Authorization", "SharedKey devstoreaccount1:" +
                                            percent_encoded(openssl_signature(escaped.text)));
  CHECK(has(escaped.request.authenticate().error().hint, "percent-encoded the signature"));
}

TEST_CASE("what no usual mistake explains is said not to be, in little time") {
  CHECK(has(Sent().spoil("POST", "nonsense").hint(), "none of the usual mistakes"));
  Sent big("GET", "/devstoreaccount1/vec-queue?x=" + std::string(60'000, 'a'));
  for (int i = 0; i < 300; ++i) big.request.with("x-ms-meta-" + std::to_string(i), "v");
  big.text = "GET";
  CHECK(has(big.hint(), "none of the usual mistakes"));
}

TEST_CASE("neither signature nor key is ever told") {
  const std::string head = "GET" + std::string(12, '\n') + Sent::headers();
  const std::string resource = "/devstoreaccount1/devstoreaccount1/vec-queue";
  for (const std::string& text :
       {head + resource, head + resource + "\ncomp:list",
        head + resource + "?comp=list&sig=c2lnbmF0dXJl&sp=r",
        head + resource + "\nsp:r\nsig:c2lnbmF0dXJl\ncomp:list", std::string("nonsense")}) {
    Sent sent("GET", "/devstoreaccount1/vec-queue?comp=list&sig=c2lnbmF0dXJl&sp=r");
    sent.text = text;
    const std::string hint = sent.hint();
    CHECK_FALSE(has(hint, "c2lnbmF0dXJl"));
    CHECK_FALSE(has(hint, openssl_signature(text)));
    CHECK_FALSE(has(hint, server::development_key.substr(0, 8)));
  }
}

TEST_CASE("a signature that matches, or a SAS that does not, has no hint") {
  SentRequest request("GET",
                      "http://127.0.0.1:10001/devstoreaccount1/vec-queue?sig=a&sv=2026-04-06");
  CHECK(request.authenticate().error().hint.empty());
}
