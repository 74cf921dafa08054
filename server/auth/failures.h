#pragma once

#include <string>
#include <string_view>

#include "server/errors.h"

namespace quprite::server {

/// AuthenticationFailed, with an AuthenticationErrorDetail where there is something to tell.
Error authentication_failed(std::string detail = {});

/// An error of the front end: the request did not get as far as the service.
Error front_end_error(ErrorCode code);

/// InvalidAuthenticationInfo: the Authorization header has not the form of any scheme.
Error malformed_authorization();

/// Two headers of one name where the scheme needs one. "Authorize with Shared Key" says "400 (Bad
/// Request)" and no code.
Error repeated_header(std::string_view name, std::string_view value);

}  // namespace quprite::server
