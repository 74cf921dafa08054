#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "server/http/listener.h"
#include "server/service.h"
#include "tests/support/failing_store.h"
#include "tests/support/http_client.h"
#include "tests/support/manual_clock.h"

namespace quprite::test {

/// A server on a free port of this machine, with a store in memory and a clock that stands still;
/// and a client of the well-known development account that signs what it sends.
class TestServer {
 public:
  explicit TestServer(server::ServiceRules rules = {}, server::http::ListenerOptions listener = {});
  ~TestServer();

  /// Sends a request signed with Shared Key and waits for the answer. `target` is below the account
  /// ("/queue?comp=acl"). Headers given replace the standard ones (x-ms-date, x-ms-version); one
  /// with an empty name of "!x" is left out.
  Answer send(std::string_view method, std::string_view target, const Headers& headers = {},
              std::string_view body = {});

  /// The bytes that send() would send.
  [[nodiscard]] std::string signed_request(std::string_view method, std::string_view target,
                                           const Headers& headers = {},
                                           std::string_view body = {}) const;

  /// A connection of its own.
  [[nodiscard]] HttpClient connect() const { return HttpClient(port()); }
  [[nodiscard]] unsigned short port() const { return port_; }

  // ---- what most tests do
  void create(std::string_view queue);
  Answer put(std::string_view queue, std::string_view text, std::string_view query = {});
  Answer get(std::string_view queue, std::string_view query = {});
  Answer peek(std::string_view queue, std::string_view query = {});

  ManualClock clock;
  std::string version = "2026-06-06";  ///< the x-ms-version that send() uses

 private:
  friend class StoreAccess;
  std::unique_ptr<FailingStore> store_;
  server::Accounts accounts_;
  server::Log log_{-1, server::LogLevel::Error};
  server::Service service_;
  boost::asio::io_context io_{1};
  server::http::Listener listener_;
  unsigned short port_;
  std::thread thread_;
  std::optional<HttpClient> client_;

 public:
  FailingStore& store() { return *store_; }
};

/// Percent-encodes everything but letters, digits, '-', '_', '.' and '~'.
std::string encode(std::string_view text);

/// `<QueueMessage><MessageText>…</MessageText></QueueMessage>` around text that is already escaped.
std::string message_body(std::string_view escaped_text);

}  // namespace quprite::test
