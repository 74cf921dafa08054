#include "server/auth/sas.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>

#include "tests/unit/auth_support.h"
#include "tests/vectors/auth_vectors.h"

using namespace quprite;
using namespace quprite::test;
using server::AccountSasHolder;
using server::Principal;
using server::QueueSasHolder;
using storage::AccessPolicy;

namespace {

constexpr std::string_view queue_url = "http://127.0.0.1:10001/devstoreaccount1/vec-queue";
constexpr Time in_2036 = std::chrono::sys_days{std::chrono::year{2036} / 1 / 1};

using Parameters = std::map<std::string, std::string>;

std::string value(const Parameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::string lines(const Parameters& parameters, std::initializer_list<const char*> names) {
  std::string text;
  for (const char* const name : names) text += value(parameters, name) + "\n";
  return text;
}

std::string query_of(const Parameters& parameters, std::string_view text) {
  std::string query;
  for (const auto& [name, content] : parameters)
    query += name + "=" + percent_encoded(content) + "&";
  return query + "sig=" + percent_encoded(openssl_signature(text));
}

/// A query with an account SAS of the newest layout, signed here.
std::string account_sas(const Parameters& changes = {}) {
  Parameters fields = {{"sv", "2026-04-06"},
                       {"ss", "q"},
                       {"srt", "sco"},
                       {"sp", "rwdlacup"},
                       {"se", "2026-06-02T00:00:00Z"}};
  for (const auto& [name, content] : changes) fields[name] = content;
  return query_of(fields, "devstoreaccount1\n" + lines(fields, {"sp", "ss", "srt", "st", "se",
                                                                "sip", "spr", "sv", "ses"}));
}

/// A query with a service SAS of the newest layout for vec-queue, signed here.
std::string queue_sas(const Parameters& fields) {
  return query_of(fields, lines(fields, {"sp", "st", "se"}) +
                              "/queue/devstoreaccount1/vec-queue\n" +
                              lines(fields, {"si", "sip", "spr"}) + value(fields, "sv"));
}

/// The fields of a plain service SAS, with changes.
Parameters queue_fields(const Parameters& changes = {}) {
  Parameters fields = {{"sv", "2026-04-06"}, {"sp", "raup"}, {"se", "2026-06-02T00:00:00Z"}};
  for (const auto& [name, content] : changes) fields[name] = content;
  return fields;
}

SentRequest with_query(std::string_view query, std::string_view url = queue_url) {
  return {"GET", std::string(url) + "?" + std::string(query)};
}

server::PolicyLookup policy(AccessPolicy stored) {
  return [stored = std::move(stored)](storage::QueueRef queue, std::string_view id) {
    return queue.queue == "vec-queue" && id == stored.id ? std::optional(stored) : std::nullopt;
  };
}

const AccessPolicy full_policy{"vec-policy", {}, in_2036, "rp"};

/// The outcome, or the letters granted.
std::string granted(const server::Result<Principal>& principal) {
  if (!principal) return outcome(principal);
  if (const auto* account = std::get_if<AccountSasHolder>(&*principal)) {
    return account->resource_types + "/" + account->permissions;
  }
  return std::get<QueueSasHolder>(*principal).permissions;
}

SentRequest replayed(const SasVector& vector, const std::string& token) {
  const bool https =
      vector.token.find("spr=https&") != std::string::npos || vector.token.ends_with("spr=https");
  SentRequest request =
      with_query(token, https ? "https://127.0.0.1:10001/devstoreaccount1/vec-queue" : queue_url);
  return request;
}

}  // namespace

TEST_CASE("each SAS that an SDK made is let in") {
  for (const SasVector& vector : sas_vectors) {
    if (vector.scheme == "user delegation SAS") continue;
    CAPTURE(vector.id);
    const auto principal = replayed(vector, vector.token).authenticate({}, policy(full_policy));
    CHECK(outcome(principal) == "ok");
    CHECK_FALSE(is_owner(principal));
  }
}

TEST_CASE("a SAS whose signature has one wrong character is refused, with the string-to-sign") {
  for (const SasVector& vector : sas_vectors) {
    if (vector.scheme == "user delegation SAS") continue;
    CAPTURE(vector.id);
    std::string token = vector.token;
    std::size_t place = token.find("sig=") + 4;
    while (token[place] == '%') place += 3;
    flip(token[place]);
    const auto refusal = replayed(vector, token).authenticate({}, policy(full_policy));
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
    CHECK(refusal.error().front_end);
    CHECK(detail(refusal) ==
          "Signature did not match. String to sign used was " + vector.string_to_sign);
  }
}

TEST_CASE("a SAS grants what it says") {
  CHECK(granted(with_query(account_sas({{"srt", "so"}, {"sp", "pr"}})).authenticate()) == "so/pr");
  CHECK(granted(with_query(queue_sas(queue_fields({{"sp", "pr"}}))).authenticate()) == "pr");
}

TEST_CASE("a SAS may be signed with either key of the account") {
  const std::vector<std::string_view> keys = {second_key, server::development_key};
  CHECK(with_query(account_sas()).with_keys(keys).authenticate());
  CHECK(with_query(queue_sas(queue_fields())).with_keys(keys).authenticate());
  CHECK_FALSE(with_query(queue_sas(queue_fields())).with_keys({second_key}).authenticate());
}

TEST_CASE("the names of a SAS's parameters are taken in any case, escaped or not") {
  std::string query = account_sas();
  query.replace(query.find("sig="), 4, "SI%47=");
  query.replace(query.find("srt="), 4, "SrT=");
  CHECK(with_query(query).authenticate());
}

TEST_CASE("any field that is changed, added or removed breaks the signature") {
  const std::string account =
      account_sas({{"st", "2026-01-01"}, {"sip", "127.0.0.1"}, {"spr", "https,http"}});
  for (const std::string added : {"&ses=scope", "&x=1&ses=a"}) {
    CHECK(outcome(with_query(account + added).authenticate()) == "403 AuthenticationFailed");
  }
  for (const std::string name : {"se", "sip", "sp", "spr", "srt", "ss", "st", "sv"}) {
    CAPTURE(name);
    std::string without = account;
    const std::size_t begin = without.find(name + "=");
    without.erase(begin, without.find('&', begin) + 1 - begin);
    CHECK(outcome(with_query(without).authenticate()) == "403 AuthenticationFailed");
    std::string changed = account;
    changed.insert(changed.find('&', begin), "1");
    CHECK(outcome(with_query(changed).authenticate()) == "403 AuthenticationFailed");
  }
}

TEST_CASE("a parameter of a SAS that is given twice is refused, even with the same value") {
  for (const std::string name :
       {"sig", "se", "sp",    "st",    "sv",  "ss",  "srt", "si",  "sip",     "spr",
        "ses", "sr", "skoid", "sktid", "skt", "ske", "sks", "skv", "skdutid", "sduoid"}) {
    CAPTURE(name);
    const std::string once = "&" + name + "=q";
    std::string query = account_sas();
    query += once;
    query += once;
    const auto refusal = with_query(query).authenticate();
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
    CHECK(detail(refusal) == name + " is given more than once.");
  }
  const std::string sas = queue_sas(queue_fields());
  CHECK_FALSE(with_query(sas + "&SIG=x").authenticate());
  CHECK_FALSE(with_query("sig=x&" + sas).authenticate());
  CHECK_FALSE(with_query(sas + "&s%65=2036-01-01").authenticate());
  CHECK(with_query(sas + "&timeout=1&timeout=2").authenticate());
}

TEST_CASE("a stray resource field is ignored") {
  CHECK(with_query(queue_sas(queue_fields()) + "&sr=q").authenticate());
}

TEST_CASE("a service SAS is good for its queue only") {
  const std::string sas = queue_sas(queue_fields());
  for (const std::string path : {"/other", "", "/", "/vec-queue2", "/vec-queu"}) {
    CAPTURE(path);
    const auto refusal =
        with_query(sas, "http://127.0.0.1:10001/devstoreaccount1" + path).authenticate();
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
    CHECK(detail(refusal).starts_with("Signature did not match."));
  }
  for (const std::string path : {"/messages", "/messages/1", "/"}) {
    CAPTURE(path);
    CHECK(with_query(sas, std::string(queue_url) + path).authenticate());
  }
}

TEST_CASE("an account SAS is good for every resource of the account, host-style too") {
  CHECK(with_query(account_sas(), "http://127.0.0.1:10001/devstoreaccount1").authenticate());
  CHECK(with_query(account_sas(), "http://devstoreaccount1.queue.localhost/any").authenticate());
}

TEST_CASE("control characters in a SAS are refused before anything is signed") {
  const auto refusal = with_query(queue_sas(queue_fields({{"sp", "r\n"}}))).authenticate();
  CHECK(detail(refusal) == "Signature fields not well formed.");
  CHECK_FALSE(with_query(account_sas({{"ses", std::string(1, '\0')}})).authenticate());
}

// ---- versions

TEST_CASE("a SAS without a version is refused by name") {
  for (const std::string sas : {"sig=a&sp=r&se=2036-01-01", "sig=a&sv=&sp=r", "sig=a&ss=q&srt=s"}) {
    CAPTURE(sas);
    CHECK(detail(with_query(sas).authenticate()) == "sv is mandatory. Cannot be empty");
  }
}

TEST_CASE("a SAS of a version that had none of its kind is refused") {
  CHECK(detail(with_query(account_sas({{"sv", "2015-02-21"}}))
                   .with("x-ms-version", "2026-04-06")
                   .authenticate()) == "Signature fields not well formed.");
  CHECK_FALSE(with_query(queue_sas(queue_fields({{"sv", "2011-08-18"}})))
                  .with("x-ms-version", "2026-04-06")
                  .authenticate());
  CHECK_FALSE(with_query(queue_sas(queue_fields({{"sv", "next year"}})))
                  .with("x-ms-version", "2026-04-06")
                  .authenticate());
}

TEST_CASE("a SAS newer than all known versions has the newest layout") {
  CHECK(with_query(account_sas({{"sv", "2036-01-01"}})).authenticate());
  CHECK(with_query(queue_sas(queue_fields({{"sv", "2036-01-01"}}))).authenticate());
}

TEST_CASE("the version of the SAS selects its string-to-sign, not that of the request") {
  Parameters fields = {
      {"sv", "2018-11-09"}, {"ss", "q"}, {"srt", "s"}, {"sp", "l"}, {"se", "2036-01-01"}};
  const std::string text =
      "devstoreaccount1\n" + lines(fields, {"sp", "ss", "srt", "st", "se", "sip", "spr", "sv"});
  CHECK(with_query(query_of(fields, text)).with("x-ms-version", "2026-04-06").authenticate());
  CHECK_FALSE(
      with_query(query_of(fields, text + "\n")).with("x-ms-version", "2026-04-06").authenticate());
}

TEST_CASE(
    "before version 2015-04-05 the lines of address and protocol may be there, as the legacy Node "
    "SDK has them") {
  const auto sas = [](const std::string& version, const std::string& resource,
                      const std::string& end) {
    const Parameters fields = queue_fields({{"sv", version}});
    return query_of(fields, lines(fields, {"sp", "st", "se"}) + resource + "\n" + end + version);
  };
  CHECK(with_query(sas("2012-02-12", "/devstoreaccount1/vec-queue", "\n\n\n")).authenticate());
  CHECK(with_query(sas("2013-08-15", "/devstoreaccount1/vec-queue", "\n\n\n")).authenticate());
  CHECK(
      with_query(sas("2015-02-21", "/queue/devstoreaccount1/vec-queue", "\n\n\n")).authenticate());
  CHECK(with_query(sas("2015-02-21", "/queue/devstoreaccount1/vec-queue", "\n")).authenticate());
  CHECK_FALSE(
      with_query(sas("2015-04-05", "/queue/devstoreaccount1/vec-queue", "\n")).authenticate());
  CHECK_FALSE(
      with_query(sas("2013-08-15", "/queue/devstoreaccount1/vec-queue", "\n")).authenticate());
  CHECK_FALSE(with_query(sas("2015-02-21", "/devstoreaccount1/vec-queue", "\n")).authenticate());
}

// ---- times

TEST_CASE("a SAS is good from its start until just before its expiry, to the tick") {
  const auto outcome_at = [](const std::string& sas, Time time) {
    return outcome(with_query(sas).at(time).authenticate());
  };
  const Parameters period = {{"st", "2026-06-01T12:00:00Z"}, {"se", "2026-06-01T13:00:00Z"}};
  for (const std::string& sas : {account_sas(period), queue_sas(queue_fields(period))}) {
    CHECK(outcome_at(sas, vector_time - Ticks{1}) == "403 AuthenticationFailed");
    CHECK(outcome_at(sas, vector_time) == "ok");
    CHECK(outcome_at(sas, vector_time + 1h - Ticks{1}) == "ok");
    CHECK(outcome_at(sas, vector_time + 1h) == "403 AuthenticationFailed");
  }
}

TEST_CASE("a SAS outside its time is refused with the time frame") {
  const std::string sas = account_sas({{"st", "2026-06-01T13:00:00Z"}});
  CHECK(detail(with_query(sas).authenticate()) ==
        "Signature not valid in the specified time frame: Start [Mon, 01 Jun 2026 13:00:00 GMT] - "
        "Expiry [Tue, 02 Jun 2026 00:00:00 GMT] - Current [Mon, 01 Jun 2026 12:00:00 GMT]");
  CHECK(detail(with_query(account_sas({{"se", "2026-01-01"}})).authenticate()) ==
        "Signature not valid in the specified time frame: "
        "Expiry [Thu, 01 Jan 2026 00:00:00 GMT] - Current [Mon, 01 Jun 2026 12:00:00 GMT]");
}

TEST_CASE("the allowed age of signed requests does not lengthen a SAS") {
  CHECK_FALSE(
      with_query(account_sas({{"se", "2026-06-01T11:59:59Z"}})).authenticate({.skew = 24h}));
  CHECK_FALSE(with_query(account_sas({{"se", "2026-06-01T11:59:59Z"}}))
                  .authenticate({.skew = Ticks::zero()}));
}

TEST_CASE("a time that is none is refused") {
  for (const Parameters& changes : {Parameters{{"se", "tomorrow"}}, Parameters{{"st", "x"}},
                                    Parameters{{"se", std::string(10'000, '9')}}}) {
    CHECK(detail(with_query(account_sas(changes)).authenticate()) ==
          "Signature fields not well formed.");
    CHECK(detail(with_query(queue_sas(queue_fields(changes))).authenticate()) ==
          "Signature fields not well formed.");
  }
}

TEST_CASE("a field that has to be there is missed by name") {
  for (const std::string name : {"ss", "srt", "sp", "se"}) {
    CHECK(detail(with_query(account_sas({{name, ""}})).authenticate()) ==
          name + " is mandatory. Cannot be empty");
  }
  for (const std::string name : {"sp", "se"}) {
    CHECK(detail(with_query(queue_sas(queue_fields({{name, ""}}))).authenticate()) ==
          name + " is mandatory. Cannot be empty");
  }
}

// ---- address, protocol, service

TEST_CASE("a SAS with an address range lets in the addresses of the range, its ends included") {
  const auto outcome_from = [](const std::string& range, std::string_view peer) {
    std::string account =
        outcome(with_query(account_sas({{"sip", range}})).from(peer).authenticate());
    CHECK(
        outcome(with_query(queue_sas(queue_fields({{"sip", range}}))).from(peer).authenticate()) ==
        account);
    return account;
  };
  const std::string refused = "403 AuthorizationSourceIPMismatch";
  CHECK(outcome_from("10.1.2.3", "10.1.2.3") == "ok");
  CHECK(outcome_from("10.1.2.3", "10.1.2.4") == refused);
  CHECK(outcome_from("10.1.2.250-10.1.3.5", "10.1.2.249") == refused);
  CHECK(outcome_from("10.1.2.250-10.1.3.5", "10.1.2.250") == "ok");
  CHECK(outcome_from("10.1.2.250-10.1.3.5", "10.1.3.5") == "ok");
  CHECK(outcome_from("10.1.2.250-10.1.3.5", "10.1.3.6") == refused);
  CHECK(outcome_from("10.1.3.5-10.1.2.250", "10.1.3.0") == refused);
  CHECK(outcome_from("0.0.0.0-255.255.255.255", "255.255.255.255") == "ok");
  CHECK(outcome_from("0.0.0.0-0.0.0.1", "127.0.0.1") == refused);
}

TEST_CASE(
    "an IPv4 client is known also through an IPv6 socket; other IPv6 clients are in no range") {
  const std::string sas = account_sas({{"sip", "127.0.0.1"}});
  CHECK(with_query(sas).from("::ffff:127.0.0.1").authenticate());
  CHECK(with_query(sas).from("::FFFF:127.0.0.1").authenticate());
  for (const std::string_view peer : {"::1", "fe80::1", "::127.0.0.1", "", "::ffff:7f00:1"}) {
    CHECK(outcome(with_query(sas).from(peer).authenticate()) ==
          "403 AuthorizationSourceIPMismatch");
  }
}

TEST_CASE("the answer to a wrong address names it and comes from the service") {
  const auto refusal = with_query(account_sas({{"sip", "10.0.0.1"}})).authenticate();
  CHECK(refusal.error().message ==
        "This request is not authorized to perform this operation using this source IP 127.0.0.1.");
  CHECK_FALSE(refusal.error().front_end);
}

TEST_CASE("an address range that is none is refused") {
  for (const std::string range : {"localhost", "10.0.0", "10.0.0.256", "10.0.0.1-", "-10.0.0.1",
                                  "10.0.0.1-10.0.0.2-3", "10.0.0.1/8", "10.0.0.1 ", "1.2.3.4.5",
                                  "0001.2.3.4", "+1.2.3.4", "-", "::1", "....", "1..2.3"}) {
    CAPTURE(range);
    CHECK(outcome(with_query(account_sas({{"sip", range}})).authenticate()) ==
          "403 AuthenticationFailed");
  }
  CHECK_FALSE(with_query(account_sas({{"sip", std::string(10'000, '1')}})).authenticate());
}

TEST_CASE("a SAS for HTTPS is refused over HTTP") {
  const std::string_view https = "https://127.0.0.1:10001/devstoreaccount1/vec-queue";
  for (const std::string& sas :
       {account_sas({{"spr", "https"}}), queue_sas(queue_fields({{"spr", "https"}}))}) {
    CHECK(outcome(with_query(sas).authenticate()) == "403 AuthorizationProtocolMismatch");
    CHECK(with_query(sas, https).authenticate());
  }
  CHECK(with_query(account_sas({{"spr", "https,http"}})).authenticate());
  CHECK(with_query(account_sas({{"spr", "https,http"}}), https).authenticate());
  for (const std::string protocol : {"http", "http,https", "HTTPS", "https,", "ftp"}) {
    CAPTURE(protocol);
    CHECK(outcome(with_query(account_sas({{"spr", protocol}}), https).authenticate()) ==
          "403 AuthenticationFailed");
  }
}

TEST_CASE("an account SAS has to name the Queue service") {
  CHECK(with_query(account_sas({{"ss", "bqtf"}})).authenticate());
  CHECK(outcome(with_query(account_sas({{"ss", "btf"}})).authenticate()) ==
        "403 AuthorizationServiceMismatch");
}

TEST_CASE(
    "what is wrong with a SAS is told in order: signature, time, address, protocol, service") {
  Parameters wrong = {{"se", "2026-01-01"}, {"sip", "10.0.0.1"}, {"spr", "https"}, {"ss", "b"}};
  const auto told = [&] { return outcome(with_query(account_sas(wrong)).authenticate()); };
  CHECK(detail(with_query(account_sas(wrong) + "x").authenticate())
            .starts_with("Signature did not match."));
  CHECK(detail(with_query(account_sas(wrong)).authenticate())
            .starts_with("Signature not valid in the"));
  wrong["se"] = "2036-01-01";
  CHECK(told() == "403 AuthorizationSourceIPMismatch");
  wrong["sip"] = "127.0.0.1";
  CHECK(told() == "403 AuthorizationProtocolMismatch");
  wrong["spr"] = "https,http";
  CHECK(told() == "403 AuthorizationServiceMismatch");
}

// ---- stored access policies

namespace {

server::Result<Principal> with_policy(const Parameters& fields, const AccessPolicy& stored,
                                      Time time = vector_time) {
  Parameters all = {{"sv", "2026-04-06"}, {"si", "vec-policy"}};
  for (const auto& [name, content] : fields) all[name] = content;
  return with_query(queue_sas(all)).at(time).authenticate({}, policy(stored));
}

}  // namespace

TEST_CASE("a SAS takes from its stored access policy what it does not say itself") {
  const AccessPolicy full{"vec-policy", vector_time, vector_time + 1h, "ra"};
  CHECK(granted(with_policy({}, full)) == "ra");
  CHECK(granted(with_policy({{"sp", "u"}}, {"vec-policy", vector_time, vector_time + 1h, {}})) ==
        "u");
  CHECK(granted(with_policy({{"se", "2036-01-01"}}, {"vec-policy", {}, {}, "p"})) == "p");
  CHECK(granted(with_policy({{"st", "2026-01-01"}}, {"vec-policy", {}, in_2036, "p"})) == "p");
  CHECK(granted(with_policy({{"sp", "r"}, {"st", "2026-01-01"}, {"se", "2036-01-01"}},
                            {"vec-policy"})) == "r");
  CHECK(granted(with_policy({{"sp", "r"}}, {"vec-policy", {}, in_2036, ""})) == "r");
}

TEST_CASE("a stored access policy's times hold to the tick") {
  const AccessPolicy full{"vec-policy", vector_time, vector_time + 1h, "ra"};
  CHECK_FALSE(with_policy({}, full, vector_time - Ticks{1}));
  CHECK(with_policy({}, full, vector_time));
  CHECK(with_policy({}, full, vector_time + 1h - Ticks{1}));
  CHECK(detail(with_policy({}, full, vector_time + 1h)).starts_with("Signature not valid in the"));
}

TEST_CASE("a field that both SAS and stored access policy have is refused, even if they agree") {
  const AccessPolicy full{"vec-policy", vector_time, in_2036, "r"};
  for (const auto& [name, content] :
       Parameters{{"st", "2026-06-01T12:00:00Z"}, {"se", "2036-01-01"}, {"sp", "r"}}) {
    const auto refusal = with_policy({{name, content}}, full);
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
    CHECK(detail(refusal).starts_with(name + " is in the stored access policy"));
  }
}

TEST_CASE("permissions and expiry have to come from somewhere") {
  CHECK(detail(with_policy({}, {"vec-policy", {}, in_2036, {}})) ==
        "sp is mandatory. Cannot be empty");
  CHECK(detail(with_policy({}, {"vec-policy", {}, {}, "r"})) == "se is mandatory. Cannot be empty");
}

TEST_CASE("a SAS whose stored access policy is gone, or another queue's, is refused") {
  const std::string sas = queue_sas({{"sv", "2026-04-06"}, {"si", "vec-policy"}});
  CHECK(with_query(sas).authenticate({}, policy(full_policy)));
  CHECK(outcome(with_query(sas).authenticate()) == "403 AuthenticationFailed");
  CHECK_FALSE(with_query(sas).authenticate({}, policy({"VEC-POLICY", {}, in_2036, "r"})));
}

TEST_CASE("a policy id may have 64 characters, and is not looked up beyond them") {
  const auto authenticated = [](std::size_t size) {
    const std::string id(size, 'i');
    return with_query(queue_sas({{"sv", "2026-04-06"}, {"si", id}}))
        .authenticate({}, policy({id, {}, in_2036, "r"}));
  };
  CHECK(authenticated(64));
  CHECK_FALSE(authenticated(65));
}

TEST_CASE("a stored access policy is looked up only once the signature fits") {
  bool asked = false;
  const auto lookup = [&](storage::QueueRef, std::string_view) -> std::optional<AccessPolicy> {
    asked = true;
    return full_policy;
  };
  CHECK_FALSE(with_query("sv=2026-04-06&si=vec-policy&sig=AAAA").authenticate({}, lookup));
  CHECK_FALSE(asked);
}

// ---- beside an Authorization header

TEST_CASE("where there is an Authorization header a good SAS beside it does not count") {
  const auto request = [] { return with_query(account_sas()); };
  CHECK(outcome(request().with("Authorization", "Foo").authenticate()) ==
        "400 InvalidAuthenticationInfo");
  CHECK(outcome(request().with("Authorization", "").authenticate()) ==
        "400 InvalidAuthenticationInfo");
  CHECK(outcome(request()
                    .with("x-ms-date", "Mon, 01 Jun 2026 12:00:00 GMT")
                    .signed_as("")
                    .authenticate()) == "403 AuthenticationFailed");
  CHECK(outcome(request().with("Authorization", "Bearer x").authenticate({.bearer = true})) ==
        "401 InvalidAuthenticationInfo");
}

TEST_CASE("a good Shared Key signature counts whatever SAS is beside it") {
  SentRequest request = with_query("sig=A&sig=B&sv=1");
  request.with("x-ms-date", "Mon, 01 Jun 2026 12:00:00 GMT").with("x-ms-version", "2026-04-06");
  request.signed_as(
      "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Mon, 01 Jun 2026 12:00:00 "
      "GMT\nx-ms-version:2026-04-06\n"
      "/devstoreaccount1/devstoreaccount1/vec-queue\nsig:A,B\nsv:1");
  CHECK(is_owner(request.authenticate()));
}

TEST_CASE("a SAS that is signed for an account or queue does not pass for the other kind") {
  const std::string account = account_sas();
  const std::string queue = queue_sas(queue_fields());
  CHECK_FALSE(with_query(queue + "&ss=q&srt=sco").authenticate());
  std::string without_types = account;
  without_types.erase(without_types.find("srt="), 8);
  CHECK_FALSE(with_query(without_types).authenticate());
}

TEST_CASE("odd signatures are refused") {
  for (const std::string& signature :
       {std::string(), std::string(10'000, 'A'), std::string("%00"), std::string("%"),
        std::string("%2541"), std::string(44, '=')}) {
    const auto refusal =
        with_query("sv=2026-04-06&sp=r&se=2036-01-01&sig=" + signature).authenticate();
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
  }
}

TEST_CASE("a SAS without its signature is anonymous") {
  const auto refusal = with_query("sv=2026-04-06&ss=q&srt=sco&sp=r&se=2036-01-01")
                           .with("x-ms-version", "2026-04-06")
                           .authenticate();
  CHECK(outcome(refusal) == "401 NoAuthenticationInformation");
}
