#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "server/account_properties.h"
#include "server/auth/user_delegation.h"
#include "server/handlers/handlers.h"
#include "server/limits.h"
#include "server/parameters.h"
#include "server/wire/dates.h"
#include "server/wire/queue_xml.h"
#include "server/wire/service_xml.h"

namespace quprite::server {
namespace {

/// The account's URL as the client sees it, with a slash at its end.
std::string service_endpoint(const Request& request) {
  const auto host = request.http->header(boost::beast::http::field::host);
  std::string url = request.http->secure ? "https://" : "http://";
  url += host.value_or("127.0.0.1");
  url += '/';
  if (request.path_style) {
    url += request.account->name;
    url += request.secondary ? "-secondary/" : "/";
  }
  return url;
}

Error body_too_large() {
  return {ErrorCode::RequestBodyTooLarge, {{"MaxLimit", std::to_string(limits::max_body)}}};
}

/// `include`, a list that may hold `metadata` and nothing else.
Result<bool> read_include(const Request& request) {
  const auto include = request.query.find("include");
  if (!include || include->empty()) return false;
  if (!equal_ignoring_case(*include, "metadata")) return invalid_parameter("include", *include, "");
  return true;
}

Error invalid_node(std::string_view name, std::string_view value) {
  return {
      ErrorCode::InvalidXmlNodeValue,
      {{"XmlNodeName", std::string(name)}, {"XmlNodeValue", std::string(value)}, {"Reason", ""}}};
}

}  // namespace

/// List Queues: a page of at most `maxresults` (1 or more, default and most 5,000) queues whose
/// names begin with `prefix`.
Result<Reply> list_queues(const Request& request, HandlerContext& context) {
  const auto with_metadata = read_include(request);
  if (!with_metadata) return with_metadata.error();
  const auto asked = integer_parameter(request, "maxresults");
  if (!asked) return asked.error();
  const std::int64_t max_results = asked->value_or(limits::max_list_results);
  if (max_results < 1) {
    return out_of_range_parameter("maxresults", *request.query.find("maxresults"),
                                  {1, limits::max_list_results});
  }
  const ListQuery query{.service_endpoint = service_endpoint(request),
                        .account = request.account->name,
                        .prefix = request.query.find("prefix"),
                        .marker = request.query.find("marker"),
                        .max_results = request.query.find("maxresults"),
                        .with_metadata = *with_metadata};
  const auto first = read_marker(query.marker.value_or(""), query.account);
  if (!first) return first.error();
  const auto page = context.store.list_queues(
      query.account, query.prefix.value_or(""), *first,
      static_cast<int>(std::min(max_results, limits::max_list_results)), query.with_metadata);
  return Reply{.body = write_queue_list(query, page, request.version)};
}

/// Get Queue Service Properties.
Result<Reply> get_queue_service_properties(const Request& request, HandlerContext& context) {
  return Reply{.body = write_service_properties(context.properties.of(request.account->name),
                                                request.version)};
}

/// Set Queue Service Properties: replaces the root elements that the body has.
Result<Reply> set_queue_service_properties(const Request& request, HandlerContext& context) {
  if (request.http->body_too_large) return body_too_large();
  auto properties =
      read_service_properties(request.http->body, context.properties.of(request.account->name));
  if (!properties) return properties.error();
  context.properties.set(request.account->name, *std::move(properties));
  return Reply{.status = 202};
}

/// Get Queue Service Stats: at the secondary location only, which is always up to date here.
Result<Reply> get_queue_service_stats(const Request& request, HandlerContext&) {
  if (!request.secondary) return invalid_parameter("comp", "stats", "");
  return Reply{.body = write_service_stats(request.now())};
}

/// Get User Delegation Key: for the holder of a token, for 7 days at most. Nothing is remembered of
/// it: the key can be computed again from what the SAS that it signs repeats.
Result<Reply> get_user_delegation_key(const Request& request, HandlerContext& context) {
  const auto* holder = std::get_if<TokenHolder>(&context.principal);
  if (holder == nullptr) {
    return Error{ErrorCode::AuthenticationFailed,
                 {{"AuthenticationErrorDetail", "Only authentication scheme Bearer is supported"}}};
  }
  if (request.http->body_too_large) return body_too_large();
  auto info = read_key_info(request.http->body);
  if (!info) return info.error();
  const Time received_at = request.times.received_at;
  const auto starts_at = info->start.empty() ? received_at : parse_iso8601(info->start);
  if (!starts_at) return invalid_node("Start", info->start);
  const auto expires_at = parse_iso8601(info->expiry);
  if (!expires_at || *expires_at <= std::max(*starts_at, received_at) ||
      *expires_at - *starts_at > max_user_delegation_key_lifetime) {
    return invalid_node("Expiry", info->expiry);
  }
  const std::string version = to_string(request.version);
  // The answer tells whole seconds, and so does the SAS from which the key is computed again.
  const UserDelegationKeyFields fields{
      .object_id = holder->object_id,
      .tenant_id = holder->tenant_id,
      .starts_at = std::chrono::floor<std::chrono::seconds>(*starts_at),
      .expires_at = std::chrono::floor<std::chrono::seconds>(*expires_at),
      .service = "q",
      .version = version,
      .user_tenant_id = info->delegated_tenant_id};
  return Reply{.body =
                   write_delegation_key({.object_id = holder->object_id,
                                         .tenant_id = holder->tenant_id,
                                         .start = iso8601_seconds(*starts_at),
                                         .expiry = iso8601_seconds(*expires_at),
                                         .service = "q",
                                         .version = version,
                                         .delegated_tenant_id = info->delegated_tenant_id,
                                         .value = user_delegation_key(*request.account, fields)})};
}

}  // namespace quprite::server
