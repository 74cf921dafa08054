#include <array>

#include "tests/wire/access_matrix.h"

namespace quprite::test::access {
namespace {

constexpr std::string_view message =
    "<QueueMessage><MessageText>second</MessageText></QueueMessage>";
constexpr std::string_view key_info =
    "<KeyInfo><Start>2026-06-01T00:00:00Z</Start><Expiry>2026-06-07T00:00:00Z</Expiry></KeyInfo>";
constexpr std::string_view properties =
    "<StorageServiceProperties><Cors/></StorageServiceProperties>";
constexpr std::string_view one_message = "/{queue}/messages/{id}?popreceipt={receipt}";

// clang-format off
constexpr std::array table = {
    Documented{"ListQueues",                "GET",    "?comp=list",                                  "",         200, 's', "l",  ""},
    Documented{"GetQueueServiceProperties", "GET",    "?restype=service&comp=properties",            "",         200, 's', "r",  ""},
    Documented{"SetQueueServiceProperties", "PUT",    "?restype=service&comp=properties",            properties, 202, 's', "w",  ""},
    Documented{"GetQueueServiceStats",      "GET",    "-secondary?restype=service&comp=stats",       "",         200, 's', "r",  ""},
    Documented{"GetUserDelegationKey",      "POST",   "?restype=service&comp=userdelegationkey",     key_info,   200, '-', "",   ""},
    Documented{"GetQueueMetadata",          "GET",    "/{queue}?comp=metadata",                      "",         200, 'c', "r",  "r"},
    Documented{"GetQueueMetadata",          "HEAD",   "/{queue}?comp=metadata",                      "",         200, 'c', "r",  "r"},
    Documented{"SetQueueMetadata",          "PUT",    "/{queue}?comp=metadata",                      "",         204, 'c', "w",  ""},
    Documented{"GetQueueACL",               "GET",    "/{queue}?comp=acl",                           "",         200, '-', "",   ""},
    Documented{"GetQueueACL",               "HEAD",   "/{queue}?comp=acl",                           "",         200, '-', "",   ""},
    Documented{"SetQueueACL",               "PUT",    "/{queue}?comp=acl",                           "<SignedIdentifiers/>", 204, '-', "", ""},
    Documented{"CreateQueue",               "PUT",    "/{queue}",                                    "",         204, 'c', "cw", ""},
    Documented{"DeleteQueue",               "DELETE", "/{queue}",                                    "",         204, 'c', "d",  ""},
    Documented{"PutMessage",                "POST",   "/{queue}/messages",                           message,    201, 'o', "a",  "a"},
    Documented{"PeekMessages",              "GET",    "/{queue}/messages?peekonly=true",             "",         200, 'o', "r",  "r"},
    Documented{"GetMessages",               "GET",    "/{queue}/messages",                           "",         200, 'o', "p",  "p"},
    Documented{"ClearMessages",             "DELETE", "/{queue}/messages",                           "",         204, 'o', "d",  ""},
    Documented{"UpdateMessage",             "PUT",    "/{queue}/messages/{id}?popreceipt={receipt}&visibilitytimeout=0", message, 204, 'o', "u", "u"},
    Documented{"DeleteMessage",             "DELETE", one_message,                                   "",         204, 'o', "p",  "p"},
};
// clang-format on

}  // namespace

std::span<const Documented> documented() {
  return table;
}

}  // namespace quprite::test::access
