#pragma once

#include "server/auth/authenticate.h"
#include "server/request.h"

namespace quprite::server {

/// How the service behaves where that is a choice. README's table of differences says what `exact`
/// changes.
struct ServiceRules {
  /// Azure's behaviour also where ours is friendlier by default (`--exact`).
  bool exact = false;
  AuthRules auth = {};
  AddressRules address = {};
};

}  // namespace quprite::server
