#include <algorithm>
#include <string>

#include "server/auth/authenticate.h"
#include "server/auth/failures.h"
#include "server/operations.h"

namespace quprite::server {
namespace {

/// Before version 2015-04-05 what a SAS did not allow was not to be found. Source: "Versioning for
/// the Azure Storage services".
Error refused_sas(const Request& request, ErrorCode code) {
  return request.at_least(since::account_sas) ? code : ErrorCode::ResourceNotFound;
}

Error wrong_resource_type(const Request& request, char needed) {
  Error error = refused_sas(request, ErrorCode::AuthorizationResourceTypeMismatch);
  if (request.at_least(since::extended_error_detail)) {
    error.details.emplace_back(
        "ExtendedErrorDetail",
        std::string("SignedResourceTypes '") + needed + "' is required to perform this operation.");
  }
  return error;
}

bool have_one_of(std::string_view letters, std::string_view wanted) {
  return letters.find_first_of(wanted) != std::string_view::npos;
}

/// Whether nothing but a token will do, not even the account's key: Get User Delegation Key, whose
/// answer depends on whose token it is.
bool needs_token(const Operation& operation) {
  return operation.actions == "generateUserDelegationKey/action";
}

/// What each kind of principal may do, by the operation's row.
struct Authorize {
  const Operation& operation;
  const Request& request;

  Result<Done> operator()(const Owner&) const { return Done{}; }

  Result<Done> operator()(const AccountSasHolder& holder) const {
    const char needed = operation.sas_resource_type;
    if (needed == 0) return refused_sas(request, ErrorCode::AuthorizationFailure);
    if (holder.resource_types.find(needed) == std::string::npos) {
      return wrong_resource_type(request, needed);
    }
    if (!have_one_of(holder.permissions, operation.account_sas)) {
      return refused_sas(request, ErrorCode::AuthorizationPermissionMismatch);
    }
    return Done{};
  }

  Result<Done> operator()(const QueueSasHolder& holder) const {
    if (operation.queue_sas.empty()) return refused_sas(request, ErrorCode::AuthorizationFailure);
    if (!have_one_of(holder.permissions, operation.queue_sas)) {
      return refused_sas(request, ErrorCode::AuthorizationPermissionMismatch);
    }
    return Done{};
  }

  /// Roles are not known: a token's holder has all of them.
  Result<Done> operator()(const TokenHolder&) const {
    if (operation.actions.empty()) return ErrorCode::AuthorizationFailure;
    return Done{};
  }
};

}  // namespace

Result<Done> authorize(const Principal& principal, const Operation& operation,
                       const Request& request) {
  if (needs_token(operation) && !std::holds_alternative<TokenHolder>(principal)) {
    return authentication_failed("Only authentication scheme Bearer is supported");
  }
  return std::visit(Authorize{operation, request}, principal);
}

}  // namespace quprite::server
