#include "server/cors.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace quprite::server {
namespace {

/// Takes the next item off a list that is separated by commas, without the white space around it.
std::string_view take(std::string_view& list) {
  std::string_view item = list.substr(0, list.find(','));
  list.remove_prefix(std::min(list.size(), item.size() + 1));
  while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
  while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
  return item;
}

/// Origins and methods compare exactly.
bool lists(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    if (take(list) == wanted) return true;
  }
  return false;
}

/// Headers compare without case; `*` at the end of an item stands for any rest.
bool lists_header(std::string_view list, std::string_view header) {
  while (!list.empty()) {
    const std::string_view item = take(list);
    if (item.ends_with('*') ? starts_with_ignoring_case(header, item.substr(0, item.size() - 1))
                            : equal_ignoring_case(item, header)) {
      return true;
    }
  }
  return false;
}

/// Headers that browsers may always send.
bool is_simple(std::string_view header) {
  constexpr std::array<std::string_view, 6> simple = {
      "accept", "accept-language", "content-language", "content-type", "origin", "host"};
  return std::ranges::any_of(
      simple, [&](std::string_view name) { return equal_ignoring_case(name, header); });
}

bool allows_headers(const CorsRule& rule, std::string_view headers) {
  while (!headers.empty()) {
    const std::string_view header = take(headers);
    if (!header.empty() && !is_simple(header) && !lists_header(rule.allowed_headers, header))
      return false;
  }
  return true;
}

bool allows_any_origin(const CorsRule& rule) {
  return lists(rule.allowed_origins, "*");
}

/// The first rule that fits origin and method decides, whatever the later ones say.
const CorsRule* find_rule(const std::vector<CorsRule>& rules,
                          std::optional<std::string_view> origin, std::string_view method) {
  const auto rule = std::ranges::find_if(rules, [&](const CorsRule& candidate) {
    const bool origin_fits =
        allows_any_origin(candidate) || (origin && lists(candidate.allowed_origins, *origin));
    return origin_fits && lists(candidate.allowed_methods, method);
  });
  return rule == rules.end() ? nullptr : &*rule;
}

/// What a rule exposes of an answer. Browsers know no prefixes, so those, and `*`, become the
/// headers of the answer that fit.
std::string expand(std::string_view exposed, std::string_view answer_headers) {
  std::string names;
  const auto add = [&](std::string_view name) {
    if (lists_header(names, name)) return;
    if (!names.empty()) names += ',';
    names += name;
  };
  while (!exposed.empty()) {
    const std::string_view item = take(exposed);
    if (!item.ends_with('*')) {
      add(item);
      continue;
    }
    for (std::string_view rest = answer_headers; !rest.empty();) {
      const std::string_view name = take(rest);
      if (lists_header(item, name)) add(name);
    }
  }
  return names;
}

void append_line(std::string& lines, std::string_view name, std::string_view value) {
  lines.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string cors_header_lines(const std::vector<CorsRule>& rules, const HttpRequest& http,
                              std::string_view answer_headers) {
  std::string lines;
  if (rules.empty()) return lines;
  const auto origin = http.header(boost::beast::http::field::origin);
  const bool reads = http.method_text == "GET" || http.method_text == "HEAD";
  const CorsRule* rule = origin || reads ? find_rule(rules, origin, http.method_text) : nullptr;
  if (rule == nullptr) {
    if (reads) append_line(lines, "Vary", "Origin");
    return lines;
  }
  if (!rule->exposed_headers.empty()) {
    append_line(lines, "Access-Control-Expose-Headers",
                expand(rule->exposed_headers, answer_headers));
  }
  if (origin && lists(rule->allowed_origins, *origin) && *origin != "*") {
    append_line(lines, "Access-Control-Allow-Origin", *origin);
    append_line(lines, "Access-Control-Allow-Credentials", "true");
    if (reads) append_line(lines, "Vary", "Origin");
  } else {
    append_line(lines, "Access-Control-Allow-Origin", "*");
  }
  return lines;
}

Result<Reply> answer_preflight(const std::vector<CorsRule>& rules, const HttpRequest& http) {
  const auto origin = http.header(boost::beast::http::field::origin);
  if (!origin) return Error{ErrorCode::MissingRequiredHeader, {{"HeaderName", "Origin"}}};
  const auto method = http.header(boost::beast::http::field::access_control_request_method);
  if (!method)
    return Error{ErrorCode::MissingRequiredHeader,
                 {{"HeaderName", "Access-Control-Request-Method"}}};
  const auto headers = http.header(boost::beast::http::field::access_control_request_headers);
  const CorsRule* rule = find_rule(rules, origin, *method);
  if (rule == nullptr || !allows_headers(*rule, headers.value_or("")))
    return ErrorCode::CorsPreflightFailure;
  const bool exact = lists(rule->allowed_origins, *origin);
  Reply reply;
  reply.headers.emplace_back("Access-Control-Allow-Origin",
                             exact ? *origin : std::string_view("*"));
  reply.headers.emplace_back("Access-Control-Allow-Methods", *method);
  if (headers && !headers->empty())
    reply.headers.emplace_back("Access-Control-Allow-Headers", *headers);
  reply.headers.emplace_back("Access-Control-Max-Age", std::to_string(rule->max_age));
  reply.headers.emplace_back("Access-Control-Allow-Credentials", "true");
  return reply;
}

}  // namespace quprite::server
