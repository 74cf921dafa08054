#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/service_properties.h"
#include "storage/store.h"

namespace quprite::server {

/// Every account's service properties, read once: each request needs the CORS rules among them.
class AccountProperties {
 public:
  explicit AccountProperties(storage::Store& store) : store_(store) {}

  const ServiceProperties& of(std::string_view account);
  void set(std::string_view account, ServiceProperties properties);

  /// Forgets what was read or set: to be called when the store has rolled back.
  void forget() { known_.clear(); }

 private:
  storage::Store& store_;
  std::map<std::string, ServiceProperties, std::less<>> known_;
};

}  // namespace quprite::server
