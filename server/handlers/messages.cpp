#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/handlers/handlers.h"
#include "server/handlers/store_errors.h"
#include "server/limits.h"
#include "server/parameters.h"
#include "server/wire/dates.h"
#include "server/wire/message_names.h"
#include "server/wire/message_xml.h"

namespace quprite::server {
namespace {

using std::chrono::seconds;

constexpr Range message_count{1, limits::max_messages};

Time later(Time now, std::int64_t by) {
  return now + seconds{by};
}

Range visibility_range(const Request& request, std::int64_t minimum) {
  return {minimum, request.at_least(since::update_message)
                       ? limits::max_visibility_timeout
                       : limits::max_visibility_timeout_before_2011};
}

Error text_too_large(std::size_t limit) {
  return {ErrorCode::RequestBodyTooLarge, {{"MaxLimit", std::to_string(limit)}}};
}

/// The body as a QueueMessage: its text, as a part of it or in `parsed`, or nothing where it has no
/// MessageText. InvalidXmlDocument, RequestBodyTooLarge.
Result<std::optional<std::string_view>> read_text(const Request& request, std::string& parsed) {
  const std::size_t limit =
      request.at_least(since::update_message) ? limits::max_text : limits::max_text_before_2011;
  if (request.http->body_too_large) return text_too_large(limit);
  auto text = read_queue_message(request.http->body, parsed);
  if (text && text->has_value() && (*text)->size() > limit) return text_too_large(limit);
  return text;
}

/// The `messagettl` of Put Message, in seconds; -1 for never.
/// From 2017-07-29 any positive 32-bit number; values beyond are InvalidQueryParameterValue, not
/// out of range.
Result<std::int64_t> read_time_to_live(const Request& request) {
  constexpr std::string_view name = "messagettl";
  if (!request.at_least(since::unlimited_time_to_live)) {
    return integer_parameter(request, name, {1, limits::max_time_to_live_before_2017},
                             limits::default_time_to_live);
  }
  const auto value = integer_parameter(request, name);
  if (!value) return value.error();
  if (!value->has_value()) return limits::default_time_to_live;
  const std::int64_t ttl = **value;
  if (ttl != -1 && (ttl < 1 || ttl > limits::max_time_to_live)) {
    return invalid_parameter(
        name, *request.query.find(name),
        "Value must be greater than or equal to 1, or -1 to indicate an infinite TTL.");
  }
  return ttl;
}

/// What Delete and Update name: a message, and the receipt that proves a right to it. The receipt's
/// form is looked at before anything is looked up. [recordings]
struct Claim {
  storage::MessageId id;
  storage::PopReceipt pop_receipt;
};

Result<Claim> read_claim(const Request& request) {
  const auto text = required_parameter(request, "popreceipt");
  if (!text) return text.error();
  const auto pop_receipt = parse_pop_receipt(*text);
  if (!pop_receipt) return invalid_parameter("popreceipt", *text, "Invalid pop receipt format");
  // An id that is no GUID, and a receipt that is not one of ours, fit no message: the store says
  // so.
  return Claim{parse_message_id(request.message_id).value_or(storage::MessageId{}),
               pop_receipt->value_or(storage::PopReceipt{})};
}

}  // namespace

/// Put Message: adds a message to the back of the queue; tells its id and first pop receipt.
///
/// Query: `visibilitytimeout`, 0 to 7 days and less than the time-to-live, default 0 (from
/// 2011-08-18); `messagettl`, see read_time_to_live(), default 7 days.
Result<Reply> put_message(const Request& request, HandlerContext& context) {
  std::int64_t hidden = 0;
  if (request.at_least(since::update_message)) {
    const auto asked =
        integer_parameter(request, "visibilitytimeout", visibility_range(request, 0), 0);
    if (!asked) return asked.error();
    hidden = *asked;
  }
  const auto ttl = read_time_to_live(request);
  if (!ttl) return ttl.error();
  if (*ttl != -1 && hidden >= *ttl) {
    return invalid_parameter("visibilitytimeout", std::to_string(hidden),
                             "messagettl must be greater than visibilitytimeout");
  }
  std::string parsed;
  const auto text = read_text(request, parsed);
  if (!text) return text.error();
  if (!text->has_value()) return missing_message_text();

  const Time now = request.now();
  const Time expires_at = *ttl == -1 ? storage::never : std::min(later(now, *ttl), storage::never);
  const auto message =
      context.store.put_message(request.queue_ref(), **text, later(now, hidden), expires_at, now);
  if (!message) return to_error(message.error());

  Reply reply{.status = 201};
  if (request.at_least(since::put_message_body)) reply.body = write_put_message(*message);
  return reply;
}

/// Get Messages: takes up to `numofmessages` (1 to 32, default 1) visible messages from the front
/// of the queue and hides them for `visibilitytimeout` (1 s to 7 days, 2 hours before 2011-08-18,
/// default 30 s).
Result<Reply> get_messages(const Request& request, HandlerContext& context) {
  const auto count = integer_parameter(request, "numofmessages", message_count, 1);
  if (!count) return count.error();
  const auto hidden = integer_parameter(request, "visibilitytimeout", visibility_range(request, 1),
                                        limits::default_visibility_timeout);
  if (!hidden) return hidden.error();

  const Time now = request.now();
  const auto messages = context.store.get_messages(request.queue_ref(), static_cast<int>(*count),
                                                   later(now, *hidden), now);
  if (!messages) return to_error(messages.error());
  return Reply{.body = write_got_messages(std::move(context.spare), *messages, request.version)};
}

/// Peek Messages: the first `numofmessages` (1 to 32, default 1) visible messages; nothing changes.
Result<Reply> peek_messages(const Request& request, HandlerContext& context) {
  const auto count = integer_parameter(request, "numofmessages", message_count, 1);
  if (!count) return count.error();

  const auto messages =
      context.store.peek_messages(request.queue_ref(), static_cast<int>(*count), request.now());
  if (!messages) return to_error(messages.error());
  return Reply{.body = write_peeked_messages(std::move(context.spare), *messages)};
}

/// Update Message: hides the message for `visibilitytimeout` from now on (0 to 7 days, required)
/// and, where there is a body, replaces its text.
Result<Reply> update_message(const Request& request, HandlerContext& context) {
  const auto claim = read_claim(request);
  if (!claim) return claim.error();
  const auto hidden =
      required_integer_parameter(request, "visibilitytimeout", {0, limits::max_visibility_timeout});
  if (!hidden) return hidden.error();
  std::string parsed;
  std::optional<std::string_view> text;
  if (!request.http->body.empty() || request.http->body_too_large) {
    const auto read = read_text(request, parsed);
    if (!read) return read.error();
    text = *read;
  }

  const Time now = request.now();
  const Time next_visible_at = later(now, *hidden);
  const auto pop_receipt = context.store.update_message(
      request.queue_ref(), claim->id, claim->pop_receipt, next_visible_at, text, now);
  if (!pop_receipt) return to_error(pop_receipt.error());
  return Reply{.status = 204,
               .headers = {{"x-ms-popreceipt", format_pop_receipt(*pop_receipt)},
                           {"x-ms-time-next-visible", rfc1123(next_visible_at)}}};
}

/// Delete Message.
Result<Reply> delete_message(const Request& request, HandlerContext& context) {
  const auto claim = read_claim(request);
  if (!claim) return claim.error();
  const auto done = context.store.delete_message(request.queue_ref(), claim->id, claim->pop_receipt,
                                                 request.now());
  if (!done) return to_error(done.error());
  return Reply{.status = 204};
}

/// Clear Messages: removes all of them, invisible ones too.
Result<Reply> clear_messages(const Request& request, HandlerContext& context) {
  const auto done = context.store.clear_messages(request.queue_ref());
  if (!done) return to_error(done.error());
  return Reply{.status = 204};
}

}  // namespace quprite::server
