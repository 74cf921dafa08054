// Keys, tokens, user delegation SAS and two credentials at once, for the walk.

#include "tests/unit/auth_support.h"
#include "tests/unit/bearer_token.h"
#include "tests/wire/access_matrix.h"

namespace quprite::test::access {
namespace {

/// What a key of the account may do: all but ask for a user delegation key.
std::string by_key(const Documented& operation) {
  return operation.token_only() ? std::string(refused) : "ok";
}

void authorize(Attempt& attempt, std::string_view value) {
  attempt.headers.emplace_back("Authorization", value);
}

std::string header(const Attempt& attempt, std::string_view name) {
  for (const auto& [key, value] : attempt.headers) {
    if (key == name) return value;
  }
  return {};
}

/// The string-to-sign of Shared Key Lite for the requests of the walk.
std::string lite_string(const Attempt& attempt) {
  const std::string path =
      "/devstoreaccount1/devstoreaccount1" + attempt.target.substr(0, attempt.target.find('?'));
  const std::size_t comp = attempt.target.find("comp=");
  return attempt.method + "\n\n\n\nx-ms-date:" + header(attempt, "x-ms-date") +
         "\nx-ms-version:" + header(attempt, "x-ms-version") + "\n" + path +
         (comp == std::string::npos ? "" : "?" + attempt.target.substr(comp));
}

void add_token(Attempt& attempt, const TokenClaims& claims = {}) {
  authorize(attempt, "Bearer " + claims.token());
}

Credential token(std::string name, const TokenClaims& claims, Expected expected) {
  return {std::move(name), [claims](Attempt& attempt) { add_token(attempt, claims); },
          std::move(expected), true};
}

/// A user delegation key, as the server told it.
struct DelegationKey {
  std::string object_id, tenant_id, start, expiry, service, version, value;

  explicit DelegationKey(const Answer& answer)
      : object_id(answer.element("SignedOid")),
        tenant_id(answer.element("SignedTid")),
        start(answer.element("SignedStart")),
        expiry(answer.element("SignedExpiry")),
        service(answer.element("SignedService")),
        version(answer.element("SignedVersion")),
        value(answer.element("Value")) {}
};

/// What a user delegation SAS says besides its key.
struct Delegated {
  std::string permissions = "raup";
  std::string starts_at = {};
  std::string expires_at = "2026-06-02T00:00:00Z";
  std::string user = {};
  std::string addresses = {};
  std::string protocol = {};
};

void add_delegation_sas(Attempt& attempt, const DelegationKey& key, const Delegated& sas) {
  constexpr std::string_view version = "2026-04-06";
  std::string text;
  for (const std::string& line :
       {sas.permissions, sas.starts_at, sas.expires_at, "/queue/devstoreaccount1/" + attempt.queue,
        key.object_id, key.tenant_id, key.start, key.expiry, key.service, key.version,
        std::string(), sas.user, sas.addresses, sas.protocol}) {
    text += line + "\n";
  }
  text += version;
  attempt.target += attempt.target.find('?') == std::string::npos ? "?" : "&";
  for (const auto& [name, value] : Fields{{"sp", sas.permissions},
                                          {"st", sas.starts_at},
                                          {"se", sas.expires_at},
                                          {"skoid", key.object_id},
                                          {"sktid", key.tenant_id},
                                          {"skt", key.start},
                                          {"ske", key.expiry},
                                          {"sks", key.service},
                                          {"skv", key.version},
                                          {"sduoid", sas.user},
                                          {"sip", sas.addresses},
                                          {"spr", sas.protocol},
                                          {"sr", "q"}}) {
    if (!value.empty()) attempt.target += name + "=" + percent_encoded(value) + "&";
  }
  attempt.target +=
      "sv=" + std::string(version) + "&sig=" + percent_encoded(openssl_signature(text, key.value));
}

}  // namespace

std::vector<Credential> key_credentials() {
  const auto sign = [](Attempt& attempt) { attempt.shared_key = true; };
  const auto lite = [](std::string_view account, std::string_view key) {
    return [=](Attempt& attempt) {
      authorize(attempt, "SharedKeyLite " + std::string(account) + ":" +
                             openssl_signature(lite_string(attempt), key));
    };
  };
  std::vector<Credential> all;
  all.push_back({"Shared Key", sign, by_key});
  all.push_back({"Shared Key over HTTPS", sign, by_key, true});
  all.push_back({"Shared Key Lite", lite("devstoreaccount1", server::development_key), by_key});
  all.push_back(
      {"Shared Key Lite, another key", lite("devstoreaccount1", second_key), always(refused)});
  all.push_back({"Shared Key Lite, another account", lite("other", server::development_key),
                 always(refused)});
  all.push_back({"Shared Key, too old",
                 [](Attempt& attempt) {
                   attempt.headers.front().second = "Mon, 01 Jun 2026 11:44:59 GMT";
                   attempt.shared_key = true;
                 },
                 always(refused)});
  all.push_back({"anonymous", [](Attempt&) {}, always("401 NoAuthenticationInformation")});
  all.push_back(
      {"anonymous over HTTPS", [](Attempt&) {}, always("401 NoAuthenticationInformation"), true});
  return all;
}

std::vector<Credential> token_credentials() {
  const std::string malformed = "401 InvalidAuthenticationInfo";
  std::vector<Credential> all;
  all.push_back(token("token", {}, always("ok")));
  all.push_back(token("token that is over", {.expires_at = "1780315200"}, always(malformed)));
  all.push_back(token("token that has not begun", {.not_before = "1780315201"}, always(malformed)));
  all.push_back(token("token for another service", {.audience = R"("https://vault.azure.net")"},
                      always(malformed)));
  all.push_back(token("token for another account's queues",
                      {.audience = R"("https://other.queue.core.windows.net")"},
                      always(malformed)));
  all.push_back(
      token("token of another issuer", {.issuer = R"("https://example.com/")"}, always(malformed)));
  all.push_back({"token over HTTP", [](Attempt& attempt) { add_token(attempt); }, always(refused)});
  all.push_back({"a token that is none",
                 [](Attempt& attempt) { authorize(attempt, "Bearer a.b.c"); }, always(malformed),
                 true});
  return all;
}

std::vector<Credential> delegation_credentials(const Answer& answer) {
  const DelegationKey key(answer);
  const auto delegated = [&key](std::string name, const Delegated& sas, Expected expected,
                                bool secure) {
    return Credential{std::move(name),
                      [key, sas](Attempt& attempt) { add_delegation_sas(attempt, key, sas); },
                      std::move(expected), secure};
  };
  const auto raup = [](const Documented& operation) { return by_queue_sas(operation, "raup"); };
  const std::string user(user_object_id);
  std::vector<Credential> all;
  for (const char letter : all_letters) {
    all.push_back(delegated(
        std::string("user delegation SAS sp=") + letter, {.permissions = {letter}},
        [letter](const Documented& op) {
          return by_queue_sas(op, {&letter, 1});
        },
        false));
  }
  all.push_back(delegated("user delegation SAS", {}, raup, false));
  all.push_back(delegated("user delegation SAS that is over",
                          {.expires_at = "2026-06-01T12:00:00Z"}, always(refused), false));
  all.push_back(delegated("user delegation SAS that has not begun",
                          {.starts_at = "2026-06-01T12:00:01Z"}, always(refused), false));
  all.push_back(delegated("user delegation SAS of another address", {.addresses = "10.0.0.1"},
                          on_its_queue("403 AuthorizationSourceIPMismatch"), false));
  all.push_back(delegated("user delegation SAS for HTTPS, over HTTP", {.protocol = "https"},
                          on_its_queue("403 AuthorizationProtocolMismatch"), false));
  all.push_back(
      delegated("user delegation SAS for HTTPS, over HTTPS", {.protocol = "https"}, raup, true));
  all.push_back(delegated("user delegation SAS of a user, without that user's token",
                          {.user = user}, always(refused), true));
  all.push_back({"user delegation SAS of a user, with that user's token",
                 [key, user](Attempt& attempt) {
                   add_delegation_sas(attempt, key, {.permissions = "r", .user = user});
                   add_token(attempt);
                 },
                 [](const Documented& operation) { return by_queue_sas(operation, "r"); }, true});
  all.push_back({"user delegation SAS of a user, with another's token",
                 [key, user](Attempt& attempt) {
                   add_delegation_sas(attempt, key, {.user = user});
                   add_token(attempt, {.object_id = "\"00000000-0000-0000-0000-000000000000\""});
                 },
                 always(refused), true});
  DelegationKey longer = key;
  longer.expiry = "2026-06-07T12:00:00Z";
  all.push_back({"user delegation SAS whose key is said to last longer",
                 [longer](Attempt& attempt) { add_delegation_sas(attempt, longer, {}); },
                 always(refused)});
  return all;
}

Credential delegation_credential(const Answer& answer) {
  return {"user delegation SAS",
          [key = DelegationKey(answer)](Attempt& attempt) { add_delegation_sas(attempt, key, {}); },
          [](const Documented& operation) { return by_queue_sas(operation, "raup"); }};
}

std::vector<Credential> twofold_credentials() {
  const std::string wrong = "SharedKey devstoreaccount1:" + openssl_signature("another text");
  const auto with_account_sas = [](const std::string& authorization, const Fields& changes = {}) {
    return [=](Attempt& attempt) {
      add_account_sas(attempt, changes);
      authorize(attempt, authorization);
    };
  };
  const auto signed_with = [](const Fields& changes) {
    return [=](Attempt& attempt) {
      add_account_sas(attempt, changes);
      attempt.shared_key = true;
    };
  };
  const std::string good = "Bearer " + TokenClaims{}.token();
  const std::string over = "Bearer " + TokenClaims{.expires_at = "1780315200"}.token();
  std::vector<Credential> all;
  all.push_back({"Shared Key and a lesser SAS", signed_with({{"sp", "l"}, {"srt", "s"}}), by_key});
  all.push_back({"Shared Key and a SAS that is over", signed_with({{"se", "2026-01-01"}}), by_key});
  all.push_back({"a wrong Shared Key and a full SAS", with_account_sas(wrong), always(refused)});
  all.push_back({"a scheme that is none and a full SAS", with_account_sas("Foo"),
                 always("400 InvalidAuthenticationInfo")});
  all.push_back({"an empty Authorization and a full SAS", with_account_sas(""),
                 always("400 InvalidAuthenticationInfo")});
  all.push_back({"a token and a lesser SAS", with_account_sas(good, {{"sp", "l"}, {"srt", "s"}}),
                 always("ok"), true});
  all.push_back({"a token over HTTP and a full SAS", with_account_sas(good), always(refused)});
  all.push_back({"a token that is over and a full SAS", with_account_sas(over),
                 always("401 InvalidAuthenticationInfo"), true});
  return all;
}

}  // namespace quprite::test::access
