#include "server/auth/authenticate.h"

#include <algorithm>
#include <cstddef>

#include "server/auth/bearer.h"
#include "server/auth/failures.h"
#include "server/auth/sas.h"
#include "server/auth/shared_key.h"
#include "server/auth/user_delegation.h"

namespace quprite::server {
namespace {

/// Queues have no public access.
Error anonymous_refused(const Request& request) {
  return front_end_error(request.at_least(since::challenge) ? ErrorCode::NoAuthenticationInformation
                                                            : ErrorCode::ResourceNotFound);
}

/// An Authorization header: `SCHEME CREDENTIALS`.
struct Authorization {
  std::string_view scheme;
  std::string_view credentials;
};

Authorization read_authorization(std::string_view value) {
  const std::size_t blank = std::min(value.find(' '), value.size());
  Authorization authorization{value.substr(0, blank), value.substr(blank)};
  const std::size_t begin = authorization.credentials.find_first_not_of(' ');
  authorization.credentials.remove_prefix(std::min(begin, authorization.credentials.size()));
  return authorization;
}

/// The Authorization header, of which there can be one.
Result<std::optional<std::string_view>> find_authorization(const HttpRequest& http) {
  std::optional<std::string_view> found;
  for (const HttpField& header : http.fields) {
    if (header.id != boost::beast::http::field::authorization) continue;
    if (found) return repeated_header(header.name, "");  // never a credential in an answer
    found = header.value;
  }
  return found;
}

/// A token by itself, or as the second half of a SAS that is bound to its user. A SAS of another
/// kind that is there too adds nothing to what the token allows.
Result<Principal> check_bearer(std::string_view token, const Request& request,
                               const AuthRules& rules) {
  const auto user = check_bearer_token(token, request, rules);
  if (!user) return user.error();
  const std::string_view bound_to = request.query.find("sduoid").value_or(std::string_view{});
  const bool bound = request.query.find("sig") && request.query.find("skoid") && !bound_to.empty();
  if (!bound) return Principal{*user};
  const auto sas = read_sas(request.query);
  if (!sas) return sas.error();
  const auto same_user = check_bound_user(*sas, *user);
  if (!same_user) return same_user.error();
  return check_user_delegation_sas(request, *sas);
}

/// Where there is an Authorization header it alone counts: with a SAS beside it a request may do no
/// more than without.
Result<Principal> check_authorization(std::string_view value, const Request& request,
                                      const AuthRules& rules) {
  const auto [scheme, credentials] = read_authorization(value);
  if (equal_ignoring_case(scheme, "Bearer")) return check_bearer(credentials, request, rules);
  const bool shared_key = equal_ignoring_case(scheme, "SharedKey");
  if (!shared_key && !equal_ignoring_case(scheme, "SharedKeyLite"))
    return malformed_authorization();
  const auto owner =
      check_shared_key(shared_key ? SigningScheme::SharedKey : SigningScheme::SharedKeyLite,
                       credentials, request, rules);
  if (!owner) return owner.error();
  return Principal{*owner};
}

Result<Principal> check_sas(const Request& request, const PolicyLookup& policies) {
  const auto sas = read_sas(request.query);
  if (!sas) return sas.error();
  if (request.query.find("skoid")) {
    if (is_bound_to_user(*sas)) {
      return authentication_failed(
          "The signature is bound to a user, whose Bearer token is missing.");
    }
    return check_user_delegation_sas(request, *sas);
  }
  if (request.query.find("ss") && request.query.find("srt"))
    return check_account_sas(request, *sas);
  return check_queue_sas(request, *sas, policies);
}

}  // namespace

Result<Principal> authenticate(const Request& request, const AuthRules& rules,
                               const PolicyLookup& policies) {
  if (rules.off) return Principal{Owner{}};
  const auto authorization = find_authorization(*request.http);
  if (!authorization) return authorization.error();
  if (*authorization) return check_authorization(**authorization, request, rules);
  if (request.query.find("sig")) return check_sas(request, policies);
  return anonymous_refused(request);
}

}  // namespace quprite::server
