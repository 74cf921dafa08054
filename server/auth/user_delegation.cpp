#include "server/auth/user_delegation.h"

#include <utility>

#include "server/auth/failures.h"
#include "server/auth/hmac.h"
#include "server/wire/base64.h"
#include "server/wire/dates.h"

namespace quprite::server {
namespace {

std::string_view view_of(const HmacKey::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Reads the key's fields off the SAS. AuthenticationFailed where one is missing or no key can have
/// it.
Result<UserDelegationKeyFields> read_key_fields(const SasQuery& sas) {
  if (sas.key_object_id.empty()) return missing_field("skoid");
  if (sas.key_tenant_id.empty()) return missing_field("sktid");
  if (sas.key_version.empty()) return missing_field("skv");
  const auto starts_at = read_time(sas.key_starts_at);
  if (!starts_at) return starts_at.error();
  if (!*starts_at) return missing_field("skt");
  const auto expires_at = read_time(sas.key_expires_at);
  if (!expires_at) return expires_at.error();
  if (!*expires_at) return missing_field("ske");
  if (sas.key_service != "q") return malformed_sas();
  return UserDelegationKeyFields{sas.key_object_id, sas.key_tenant_id, **starts_at,
                                 **expires_at,      sas.key_service,   sas.key_version,
                                 sas.user_tenant_id};
}

/// A SAS is good only while its key is, and no key is good for more than seven days.
Result<Done> check_key_period(const UserDelegationKeyFields& key, Time now) {
  if (key.expires_at - key.starts_at > max_user_delegation_key_lifetime) return malformed_sas();
  return check_period(key.starts_at, key.expires_at, now);
}

Result<Done> check_fields(const SasQuery& sas) {
  const auto version = check_sas_version(sas, since::user_delegation_sas);
  if (!version) return version.error();
  if (sas.permissions.empty()) return missing_field("sp");
  if (sas.expires_at.empty()) return missing_field("se");
  // "Create a user delegation SAS": stored access policies are not supported.
  if (!sas.policy_id.empty()) return malformed_sas();
  return Done{};
}

}  // namespace

std::string user_delegation_key(const Account& account, const UserDelegationKeyFields& fields) {
  // Under a key of its own, so that whatever the fields hold, no signature of another kind comes
  // out. That key is the digest of a text without line breaks, which no string-to-sign is.
  const HmacKey::Digest own_key = account.keys.front().digest("quprite user delegation key");
  std::string text;
  for (const std::string& field :
       {account.name, std::string(fields.object_id), std::string(fields.tenant_id),
        iso8601(fields.starts_at), iso8601(fields.expires_at), std::string(fields.service),
        std::string(fields.version), std::string(fields.user_tenant_id)}) {
    text += std::to_string(field.size()) + ':' + field + '\n';
  }
  return HmacKey(view_of(own_key)).signature(text);
}

std::string user_delegation_sas_string_to_sign(storage::QueueRef queue, const SasQuery& sas) {
  std::string resource = "/queue/";
  resource += queue.account;
  resource += '/';
  resource += queue.queue;
  std::string text;
  for (const std::string_view line :
       {sas.permissions, sas.starts_at, sas.expires_at, std::string_view(resource),
        sas.key_object_id, sas.key_tenant_id, sas.key_starts_at, sas.key_expires_at,
        sas.key_service, sas.key_version, sas.user_tenant_id, sas.user_object_id, sas.ip_range,
        sas.protocol}) {
    text += line;
    text += '\n';
  }
  text += sas.version;
  return text;
}

Result<Principal> check_user_delegation_sas(const Request& request, const SasQuery& sas,
                                            std::string_view key) {
  const auto complete = check_fields(sas);
  if (!complete) return complete.error();
  const auto fields = read_key_fields(sas);
  if (!fields) return fields.error();
  const auto raw_key = base64_decode(key);
  const std::string text = user_delegation_sas_string_to_sign(request.queue_ref(), sas);
  if (!raw_key || !HmacKey(*raw_key).signed_as(text, sas.signature)) {
    return sas_signature_mismatch(text);
  }

  const auto key_valid = check_key_period(*fields, request.times.received_at);
  if (!key_valid) return key_valid.error();
  const auto valid = check_period(sas, request.times.received_at);
  if (!valid) return valid.error();
  const auto origin = check_origin(sas, *request.http);
  if (!origin) return origin.error();
  return Principal{QueueSasHolder{std::string(sas.permissions)}};
}

Result<Principal> check_user_delegation_sas(const Request& request, const SasQuery& sas) {
  const auto fields = read_key_fields(sas);
  if (!fields) return fields.error();
  return check_user_delegation_sas(request, sas, user_delegation_key(*request.account, *fields));
}

Result<Done> check_bound_user(const SasQuery& sas, const TokenHolder& user) {
  const bool same_tenant =
      sas.user_tenant_id.empty() || equal_ignoring_case(sas.user_tenant_id, user.tenant_id);
  if (same_tenant && equal_ignoring_case(sas.user_object_id, user.object_id)) return Done{};
  return authentication_failed("The token is not that of the user the signature is bound to.");
}

}  // namespace quprite::server
