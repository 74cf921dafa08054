#pragma once

#include <string>
#include <string_view>

#include "server/auth/string_to_sign.h"
#include "server/request.h"

namespace quprite::server {

/// Why a signature of Shared Key or Shared Key Lite does not match `text`, the string-to-sign that
/// the server has: tries what clients get wrong most often, at most some 70 signatures a key, and
/// tells the first line in which the text that was signed differs. For the log; never tells a
/// signature or a key.
std::string explain_mismatch(SigningScheme scheme, const Request& request,
                             const SignedHeaders& headers, std::string_view text,
                             std::string_view signature);

}  // namespace quprite::server
