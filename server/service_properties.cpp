#include "server/service_properties.h"

#include "server/wire/service_xml.h"

namespace quprite::server {

// The XML of the newest version loses nothing, and whoever opens the file can read it.

std::string save_service_properties(const ServiceProperties& properties) {
  return write_service_properties(properties, newest_version());
}

ServiceProperties load_service_properties(std::string_view stored) {
  auto properties = read_service_properties(stored, {});
  return properties ? *std::move(properties) : ServiceProperties{};
}

}  // namespace quprite::server
