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
  explicit TestServer(server::ServiceRules rules = {}, server::http::ListenerOptions listener = {},
                      server::Accounts accounts = server::development_accounts());
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

  /// Sends a request without an Authorization header, on a connection of its own.
  [[nodiscard]] Answer send_unsigned(std::string_view method, std::string_view target,
                                     const Headers& headers = {}, std::string_view body = {}) const;

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

/// The Base64 of a text's HMAC-SHA256 under the development account's key.
std::string sign(std::string_view text);

/// An account SAS (version 2021-12-02) that is good until 2036, as a query: `permissions` and
/// `resource_types` are `sp` and `srt`.
std::string account_sas(const std::string& permissions, const std::string& resource_types,
                        const std::string& services = "q", const std::string& protocol = {},
                        const std::string& addresses = {});

/// A service SAS of a queue (version 2021-12-02) that is good until 2036.
std::string queue_sas(const std::string& queue, const std::string& permissions);

/// Percent-encodes everything but letters, digits, '-', '_', '.' and '~'.
std::string encode(std::string_view text);

/// `<QueueMessage><MessageText>…</MessageText></QueueMessage>` around text that is already escaped.
std::string message_body(std::string_view escaped_text);

}  // namespace quprite::test
