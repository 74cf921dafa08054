#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quprite::server {

/// How long logs and metrics are kept: 1 to 365 days; nothing for ever.
struct RetentionPolicy {
  std::optional<int> days = {};
};

struct LoggingProperties {
  std::string version = "1.0";
  bool read = false;
  bool write = false;
  bool remove = false;  ///< `Delete`
  RetentionPolicy retention = {};
};

struct MetricsProperties {
  std::string version = "1.0";
  bool enabled = false;
  bool include_apis = false;  ///< told only where enabled
  RetentionPolicy retention = {};
};

/// A CORS rule ("CORS support for Azure Storage"). Lists are kept as they were sent, separated by
/// commas.
struct CorsRule {
  std::string allowed_origins;
  std::string allowed_methods;
  std::string allowed_headers;
  std::string exposed_headers;
  int max_age = 0;  ///< seconds
};

/// What Set Queue Service Properties sets. Logging and metrics are kept and told, and have no
/// effect here. A new account has everything switched off.
struct ServiceProperties {
  LoggingProperties logging = {};
  MetricsProperties hour_metrics = {};
  MetricsProperties minute_metrics = {};
  std::vector<CorsRule> cors = {};
};

/// Service properties in the notation the store keeps for them.
std::string save_service_properties(const ServiceProperties& properties);
ServiceProperties load_service_properties(std::string_view stored);

}  // namespace quprite::server
