#pragma once

#include <string>
#include <string_view>

#include "server/accounts.h"
#include "server/auth/authenticate.h"
#include "server/auth/sas.h"
#include "storage/time.h"

namespace quprite::server {

/// What a user delegation key is made for ("Get User Delegation Key"), and what the SAS that it
/// signs repeats.
struct UserDelegationKeyFields {
  std::string_view object_id = {};       ///< of the owner: SignedOid, skoid
  std::string_view tenant_id = {};       ///< of the owner: SignedTid, sktid
  Time starts_at = {};                   ///< SignedStart, skt
  Time expires_at = {};                  ///< SignedExpiry, ske
  std::string_view service = {};         ///< SignedService, sks: "q"
  std::string_view version = {};         ///< SignedVersion, skv
  std::string_view user_tenant_id = {};  ///< SignedDelegatedUserTid, skdutid; may be missing
};

/// The longest time a user delegation key is valid for ("Get User Delegation Key").
inline constexpr Ticks max_user_delegation_key_lifetime = std::chrono::days{7};

/// The `Value` of a user delegation key: 32 bytes in Base64, which only the holder of the account's
/// first key can compute from the fields. Nothing has to be remembered to check what it signed.
std::string user_delegation_key(const Account& account, const UserDelegationKeyFields& fields);

/// The string-to-sign of a user delegation SAS of a queue. Source: "Create a user delegation SAS".
std::string user_delegation_sas_string_to_sign(storage::QueueRef queue, const SasQuery& sas);

/// Checks a user delegation SAS but for what the operation decides, and for the token of the user
/// that it is bound to. AuthenticationFailed, AuthorizationSourceIPMismatch,
/// AuthorizationProtocolMismatch.
Result<Principal> check_user_delegation_sas(const Request& request, const SasQuery& sas);

/// The same where the key's `Value` is known.
Result<Principal> check_user_delegation_sas(const Request& request, const SasQuery& sas,
                                            std::string_view key);

/// Whether the SAS is bound to a user (`sduoid`), whose token the request has to carry too.
inline bool is_bound_to_user(const SasQuery& sas) {
  return !sas.user_object_id.empty();
}

/// Whether the token is that of the user the SAS is bound to: AuthenticationFailed.
Result<Done> check_bound_user(const SasQuery& sas, const TokenHolder& user);

}  // namespace quprite::server
