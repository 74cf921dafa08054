#include "server/auth/shared_key.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/auth_support.h"
#include "tests/vectors/auth_vectors.h"

using namespace quprite;
using namespace quprite::test;
using server::in_service_order;

namespace {

constexpr std::string_view url = "http://127.0.0.1:10001/devstoreaccount1/vec-queue";
constexpr std::string_view date = "Mon, 01 Jun 2026 12:00:00 GMT";
constexpr std::string_view date_line = "x-ms-date:Mon, 01 Jun 2026 12:00:00 GMT\n";
constexpr std::string_view version_line = "x-ms-version:2026-04-06\n";
constexpr std::string_view resource = "/devstoreaccount1/devstoreaccount1/vec-queue";

SentRequest replayed(const RequestVector& vector, std::string_view authorization) {
  SentRequest request(vector.method, vector.url);
  for (const auto& [name, value] : vector.headers) request.with(name, value);
  request.with("Authorization", authorization);
  return request;
}

SentRequest dated(std::string_view method, std::string_view target = url) {
  SentRequest request(method, target);
  request.with("x-ms-date", date).with("x-ms-version", "2026-04-06");
  return request;
}

/// The string-to-sign of a GET without any of the headers that have lines of their own.
std::string get_text(std::string_view headers, std::string_view signed_resource = resource) {
  return "GET\n\n\n\n\n\n\n\n\n\n\n\n" + std::string(headers) + std::string(signed_resource);
}

std::string default_headers() {
  return std::string(date_line) + std::string(version_line);
}

/// The string-to-sign that a refusal tells.
std::string told_text(const server::Result<server::Principal>& refusal) {
  const std::string text = detail(refusal);
  const std::string_view before = "Server used following string to sign: '";
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos || !text.ends_with("'.")) return "";
  return text.substr(begin + before.size(), text.size() - 2 - begin - before.size());
}

}  // namespace

TEST_CASE("each request that an SDK signed comes from the owner") {
  CHECK(request_vectors.size() == 34);
  for (const RequestVector& vector : request_vectors) {
    CAPTURE(vector.id);
    CHECK(is_owner(replayed(vector, vector.authorization).authenticate()));
  }
}

TEST_CASE("a request whose signature has one wrong character is refused, with the string-to-sign") {
  for (const RequestVector& vector : request_vectors) {
    CAPTURE(vector.id);
    std::string authorization = vector.authorization;
    flip(authorization[authorization.find(':') + 1]);
    const auto refusal = replayed(vector, authorization).authenticate();
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
    CHECK(refusal.error().front_end);
    CHECK(told_text(refusal) == vector.string_to_sign);
  }
}

TEST_CASE("the answer to a wrong signature is worded as Azure's") {
  const auto refusal =
      dated("GET").with("Authorization", "SharedKey devstoreaccount1:abc=").authenticate();
  CHECK(detail(refusal) ==
        "The MAC signature found in the HTTP request 'abc=' is not the same as any computed "
        "signature. "
        "Server used following string to sign: '" +
            get_text(default_headers()) + "'.");
}

TEST_CASE("a request signed under another key is refused") {
  const std::string text = get_text(default_headers());
  CHECK(outcome(dated("GET").signed_as(text, second_key).authenticate()) ==
        "403 AuthenticationFailed");
}

TEST_CASE("both keys of an account are good") {
  const std::string text = get_text(default_headers());
  const std::vector<std::string_view> keys = {server::development_key, second_key};
  for (const std::string_view key : keys) {
    CHECK(is_owner(dated("GET").with_keys(keys).signed_as(text, key).authenticate()));
  }
}

TEST_CASE("schemes are named in any case") {
  const std::string signature = openssl_signature(get_text(default_headers()));
  for (const std::string authorization :
       {"sharedkey devstoreaccount1:", "SHAREDKEY devstoreaccount1:",
        "SharedKey  devstoreaccount1:"}) {
    CAPTURE(authorization);
    CHECK(is_owner(dated("GET").with("Authorization", authorization + signature).authenticate()));
  }
}

TEST_CASE("an Authorization header that no scheme has is refused as malformed") {
  for (const std::string_view value :
       {"", " ", "Foo", "SharedKey", "SharedKey ", "SharedKey devstoreaccount1", "SharedKey :abc",
        "SharedKey devstoreaccount1:", "SharedKeyLite", "Basic abc", "SharedKeyX a:b", ":",
        "Digest devstoreaccount1:abc"}) {
    CAPTURE(value);
    const auto refusal = dated("GET").with("Authorization", value).authenticate();
    CHECK(outcome(refusal) == "400 InvalidAuthenticationInfo");
    CHECK(refusal.error().front_end);
  }
}

TEST_CASE("the account of the header has to be the account of the URL") {
  const std::string signature = openssl_signature(get_text(default_headers()));
  for (const std::string authorization :
       {"SharedKey other:", "SharedKey devstoreaccount1-secondary:", "SharedKey DEVSTOREACCOUNT1:",
        "SharedKey devstoreaccount:"}) {
    CAPTURE(authorization);
    const auto refusal =
        dated("GET").with("Authorization", authorization + signature).authenticate();
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
  }
}

TEST_CASE(
    "a second Authorization header is refused, even the same again, and is not repeated in the "
    "answer") {
  const std::string text = get_text(default_headers());
  const auto refusal = dated("GET").signed_as(text).signed_as(text).authenticate();
  CHECK(outcome(refusal) == "400 InvalidHeaderValue");
  CHECK(detail(refusal, "HeaderName") == "Authorization");
  CHECK(detail(refusal, "HeaderValue").empty());
}

TEST_CASE("a signed header that is repeated is refused") {
  for (const std::string_view name :
       {"x-ms-version", "X-MS-Version", "x-ms-meta-a", "Content-Type", "Date"}) {
    CAPTURE(name);
    SentRequest request = dated("GET");
    request.with("x-ms-meta-A", "1").with("content-type", "a").with("date", date);
    const auto refusal = request.with(name, "2").signed_as("").authenticate();
    CHECK(outcome(refusal) == "400 InvalidHeaderValue");
    CHECK(server::equal_ignoring_case(detail(refusal, "HeaderName"), name));
  }
}

TEST_CASE("headers that are not signed may be repeated") {
  SentRequest request = dated("GET");
  request.with("Accept", "a").with("Accept", "b");
  CHECK(is_owner(request.signed_as(get_text(default_headers())).authenticate()));
}

// ---- the order of headers

TEST_CASE("the service's order has the underscore before digits and digits before letters") {
  const std::vector<std::string_view> sorted = {
      "x-ms-meta",          "x-ms-meta-_",   "x-ms-meta-_a", "x-ms-meta-0",   "x-ms-meta-a",
      "x-ms-meta-a_1",      "x-ms-meta-a01", "x-ms-meta-aa", "x-ms-meta-FOO", "x-ms-meta-foo_bar",
      "x-ms-meta-foo2_bar", "x-ms-meta-i",   "x-ms-meta-i_", "x-ms-meta-i0",  "x-ms-meta-mixed"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      CAPTURE(sorted[i]);
      CAPTURE(sorted[j]);
      CHECK(in_service_order(sorted[i], sorted[j]) == (i < j));
    }
  }
}

TEST_CASE("hyphens decide only between names that are equal without them") {
  CHECK(in_service_order("a-c", "ad"));
  CHECK(in_service_order("ac", "a-d"));
  CHECK(in_service_order("ab", "a-b"));
  CHECK(in_service_order("test_-", "test-_"));
  CHECK(in_service_order("ab", "ab-"));
  CHECK(in_service_order("ab-", "a-b"));
  CHECK(in_service_order("a-b", "a--b"));
  CHECK_FALSE(in_service_order("a-b", "A-B"));
  CHECK_FALSE(in_service_order("a-b", "ab"));
  CHECK_FALSE(in_service_order("---", ""));
  CHECK(in_service_order("", "---"));
}

TEST_CASE("names that differ in anything but case are ordered one way, whatever they hold") {
  const std::vector<std::string> names = {"",   "-", "--", "a",  "a-",    "-a",  "_",
                                          "_-", "0", "a!", "a~", "a\x80", "a.b", "ab"};
  for (const std::string& a : names) {
    for (const std::string& b : names) {
      CAPTURE(a);
      CAPTURE(b);
      CHECK((in_service_order(a, b) != in_service_order(b, a)) == (a != b));
    }
  }
}

TEST_CASE("metadata is taken sorted as the service does, and sorted by bytes as older clients do") {
  const auto request = [] {
    return std::move(dated("GET").with("x-ms-meta-i0", "b").with("x-ms-meta-i_", "a"));
  };
  const std::string service =
      std::string(date_line) + "x-ms-meta-i_:a\nx-ms-meta-i0:b\n" + std::string(version_line);
  const std::string bytes =
      std::string(date_line) + "x-ms-meta-i0:b\nx-ms-meta-i_:a\n" + std::string(version_line);
  const std::string neither = "x-ms-meta-i_:a\nx-ms-meta-i0:b\n" + default_headers();
  CHECK(is_owner(request().signed_as(get_text(service)).authenticate()));
  CHECK(is_owner(request().signed_as(get_text(bytes)).authenticate()));
  const auto refusal = request().signed_as(get_text(neither)).authenticate();
  CHECK(told_text(refusal) == get_text(service));
}

TEST_CASE("a header without a value is signed from version 2016-05-31 on") {
  const auto request = [](std::string_view version) {
    SentRequest sent("GET", url);
    sent.with("x-ms-date", date).with("x-ms-version", version).with("x-ms-meta-k", "");
    return sent;
  };
  const auto headers = [](const std::string& empty_line, const std::string& version) {
    return get_text(std::string(date_line) + empty_line + "x-ms-version:" + version + "\n");
  };
  CHECK(is_owner(
      request("2016-05-31").signed_as(headers("x-ms-meta-k:\n", "2016-05-31")).authenticate()));
  CHECK(is_owner(request("2015-12-11").signed_as(headers("", "2015-12-11")).authenticate()));
  CHECK_FALSE(
      request("2015-12-11").signed_as(headers("x-ms-meta-k:\n", "2015-12-11")).authenticate());
}

TEST_CASE("header values keep their inner blanks and their bytes") {
  SentRequest request = dated("GET");
  request.with("x-ms-meta-a", "x  y\xC3\xA9");
  const std::string headers =
      std::string(date_line) + "x-ms-meta-a:x  y\xC3\xA9\n" + std::string(version_line);
  CHECK(is_owner(request.signed_as(get_text(headers)).authenticate()));
}

// ---- lines and resource

TEST_CASE("each header that has a line stands in its own") {
  SentRequest request("PUT", url);
  request.with("Range", "l")
      .with("If-Unmodified-Since", "k")
      .with("If-None-Match", "j")
      .with("If-Match", "i");
  request.with("If-Modified-Since", "h")
      .with("Date", date)
      .with("Content-Type", "e")
      .with("Content-MD5", "d");
  request.with("Content-Length", "7").with("Content-Language", "b").with("Content-Encoding", "a");
  request.signed_as("PUT\na\nb\n7\nd\ne\n" + std::string(date) + "\nh\ni\nj\nk\nl\n" +
                    std::string(resource));
  CHECK(is_owner(request.authenticate()));
}

TEST_CASE("a Content-Length of zero is taken in either form, and told in that of the version") {
  const auto request = [](std::string_view version) {
    SentRequest sent("PUT", url);
    sent.with("x-ms-date", date).with("x-ms-version", version).with("Content-Length", "0");
    return sent;
  };
  const auto text = [](std::string_view length, std::string_view version) {
    return "PUT\n\n\n" + std::string(length) + "\n\n\n\n\n\n\n\n\n" + std::string(date_line) +
           "x-ms-version:" + std::string(version) + "\n" + std::string(resource);
  };
  for (const std::string_view version : {"2014-02-14", "2015-02-21", "2026-04-06"}) {
    CAPTURE(version);
    CHECK(is_owner(request(version).signed_as(text("", version)).authenticate()));
    CHECK(is_owner(request(version).signed_as(text("0", version)).authenticate()));
    CHECK_FALSE(request(version).signed_as(text("1", version)).authenticate());
    CHECK(told_text(request(version).signed_as("").authenticate()) ==
          text(version == "2014-02-14" ? "0" : "", version));
  }
}

TEST_CASE("x-ms-date empties the line of Date") {
  SentRequest request = dated("GET");
  request.with("Date", "Mon, 01 Jun 2026 11:00:00 GMT");
  CHECK(is_owner(request.signed_as(get_text(default_headers())).authenticate()));
}

TEST_CASE("query names are sorted by their bytes, and the values of one name among themselves") {
  const std::string target = std::string(url) + "?b=2&a=%2C&B=1&a_=x&a0=y&c";
  const std::string text =
      get_text(default_headers(), std::string(resource) + "\na:,\na0:y\na_:x\nb:1,2\nc:");
  CHECK(is_owner(dated("GET", target).signed_as(text).authenticate()));
}

TEST_CASE("the path is signed as it was sent, with its escapes and slashes") {
  const std::string target = "http://127.0.0.1:10001/devstoreaccount1//vec%2Dqueue/";
  const std::string signed_path = "/devstoreaccount1/devstoreaccount1//vec%2Dqueue/";
  CHECK(is_owner(
      dated("GET", target).signed_as(get_text(default_headers(), signed_path)).authenticate()));
  CHECK_FALSE(dated("GET", target).signed_as(get_text(default_headers())).authenticate());
}

TEST_CASE("host-style has the account in the resource once") {
  const std::string target = "http://devstoreaccount1.queue.localhost:10001?comp=list";
  const std::string text = get_text(default_headers(), "/devstoreaccount1/\ncomp:list");
  CHECK(is_owner(dated("GET", target).signed_as(text).authenticate()));
}

TEST_CASE(
    "the path to the secondary location is taken with and without its suffix, in path style") {
  const std::string target =
      "http://127.0.0.1:10001/devstoreaccount1-secondary/vec-queue?comp=metadata";
  const auto text = [](std::string_view account) {
    return get_text(default_headers(),
                    "/devstoreaccount1/" + std::string(account) + "/vec-queue\ncomp:metadata");
  };
  CHECK(
      is_owner(dated("GET", target).signed_as(text("devstoreaccount1-secondary")).authenticate()));
  CHECK(is_owner(dated("GET", target).signed_as(text("devstoreaccount1")).authenticate()));
  CHECK_FALSE(dated("GET", target).signed_as(text("devstoreaccount1-secondar")).authenticate());
}

TEST_CASE("the path to the primary location is not taken for the secondary's") {
  const std::string other = "/devstoreaccount1/devstoreaccount1-secondary/vec-queue";
  CHECK_FALSE(dated("GET").signed_as(get_text(default_headers(), other)).authenticate());
}

TEST_CASE("host-style secondary is signed with the account's own name") {
  const std::string target = "http://devstoreaccount1-secondary.queue.localhost:10001/vec-queue";
  CHECK(is_owner(dated("GET", target)
                     .signed_as(get_text(default_headers(), "/devstoreaccount1/vec-queue"))
                     .authenticate()));
}

TEST_CASE("Shared Key Lite signs of the query only comp, and of the headers only three") {
  const std::string target = std::string(url) + "?timeout=5&Comp=metadata";
  SentRequest request = dated("GET", target);
  request.with("Content-Language", "de").with("Content-MD5", "m").with("Content-Type", "t");
  const std::string text =
      "GET\nm\nt\n\n" + default_headers() + std::string(resource) + "?comp=metadata";
  CHECK(is_owner(request.signed_as(text, server::development_key, "SharedKeyLite").authenticate()));
}

TEST_CASE("a signature of one scheme is none of the other") {
  const std::string lite = "GET\n\n\n\n" + default_headers() + std::string(resource);
  CHECK_FALSE(dated("GET").signed_as(lite).authenticate());
  CHECK_FALSE(dated("GET")
                  .signed_as(get_text(default_headers()), server::development_key, "SharedKeyLite")
                  .authenticate());
}

// ---- time

TEST_CASE("a request may be 15 minutes old or early, to the tick") {
  const auto outcome_at = [](Time time) {
    return outcome(dated("GET").signed_as(get_text(default_headers())).at(time).authenticate());
  };
  CHECK(outcome_at(vector_time + 15min) == "ok");
  CHECK(outcome_at(vector_time + 15min + Ticks{1}) == "403 AuthenticationFailed");
  CHECK(outcome_at(vector_time - 15min) == "ok");
  CHECK(outcome_at(vector_time - 15min - Ticks{1}) == "403 AuthenticationFailed");
}

TEST_CASE("a refused date is named") {
  const auto request = [] {
    return std::move(dated("GET").signed_as(get_text(default_headers())));
  };
  CHECK(detail(request().at(vector_time + 16min).authenticate()) ==
        "Request date header too old: 'Mon, 01 Jun 2026 12:00:00 GMT'");
  CHECK(detail(request().at(vector_time - 16min).authenticate()) ==
        "Request date header too far in the future: 'Mon, 01 Jun 2026 12:00:00 GMT'");
}

TEST_CASE("the allowed age can be another, and the check can be off") {
  const auto request = [] {
    return std::move(dated("GET").signed_as(get_text(default_headers())));
  };
  CHECK(request().at(vector_time + 1min).authenticate({.skew = 1min}));
  CHECK_FALSE(request().at(vector_time + 61s).authenticate({.skew = 1min}));
  CHECK(request().at(vector_time + 24h * 3'000).authenticate({.skew = Ticks::zero()}));
  CHECK(request().at(vector_time - 24h * 3'000).authenticate({.skew = Ticks::zero()}));
}

TEST_CASE("a request without a date, or with none that can be read, is refused") {
  SentRequest undated("GET", url);
  undated.with("x-ms-version", "2026-04-06").signed_as(get_text(version_line));
  CHECK(outcome(undated.authenticate()) == "403 AuthenticationFailed");
  CHECK(outcome(undated.authenticate({.skew = Ticks::zero()})) == "403 AuthenticationFailed");
  for (const std::string text : {"", "yesterday", "2026-06-01T12:00:00Z"}) {
    CAPTURE(text);
    SentRequest misdated("GET", url);
    misdated.with("x-ms-date", text).signed_as(get_text("x-ms-date:" + text + "\n"));
    CHECK(outcome(misdated.authenticate()) == "403 AuthenticationFailed");
  }
}

// ---- hostile input

TEST_CASE("a request of very many parameters and headers is answered") {
  std::string target = std::string(url) + "?";
  for (int i = 0; i < 5'000; ++i) target += "x" + std::to_string(i % 100) + "=1&";
  SentRequest request = dated("GET", target);
  for (int i = 0; i < 500; ++i)
    request.with("x-ms-meta-n" + std::to_string(i), std::string(100, 'v'));
  CHECK(outcome(request.signed_as("").authenticate()) == "403 AuthenticationFailed");
}

TEST_CASE("an odd signature is refused") {
  for (const std::string& signature :
       {std::string(10'000, 'A'), std::string("="), std::string("a:b:c"),
        std::string("\x01\xFF", 2), std::string(44, '=')}) {
    const auto refusal = dated("GET")
                             .with("Authorization", "SharedKey devstoreaccount1:" + signature)
                             .authenticate();
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
  }
}

// ---- no credentials

TEST_CASE(
    "an anonymous request is not found before version 2019-12-12 and challenged from then on") {
  const auto anonymous = [](std::string_view version) {
    return SentRequest("GET", url).with("x-ms-version", version).authenticate();
  };
  CHECK(outcome(anonymous("2018-11-09")) == "404 ResourceNotFound");
  CHECK(outcome(anonymous("2019-10-10")) == "404 ResourceNotFound");
  CHECK(outcome(anonymous("2019-12-12")) == "401 NoAuthenticationInformation");
  CHECK(outcome(anonymous("2026-04-06")) == "401 NoAuthenticationInformation");
  CHECK(anonymous("2018-11-09").error().front_end);
  CHECK(anonymous("2026-04-06").error().front_end);
}

TEST_CASE("where authentication is off everyone is the owner") {
  CHECK(is_owner(SentRequest("GET", url).authenticate({.off = true})));
  CHECK(is_owner(SentRequest("GET", url).with("Authorization", "Foo").authenticate({.off = true})));
}
