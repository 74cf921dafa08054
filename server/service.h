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
#include "server/http_service.h"
#include "server/log.h"
#include "server/request.h"
#include "server/rules.h"
#include "storage/store.h"

namespace quprite::server {

/// The Queue service: a plain function of the request, the store and the clock.
class Service final : public HttpService {
 public:
  Service(const Accounts& accounts, storage::Store& store, const Clock& clock, Log& log,
          ServiceRules rules);

  void handle(const HttpRequest& http, Exchange& exchange, std::string& out) override;
  [[nodiscard]] std::optional<storage::StoreFailure> commit() override;
  void handle_failure(const storage::StoreFailure& failure, Exchange& exchange,
                      std::string& out) override;
  void log_exchange(const Exchange& exchange) override;

  [[nodiscard]] storage::Store& store() { return store_; }

  /// How many requests have been handled so far.
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  Result<Reply> run(const HttpRequest& http, Exchange& exchange);
  [[nodiscard]] bool is_health_check(const HttpRequest& http) const;
  void begin(const HttpRequest& http, Exchange& exchange);
  void add_cors(const HttpRequest& http, const Result<Reply>& outcome, Exchange& exchange);
  void keep_body(Result<Reply>& outcome);
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
  std::string spare_body_;
  std::uint64_t requests_ = 0;
  Time time_ = {};                             // of the last request
  int held_ = 0;                               // answers of the open group that wait for its commit
  std::optional<storage::StoreFailure> lost_;  // why the open group is no longer there to commit
};

}  // namespace quprite::server
