#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "server/auth/failures.h"
#include "server/auth/sas.h"
#include "server/auth/signature.h"

namespace quprite::server {
namespace {

/// "Set Queue ACL": "a unique value up to 64 characters".
constexpr std::size_t max_policy_id = 64;

std::string string_to_sign(storage::QueueRef queue, const SasQuery& sas, ApiVersion version,
                           bool with_origin) {
  std::string text;
  for (const std::string_view line : {sas.permissions, sas.starts_at, sas.expires_at}) {
    text += line;
    text += '\n';
  }
  if (version >= since::empty_content_length) text += "/queue";
  text += '/';
  text += queue.account;
  text += '/';
  text += queue.queue;
  text += '\n';
  text += sas.policy_id;
  text += '\n';
  if (with_origin) {
    text += sas.ip_range;
    text += '\n';
    text += sas.protocol;
    text += '\n';
  }
  text += sas.version;
  return text;
}

Result<Done> check_signature(const Request& request, const SasQuery& sas, ApiVersion version) {
  const std::string text = queue_sas_string_to_sign(request.queue_ref(), sas, version);
  if (is_signed(*request.account, text, sas.signature)) return Done{};
  if (version >= since::account_sas) return sas_signature_mismatch(text);
  // The legacy Node SDK signs the lines of sip and spr also for versions that had none.
  const std::string longer_text = string_to_sign(request.queue_ref(), sas, version, true);
  if (is_signed(*request.account, longer_text, sas.signature)) return Done{};
  return sas_signature_mismatch(text);
}

/// What the SAS itself says, in the form of a stored access policy.
Result<storage::AccessPolicy> read_policy(const SasQuery& sas) {
  const auto starts_at = read_time(sas.starts_at);
  if (!starts_at) return starts_at.error();
  const auto expires_at = read_time(sas.expires_at);
  if (!expires_at) return expires_at.error();
  std::optional<std::string> permissions;
  if (!sas.permissions.empty()) permissions.emplace(sas.permissions);
  return storage::AccessPolicy{std::string(sas.policy_id), *starts_at, *expires_at,
                               std::move(permissions)};
}

/// "Define a stored access policy": each field comes from the policy or from the SAS, and one that
/// both have is an error. The page on Set Queue ACL says 400 to that, without a code; as a SAS that
/// nobody can use it is refused like the others, with a detail that says why.
Error given_twice(std::string_view name) {
  return authentication_failed(
      std::string(name) + " is in the stored access policy, so it cannot be in the signature too.");
}

/// Adds what the stored access policy says to what the SAS says.
Result<storage::AccessPolicy> merge(storage::AccessPolicy sas,
                                    const storage::AccessPolicy& stored) {
  if (stored.starts_at && sas.starts_at) return given_twice("st");
  if (stored.expires_at && sas.expires_at) return given_twice("se");
  const bool stored_permissions = stored.permissions && !stored.permissions->empty();
  if (stored_permissions && sas.permissions) return given_twice("sp");
  if (stored.starts_at) sas.starts_at = stored.starts_at;
  if (stored.expires_at) sas.expires_at = stored.expires_at;
  if (stored_permissions) sas.permissions = stored.permissions;
  return sas;
}

/// What the SAS grants, and when, with its stored access policy.
Result<storage::AccessPolicy> find_grant(const Request& request, const SasQuery& sas,
                                         const PolicyLookup& policies) {
  auto own = read_policy(sas);
  if (!own || sas.policy_id.empty()) return own;
  if (sas.policy_id.size() > max_policy_id) return malformed_sas();
  const auto stored = policies(request.queue_ref(), sas.policy_id);
  if (!stored)
    return authentication_failed("The stored access policy does not exist on the queue.");
  return merge(*std::move(own), *stored);
}

}  // namespace

std::string queue_sas_string_to_sign(storage::QueueRef queue, const SasQuery& sas,
                                     ApiVersion version) {
  return string_to_sign(queue, sas, version, version >= since::account_sas);
}

Result<Principal> check_queue_sas(const Request& request, const SasQuery& sas,
                                  const PolicyLookup& policies) {
  const auto version = check_sas_version(sas, since::queue_acl);
  if (!version) return version.error();
  const auto signature = check_signature(request, sas, *version);
  if (!signature) return signature.error();
  auto grant = find_grant(request, sas, policies);
  if (!grant) return grant.error();
  if (!grant->permissions) return missing_field("sp");
  if (!grant->expires_at) return missing_field("se");
  const auto valid = check_period(grant->starts_at, *grant->expires_at, request.times.received_at);
  if (!valid) return valid.error();
  const auto origin = check_origin(sas, *request.http);
  if (!origin) return origin.error();
  return Principal{QueueSasHolder{*std::move(grant->permissions)}};
}

}  // namespace quprite::server
