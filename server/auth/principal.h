#pragma once

#include <string>
#include <variant>

namespace quprite::server {

/// Signed with an account key: may do everything.
struct Owner {};

/// Holds an account SAS ("Create an account SAS"): what `srt` and `sp` say, in the documentation's
/// letters.
struct AccountSasHolder {
  std::string resource_types;
  std::string permissions;
};

/// Holds a service SAS or a user delegation SAS of one queue; its stored access policy is already
/// worked in.
struct QueueSasHolder {
  std::string permissions;
};

/// Carries a Microsoft Entra ID token.
struct TokenHolder {
  std::string object_id;
  std::string tenant_id;
};

/// Who sent a request.
using Principal = std::variant<Owner, AccountSasHolder, QueueSasHolder, TokenHolder>;

}  // namespace quprite::server
