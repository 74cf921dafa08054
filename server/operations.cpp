#include "server/operations.h"

#include <array>
#include <optional>
#include <string>

#include "server/handlers/handlers.h"
#include "server/parameters.h"

namespace quprite::server {
namespace {

using enum Resource;

constexpr std::string_view queues_read = "queues/read";
constexpr std::string_view queues_write = "queues/write";

// Where two rows fit a request, the first wins. Letters: "Create an account SAS", "Create a service
// SAS"; actions, below Microsoft.Storage/storageAccounts/queueServices/: "Permissions for calling
// data operations".
// clang-format off
constexpr std::array table = {
    // name                       methods     resource  query                                srt  account SAS  queue SAS  actions                                    since                       changes  handler
    Operation{"ListQueues",                "GET",      Account,  "comp=list",                             's', "l",  "",  queues_read,                                        since::oldest,              false, list_queues},
    Operation{"GetQueueServiceProperties", "GET",      Account,  "restype=service&comp=properties",       's', "r",  "",  "read",                                             since::oldest,              false, get_queue_service_properties},
    Operation{"SetQueueServiceProperties", "PUT",      Account,  "restype=service&comp=properties",       's', "w",  "",  "write",                                            since::oldest,              true,  set_queue_service_properties},
    Operation{"GetQueueServiceStats",      "GET",      Account,  "restype=service&comp=stats",            's', "r",  "",  "read",                                             since::cors,                false, get_queue_service_stats},
    Operation{"GetUserDelegationKey",      "POST",     Account,  "restype=service&comp=userdelegationkey", 0,  "",   "",  "generateUserDelegationKey/action",                 since::user_delegation_key, false, get_user_delegation_key},
    Operation{"GetQueueMetadata",          "GET,HEAD", Queue,    "comp=metadata",                         'c', "r",  "r", queues_read,                                        since::oldest,              false, get_queue_metadata},
    Operation{"SetQueueMetadata",          "PUT",      Queue,    "comp=metadata",                         'c', "w",  "",  queues_write,                                       since::oldest,              true,  set_queue_metadata},
    Operation{"GetQueueACL",               "GET,HEAD", Queue,    "comp=acl",                               0,  "",   "",  "queues/getAcl/action",                             since::queue_acl,           false, get_queue_acl},
    Operation{"SetQueueACL",               "PUT",      Queue,    "comp=acl",                               0,  "",   "",  "queues/setAcl/action",                             since::queue_acl,           true,  set_queue_acl},
    Operation{"CreateQueue",               "PUT",      Queue,    "",                                      'c', "cw", "",  queues_write,                                       since::oldest,              true,  create_queue},
    Operation{"DeleteQueue",               "DELETE",   Queue,    "",                                      'c', "d",  "",  "queues/delete",                                    since::oldest,              true,  delete_queue},
    Operation{"PutMessage",                "POST",     Messages, "",                                      'o', "a",  "a", "messages/add/action,messages/write",               since::oldest,              true,  put_message},
    Operation{"PeekMessages",              "GET",      Messages, "peekonly=true",                         'o', "r",  "r", "messages/read",                                    since::oldest,              false, peek_messages},
    Operation{"GetMessages",               "GET",      Messages, "",                                      'o', "p",  "p", "messages/process/action",                          since::oldest,              true,  get_messages},
    Operation{"ClearMessages",             "DELETE",   Messages, "",                                      'o', "d",  "",  "messages/delete",                                  since::oldest,              true,  clear_messages},
    Operation{"UpdateMessage",             "PUT",      Message,  "",                                      'o', "u",  "u", "messages/write",                                   since::update_message,      true,  update_message},
    Operation{"DeleteMessage",             "DELETE",   Message,  "",                                      'o', "p",  "p", "messages/process/action,messages/delete",          since::oldest,              true,  delete_message},
};
// clang-format on

/// Takes what stands before the next separator off `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return head;
}

bool lists(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    if (take(list, ',') == item) return true;
  }
  return false;
}

/// Whether the request's query has every pair that the row names. Values compare without case:
/// `peekonly=True` is what a .NET client writes.
bool query_fits(std::string_view pairs, const Query& query) {
  while (!pairs.empty()) {
    std::string_view pair = take(pairs, '&');
    const std::string_view name = take(pair, '=');
    const auto value = query.find(name);
    if (!value || !equal_ignoring_case(*value, pair)) return false;
  }
  return true;
}

/// A `comp` or `restype` that no row of the resource names is an error of its own; without it, a
/// row without query would take the request.
const Query::Parameter* foreign_selector(const Request& request) {
  const Query::Parameter* found = nullptr;
  for (const Query::Parameter& parameter : request.query.parameters()) {
    if (parameter.value.empty()) continue;
    if (parameter.name == "comp") return &parameter;
    if (parameter.name == "restype") found = &parameter;
  }
  return found;
}

/// The methods of the rows that fit, as Allow lists them.
template <class Fits>
std::string methods_of(Fits fits) {
  std::string methods;
  for (const Operation& row : table) {
    if (!fits(row) || methods.find(row.methods) != std::string::npos) continue;
    if (!methods.empty()) methods += ',';
    methods += row.methods;
  }
  return methods;
}

}  // namespace

std::span<const Operation> operations() {
  return table;
}

Result<const Operation*> find_operation(const Request& request) {
  if (request.http->method == boost::beast::http::verb::unknown) return ErrorCode::InvalidHttpVerb;
  const Query::Parameter* const selector = foreign_selector(request);
  const auto fits = [&](const Operation& row) {
    return row.resource == request.resource && request.version >= row.first_version &&
           (selector == nullptr || row.query.find("comp=") != std::string_view::npos) &&
           query_fits(row.query, request.query);
  };
  for (const Operation& row : table) {
    if (fits(row) && lists(row.methods, request.http->method_text)) return &row;
  }
  const std::string allow = methods_of(fits);
  if (!allow.empty()) {
    Error error = ErrorCode::UnsupportedHttpVerb;
    error.allow = allow;
    return error;
  }
  if (selector != nullptr) return invalid_parameter(selector->name, selector->value, "");
  return ErrorCode::InvalidUri;
}

}  // namespace quprite::server
