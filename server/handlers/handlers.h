#pragma once

#include <string>

#include "server/auth/principal.h"
#include "server/errors.h"
#include "server/reply.h"
#include "server/request.h"
#include "storage/store.h"

namespace quprite::server {

class AccountProperties;
struct ServiceRules;

/// What handlers work with besides the request.
struct HandlerContext {
  storage::Store& store;
  AccountProperties& properties;
  const ServiceRules& rules;
  const Principal& principal;
  std::string& spare;  ///< its memory may be used for the body of the answer
};

// Each is the operation of the page of its name. The request has been authenticated and authorized,
// its names have been checked; what is left to check are its parameters, headers and body.

// ---- account.cpp
Result<Reply> list_queues(const Request& request, HandlerContext& context);
Result<Reply> get_queue_service_properties(const Request& request, HandlerContext& context);
Result<Reply> set_queue_service_properties(const Request& request, HandlerContext& context);
Result<Reply> get_queue_service_stats(const Request& request, HandlerContext& context);
Result<Reply> get_user_delegation_key(const Request& request, HandlerContext& context);

// ---- queues.cpp
Result<Reply> create_queue(const Request& request, HandlerContext& context);
Result<Reply> delete_queue(const Request& request, HandlerContext& context);
Result<Reply> get_queue_metadata(const Request& request, HandlerContext& context);
Result<Reply> set_queue_metadata(const Request& request, HandlerContext& context);
Result<Reply> get_queue_acl(const Request& request, HandlerContext& context);
Result<Reply> set_queue_acl(const Request& request, HandlerContext& context);

// ---- messages.cpp
Result<Reply> put_message(const Request& request, HandlerContext& context);
Result<Reply> get_messages(const Request& request, HandlerContext& context);
Result<Reply> peek_messages(const Request& request, HandlerContext& context);
Result<Reply> update_message(const Request& request, HandlerContext& context);
Result<Reply> delete_message(const Request& request, HandlerContext& context);
Result<Reply> clear_messages(const Request& request, HandlerContext& context);

}  // namespace quprite::server
