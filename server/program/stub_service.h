#pragma once

#include <string>
#include <string_view>

#include "server/clock.h"
#include "server/exchange.h"
#include "server/http_service.h"
#include "server/options.h"

namespace quprite::server {

/// Stands on the port of a service that is not served, for tools that wait for it: answers what
/// health checks and probes ask (nothing is there), and says 501 to all else. Asks nobody for a
/// signature.
class StubService final : public HttpService {
 public:
  StubService(StubKind kind, const Clock& clock) : kind_(kind), clock_(clock) {}

  void handle(const HttpRequest& http, Exchange& exchange, std::string& out) override;
  [[nodiscard]] std::optional<storage::StoreFailure> commit() override { return std::nullopt; }
  void handle_failure(const storage::StoreFailure&, Exchange&, std::string&) override {}
  void log_exchange(const Exchange&) override {}

 private:
  StubKind kind_;
  const Clock& clock_;
  RequestIds request_ids_;
};

}  // namespace quprite::server
