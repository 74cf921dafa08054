#pragma once

#include <optional>
#include <string>

#include "server/exchange.h"
#include "server/http_request.h"
#include "storage/store.h"

namespace quprite::server {

/// What answers the requests that come to a port: one HTTP request in, one HTTP answer out. Knows
/// no sockets; used by one thread.
class HttpService {
 public:
  HttpService() = default;
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;
  virtual ~HttpService() = default;

  /// Runs the request and appends its answer to `out`. Where `exchange.held` is true afterwards,
  /// the answer depends on changes that are not committed yet: it must not leave before that, and
  /// has to be cut off and replaced by handle_failure() where the commit fails.
  virtual void handle(const HttpRequest& http, Exchange& exchange, std::string& out) = 0;

  /// Commits the open group; tells why where that fails, or where a request of the group has lost
  /// it before. Every answer that was held has to be replaced then.
  [[nodiscard]] virtual std::optional<storage::StoreFailure> commit() = 0;

  /// Appends the answer for a request whose group could not be committed: ServerBusy where trying
  /// again may help, else InternalError.
  virtual void handle_failure(const storage::StoreFailure& failure, Exchange& exchange,
                              std::string& out) = 0;

  /// Tells the access log of an answer that is on its way.
  virtual void log_exchange(const Exchange& exchange) = 0;
};

}  // namespace quprite::server
