#pragma once

#include "server/accounts.h"
#include "server/config/config.h"
#include "server/options.h"

namespace quprite::server {

/// What `--config` and `--queue` declare. Throws std::runtime_error with a message for the user
/// that names the option, or the file, the line and the column (`FILE:LINE:COLUMN: ...`).
Config load_config(const Options& options);

/// The accounts that the options or the config name; throws where they are malformed.
Accounts load_accounts(const Options& options, const Config& config);

}  // namespace quprite::server
