#include "server/auth/user_delegation.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/bearer_token.h"
#include "tests/vectors/auth_vectors.h"

using namespace quprite;
using namespace quprite::test;
using server::Principal;
using server::QueueSasHolder;
using server::UserDelegationKeyFields;

namespace {

constexpr std::string_view object_id = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
constexpr std::string_view tenant_id = "72f988bf-86f1-41af-91ab-2d7cd011db47";
constexpr std::string_view https_url = "https://127.0.0.1:10001/devstoreaccount1/vec-queue";
constexpr server::AuthRules with_tokens{.bearer = true};

/// A time at which the vectors' key is good.
constexpr Time key_time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2};

SentRequest with_query(const std::string& query, std::string_view url = https_url) {
  return {"GET", std::string(url) + "?" + query};
}

server::Result<Principal> check_with_vector_key(const std::string& token, Time time = key_time,
                                                std::string_view key = vector_user_delegation_key) {
  SentRequest sent = with_query(token);
  const server::Request& request = sent.at(time).read();
  const auto sas = server::read_sas(request.query);
  if (!sas) return sas.error();
  return server::check_user_delegation_sas(request, *sas, key);
}

/// A user delegation SAS, signed here with the key that the server hands out.
struct Sas {
  std::string permissions = "raup";
  std::string starts_at = {};
  std::string expires_at = "2026-06-02T00:00:00Z";
  std::string key_starts_at = "2026-06-01T00:00:00Z";
  std::string key_expires_at = "2026-06-08T00:00:00Z";
  std::string key_service = "q";
  std::string user_tenant = {};
  std::string user = {};
  std::string ip_range = {};
  std::string protocol = {};
  std::string version = "2026-04-06";

  [[nodiscard]] std::string query() const {
    const server::Accounts accounts = vector_account();
    const auto time = [](const std::string& text) {
      return server::parse_iso8601(text).value_or(Time{});
    };
    const std::string key =
        server::user_delegation_key(*accounts.find(server::development_account),
                                    {object_id, tenant_id, time(key_starts_at),
                                     time(key_expires_at), key_service, "2026-04-06", user_tenant});
    std::string text;
    for (const std::string& line :
         {permissions, starts_at, expires_at, std::string("/queue/devstoreaccount1/vec-queue"),
          std::string(object_id), std::string(tenant_id), key_starts_at, key_expires_at,
          key_service, std::string("2026-04-06"), user_tenant, user, ip_range, protocol}) {
      text += line + "\n";
    }
    const std::string signature = openssl_signature(text + version, key);
    std::string query =
        "skoid=" + std::string(object_id) + "&sktid=" + std::string(tenant_id) + "&skv=2026-04-06";
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"sp", permissions},
                                                          {"st", starts_at},
                                                          {"se", expires_at},
                                                          {"skt", key_starts_at},
                                                          {"ske", key_expires_at},
                                                          {"sks", key_service},
                                                          {"skdutid", user_tenant},
                                                          {"sduoid", user},
                                                          {"sip", ip_range},
                                                          {"spr", protocol},
                                                          {"sv", version},
                                                          {"sig", signature}}) {
      if (!value.empty()) query += "&" + name + "=" + percent_encoded(value);
    }
    return query;
  }

  [[nodiscard]] server::Result<Principal> authenticate(Time time = vector_time) const {
    return with_query(query()).at(time).authenticate();
  }
};

SentRequest carrying(const Sas& sas, const std::string& token) {
  SentRequest request = with_query(sas.query());
  request.with("Authorization", "Bearer " + token);
  return request;
}

}  // namespace

TEST_CASE("each user delegation SAS that an SDK made is let in under its key") {
  int count = 0;
  for (const SasVector& vector : sas_vectors) {
    if (vector.scheme != "user delegation SAS") continue;
    CAPTURE(vector.id);
    ++count;
    CHECK(outcome(check_with_vector_key(vector.token)) == "ok");
    const auto other_key = check_with_vector_key(vector.token, key_time, server::development_key);
    CHECK(detail(other_key) ==
          "Signature did not match. String to sign used was " + vector.string_to_sign);
  }
  CHECK(count == 3);
}

TEST_CASE(
    "a user delegation SAS whose signature has one wrong character is refused, with the "
    "string-to-sign") {
  for (const SasVector& vector : sas_vectors) {
    if (vector.scheme != "user delegation SAS") continue;
    CAPTURE(vector.id);
    std::string token = vector.token;
    flip(token[token.find("&sig=") + 5]);
    const auto refusal = check_with_vector_key(token);
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
    CHECK(detail(refusal) ==
          "Signature did not match. String to sign used was " + vector.string_to_sign);
  }
}

TEST_CASE("the vectors' key is not the one that this server hands out") {
  for (const SasVector& vector : sas_vectors) {
    if (vector.id != "udk-2025-07-05-plain") continue;
    CHECK(outcome(with_query(vector.token).at(key_time).authenticate()) ==
          "403 AuthenticationFailed");
  }
}

TEST_CASE("a user delegation key is 32 bytes, always the same for the same fields") {
  const server::Accounts accounts = vector_account();
  const server::Account& account = *accounts.find(server::development_account);
  const UserDelegationKeyFields fields{object_id, tenant_id,    vector_time, vector_time + 1h,
                                       "q",       "2026-04-06", ""};
  const std::string key = server::user_delegation_key(account, fields);
  CHECK(openssl_decode(key).size() == 32);
  CHECK(server::user_delegation_key(account, fields) == key);
}

TEST_CASE("a user delegation key is another when a field, the account or its first key is") {
  const server::Accounts accounts = vector_account();
  const server::Account& account = *accounts.find(server::development_account);
  const UserDelegationKeyFields fields{"oid", "tid",        vector_time, vector_time + 1h,
                                       "q",   "2026-04-06", "user"};
  std::vector<std::string> keys = {server::user_delegation_key(account, fields)};
  const auto add = [&](auto change) {
    UserDelegationKeyFields changed = fields;
    change(changed);
    keys.push_back(server::user_delegation_key(account, changed));
  };
  add([](auto& f) { f.object_id = "oi"; });
  add([](auto& f) { f.tenant_id = "x"; });
  add([](auto& f) { f.starts_at += Ticks{1}; });
  add([](auto& f) { f.expires_at += Ticks{1}; });
  add([](auto& f) { f.service = "b"; });
  add([](auto& f) { f.version = "2026-02-06"; });
  add([](auto& f) { f.user_tenant_id = ""; });
  add([](auto& f) { f.object_id = "oid\n3:tid", f.tenant_id = ""; });
  const server::Accounts others = vector_account({second_key, server::development_key});
  keys.push_back(server::user_delegation_key(*others.find(server::development_account), fields));
  std::ranges::sort(keys);
  CHECK(std::ranges::adjacent_find(keys) == keys.end());
}

TEST_CASE(
    "a SAS under the key that the server handed out is let in, whatever form its times have") {
  const auto principal = Sas{.permissions = "pr"}.authenticate();
  REQUIRE(principal);
  CHECK(std::get<QueueSasHolder>(*principal).permissions == "pr");
  CHECK(Sas{.key_starts_at = "2026-06-01", .key_expires_at = "2026-06-08T00:00:00.0000000Z"}
            .authenticate());
}

TEST_CASE("a SAS under the key for another span of time, owner or user's tenant is refused") {
  const std::string query = Sas{}.query();
  for (const auto& change :
       std::vector<std::pair<std::string, std::string>>{{"ske=2026-06-08", "ske=2026-06-07"},
                                                        {"skt=2026-06-01", "skt=2026-05-31"},
                                                        {"skoid=a", "skoid=b"},
                                                        {"sktid=7", "sktid=8"},
                                                        {"skv=2026-04-06", "skv=2026-02-06"},
                                                        {"sks=q", "skdutid=x&sks=q"}}) {
    CAPTURE(change.second);
    std::string changed = query;
    changed.replace(changed.find(change.first), change.first.size(), change.second);
    CHECK(outcome(with_query(changed).authenticate()) == "403 AuthenticationFailed");
  }
}

TEST_CASE("a user delegation SAS is good while both it and its key are, to the tick") {
  const Sas sas{.starts_at = "2026-06-01T12:00:00Z",
                .expires_at = "2026-06-01T14:00:00Z",
                .key_starts_at = "2026-06-01T11:00:00Z",
                .key_expires_at = "2026-06-01T13:00:00Z"};
  CHECK_FALSE(sas.authenticate(vector_time - Ticks{1}));
  CHECK(sas.authenticate(vector_time));
  CHECK(sas.authenticate(vector_time + 1h - Ticks{1}));
  CHECK_FALSE(sas.authenticate(vector_time + 1h));
  Sas early_key = sas;
  early_key.key_starts_at = "2026-06-01T12:30:00Z";
  CHECK_FALSE(early_key.authenticate(vector_time + 30min - Ticks{1}));
  CHECK(early_key.authenticate(vector_time + 30min));
}

TEST_CASE("a key for more than seven days is no key") {
  CHECK(Sas{.key_starts_at = "2026-06-01", .key_expires_at = "2026-06-08"}.authenticate());
  CHECK(detail(Sas{.key_starts_at = "2026-06-01", .key_expires_at = "2026-06-08T00:00:01Z"}
                   .authenticate()) == "Signature fields not well formed.");
}

TEST_CASE("a user delegation SAS needs each of its fields, and no stored access policy") {
  const std::string query = Sas{}.query();
  for (const std::string name : {"sp", "se", "sv", "skt", "ske", "skv", "sktid"}) {
    CAPTURE(name);
    std::string without = query;
    const std::size_t begin = without.find(name + "=");
    without.erase(begin, without.find('&', begin) - begin);
    CHECK(detail(with_query(without).authenticate()) == name + " is mandatory. Cannot be empty");
  }
  CHECK(detail(with_query(query + "&si=policy").authenticate()) ==
        "Signature fields not well formed.");
  CHECK_FALSE(Sas{.key_service = "b"}.authenticate());
  CHECK_FALSE(Sas{.version = "2025-05-05"}.authenticate());
  CHECK(Sas{.version = "2025-07-05"}.authenticate());
}

TEST_CASE("a user delegation SAS holds to its addresses, protocols and queue") {
  CHECK(Sas{.ip_range = "127.0.0.0-127.0.0.9"}.authenticate());
  CHECK(outcome(Sas{.ip_range = "10.0.0.1"}.authenticate()) == "403 AuthorizationSourceIPMismatch");
  CHECK(Sas{.protocol = "https"}.authenticate());
  CHECK(outcome(with_query(Sas{.protocol = "https"}.query(),
                           "http://127.0.0.1:10001/devstoreaccount1/vec-queue")
                    .authenticate()) == "403 AuthorizationProtocolMismatch");
  CHECK_FALSE(
      with_query(Sas{}.query(), "https://127.0.0.1:10001/devstoreaccount1/other").authenticate());
}

TEST_CASE("a SAS that is bound to a user is good only with that user's token") {
  const Sas sas{.user = std::string(user_object_id)};
  CHECK(outcome(sas.authenticate()) == "403 AuthenticationFailed");
  const auto principal = carrying(sas, TokenClaims{}.token()).authenticate(with_tokens);
  REQUIRE(principal);
  CHECK(std::holds_alternative<QueueSasHolder>(*principal));
  const auto other = carrying(sas, TokenClaims{.object_id = R"("someone-else")"}.token())
                         .authenticate(with_tokens);
  CHECK(outcome(other) == "403 AuthenticationFailed");
  CHECK(outcome(carrying(sas, TokenClaims{.expires_at = "1"}.token()).authenticate(with_tokens)) ==
        "401 InvalidAuthenticationInfo");
  CHECK(outcome(carrying(sas, TokenClaims{}.token()).authenticate()) == "403 AuthenticationFailed");
}

TEST_CASE("a SAS that is bound to a user of a tenant wants a token of that tenant") {
  const std::string user(user_object_id);
  CHECK(carrying({.user_tenant = std::string(user_tenant_id), .user = user}, TokenClaims{}.token())
            .authenticate(with_tokens));
  CHECK_FALSE(carrying({.user_tenant = std::string(tenant_id), .user = user}, TokenClaims{}.token())
                  .authenticate(with_tokens));
}

TEST_CASE("a token does not help a SAS that is bound to its user but wrong") {
  Sas sas{.user = std::string(user_object_id)};
  sas.expires_at = "2026-06-01";
  CHECK(outcome(carrying(sas, TokenClaims{}.token()).authenticate(with_tokens)) ==
        "403 AuthenticationFailed");
}

TEST_CASE("beside a SAS that is bound to nobody a token counts by itself") {
  const auto principal =
      carrying({.permissions = "r"}, TokenClaims{}.token()).authenticate(with_tokens);
  REQUIRE(principal);
  CHECK(std::holds_alternative<server::TokenHolder>(*principal));
}
