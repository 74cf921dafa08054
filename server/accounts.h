#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/hmac.h"

namespace quprite::server {

/// A storage account as configured: its name and its one or two keys.
struct Account {
  std::string name;
  std::vector<HmacKey> keys;
};

inline constexpr std::string_view development_account = "devstoreaccount1";
inline constexpr std::string_view development_key =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The accounts that are served.
class Accounts {
 public:
  /// Replaces an account of the same name.
  void add(Account account);

  [[nodiscard]] const Account* find(std::string_view name) const;
  [[nodiscard]] bool empty() const { return accounts_.empty(); }

 private:
  std::map<std::string, Account, std::less<>> accounts_;
};

}  // namespace quprite::server
