#pragma once

#include <string_view>

#include "server/auth/authenticate.h"
#include "server/auth/string_to_sign.h"

namespace quprite::server {

/// Checks `Authorization: SharedKey ACCOUNT:SIGNATURE`, or that of Shared Key Lite, of which
/// `credentials` is what follows the scheme. Fails with InvalidAuthenticationInfo where they have
/// not that form, InvalidHeaderValue where a signed header is repeated, and AuthenticationFailed.
Result<Owner> check_shared_key(SigningScheme scheme, std::string_view credentials,
                               const Request& request, const AuthRules& rules);

}  // namespace quprite::server
