#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/auth/authenticate.h"
#include "server/auth/principal.h"
#include "server/errors.h"
#include "server/query.h"
#include "server/request.h"

namespace quprite::server {

/// The fields of a shared access signature, as they stand in the query; empty where they are
/// missing. Views into the query.
struct SasQuery {
  std::string_view signature = {};         ///< sig
  std::string_view version = {};           ///< sv
  std::string_view permissions = {};       ///< sp
  std::string_view starts_at = {};         ///< st
  std::string_view expires_at = {};        ///< se
  std::string_view ip_range = {};          ///< sip
  std::string_view protocol = {};          ///< spr
  std::string_view services = {};          ///< ss
  std::string_view resource_types = {};    ///< srt
  std::string_view encryption_scope = {};  ///< ses
  std::string_view policy_id = {};         ///< si
  std::string_view resource = {};          ///< sr: not for queues, and not signed
  std::string_view key_object_id = {};     ///< skoid
  std::string_view key_tenant_id = {};     ///< sktid
  std::string_view key_starts_at = {};     ///< skt
  std::string_view key_expires_at = {};    ///< ske
  std::string_view key_service = {};       ///< sks
  std::string_view key_version = {};       ///< skv
  std::string_view user_tenant_id = {};    ///< skdutid
  std::string_view user_object_id = {};    ///< sduoid
};

/// Fails with AuthenticationFailed where a field is there twice, or has control characters: a line
/// break would let one string-to-sign pass for another.
Result<SasQuery> read_sas(const Query& query);

/// The string-to-sign of an account SAS. Source: "Create an account SAS".
std::string account_sas_string_to_sign(std::string_view account, const SasQuery& sas,
                                       ApiVersion version);

/// Checks an account SAS but for what the operation decides. AuthenticationFailed,
/// AuthorizationSourceIPMismatch, AuthorizationProtocolMismatch, AuthorizationServiceMismatch.
Result<Principal> check_account_sas(const Request& request, const SasQuery& sas);

/// The string-to-sign of a service SAS of a queue. Source: "Create a service SAS".
std::string queue_sas_string_to_sign(storage::QueueRef queue, const SasQuery& sas,
                                     ApiVersion version);

/// Checks a service SAS, and works its stored access policy in, but for what the operation decides.
/// AuthenticationFailed, AuthorizationSourceIPMismatch, AuthorizationProtocolMismatch.
Result<Principal> check_queue_sas(const Request& request, const SasQuery& sas,
                                  const PolicyLookup& policies);

// ---- what the kinds of SAS have in common

/// A field that has to be there is not.
Error missing_field(std::string_view name);

/// A field that is there but says nothing.
Error malformed_sas();

/// The version that selects the string-to-sign. AuthenticationFailed where it is missing, no
/// version, or older than the first that had this kind of SAS.
Result<ApiVersion> check_sas_version(const SasQuery& sas, ApiVersion first);

/// The answer to a signature that does not match.
Error sas_signature_mismatch(std::string_view string_to_sign);

/// Reads a time; nothing where the field is missing. AuthenticationFailed where it is no time.
Result<std::optional<Time>> read_time(std::string_view text);

/// AuthenticationFailed unless `starts_at <= now < expires_at`.
Result<Done> check_period(std::optional<Time> starts_at, Time expires_at, Time now);

/// The same for the fields `st`, which may be missing, and `se`.
Result<Done> check_period(const SasQuery& sas, Time now);

/// Checks what `sip` and `spr` say against where the request came from and how.
/// AuthorizationSourceIPMismatch, AuthorizationProtocolMismatch; AuthenticationFailed where they
/// say nothing.
Result<Done> check_origin(const SasQuery& sas, const HttpRequest& http);

}  // namespace quprite::server
