#pragma once

#include "server/options.h"

namespace quprite::server {

/// `quprite healthcheck`: asks the server that the options point to whether it is ready; 0 where it
/// is, else 1.
int check_health(const Options& options);

}  // namespace quprite::server
