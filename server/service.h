#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/account_properties.h"
#include "server/accounts.h"
#include "server/clock.h"
#include "server/exchange.h"
#include "server/handlers/handlers.h"
#include "server/http_request.h"
#include "server/log.h"
#include "server/request.h"
#include "server/rules.h"
#include "storage/store.h"

namespace quprite::server {

/// The Queue service: one HTTP request in, one HTTP answer out. A plain function of the request,
/// the store and the clock; it knows no sockets. Used by one thread.
class Service {
 public:
  Service(const Accounts& accounts, storage::Store& store, const Clock& clock, Log& log,
          ServiceRules rules);

  /// Runs the request and appends its answer to `out`. Where `exchange.held` is true afterwards,
  /// the answer depends on changes that are not committed yet: it must not leave before that, and
  /// has to be cut off and replaced by handle_failure() where the commit fails.
  void handle(const HttpRequest& http, Exchange& exchange, std::string& out);

  /// Commits the open group; tells why where that fails, or where a request of the group has lost
  /// it before. Every answer that was held has to be replaced then.
  [[nodiscard]] std::optional<storage::StoreFailure> commit();

  /// Appends the answer for a request whose group could not be committed: ServerBusy where trying
  /// again may help, else InternalError.
  void handle_failure(const storage::StoreFailure& failure, Exchange& exchange, std::string& out);

  /// Tells the access log of an answer that is on its way.
  void log_exchange(const Exchange& exchange);

  [[nodiscard]] storage::Store& store() { return store_; }

  /// How many requests have been handled so far.
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  Result<Reply> run(const HttpRequest& http, Exchange& exchange);
  [[nodiscard]] bool is_health_check(const HttpRequest& http) const;
  void begin(const HttpRequest& http, Exchange& exchange);
  void add_cors(const HttpRequest& http, const Result<Reply>& outcome, Exchange& exchange);
  void finish(const Result<Reply>& outcome, Exchange& exchange, std::string& out);
  Result<Reply> run_preflight(const HttpRequest& http, Exchange& exchange,
                              const RequestTimes& times);
  void tell_other_service(const HttpRequest& http, Error& error) const;
  void log_hint(std::string_view hint, const Exchange& exchange);
  void note_newer_version(const Request& request);
  void lose_group(const storage::StoreFailure& failure);

  const Accounts& accounts_;
  storage::Store& store_;
  const Clock& clock_;
  Log& log_;
  ServiceRules rules_;
  AccountProperties properties_;
  PolicyLookup policies_;
  RequestIds request_ids_;
  ApiVersion newest_seen_;
  Request request_;  // the one that is run; kept for the memory it has
  std::string log_line_;
  std::uint64_t requests_ = 0;
  int held_ = 0;                               // answers of the open group that wait for its commit
  std::optional<storage::StoreFailure> lost_;  // why the open group is no longer there to commit
};

}  // namespace quprite::server
