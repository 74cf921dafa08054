#include "server/wire/service_xml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "server/wire/dates.h"
#include "server/wire/xml_document.h"
#include "server/wire/xml_text.h"

namespace quprite::server {
namespace {

// "Set Queue Service Properties", "CORS support for Azure Storage".
constexpr int max_days = 365;
constexpr std::size_t max_rules = 5;
constexpr std::size_t max_rules_size = 2'048;
constexpr std::size_t max_origins = 64;
constexpr std::size_t max_literal_headers = 64;
constexpr std::size_t max_prefixed_headers = 2;
constexpr std::size_t max_item = 256;

Error missing_node(std::string_view name) {
  return {ErrorCode::MissingRequiredXmlNode, {{"XmlNodeName", std::string(name)}}};
}

Error wrong_value(std::string_view name, std::string_view value) {
  return {
      ErrorCode::InvalidXmlNodeValue,
      {{"XmlNodeName", std::string(name)}, {"XmlNodeValue", std::string(value)}, {"Reason", ""}}};
}

Result<std::string> required_text(const pugi::xml_node& parent, const char* name) {
  const pugi::xml_node node = parent.child(name);
  if (!node) return missing_node(name);
  return value_of(node);
}

/// The version of Storage Analytics: there are two.
Result<std::string> required_version(const pugi::xml_node& parent) {
  auto text = required_text(parent, "Version");
  if (text && *text != "1.0" && *text != "2.0") return wrong_value("Version", *text);
  return text;
}

Result<bool> required_bool(const pugi::xml_node& parent, const char* name) {
  const auto text = required_text(parent, name);
  if (!text) return text.error();
  if (*text == "true" || *text == "True" || *text == "1") return true;
  if (*text == "false" || *text == "False" || *text == "0") return false;
  return wrong_value(name, *text);
}

Result<int> required_integer(const pugi::xml_node& parent, const char* name) {
  const auto text = required_text(parent, name);
  if (!text) return text.error();
  int value = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (problem != std::errc{} || end != text->data() + text->size()) return wrong_value(name, *text);
  return value;
}

Result<RetentionPolicy> read_retention(const pugi::xml_node& parent) {
  const pugi::xml_node node = parent.child("RetentionPolicy");
  if (!node) return missing_node("RetentionPolicy");
  const auto enabled = required_bool(node, "Enabled");
  if (!enabled) return enabled.error();
  if (!*enabled) return RetentionPolicy{};
  const auto days = required_integer(node, "Days");
  if (!days) return days.error();
  if (*days < 1 || *days > max_days) {
    return invalid_xml(0, 0,
                       "Retention days must be greater than 0 and less than or equal to 365 days.");
  }
  return RetentionPolicy{*days};
}

Result<LoggingProperties> read_logging(const pugi::xml_node& node) {
  auto version = required_version(node);
  if (!version) return version.error();
  const auto read = required_bool(node, "Read");
  if (!read) return read.error();
  const auto write = required_bool(node, "Write");
  if (!write) return write.error();
  const auto remove = required_bool(node, "Delete");
  if (!remove) return remove.error();
  const auto retention = read_retention(node);
  if (!retention) return retention.error();
  return LoggingProperties{*std::move(version), *read, *write, *remove, *retention};
}

Result<MetricsProperties> read_metrics(const pugi::xml_node& node) {
  MetricsProperties metrics;
  auto version = required_version(node);
  if (!version) return version.error();
  metrics.version = *std::move(version);
  const auto enabled = required_bool(node, "Enabled");
  if (!enabled) return enabled.error();
  metrics.enabled = *enabled;
  if (metrics.enabled) {
    const auto include_apis = required_bool(node, "IncludeAPIs");
    if (!include_apis) return include_apis.error();
    metrics.include_apis = *include_apis;
  }
  const auto retention = read_retention(node);
  if (!retention) return retention.error();
  metrics.retention = *retention;
  return metrics;
}

/// The items of a list that is separated by commas, with or without blanks around them; empty ones
/// are left out.
std::vector<std::string_view> split(std::string_view list) {
  constexpr std::string_view space = " \t\r\n";
  std::vector<std::string_view> items;
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    item.remove_prefix(std::min(item.size(), item.find_first_not_of(space)));
    item = item.substr(0, item.find_last_not_of(space) + 1);
    if (!item.empty()) items.push_back(item);
  }
  return items;
}

std::string join(const std::vector<std::string_view>& items) {
  std::string list;
  for (const std::string_view item : items) {
    if (!list.empty()) list += ',';
    list += item;
  }
  return list;
}

/// Rules end up in headers of answers, so nothing may be in them that could end one.
bool is_visible_ascii(std::string_view item) {
  return std::ranges::all_of(item, [](char c) { return c > ' ' && c < 0x7F; });
}

bool items_fit(const std::vector<std::string_view>& items) {
  return std::ranges::all_of(items, [](std::string_view item) {
    return item.size() <= max_item && is_visible_ascii(item);
  });
}

bool are_methods(std::string_view list) {
  constexpr std::array<std::string_view, 8> methods = {"DELETE", "GET",     "HEAD", "MERGE",
                                                       "POST",   "OPTIONS", "PUT",  "PATCH"};
  return std::ranges::all_of(split(list), [&](std::string_view method) {
    return std::ranges::find(methods, method) != methods.end();
  });
}

bool are_headers(std::string_view list) {
  const auto items = split(list);
  const auto prefixed = std::ranges::count_if(
      items, [](std::string_view item) { return item.size() > 1 && item.ends_with('*'); });
  return items_fit(items) && static_cast<std::size_t>(prefixed) <= max_prefixed_headers &&
         items.size() - static_cast<std::size_t>(prefixed) <= max_literal_headers;
}

/// The service tells whole header names before prefixes, whatever the order they were sent in.
/// [recordings]
std::string names_before_prefixes(std::string_view list) {
  auto items = split(list);
  std::stable_partition(items.begin(), items.end(),
                        [](std::string_view item) { return !item.ends_with('*'); });
  return join(items);
}

Result<CorsRule> read_rule(const pugi::xml_node& node) {
  CorsRule rule;
  auto origins = required_text(node, "AllowedOrigins");
  if (!origins) return origins.error();
  const auto origin_items = split(*origins);
  if (origin_items.empty() || origin_items.size() > max_origins || !items_fit(origin_items)) {
    return wrong_value("AllowedOrigins", *origins);
  }
  auto methods = required_text(node, "AllowedMethods");
  if (!methods) return methods.error();
  const auto method_items = split(*methods);
  if (method_items.empty() || !are_methods(*methods))
    return wrong_value("AllowedMethods", *methods);
  const auto max_age = required_integer(node, "MaxAgeInSeconds");
  if (!max_age) return max_age.error();
  if (*max_age < 0) return wrong_value("MaxAgeInSeconds", std::to_string(*max_age));
  rule.allowed_headers = value_of(node.child("AllowedHeaders"));
  rule.exposed_headers = value_of(node.child("ExposedHeaders"));
  if (!are_headers(rule.allowed_headers))
    return wrong_value("AllowedHeaders", rule.allowed_headers);
  if (!are_headers(rule.exposed_headers))
    return wrong_value("ExposedHeaders", rule.exposed_headers);
  rule.allowed_headers = names_before_prefixes(rule.allowed_headers);
  rule.exposed_headers = names_before_prefixes(rule.exposed_headers);
  rule.allowed_origins = join(origin_items);
  rule.allowed_methods = join(method_items);
  rule.max_age = *max_age;
  return rule;
}

Result<std::vector<CorsRule>> read_rules(const pugi::xml_node& node) {
  std::vector<CorsRule> rules;
  std::size_t size = 0;
  for (const pugi::xml_node& child : node.children("CorsRule")) {
    auto rule = read_rule(child);
    if (!rule) return rule.error();
    size += rule->allowed_origins.size() + rule->allowed_methods.size() +
            rule->allowed_headers.size() + rule->exposed_headers.size() +
            std::to_string(rule->max_age).size();
    rules.push_back(*std::move(rule));
    if (rules.size() > max_rules || size > max_rules_size) return unacceptable_xml();
  }
  return rules;
}

void append_bool(std::string& out, std::string_view name, bool value) {
  append_element(out, name, value ? "true" : "false");
}

void append_retention(std::string& out, const RetentionPolicy& retention) {
  out += "<RetentionPolicy>";
  append_bool(out, "Enabled", retention.days.has_value());
  if (retention.days) append_element(out, "Days", std::to_string(*retention.days));
  out += "</RetentionPolicy>";
}

void append_metrics(std::string& out, std::string_view name, const MetricsProperties& metrics) {
  out.append("<").append(name).append(">");
  append_element(out, "Version", metrics.version);
  append_bool(out, "Enabled", metrics.enabled);
  if (metrics.enabled) append_bool(out, "IncludeAPIs", metrics.include_apis);
  append_retention(out, metrics.retention);
  out.append("</").append(name).append(">");
}

void append_rules(std::string& out, const std::vector<CorsRule>& rules) {
  if (rules.empty()) {
    out += "<Cors />";
    return;
  }
  out += "<Cors>";
  for (const CorsRule& rule : rules) {
    out += "<CorsRule>";
    append_element(out, "AllowedMethods", rule.allowed_methods);
    append_element(out, "AllowedOrigins", rule.allowed_origins);
    append_element(out, "AllowedHeaders", rule.allowed_headers);
    append_element(out, "ExposedHeaders", rule.exposed_headers);
    append_element(out, "MaxAgeInSeconds", std::to_string(rule.max_age));
    out += "</CorsRule>";
  }
  out += "</Cors>";
}

}  // namespace

Result<ServiceProperties> read_service_properties(std::string_view body,
                                                  const ServiceProperties& old) {
  pugi::xml_document document;
  const auto root = parse_xml(document, body, "StorageServiceProperties");
  if (!root) return root.error();
  ServiceProperties properties = old;
  if (const auto node = root->child("Logging")) {
    auto logging = read_logging(node);
    if (!logging) return logging.error();
    properties.logging = *std::move(logging);
  }
  const auto hour = root->child("HourMetrics");
  if (const auto node = hour ? hour : root->child("Metrics")) {
    auto metrics = read_metrics(node);
    if (!metrics) return metrics.error();
    properties.hour_metrics = *std::move(metrics);
  }
  if (const auto node = root->child("MinuteMetrics")) {
    auto metrics = read_metrics(node);
    if (!metrics) return metrics.error();
    properties.minute_metrics = *std::move(metrics);
  }
  if (const auto node = root->child("Cors")) {
    auto rules = read_rules(node);
    if (!rules) return rules.error();
    properties.cors = *std::move(rules);
  }
  return properties;
}

std::string write_service_properties(const ServiceProperties& properties, ApiVersion version) {
  std::string out(xml_declaration);
  out += "<StorageServiceProperties><Logging>";
  append_element(out, "Version", properties.logging.version);
  append_bool(out, "Read", properties.logging.read);
  append_bool(out, "Write", properties.logging.write);
  append_bool(out, "Delete", properties.logging.remove);
  append_retention(out, properties.logging.retention);
  out += "</Logging>";
  if (version < since::cors) {
    append_metrics(out, "Metrics", properties.hour_metrics);
  } else {
    append_metrics(out, "HourMetrics", properties.hour_metrics);
    append_metrics(out, "MinuteMetrics", properties.minute_metrics);
    append_rules(out, properties.cors);
  }
  return out += "</StorageServiceProperties>";
}

std::string write_service_stats(Time last_sync) {
  std::string out(xml_declaration);
  out += "<StorageServiceStats><GeoReplication><Status>live</Status>";
  append_element(out, "LastSyncTime", rfc1123(last_sync));
  return out += "</GeoReplication></StorageServiceStats>";
}

Result<KeyInfo> read_key_info(std::string_view body) {
  pugi::xml_document document;
  const auto root = parse_xml(document, body, "KeyInfo");
  if (!root) return root.error();
  KeyInfo info{.start = value_of(root->child("Start")),
               .expiry = value_of(root->child("Expiry")),
               .delegated_tenant_id = value_of(root->child("DelegatedUserTid"))};
  if (info.expiry.empty()) return missing_node("Expiry");
  return info;
}

std::string write_delegation_key(const DelegationKeyFields& key) {
  std::string out(xml_declaration);
  out += "<UserDelegationKey>";
  append_element(out, "SignedOid", key.object_id);
  append_element(out, "SignedTid", key.tenant_id);
  append_element(out, "SignedStart", key.start);
  append_element(out, "SignedExpiry", key.expiry);
  append_element(out, "SignedService", key.service);
  append_element(out, "SignedVersion", key.version);
  if (!key.delegated_tenant_id.empty())
    append_element(out, "SignedDelegatedUserTid", key.delegated_tenant_id);
  append_element(out, "Value", key.value);
  return out += "</UserDelegationKey>";
}

}  // namespace quprite::server
