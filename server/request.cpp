#include "server/request.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "server/wire/percent.h"

namespace quprite::server {
namespace {

constexpr std::string_view secondary_suffix = "-secondary";

/// A host name without port and, for an IPv6 address, brackets and all.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host;
  return host.substr(0, host.find(':'));
}

bool is_ip_address(std::string_view host) {
  return host.starts_with('[') ||
         std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

/// Cuts "-secondary" off an account name; whether it was there.
bool cut_secondary(std::string_view& account) {
  if (!account.ends_with(secondary_suffix)) return false;
  account.remove_suffix(secondary_suffix.size());
  return true;
}

/// Takes the next segment off a path; empty ones ("//", a trailing "/") are passed over.
std::optional<std::string_view> next_segment(std::string_view& path) {
  const std::size_t begin = path.find_first_not_of('/');
  if (begin == std::string_view::npos) return std::nullopt;
  path.remove_prefix(begin);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// Whether a segment of a URL names an account of ours, or its secondary location.
bool names_account(std::string_view segment, const Accounts& accounts) {
  std::string_view account = segment;
  return accounts.find(segment) != nullptr ||
         (cut_secondary(account) && accounts.find(account) != nullptr);
}

/// The account that the Host name names, as "ACCOUNT.queue.HOST", or nothing where the URL is of
/// path style, which works under any name: where the host begins with no account of ours, or the
/// path does and "queue" does not follow.
std::optional<std::string_view> host_style_account(std::string_view host, std::string_view path,
                                                   const Accounts& accounts) {
  host = host_name(host);
  const std::size_t dot = host.find('.');
  if (dot == std::string_view::npos || is_ip_address(host)) return std::nullopt;
  const std::string_view label = host.substr(0, dot);
  if (!names_account(label, accounts)) return std::nullopt;
  const std::string_view rest = host.substr(dot + 1);
  if (equal_ignoring_case(rest.substr(0, rest.find('.')), "queue")) return label;
  const auto first = next_segment(path);
  if (first && names_account(*first, accounts)) return std::nullopt;
  return label;
}

Result<Done> read_resource(Request& request, std::string_view path) {
  request.resource = Resource::Account;
  const auto queue = next_segment(path);
  if (!queue) return Done{};
  request.resource = Resource::Queue;
  percent_decode(*queue, request.queue);
  const auto messages = next_segment(path);
  if (!messages) return Done{};
  if (*messages != "messages" && percent_decode(*messages) != "messages")
    return ErrorCode::InvalidUri;
  request.resource = Resource::Messages;
  const auto message = next_segment(path);
  if (!message) return Done{};
  request.resource = Resource::Message;
  percent_decode(*message, request.message_id);
  if (next_segment(path)) return ErrorCode::InvalidUri;
  return Done{};
}

/// The version as the request names it: by header or, with a SAS, by `api-version` or `sv`.
/// Source: "Versioning for the Azure Storage services".
std::optional<std::string_view> named_version(const Request& request) {
  const auto header = request.http->header("x-ms-version");
  if (!request.query.find("sig")) return header;
  const auto signed_text = request.query.find("sv");
  const auto signed_version = signed_text ? parse_version(*signed_text) : std::nullopt;
  if (signed_version && *signed_version < since::api_version_parameter) return signed_text;
  if (const auto parameter = request.query.find("api-version")) return parameter;
  return header ? header : signed_version ? signed_text : std::nullopt;
}

Error refused_version(std::string_view text) {
  Error error{ErrorCode::InvalidHeaderValue,
              {{"HeaderName", "x-ms-version"}, {"HeaderValue", std::string(text)}}};
  error.front_end = true;
  return error;
}

Result<Done> read_version(Request& request, const AddressRules& rules) {
  const auto text = named_version(request);
  request.version = newest_version();
  if (!text) {
    request.version_echo = to_string(request.version);
    return Done{};
  }
  const auto version = parse_version(*text);
  if (!version) return refused_version(*text);
  request.version_echo = *text;
  if (*version > newest_version() && !rules.known_versions_only) {
    request.newer_version = true;
    return Done{};
  }
  if (!std::ranges::binary_search(known_versions(), *version)) return refused_version(*text);
  request.version = *version;
  return Done{};
}

/// The account that is not just named, but in escapes or as its secondary location.
void find_account(Request& request, std::string_view name, const Accounts& accounts) {
  request.account = accounts.find(name);
  if (request.account != nullptr || !cut_secondary(name)) return;
  request.secondary = true;
  request.account = accounts.find(name);
}

}  // namespace

void Request::reset() {
  http = nullptr;
  account = nullptr;
  secondary = false;
  path_style = true;
  resource = Resource::Account;
  queue.clear();
  message_id.clear();
  query.read({});
  version = {};
  version_echo.clear();
  newer_version = false;
  times = {};
}

Result<Done> read_request(Request& request, const HttpRequest& http, const Accounts& accounts,
                          RequestTimes times, const AddressRules& rules) {
  request.reset();
  request.http = &http;
  request.times = times;
  request.query.read(http.raw_query());
  if (http.method != boost::beast::http::verb::options) {  // a browser's preflight names no version
    const auto version = read_version(request, rules);
    if (!version) return version.error();
  }
  if (!http.target.starts_with('/')) return ErrorCode::RequestUrlFailedToParse;

  std::string_view path = http.path();
  std::optional<std::string_view> account;
  const auto host = http.header(boost::beast::http::field::host);
  if (rules.host_style && host) account = host_style_account(*host, path, accounts);
  request.path_style = !account.has_value();
  if (!account) account = next_segment(path);
  if (!account) return ErrorCode::InvalidUri;

  request.account = accounts.find(*account);
  if (request.account == nullptr) find_account(request, percent_decode(*account), accounts);
  if (request.account == nullptr) return ErrorCode::ResourceNotFound;
  return read_resource(request, path);
}

}  // namespace quprite::server
