#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/errors.h"
#include "server/service_properties.h"
#include "server/versions.h"
#include "storage/time.h"

namespace quprite::server {

/// Reads `<StorageServiceProperties>`: `old` with those of Logging, HourMetrics (before 2013-08-15:
/// Metrics), MinuteMetrics and Cors replaced that are there. Each that is there has to be complete.
/// InvalidXmlDocument, InvalidXmlNodeValue, MissingRequiredXmlNode. Source: "Set Queue Service
/// Properties"; the recordings.
Result<ServiceProperties> read_service_properties(std::string_view body,
                                                  const ServiceProperties& old);

/// Before version 2013-08-15 there is one Metrics, and no Cors.
std::string write_service_properties(const ServiceProperties& properties, ApiVersion version);

/// The body of Get Queue Service Stats: a secondary location that is up to date at `last_sync`.
std::string write_service_stats(Time last_sync);

/// What Get User Delegation Key asks for.
struct KeyInfo {
  std::string start;   ///< as given; empty for now
  std::string expiry;  ///< as given
  std::string delegated_tenant_id;
};

Result<KeyInfo> read_key_info(std::string_view body);

/// What it answers.
struct DelegationKeyFields {
  std::string object_id;
  std::string tenant_id;
  std::string start;
  std::string expiry;
  std::string service;
  std::string version;
  std::string delegated_tenant_id;  ///< empty for none
  std::string value;                ///< Base64
};

std::string write_delegation_key(const DelegationKeyFields& key);

}  // namespace quprite::server
