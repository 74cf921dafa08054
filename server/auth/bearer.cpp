#include "server/auth/bearer.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "server/auth/failures.h"
#include "server/wire/base64.h"

namespace quprite::server {
namespace {

namespace json = boost::json;

constexpr std::size_t max_token = 16'384;
constexpr std::size_t max_json_depth = 8;

constexpr std::array<std::string_view, 4> issuers = {
    "https://sts.windows.net/", "https://sts.microsoftonline.de/", "https://sts.chinacloudapi.cn/",
    "https://sts.windows-ppe.net/"};
constexpr std::array<std::string_view, 2> audiences = {"https://storage.azure.com",
                                                       "e406a681-f3d4-42a8-90b6-c2b029497af1"};
constexpr std::array<std::string_view, 4> account_audiences = {
    ".queue.core.windows.net", ".queue.core.chinacloudapi.cn", ".queue.core.usgovcloudapi.net",
    ".queue.core.cloudapi.de"};

/// What is looked at of a token.
struct Claims {
  Time not_before;
  Time expires_at;
  std::string issuer;
  std::string audience;
  TokenHolder holder;
};

Error refused_token(const Request& request, std::string detail) {
  if (!request.at_least(since::challenge)) {
    return front_end_error(ErrorCode::InvalidAuthenticationInfo);
  }
  Error error = front_end_error(ErrorCode::InvalidBearerToken);
  error.details.emplace_back("AuthenticationErrorDetail", std::move(detail));
  return error;
}

/// The JSON object that a part of a token encodes.
std::optional<json::object> decode_object(std::string_view part) {
  const auto text = base64url_decode(part);
  if (!text) return std::nullopt;
  json::parse_options options;
  options.max_depth = max_json_depth;
  json::error_code problem;
  const json::value value = json::parse(*text, problem, {}, options);
  if (problem || !value.is_object()) return std::nullopt;
  return value.get_object();
}

std::optional<std::string> text_claim(const json::object& claims, std::string_view name) {
  const json::value* const value = claims.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

/// A NumericDate: seconds since 1970. Those beyond what Time can tell become its ends.
std::optional<Time> time_claim(const json::object& claims, std::string_view name) {
  constexpr double far = 900'000'000'000.0;  // seconds; Time ends at 922 thousand million
  const json::value* const value = claims.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = std::clamp(value->to_number<double>(), -far, far);
  return Time(std::chrono::seconds(static_cast<std::int64_t>(std::floor(seconds))));
}

std::optional<Claims> read_claims(const json::object& claims) {
  const auto not_before = time_claim(claims, "nbf");
  const auto expires_at = time_claim(claims, "exp");
  const auto issuer = text_claim(claims, "iss");
  const auto audience = text_claim(claims, "aud");
  if (!not_before || !expires_at || !issuer || !audience || !time_claim(claims, "iat")) {
    return std::nullopt;
  }
  return Claims{
      *not_before, *expires_at, *issuer, *audience,
      TokenHolder{text_claim(claims, "oid").value_or(""), text_claim(claims, "tid").value_or("")}};
}

/// Decodes HEADER.CLAIMS.SIGNATURE; what the signature is does not matter.
std::optional<Claims> decode_token(std::string_view token) {
  if (token.size() > max_token || std::ranges::count(token, '.') != 2) return std::nullopt;
  const std::size_t first_dot = token.find('.');
  const std::size_t last_dot = token.rfind('.');
  if (!decode_object(token.substr(0, first_dot))) return std::nullopt;
  const auto claims = decode_object(token.substr(first_dot + 1, last_dot - first_dot - 1));
  if (!claims) return std::nullopt;
  return read_claims(*claims);
}

bool is_audience(std::string_view audience, std::string_view account) {
  if (audience.ends_with('/')) audience.remove_suffix(1);
  if (std::ranges::find(audiences, audience) != audiences.end()) return true;
  return std::ranges::any_of(account_audiences, [&](std::string_view domain) {
    return audience == "https://" + std::string(account) + std::string(domain);
  });
}

Result<Done> check_claims(const Claims& claims, const Request& request) {
  const Time now = request.times.received_at;
  if (now < claims.not_before) return refused_token(request, "Lifetime validation failed.");
  if (now >= claims.expires_at) {
    return refused_token(request, "Lifetime validation failed. The token is expired.");
  }
  const bool known_issuer = std::ranges::any_of(
      issuers, [&](std::string_view issuer) { return claims.issuer.starts_with(issuer); });
  if (!known_issuer) {
    return refused_token(request, "Issuer validation failed. Issuer did not match.");
  }
  if (!is_audience(claims.audience, request.account->name)) {
    return refused_token(request, "Audience validation failed. Audience did not match.");
  }
  return Done{};
}

}  // namespace

Result<TokenHolder> check_bearer_token(std::string_view token, const Request& request,
                                       const AuthRules& rules) {
  auto claims = decode_token(token);
  // First, as it is the header's form: Azure's answer whether or not it would take a token.
  if (!claims) return refused_token(request, "The token is not well formed.");
  if (!rules.bearer) return authentication_failed("Authentication scheme Bearer is not supported.");
  if (!request.at_least(since::bearer_tokens)) {
    return authentication_failed("Authentication scheme Bearer is not supported in this version.");
  }
  if (!request.http->secure) {
    return authentication_failed("Authentication scheme Bearer is not allowed with HTTP.");
  }
  const auto valid = check_claims(*claims, request);
  if (!valid) return valid.error();
  return std::move(claims->holder);
}

}  // namespace quprite::server
