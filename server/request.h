#pragma once

#include <string>
#include <string_view>

#include "server/accounts.h"
#include "server/errors.h"
#include "server/http_request.h"
#include "server/query.h"
#include "server/versions.h"
#include "storage/store.h"
#include "storage/time.h"

namespace quprite::server {

/// What a URL names, by the number of its path segments behind the account.
enum class Resource { Account, Queue, Messages, Message };

/// The two times a request happens at: one clock read, and what the account's clock makes of it.
struct RequestTimes {
  Time received_at = {};  ///< real time: Date, signatures, tokens
  Time now = {};          ///< the account's time: visibility, expiry, everything stored
};

/// A request in the service's terms. Refers to its HttpRequest.
struct Request {
  const HttpRequest* http = nullptr;
  const Account* account = nullptr;
  bool secondary = false;  ///< it came to the account's secondary location
  bool path_style = true;  ///< the account was the first segment of the path
  Resource resource = Resource::Account;
  std::string queue = {};       ///< percent-decoded
  std::string message_id = {};  ///< percent-decoded
  Query query = {};
  ApiVersion version =
      {};  ///< the version whose rules apply: known, the newest known where the named one is newer
  std::string version_echo =
      {};  ///< the version as the request named it, for x-ms-version of the answer
  bool newer_version = false;  ///< it named one that is newer than all that are known
  RequestTimes times = {};

  /// Makes it ready for another request; keeps what it has allocated.
  void reset();

  [[nodiscard]] Time now() const { return times.now; }
  [[nodiscard]] storage::QueueRef queue_ref() const { return {account->name, queue}; }
  [[nodiscard]] bool at_least(ApiVersion first) const { return version >= first; }
};

/// What read_request() goes by.
struct AddressRules {
  /// Versions that are not known are refused, newer ones too (`--exact`).
  bool known_versions_only = false;
  /// `http://ACCOUNT.queue.HOST/QUEUE` is understood.
  bool host_style = true;
};

/// Reads account, resource, query and version out of an HTTP request, in place of what `request`
/// held. Where it fails, `request`
/// holds what had been read by then. Errors: RequestUrlFailedToParse, InvalidUri, ResourceNotFound
/// (no such account), InvalidHeaderValue (x-ms-version).
///
/// Which account: with host style, the first label of the Host name where it is an account of ours,
/// and either `queue` follows or the path begins with no account; else the first segment of the
/// path. A `-secondary` behind it means the secondary location.
Result<Done> read_request(Request& request, const HttpRequest& http, const Accounts& accounts,
                          RequestTimes times, const AddressRules& rules);

}  // namespace quprite::server
