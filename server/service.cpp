#include "server/service.h"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include "server/cors.h"
#include "server/limits.h"
#include "server/names.h"
#include "server/operations.h"
#include "server/other_service.h"
#include "server/parameters.h"
#include "server/render.h"

namespace quprite::server {
namespace {

using boost::beast::http::verb;

constexpr std::size_t most_spare_body = 65'536;

/// "x-ms-client-request-id": echoed if it is at most 1,024 visible ASCII characters.
bool may_echo(std::string_view id) {
  return !id.empty() && id.size() <= limits::max_client_request_id &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F; });
}

/// `timeout` has no effect, as nothing here takes long; but it has to be a whole number.
/// Source: "Setting timeouts for Queue Storage operations".
Result<Done> check_timeout(const Request& request) {
  constexpr std::string_view name = "timeout";
  const auto value = integer_parameter(request, name);
  if (!value) return value.error();
  if (value->has_value() && **value < 0)
    return invalid_parameter(name, *request.query.find(name), "");
  return Done{};
}

/// The names of the headers of an error, in the order in which a CORS rule exposes them.
/// [recordings]
constexpr std::string_view error_headers =
    "x-ms-request-id,Server,x-ms-version,x-ms-error-code,Content-Length,Date,Transfer-Encoding";

/// And those of an answer that went well.
std::string reply_headers(const Exchange& exchange, const Reply& reply) {
  std::string names = "x-ms-request-id";
  if (!exchange.client_request_id.empty()) names += ",x-ms-client-request-id";
  names += ",Server,x-ms-version,Content-Type,Cache-Control,Content-Length,Date,Transfer-Encoding";
  for (const auto& [name, value] : reply.headers) names.append(",").append(name);
  return names;
}

/// "PUT, POST: Content-Length is required". Friendlier by default: a body that is not announced is
/// no body.
Result<Done> check_length(const HttpRequest& http, bool exact) {
  const bool wants_body = http.method == verb::put || http.method == verb::post;
  if (exact && wants_body && !http.has_length) return ErrorCode::MissingContentLengthHeader;
  return Done{};
}

}  // namespace

Service::Service(const Accounts& accounts, storage::Store& store, const Clock& clock, Log& log,
                 ServiceRules rules)
    : accounts_(accounts),
      store_(store),
      clock_(clock),
      log_(log),
      rules_(rules),
      properties_(store),
      policies_([this](storage::QueueRef queue,
                       std::string_view id) -> std::optional<storage::AccessPolicy> {
        const auto policies = store_.get_queue_acl(queue);
        if (!policies) return std::nullopt;
        const auto policy = std::ranges::find(*policies, id, &storage::AccessPolicy::id);
        if (policy == policies->end()) return std::nullopt;
        return *policy;
      }),
      newest_seen_(newest_version()) {}

void Service::handle(const HttpRequest& http, Exchange& exchange, std::string& out) {
  begin(http, exchange);
  const std::size_t start = out.size();
  try {
    Result<Reply> outcome = run(http, exchange);
    if (!outcome) tell_other_service(http, outcome.error());
    exchange.held = store_.has_changes();
    if (exchange.held) ++held_;
    if (request_.account != nullptr && !exchange.preflight) add_cors(http, outcome, exchange);
    finish(outcome, exchange, out);
    keep_body(outcome);
  } catch (const storage::StoreFailure& failure) {
    lose_group(failure);
    out.resize(start);
    handle_failure(failure, exchange, out);
  } catch (const std::exception& fault) {
    const storage::StoreFailure failure(fault.what(), false);
    lose_group(failure);
    out.resize(start);
    handle_failure(failure, exchange, out);
  }
}

/// The memory of a small body serves the next one, which spares the hot path a big allocation.
void Service::keep_body(Result<Reply>& outcome) {
  if (!outcome || outcome->body.capacity() > most_spare_body) return;
  if (outcome->body.capacity() > spare_body_.capacity()) spare_body_ = std::move(outcome->body);
}

/// A client of Blob or Table Storage that has come to the wrong port would puzzle over a signature
/// or a name that Queue Storage refuses: code and status stay, the message tells.
void Service::tell_other_service(const HttpRequest& http, Error& error) const {
  const std::string_view service = other_service(http);
  if (service.empty()) return;
  error.hint.assign("a request for ").append(service).append(" came to the port of Queue Storage");
  if (rules_.exact) return;
  error.message.assign("This is a request for ").append(service);
  error.message.append("; this server, quprite, is for Queue Storage only.");
}

/// A request failed halfway: nothing of its group may stay, so the others that the group holds fail
/// with it.
void Service::lose_group(const storage::StoreFailure& failure) {
  store_.roll_back();
  properties_.forget();
  if (held_ > 0) lost_ = failure;
}

std::optional<storage::StoreFailure> Service::commit() {
  held_ = 0;
  if (lost_) {
    store_.roll_back();
    properties_.forget();
    return std::exchange(lost_, std::nullopt);
  }
  try {
    store_.commit();
    return std::nullopt;
  } catch (const storage::StoreFailure& failure) {
    store_.roll_back();
    properties_.forget();
    return failure;
  }
}

/// What orchestrators ask: whether the process lives, and whether it serves. Both are so when this
/// is run.
bool Service::is_health_check(const HttpRequest& http) const {
  const std::string_view path = http.path();
  return (path == "/livez" || path == "/readyz") && accounts_.find(path.substr(1)) == nullptr &&
         (http.method == verb::get || http.method == verb::head);
}

/// The order of the steps is behaviour that clients see: a bad version is refused before a bad
/// signature, that before an unknown operation, and that before a bad queue name. [recordings;
/// "queue-rest-api", order of checks]
Result<Reply> Service::run(const HttpRequest& http, Exchange& exchange) {
  Request& request = request_;
  request.reset();
  const RequestTimes times{.received_at = exchange.received_at, .now = exchange.received_at};
  if (is_health_check(http)) return Reply{};
  if (http.method == verb::options) return run_preflight(http, exchange, times);
  const auto read = read_request(request, http, accounts_, times, rules_.address);
  exchange.version = request.version;
  exchange.version_echo = request.version_echo;
  if (request.account != nullptr) exchange.account = request.account->name;
  if (!read) return read.error();
  if (request.newer_version) note_newer_version(request);
  exchange.queue = request.queue;
  if (const auto id = http.header("x-ms-client-request-id");
      id && request.at_least(since::client_request_id_echo) && may_echo(*id)) {
    exchange.client_request_id = *id;
  }
  const auto principal = authenticate(request, rules_.auth, policies_);
  if (!principal) return principal.error();
  const auto operation = find_operation(request);
  if (!operation) return operation.error();
  exchange.operation = *operation;
  const auto allowed = authorize(*principal, **operation, request);
  if (!allowed) return allowed.error();
  if (request.secondary && (*operation)->changes) return ErrorCode::InsufficientAccountPermissions;
  if (request.resource != Resource::Account) {
    const auto name = check_queue_name(request.queue);
    if (!name) return name.error();
  }
  const auto timeout = check_timeout(request);
  if (!timeout) return timeout.error();
  const auto length = check_length(http, rules_.exact);
  if (!length) return length.error();
  HandlerContext context{store_, properties_, rules_, *principal, spare_body_};
  return (*operation)->handler(request, context);
}

/// What CORS adds to the answer, and to that of an error which may have to take its place.
void Service::add_cors(const HttpRequest& http, const Result<Reply>& outcome, Exchange& exchange) {
  const auto& rules = properties_.of(exchange.account).cors;
  if (rules.empty()) return;
  if (outcome) exchange.cors = cors_header_lines(rules, http, reply_headers(exchange, *outcome));
  exchange.error_cors = cors_header_lines(rules, http, error_headers);
}

/// Preflight Queue Request: a browser asks before it sends. Anonymous, for any URL of the account.
Result<Reply> Service::run_preflight(const HttpRequest& http, Exchange& exchange,
                                     const RequestTimes& times) {
  Request& request = request_;
  exchange.preflight = true;
  static_cast<void>(read_request(request, http, accounts_, times, rules_.address));
  if (request.account == nullptr) return ErrorCode::CorsPreflightFailure;
  exchange.account = request.account->name;
  return answer_preflight(properties_.of(request.account->name).cors, http);
}

void Service::begin(const HttpRequest& http, Exchange& exchange) {
  ++requests_;
  exchange.reset();
  request_ids_.next(exchange.request_id);
  // The requests of a group happen at one time, so that messages put together are kept together.
  if (!store_.has_changes()) time_ = clock_.now();
  exchange.received_at = time_;
  if (log_.enabled(LogLevel::Info)) exchange.started = clock_.uptime();
  exchange.method = http.method_text;
  exchange.head = http.method == verb::head;
  exchange.http_1_0 = http.version == 10;
  exchange.keep_alive = http.keep_alive && !http.body_too_large;
}

void Service::finish(const Result<Reply>& outcome, Exchange& exchange, std::string& out) {
  if (outcome) {
    exchange.status = outcome->status;
    render_reply(out, exchange, *outcome, exchange.received_at);
    return;
  }
  const ErrorRow& row = error_row(outcome.error().code);
  exchange.status = row.status;
  exchange.error = row.name;
  if (!outcome.error().hint.empty()) log_hint(outcome.error().hint, exchange);
  render_error(out, exchange, outcome.error(), exchange.received_at);
}

void Service::handle_failure(const storage::StoreFailure& failure, Exchange& exchange,
                             std::string& out) {
  log_.line(LogLevel::Error, exchange.received_at, failure.what());
  exchange.held = false;
  finish(failure.passing() ? ErrorCode::ServerBusy : ErrorCode::InternalError, exchange, out);
}

void Service::note_newer_version(const Request& request) {
  const auto version = parse_version(request.version_echo);
  if (!version || *version <= newest_seen_) return;
  newest_seen_ = *version;
  log_.line(LogLevel::Warning, request.times.received_at,
            "x-ms-version " + request.version_echo +
                " is newer than any known here; it is served as " + to_string(newest_version()));
}

void Service::log_hint(std::string_view hint, const Exchange& exchange) {
  std::string line(hint);
  line.append(" (id=").append(exchange.request_id.data(), exchange.request_id.size()).append(")");
  log_.line(LogLevel::Warning, exchange.received_at, line);
}

void Service::log_exchange(const Exchange& exchange) {
  if (!log_.enabled(LogLevel::Info)) return;
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.uptime() - exchange.started)
          .count();
  log_line_.clear();
  log_line_ += exchange.operation != nullptr ? exchange.operation->name : std::string_view("-");
  log_line_ += ' ';
  log_line_ += std::to_string(exchange.status);
  if (!exchange.account.empty()) log_line_ += " account=" + exchange.account;
  if (!exchange.queue.empty()) log_line_ += " queue=" + exchange.queue;
  if (!exchange.error.empty()) log_line_.append(" error=").append(exchange.error);
  log_line_ += " us=" + std::to_string(microseconds) + " id=";
  log_line_.append(exchange.request_id.data(), exchange.request_id.size());
  log_.line(LogLevel::Info, exchange.received_at, log_line_);
}

}  // namespace quprite::server
