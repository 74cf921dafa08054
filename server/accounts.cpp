#include "server/accounts.h"

#include <utility>

namespace quprite::server {

void Accounts::add(Account account) {
  std::string name = account.name;
  accounts_.insert_or_assign(std::move(name), std::move(account));
}

const Account* Accounts::find(std::string_view name) const {
  const auto found = accounts_.find(name);
  return found == accounts_.end() ? nullptr : &found->second;
}

}  // namespace quprite::server
