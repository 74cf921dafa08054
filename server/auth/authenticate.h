#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/auth/principal.h"
#include "server/errors.h"
#include "server/request.h"
#include "storage/store.h"

namespace quprite::server {

struct Operation;

/// Finds a queue's stored access policy by its id; nothing where the queue or the policy does not
/// exist. All that authentication knows of the store.
using PolicyLookup =
    std::function<std::optional<storage::AccessPolicy>(storage::QueueRef, std::string_view id)>;

struct AuthRules {
  /// How far x-ms-date may be from now, either way ("Authorize with Shared Key"); zero switches the
  /// check off.
  Ticks skew = std::chrono::minutes{15};
  /// Whether Bearer tokens are taken (`--oauth basic`).
  bool bearer = false;
  /// Whether nothing is checked at all (`--auth off`): everyone is the owner.
  bool off = false;
};

/// Who sent the request, by whichever scheme it uses. Errors are those of the front end
/// (AuthenticationFailed, NoAuthenticationInformation, InvalidAuthenticationInfo …) and, for a SAS,
/// the Authorization*Mismatch ones that need no operation (service, protocol, address).
Result<Principal> authenticate(const Request& request, const AuthRules& rules,
                               const PolicyLookup& policies);

/// Whether that principal may do that operation. Errors: AuthorizationFailure where no credential
/// of its kind can, AuthorizationResourceTypeMismatch, AuthorizationPermissionMismatch.
Result<Done> authorize(const Principal& principal, const Operation& operation,
                       const Request& request);

}  // namespace quprite::server
