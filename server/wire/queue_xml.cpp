#include "server/wire/queue_xml.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "server/limits.h"
#include "server/wire/any_text.h"
#include "server/wire/dates.h"
#include "server/wire/xml_document.h"
#include "server/wire/xml_text.h"

namespace quprite::server {
namespace {

using storage::AccessPolicy;

/// Metadata names are C# identifiers, and so XML names; but a store may hold what other rules let
/// in.
bool is_xml_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto part = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !name.empty() && letter(name.front()) && std::ranges::all_of(name, part);
}

void append_metadata(std::string& out, const storage::Metadata& metadata) {
  if (metadata.empty()) {
    out += "<Metadata />";
    return;
  }
  out += "<Metadata>";
  for (const auto& [name, value] : metadata) {
    if (is_xml_name(name)) {
      append_any_element(out, name, value);
    } else {
      append_any_element(out, "x-ms-invalid-name", name);
    }
  }
  out += "</Metadata>";
}

/// AccountName has no slash at its end, ServiceEndpoint has one. [List Queues]
std::string_view endpoint_of(const ListQuery& query, bool as_account_name) {
  std::string_view endpoint = query.service_endpoint;
  if (as_account_name && endpoint.ends_with('/')) endpoint.remove_suffix(1);
  return endpoint;
}

/// The endpoint holds what the client has sent as Host, which may be anything.
void append_attribute_text(std::string& out, std::string_view bytes) {
  std::string escaped;
  append_escaped(escaped, any_text(bytes));
  for (const char c : escaped) {
    if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
}

/// Permission letters are those of a queue's SAS, in any order ("Create a service SAS").
bool are_permissions(std::string_view text) {
  return text.find_first_not_of("raup") == std::string_view::npos;
}

/// "Set Queue ACL" writes a fraction as seven digits, and the service takes no other number.
bool has_fraction_of_a_policy(std::string_view time) {
  const auto point = time.find('.');
  if (point == std::string_view::npos) return true;
  constexpr std::size_t digits = 7;
  return time.find_first_not_of("0123456789", point + 1) == point + 1 + digits;
}

/// A time of a policy, where it has one; false where it is no time.
bool read_time(const pugi::xml_node& policy, const char* name, std::optional<Time>& time) {
  const std::string text = value_of(policy.child(name));
  if (text.empty()) return true;
  time = parse_iso8601(text);
  return time.has_value() && has_fraction_of_a_policy(text);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<AccessPolicy> read_identifier(const pugi::xml_node& node, std::string_view body) {
  constexpr std::size_t max_id = 64;
  AccessPolicy read;
  const pugi::xml_node id = node.child("Id");
  read.id = text_of(id);
  if (read.id.empty() || characters(read.id) > max_id) {
    const std::ptrdiff_t offset = (id ? id : node).offset_debug();
    Error error =
        malformed_xml(body, static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)));
    error.details.back().second =
        "Signed identifier ID cannot be empty or over 64 characters in length";
    return error;
  }
  const pugi::xml_node policy = node.child("AccessPolicy");
  if (!read_time(policy, "Start", read.starts_at) ||
      !read_time(policy, "Expiry", read.expires_at)) {
    return unacceptable_xml();
  }
  std::string permissions = value_of(policy.child("Permission"));
  if (!are_permissions(permissions)) return unacceptable_xml();
  if (!permissions.empty()) read.permissions = std::move(permissions);
  return read;
}

}  // namespace

std::string write_queue_list(const ListQuery& query, const storage::QueuePage& page,
                             ApiVersion version) {
  const bool old = version < since::cors;
  std::string out(xml_declaration);
  out += old ? "<EnumerationResults AccountName=\"" : "<EnumerationResults ServiceEndpoint=\"";
  append_attribute_text(out, endpoint_of(query, old));
  out += "\">";
  if (query.prefix) append_any_element(out, "Prefix", *query.prefix);
  if (query.marker) append_any_element(out, "Marker", *query.marker);
  if (query.max_results) append_any_element(out, "MaxResults", *query.max_results);
  out += page.queues.empty() ? "<Queues />" : "<Queues>";
  for (const storage::QueueEntry& queue : page.queues) {
    out += "<Queue>";
    append_element(out, "Name", queue.name);
    if (old) append_any_element(out, "Url", query.service_endpoint + queue.name);
    if (query.with_metadata) append_metadata(out, queue.metadata);
    out += "</Queue>";
  }
  if (!page.queues.empty()) out += "</Queues>";
  append_element(out, "NextMarker",
                 page.next_name.empty() ? "" : "/" + query.account + "/" + page.next_name);
  return out += "</EnumerationResults>";
}

Result<std::string_view> read_marker(std::string_view marker, std::string_view account) {
  if (marker.empty()) return marker;
  const std::string prefix = "/" + std::string(account) + "/";
  if (!marker.starts_with(prefix) || marker.size() == prefix.size())
    return ErrorCode::OutOfRangeInput;
  return marker.substr(prefix.size());
}

Result<std::vector<AccessPolicy>> read_signed_identifiers(std::string_view body) {
  pugi::xml_document document;
  const auto root = parse_xml(document, body, "SignedIdentifiers");
  if (!root) return root.error();
  std::vector<AccessPolicy> policies;
  for (const pugi::xml_node& node : root->children("SignedIdentifier")) {
    if (policies.size() == limits::max_access_policies) return unacceptable_xml();
    auto policy = read_identifier(node, body);
    if (!policy) return policy.error();
    if (std::ranges::find(policies, policy->id, &AccessPolicy::id) != policies.end())
      return unacceptable_xml();
    policies.push_back(*std::move(policy));
  }
  return policies;
}

std::string write_signed_identifiers(const std::vector<AccessPolicy>& policies) {
  std::string out(xml_declaration);
  if (policies.empty()) return out += "<SignedIdentifiers />";
  out += "<SignedIdentifiers>";
  for (const AccessPolicy& policy : policies) {
    out += "<SignedIdentifier>";
    append_element(out, "Id", policy.id);
    if (policy.starts_at || policy.expires_at || policy.permissions) {
      out += "<AccessPolicy>";
      if (policy.starts_at) append_element(out, "Start", iso8601(*policy.starts_at));
      if (policy.expires_at) append_element(out, "Expiry", iso8601(*policy.expires_at));
      if (policy.permissions) append_element(out, "Permission", *policy.permissions);
      out += "</AccessPolicy>";
    }
    out += "</SignedIdentifier>";
  }
  return out += "</SignedIdentifiers>";
}

}  // namespace quprite::server
