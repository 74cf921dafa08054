#pragma once

#include <string>

#include "server/accounts.h"
#include "server/request.h"
#include "server/wire/base64.h"
#include "tests/support/manual_clock.h"

namespace quprite::test {

/// The well-known account, made once in a fuzz target's life.
inline const server::Accounts& fuzz_accounts() {
  static const server::Accounts accounts = [] {
    server::Account account{std::string(server::development_account), "", {}};
    account.keys.emplace_back(server::base64_decode(server::development_key).value_or(""));
    server::Accounts made;
    made.add(std::move(account));
    return made;
  }();
  return accounts;
}

inline constexpr server::RequestTimes fuzz_times{ManualClock::start, ManualClock::start};

/// Stops a fuzz target that has found what must not be.
inline void must(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace quprite::test
