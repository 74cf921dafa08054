#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

#include "server/auth/failures.h"
#include "server/auth/sas.h"
#include "server/wire/dates.h"

namespace quprite::server {
namespace {

/// Reads a decimal number of 1 to 3 digits, at most 255, off `text`.
std::optional<std::uint32_t> take_octet(std::string_view& text) {
  std::uint32_t value = 0;
  const char* const end = text.data() + std::min<std::size_t>(text.size(), 3);
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || value > 255) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return value;
}

/// An IPv4 address as a number.
std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto octet = take_octet(text);
    if (!octet) return std::nullopt;
    address = address << 8 | *octet;
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

/// The address of a client that speaks IPv4, also where its socket is an IPv6 one.
std::optional<std::uint32_t> parse_peer(std::string_view peer) {
  constexpr std::string_view mapped = "::ffff:";
  if (starts_with_ignoring_case(peer, mapped)) peer.remove_prefix(mapped.size());
  return parse_ipv4(peer);
}

struct AddressRange {
  std::uint32_t first;
  std::uint32_t last;
};

std::optional<AddressRange> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_ipv4(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_ipv4(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return AddressRange{*first, *last};
}

Result<Done> check_address(std::string_view ip_range, std::string_view peer) {
  if (ip_range.empty()) return Done{};
  const auto range = parse_range(ip_range);
  if (!range) return malformed_sas();
  const auto address = parse_peer(peer);
  if (address && range->first <= *address && *address <= range->last) return Done{};
  Error error{ErrorCode::AuthorizationSourceIPMismatch};
  error.message = "This request is not authorized to perform this operation using this source IP " +
                  std::string(peer) + ".";
  return error;
}

Result<Done> check_protocol(std::string_view protocol, bool secure) {
  if (protocol.empty() || protocol == "https,http") return Done{};
  if (protocol != "https") return malformed_sas();
  if (!secure) return ErrorCode::AuthorizationProtocolMismatch;
  return Done{};
}

}  // namespace

Error missing_field(std::string_view name) {
  return authentication_failed(std::string(name) + " is mandatory. Cannot be empty");
}

Error malformed_sas() {
  return authentication_failed("Signature fields not well formed.");
}

Result<ApiVersion> check_sas_version(const SasQuery& sas, ApiVersion first) {
  if (sas.version.empty()) return missing_field("sv");
  const auto version = parse_version(sas.version);
  if (!version || *version < first) return malformed_sas();
  return *version;
}

Error sas_signature_mismatch(std::string_view string_to_sign) {
  return authentication_failed("Signature did not match. String to sign used was " +
                               std::string(string_to_sign));
}

Result<std::optional<Time>> read_time(std::string_view text) {
  if (text.empty()) return std::optional<Time>{};
  const auto time = parse_iso8601(text);
  if (!time) return malformed_sas();
  return time;
}

Result<Done> check_period(std::optional<Time> starts_at, Time expires_at, Time now) {
  if ((!starts_at || *starts_at <= now) && now < expires_at) return Done{};
  std::string detail = "Signature not valid in the specified time frame: ";
  if (starts_at) detail += "Start [" + rfc1123(*starts_at) + "] - ";
  detail += "Expiry [" + rfc1123(expires_at) + "] - Current [" + rfc1123(now) + "]";
  return authentication_failed(std::move(detail));
}

Result<Done> check_period(const SasQuery& sas, Time now) {
  const auto starts_at = read_time(sas.starts_at);
  if (!starts_at) return starts_at.error();
  const auto expires_at = read_time(sas.expires_at);
  if (!expires_at) return expires_at.error();
  if (!*expires_at) return missing_field("se");
  return check_period(*starts_at, **expires_at, now);
}

Result<Done> check_origin(const SasQuery& sas, const HttpRequest& http) {
  const auto address = check_address(sas.ip_range, http.peer);
  if (!address) return address.error();
  return check_protocol(sas.protocol, http.secure);
}

}  // namespace quprite::server
