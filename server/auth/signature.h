#pragma once

#include <string_view>

#include "server/accounts.h"

namespace quprite::server {

/// Whether one of the account's keys made that signature of the text.
bool is_signed(const Account& account, std::string_view string_to_sign, std::string_view signature);

}  // namespace quprite::server
