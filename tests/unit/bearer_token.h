#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/unit/auth_support.h"

namespace quprite::test {

/// Base64 as in a JSON Web Token.
inline std::string token_part(std::string_view text) {
  std::string part = openssl_encode(text);
  std::erase(part, '=');
  std::ranges::replace(part, '+', '-');
  std::ranges::replace(part, '/', '_');
  return part;
}

inline std::string token_of(std::string_view claims) {
  return token_part(R"({"alg":"none","typ":"JWT"})") + "." + token_part(claims) + ".c2ln";
}

inline constexpr std::string_view user_object_id = "99999999-8888-7777-6666-555555555555";
inline constexpr std::string_view user_tenant_id = "12345678-1234-1234-1234-123456789abc";

/// The claims of a token that is good for an hour before and after vector_time, 1780315200.
struct TokenClaims {
  std::string not_before = "1780311600";
  std::string expires_at = "1780318800";
  std::string issued_at = "1780311600";
  std::string issuer = R"("https://sts.windows.net/12345678-1234-1234-1234-123456789abc/")";
  std::string audience = R"("https://storage.azure.com")";
  std::string object_id = "\"" + std::string(user_object_id) + "\"";

  [[nodiscard]] std::string token() const {
    return token_of("{\"aud\":" + audience + ",\"iss\":" + issuer + ",\"iat\":" + issued_at +
                    ",\"nbf\":" + not_before + ",\"exp\":" + expires_at + ",\"oid\":" + object_id +
                    ",\"tid\":\"" + std::string(user_tenant_id) + "\"}");
  }
};

}  // namespace quprite::test
