#pragma once

#include <string_view>

#include "server/auth/authenticate.h"

namespace quprite::server {

/// Checks a Microsoft Entra ID token as `--oauth basic` does: its form, times, issuer and audience,
/// not its signature. Fails with InvalidBearerToken, a challenge, where the token is no good
/// (InvalidAuthenticationInfo before version 2019-12-12), and with AuthenticationFailed where no
/// token would do.
Result<TokenHolder> check_bearer_token(std::string_view token, const Request& request,
                                       const AuthRules& rules);

}  // namespace quprite::server
