#include "server/handlers/handlers.h"
#include "server/handlers/store_errors.h"
#include "server/limits.h"
#include "server/names.h"
#include "server/rules.h"
#include "server/wire/queue_xml.h"

namespace quprite::server {

/// Create Queue: 201, or 204 where it exists with the same metadata.
Result<Reply> create_queue(const Request& request, HandlerContext& context) {
  const auto metadata = read_metadata(*request.http);
  if (!metadata) return metadata.error();
  const auto outcome = context.store.create_queue(request.queue_ref(), *metadata, request.now());
  if (!outcome) return to_error(outcome.error());
  return Reply{.status = *outcome == storage::CreateOutcome::Created ? 201 : 204};
}

/// Delete Queue. Azure keeps the name for a while; tests delete and create again at once, so by default it is free.
Result<Reply> delete_queue(const Request& request, HandlerContext& context) {
  // Not the present: the clock may be set back to before it.
  const Time reserved_until =
      context.rules.exact ? request.now() + limits::deleted_name_reservation : Time::min();
  const auto done = context.store.delete_queue(request.queue_ref(), reserved_until);
  if (!done) return to_error(done.error());
  return Reply{.status = 204};
}

/// Get Queue Metadata: all of its answer is in headers.
Result<Reply> get_queue_metadata(const Request& request, HandlerContext& context) {
  auto queue = context.store.get_queue(request.queue_ref(), request.now());
  if (!queue) return to_error(queue.error());
  Reply reply;
  reply.headers.emplace_back("x-ms-approximate-messages-count",
                             std::to_string(queue->approximate_message_count));
  for (auto& [name, value] : queue->metadata) {
    reply.headers.emplace_back("x-ms-meta-" + name, std::move(value));
  }
  return reply;
}

/// Set Queue Metadata: replaces all of it.
Result<Reply> set_queue_metadata(const Request& request, HandlerContext& context) {
  const auto metadata = read_metadata(*request.http);
  if (!metadata) return metadata.error();
  const auto done = context.store.set_queue_metadata(request.queue_ref(), *metadata);
  if (!done) return to_error(done.error());
  return Reply{.status = 204};
}

/// Get Queue ACL: the stored access policies.
Result<Reply> get_queue_acl(const Request& request, HandlerContext& context) {
  const auto policies = context.store.get_queue_acl(request.queue_ref());
  if (!policies) return to_error(policies.error());
  return Reply{.body = write_signed_identifiers(*policies)};
}

/// Set Queue ACL: replaces all stored access policies; no body removes them.
Result<Reply> set_queue_acl(const Request& request, HandlerContext& context) {
  if (request.http->body_too_large) {
    return Error{ErrorCode::RequestBodyTooLarge, {{"MaxLimit", std::to_string(limits::max_body)}}};
  }
  std::vector<storage::AccessPolicy> policies;
  if (!request.http->body.empty()) {
    auto read = read_signed_identifiers(request.http->body);
    if (!read) return read.error();
    policies = *std::move(read);
  }
  const auto done = context.store.set_queue_acl(request.queue_ref(), policies);
  if (!done) return to_error(done.error());
  return Reply{.status = 204};
}

}  // namespace quprite::server
