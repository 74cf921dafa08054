#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quprite::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// An HTTP answer, as received.
struct Answer {
  int status = 0;
  std::string reason;
  Headers headers;
  std::string body;      ///< chunks put together
  bool chunked = false;  ///< it came with Transfer-Encoding: chunked

  /// The value of the first header of that name (case does not matter); empty where there is none.
  [[nodiscard]] std::string operator[](std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;

  /// The text of the first element of that name in the body; empty where there is none.
  [[nodiscard]] std::string element(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> elements(std::string_view name) const;
};

/// A connection to a server on this machine that sends what it is told, byte by byte, and waits for
/// answers.
class HttpClient {
 public:
  explicit HttpClient(unsigned short port);

  /// One that speaks TLS, as localhost, and trusts what the PEM file `authority` signs. Throws
  /// where the handshake fails.
  HttpClient(unsigned short port, const std::string& authority);

  HttpClient(HttpClient&&) = delete;
  ~HttpClient();

  void send(std::string_view bytes);

  /// Reads one answer. `head` says that it is one to HEAD, and so has no body. Throws where the
  /// connection closes.
  Answer receive(bool head = false);

  /// Reads until the server closes the connection.
  std::string receive_all();

  /// Whether the server has closed the connection; waits for it.
  bool closed();

  void finish_sending();

 private:
  struct Tls;

  std::size_t read_some();
  std::string read_until(std::string_view end);
  std::string read_exactly(std::size_t count);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<Tls> tls_;  // null in plain
  std::string buffer_;
};

}  // namespace quprite::test
