#include "server/auth/failures.h"

#include <utility>

namespace quprite::server {

Error front_end_error(ErrorCode code) {
  Error error{code};
  error.front_end = true;
  return error;
}

Error authentication_failed(std::string detail) {
  Error error = front_end_error(ErrorCode::AuthenticationFailed);
  if (!detail.empty()) error.details.emplace_back("AuthenticationErrorDetail", std::move(detail));
  return error;
}

Error malformed_authorization() {
  return front_end_error(ErrorCode::InvalidAuthenticationInfo);
}

Error repeated_header(std::string_view name, std::string_view value) {
  Error error = front_end_error(ErrorCode::InvalidHeaderValue);
  error.details = {{"HeaderName", std::string(name)}, {"HeaderValue", std::string(value)}};
  return error;
}

}  // namespace quprite::server
