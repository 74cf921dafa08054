#include "server/auth/bearer.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "tests/unit/bearer_token.h"

using namespace quprite;
using namespace quprite::test;
using server::Principal;
using server::TokenHolder;

namespace {

constexpr server::AuthRules with_tokens{.bearer = true};

SentRequest carrying(std::string_view token, std::string_view version = "2026-04-06") {
  SentRequest request("GET", "https://127.0.0.1:10001/devstoreaccount1/vec-queue");
  request.with("x-ms-version", version).with("Authorization", "Bearer " + std::string(token));
  return request;
}

std::string outcome_of(const std::string& token) {
  return outcome(carrying(token).authenticate(with_tokens));
}

}  // namespace

TEST_CASE("a token lets its holder in, by object and tenant") {
  const auto principal = carrying(TokenClaims{}.token()).authenticate(with_tokens);
  REQUIRE(principal);
  const auto* holder = std::get_if<TokenHolder>(&*principal);
  REQUIRE(holder != nullptr);
  CHECK(holder->object_id == user_object_id);
  CHECK(holder->tenant_id == user_tenant_id);
}

TEST_CASE("the scheme Bearer is named in any case, and the token's signature may be anything") {
  std::string token = TokenClaims{}.token();
  token.erase(token.rfind('.') + 1);
  CHECK(carrying(token).authenticate(with_tokens));
  CHECK(carrying(token + "%%%").authenticate(with_tokens));
  SentRequest request("GET", "https://127.0.0.1:10001/devstoreaccount1/vec-queue");
  CHECK(request.with("Authorization", "bearer  " + token).authenticate(with_tokens));
}

TEST_CASE("a token without object and tenant is good too") {
  const auto principal =
      carrying(
          token_of(
              R"({"aud":"https://storage.azure.com","iss":"https://sts.windows.net/t/","iat":1,"nbf":1,"exp":4102444800})"))
          .authenticate(with_tokens);
  REQUIRE(principal);
  CHECK(std::get<TokenHolder>(*principal).object_id.empty());
}

TEST_CASE("tokens are refused unless they are switched on") {
  const auto refusal = carrying(TokenClaims{}.token()).authenticate();
  CHECK(outcome(refusal) == "403 AuthenticationFailed");
  CHECK(detail(refusal) == "Authentication scheme Bearer is not supported.");
}

TEST_CASE("tokens are refused over HTTP") {
  SentRequest request("GET", "http://127.0.0.1:10001/devstoreaccount1/vec-queue");
  const auto refusal =
      request.with("Authorization", "Bearer " + TokenClaims{}.token()).authenticate(with_tokens);
  CHECK(outcome(refusal) == "403 AuthenticationFailed");
  CHECK(detail(refusal) == "Authentication scheme Bearer is not allowed with HTTP.");
}

TEST_CASE("tokens are taken from version 2017-11-09 on") {
  CHECK(carrying(TokenClaims{}.token(), "2017-11-09").authenticate(with_tokens));
  const auto refusal = carrying(TokenClaims{}.token(), "2017-07-29").authenticate(with_tokens);
  CHECK(outcome(refusal) == "403 AuthenticationFailed");
}

TEST_CASE(
    "a malformed token is answered without details before version 2019-12-12, and challenged from "
    "then on") {
  const auto old = carrying("YOU SHALL NOT PASS", "2018-03-28").authenticate(with_tokens);
  CHECK(outcome(old) == "400 InvalidAuthenticationInfo");
  CHECK(old.error().details.empty());
  CHECK(old.error().front_end);
  CHECK(outcome(carrying("YOU SHALL NOT PASS", "2018-03-28").authenticate()) ==
        "400 InvalidAuthenticationInfo");
  const auto challenge = carrying("YOU SHALL NOT PASS").authenticate(with_tokens);
  CHECK(outcome(challenge) == "401 InvalidAuthenticationInfo");
  CHECK(challenge.error().front_end);
}

TEST_CASE("a token is good from nbf until just before exp, to the tick") {
  const auto outcome_at = [](Time time) {
    return detail(carrying(TokenClaims{}.token()).at(time).authenticate(with_tokens));
  };
  CHECK(outcome_at(vector_time - 1h - Ticks{1}) == "Lifetime validation failed.");
  CHECK(outcome_at(vector_time - 1h) == "");
  CHECK(outcome_at(vector_time + 1h - Ticks{1}) == "");
  CHECK(outcome_at(vector_time + 1h) == "Lifetime validation failed. The token is expired.");
}

TEST_CASE("times of any size are understood") {
  CHECK(carrying(TokenClaims{.not_before = "-1e300", .expires_at = "1e300"}.token())
            .authenticate(with_tokens));
  CHECK(carrying(
            TokenClaims{.not_before = "-9223372036854775808", .expires_at = "18446744073709551615"}
                .token())
            .authenticate(with_tokens));
  CHECK(carrying(TokenClaims{.not_before = "1780315199.9"}.token()).authenticate(with_tokens));
  CHECK_FALSE(carrying(TokenClaims{.not_before = "1e300"}.token()).authenticate(with_tokens));
  CHECK_FALSE(carrying(TokenClaims{.expires_at = "-1e300"}.token()).authenticate(with_tokens));
}

TEST_CASE("the issuer has to be one of Microsoft Entra's") {
  for (const std::string issuer :
       {"https://sts.windows.net/", "https://sts.microsoftonline.de/t",
        "https://sts.chinacloudapi.cn/t", "https://sts.windows-ppe.net/t"}) {
    CHECK(outcome_of(TokenClaims{.issuer = "\"" + issuer + "\""}.token()) == "ok");
  }
  for (const std::string issuer :
       {"", "https://login.microsoftonline.com/t/v2.0", "http://sts.windows.net/",
        "https://sts.windows.net.evil.example/", "https://sts.windows-ppe.net.evil.example/"}) {
    const auto refusal =
        carrying(TokenClaims{.issuer = "\"" + issuer + "\""}.token()).authenticate(with_tokens);
    CHECK(outcome(refusal) == "401 InvalidAuthenticationInfo");
    CHECK(detail(refusal) == "Issuer validation failed. Issuer did not match.");
  }
}

TEST_CASE("the audience has to be storage, or the account's queues") {
  for (const std::string audience :
       {"https://storage.azure.com/", "https://storage.azure.com",
        "e406a681-f3d4-42a8-90b6-c2b029497af1", "https://devstoreaccount1.queue.core.windows.net",
        "https://devstoreaccount1.queue.core.windows.net/",
        "https://devstoreaccount1.queue.core.chinacloudapi.cn",
        "https://devstoreaccount1.queue.core.usgovcloudapi.net",
        "https://devstoreaccount1.queue.core.cloudapi.de"}) {
    CAPTURE(audience);
    CHECK(outcome_of(TokenClaims{.audience = "\"" + audience + "\""}.token()) == "ok");
  }
  for (const std::string audience :
       {"", "https://storage.azure.com//", "https://storage.azure.com.evil.example",
        "https://vault.azure.net", "https://other.queue.core.windows.net",
        "https://devstoreaccount1.blob.core.windows.net"}) {
    CAPTURE(audience);
    const auto refusal =
        carrying(TokenClaims{.audience = "\"" + audience + "\""}.token()).authenticate(with_tokens);
    CHECK(outcome(refusal) == "401 InvalidAuthenticationInfo");
    CHECK(detail(refusal) == "Audience validation failed. Audience did not match.");
  }
}

TEST_CASE("a token that lacks a claim, or has one of the wrong kind, is malformed") {
  for (const TokenClaims& claims :
       {TokenClaims{.not_before = "null"}, TokenClaims{.expires_at = "\"1780318800\""},
        TokenClaims{.issued_at = "{}"}, TokenClaims{.issuer = "1"},
        TokenClaims{.audience = "[\"https://storage.azure.com\"]"}}) {
    CHECK(outcome_of(claims.token()) == "401 InvalidAuthenticationInfo");
  }
  CHECK(outcome_of(token_of("{}")) == "401 InvalidAuthenticationInfo");
}

TEST_CASE("what is no token is refused") {
  const std::string good = TokenClaims{}.token();
  const std::string nested(100'000, '[');
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), good + ".x",
        "x" + good, "=" + good, good.substr(0, good.rfind('.')), good.substr(good.find('.')),
        token_of("[]"), token_of("{\"aud\":"), token_of("{} {}"), token_of("\xFF"),
        token_of(nested.substr(0, 9'000)), std::string(1'000'000, 'a'),
        token_of("{\"x\":\"" + std::string(20'000, 'x') + "\"}")}) {
    CHECK(outcome_of(token) == "401 InvalidAuthenticationInfo");
  }
}

TEST_CASE("nested claims are read to a depth of eight") {
  const auto claims = [](int depth) {
    const auto size = static_cast<std::size_t>(depth);
    return TokenClaims{.object_id = std::string(size, '[') + std::string(size, ']')}.token();
  };
  CHECK(outcome_of(claims(7)) == "ok");
  CHECK(outcome_of(claims(9)) == "401 InvalidAuthenticationInfo");
}
