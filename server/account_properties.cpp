#include "server/account_properties.h"

#include <utility>

namespace quprite::server {

const ServiceProperties& AccountProperties::of(std::string_view account) {
  const auto known = known_.find(account);
  if (known != known_.end()) return known->second;
  ServiceProperties properties;
  if (const auto stored = store_.get_service_properties(account))
    properties = load_service_properties(*stored);
  return known_.emplace(account, std::move(properties)).first->second;
}

void AccountProperties::set(std::string_view account, ServiceProperties properties) {
  store_.set_service_properties(account, save_service_properties(properties));
  known_.insert_or_assign(std::string(account), std::move(properties));
}

}  // namespace quprite::server
