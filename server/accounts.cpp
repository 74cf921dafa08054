#include "server/accounts.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "server/wire/base64.h"

namespace quprite::server {
namespace {

/// Takes what stands before one of the separators off `text`.
std::string_view take(std::string_view& text, std::string_view separators) {
  const std::size_t end = text.find_first_of(separators);
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return head;
}

quprite::Result<Account, std::string> parse_account(std::string_view entry) {
  const std::string_view name = take(entry, ":");
  std::string quoted = "'" + std::string(name.substr(0, 64)) + "'";
  std::ranges::replace_if(
      quoted, [](char c) { return c < ' ' || c > '~'; }, '?');
  if (!is_account_name(name)) {
    return "account " + quoted + " is not allowed; 3 to 24 lower-case letters and digits are";
  }
  Account account{.name = std::string(name),
                  .first_key = std::string(entry.substr(0, entry.find(':'))),
                  .keys = {}};
  while (!entry.empty()) {
    const auto key = base64_decode(take(entry, ":"));
    if (!key || key->empty())
      return "a key of account " + quoted + " is not allowed; one in Base64 is";
    account.keys.emplace_back(*key);
  }
  if (account.keys.empty() || account.keys.size() > 2) {
    return "account " + quoted + " has " + std::to_string(account.keys.size()) +
           " keys; one or two are allowed, as in name:key1:key2";
  }
  return account;
}

}  // namespace

bool is_account_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 24 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

void Accounts::add(Account account) {
  std::string name = account.name;
  if (first_.empty()) first_ = name;
  accounts_.insert_or_assign(std::move(name), std::move(account));
}

const Account* Accounts::find(std::string_view name) const {
  const auto found = accounts_.find(name);
  return found == accounts_.end() ? nullptr : &found->second;
}

quprite::Result<Accounts, std::string> parse_accounts(std::string_view text) {
  Accounts accounts;
  while (!text.empty()) {
    const std::string_view entry = take(text, ";\r\n");
    if (entry.empty() || entry.starts_with('#')) continue;
    auto account = parse_account(entry);
    if (!account) return account.error();
    if (accounts.find(account->name) != nullptr)
      return "account '" + account->name + "' is there twice";
    accounts.add(*std::move(account));
  }
  if (accounts.all().empty())
    return std::string("no account is there; at least one is needed, as in name:key");
  return accounts;
}

void add_development_account(Accounts& accounts) {
  Account account{.name = std::string(development_account),
                  .first_key = std::string(development_key),
                  .keys = {}};
  account.keys.emplace_back(base64_decode(development_key).value());
  accounts.add(std::move(account));
}

Accounts development_accounts() {
  Accounts accounts;
  add_development_account(accounts);
  return accounts;
}

}  // namespace quprite::server
