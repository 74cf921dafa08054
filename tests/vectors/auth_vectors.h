#pragma once

#include <string>
#include <utility>
#include <vector>

/// Signatures that SDKs and independent implementations made, of account devstoreaccount1 and queue
/// vec-queue.
namespace quprite::test {

/// A request signed with Shared Key or Shared Key Lite, at 2026-06-01T12:00:00Z.
struct RequestVector {
  std::string id;
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string authorization;
  std::string string_to_sign;
};

struct SasVector {
  std::string id;
  std::string scheme;  ///< "account SAS", "service SAS" or "user delegation SAS"
  std::string token;   ///< a query
  std::string string_to_sign;
};

/// The `Value` of the key that signed the user delegation SAS.
inline constexpr const char* vector_user_delegation_key =
    "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

#include "tests/vectors/auth_vectors.inc"

}  // namespace quprite::test
