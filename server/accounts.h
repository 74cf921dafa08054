#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/hmac.h"
#include "storage/result.h"

namespace quprite::server {

/// A storage account as configured: its name and its one or two keys.
struct Account {
  std::string name;
  std::string first_key;  ///< in Base64, for a connection string
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

  /// The one that was added first, or made the first.
  [[nodiscard]] const Account& first() const { return accounts_.find(first_)->second; }
  void make_first(std::string_view name) { first_ = name; }

  /// In order of their names.
  [[nodiscard]] const std::map<std::string, Account, std::less<>>& all() const { return accounts_; }

 private:
  std::map<std::string, Account, std::less<>> accounts_;
  std::string first_;
};

/// "Storage account overview": 3 to 24 lower-case letters and digits.
bool is_account_name(std::string_view name);

/// Reads `name:key1[:key2]`, several separated by semicolons or line ends, empty ones and
/// those that begin with # passed over.
/// A name is 3 to 24 lower-case letters and digits, keys are Base64. The error says which entry is
/// wrong and what is allowed; it never repeats a key.
quprite::Result<Accounts, std::string> parse_accounts(std::string_view text);

/// Adds the well-known development account.
void add_development_account(Accounts& accounts);

/// The well-known development account alone.
Accounts development_accounts();

}  // namespace quprite::server
