#include "server/cors.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace quprite;
using namespace quprite::server;
using boost::beast::http::field;

namespace {

constexpr std::string_view all_exposed = "x-ms-request-id,Server,x-ms-version";

CorsRule rule(std::string origins, std::string methods = "GET,PUT", std::string exposed = "") {
  return {.allowed_origins = std::move(origins),
          .allowed_methods = std::move(methods),
          .allowed_headers = "x-ms-meta-data*,x-ms-version",
          .exposed_headers = std::move(exposed),
          .max_age = 500};
}

HttpRequest request(std::string_view method, std::optional<std::string_view> origin) {
  HttpRequest http;
  http.method_text = method;
  if (origin) http.fields.push_back({field::origin, "Origin", *origin});
  return http;
}

std::string lines(const std::vector<CorsRule>& rules, std::string_view method,
                  std::optional<std::string_view> origin) {
  return cors_header_lines(rules, request(method, origin), all_exposed);
}

HttpRequest preflight(std::string_view origin, std::string_view method,
                      std::optional<std::string_view> headers = {}) {
  HttpRequest http = request("OPTIONS", origin);
  http.fields.push_back(
      {field::access_control_request_method, "Access-Control-Request-Method", method});
  if (headers) {
    http.fields.push_back(
        {field::access_control_request_headers, "Access-Control-Request-Headers", *headers});
  }
  return http;
}

void check_forbidden(const std::vector<CorsRule>& rules, const HttpRequest& http) {
  const auto reply = answer_preflight(rules, http);
  REQUIRE_FALSE(reply.has_value());
  CHECK(reply.error().code == ErrorCode::CorsPreflightFailure);
}

std::optional<std::string> header(const Reply& reply, std::string_view name) {
  for (const auto& [each, value] : reply.headers) {
    if (each == name) return value;
  }
  return std::nullopt;
}

bool has_line(const std::string& all, const std::string& line) {
  return ("\r\n" + all).find("\r\n" + line + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("without rules there are no CORS headers") {
  CHECK(lines({}, "GET", "http://a.test") == "");
  CHECK(lines({}, "GET", std::nullopt) == "");
}

TEST_CASE("a GET whose origin a rule names is answered for that origin alone") {
  for (const char* method : {"GET", "HEAD"}) {
    const auto all = lines({rule("http://b.test,http://a.test", "GET,HEAD", "x-ms-meta-abc")},
                           method, "http://a.test");
    CHECK(has_line(all, "Access-Control-Allow-Origin: http://a.test"));
    CHECK(has_line(all, "Access-Control-Allow-Credentials: true"));
    CHECK(has_line(all, "Access-Control-Expose-Headers: x-ms-meta-abc"));
    CHECK(has_line(all, "Vary: Origin"));
  }
}

TEST_CASE("other methods are answered without Vary") {
  const auto all = lines({rule("http://a.test")}, "PUT", "http://a.test");
  CHECK(has_line(all, "Access-Control-Allow-Origin: http://a.test"));
  CHECK(has_line(all, "Access-Control-Allow-Credentials: true"));
  CHECK(all.find("Vary") == std::string::npos);
  CHECK(lines({rule("http://a.test")}, "PUT", "http://b.test") == "");
}

TEST_CASE("a rule for all origins answers a GET without an Origin too, as recorded") {
  const std::string expected =
      "Access-Control-Expose-Headers: "
      "x-ms-request-id,Server,x-ms-version\r\nAccess-Control-Allow-Origin: *\r\n";
  CHECK(lines({rule("*", "GET", "*")}, "GET", std::nullopt) == expected);
  CHECK(lines({rule("*", "GET", "*")}, "GET", "http://a.test") == expected);
  CHECK(lines({rule("*", "GET")}, "GET", "*") == "Access-Control-Allow-Origin: *\r\n");
}

TEST_CASE("a GET that no rule fits is told to vary, as recorded") {
  const std::vector<CorsRule> rules{rule("www.ab.com,www.bc.com")};
  for (const auto origin :
       {std::optional<std::string_view>{}, std::optional<std::string_view>{"www.ab.co"},
        std::optional<std::string_view>{"WWW.AB.COM"}}) {
    CHECK(lines(rules, "GET", origin) == "Vary: Origin\r\n");
  }
  CHECK(lines({rule("*", "PUT")}, "GET", "www.ab.com") == "Vary: Origin\r\n");
}

TEST_CASE("preflight tells what the rule allows") {
  const auto reply = answer_preflight(
      {rule("http://a.test")},
      preflight("http://a.test", "PUT", "x-ms-meta-data-1, X-MS-Version,content-type"));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 200);
  CHECK(reply->body.empty());
  CHECK(header(*reply, "Access-Control-Allow-Origin") == "http://a.test");
  CHECK(header(*reply, "Access-Control-Allow-Methods") == "PUT");
  CHECK(header(*reply, "Access-Control-Allow-Headers") ==
        "x-ms-meta-data-1, X-MS-Version,content-type");
  CHECK(header(*reply, "Access-Control-Max-Age") == "500");
  CHECK(header(*reply, "Access-Control-Allow-Credentials") == "true");
}

TEST_CASE("preflight for a rule for all origins is answered with *") {
  const auto reply = answer_preflight({rule("*")}, preflight("http://a.test", "GET"));
  REQUIRE(reply.has_value());
  CHECK(header(*reply, "Access-Control-Allow-Origin") == "*");
  CHECK_FALSE(header(*reply, "Access-Control-Allow-Headers").has_value());
  const auto none_asked = answer_preflight({rule("*")}, preflight("http://a.test", "GET", ""));
  REQUIRE(none_asked.has_value());
  CHECK_FALSE(header(*none_asked, "Access-Control-Allow-Headers").has_value());
}

TEST_CASE("preflight is refused where no rule fits") {
  check_forbidden({}, preflight("http://a.test", "GET"));
  check_forbidden({rule("http://b.test")}, preflight("http://a.test", "GET"));
  check_forbidden({rule("http://a.test")}, preflight("http://a.test", "DELETE"));
  check_forbidden({rule("http://a.test")}, preflight("http://a.test", "get"));
  check_forbidden({rule("http://a.test")},
                  preflight("http://a.test", "GET", "x-ms-version,x-ms-date"));
  check_forbidden({rule("http://a.test")}, preflight("http://a.test", "GET", "x-ms-versions"));
}

TEST_CASE("the first rule that fits origin and method decides") {
  CorsRule all = rule("http://a.test");
  all.allowed_headers = "*";
  const HttpRequest http = preflight("http://a.test", "PUT", "x-other");
  check_forbidden({rule("http://a.test"), all}, http);
  CHECK(answer_preflight({all, rule("http://a.test")}, http).has_value());
  CHECK(answer_preflight({rule("http://a.test", "GET"), all}, http).has_value());
}

TEST_CASE("preflight has to name an origin and a method") {
  HttpRequest no_origin = preflight("http://a.test", "GET");
  no_origin.fields.erase(no_origin.fields.begin());
  for (const HttpRequest& http : {no_origin, request("OPTIONS", "http://a.test")}) {
    const auto reply = answer_preflight({rule("*")}, http);
    REQUIRE_FALSE(reply.has_value());
    CHECK(error_row(reply.error().code).status == 400);
  }
}
