#include "server/auth/signature.h"

#include <algorithm>

namespace quprite::server {

bool is_signed(const Account& account, std::string_view string_to_sign,
               std::string_view signature) {
  return std::ranges::any_of(
      account.keys, [&](const HmacKey& key) { return key.signed_as(string_to_sign, signature); });
}

}  // namespace quprite::server
