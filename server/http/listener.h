#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "server/http/session.h"

namespace quprite::server::http {

/// A port that somebody else has.
class PortTaken : public std::runtime_error {
 public:
  PortTaken(const std::string& message, std::string place)
      : std::runtime_error(message), place_(std::move(place)) {}

  /// The address and port that were wanted.
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  std::string place_;
};

struct ListenerOptions {
  std::string host = "127.0.0.1";  ///< a numeric address, or "localhost"
  unsigned short port = 10001;     ///< 0 takes a free one
  std::size_t max_connections = 10'000;
  SessionLimits session = {};
  const TlsContext* tls = nullptr;  ///< HTTPS, on the same port as HTTP; null for HTTP only
};

/// Accepts connections and keeps the sessions; counts the seconds they live by. All of it runs on
/// the io_context's one thread.
class Listener {
 public:
  /// Binds the port. Throws std::runtime_error with a message for the user where that fails,
  /// PortTaken where somebody else has it.
  Listener(boost::asio::io_context& io, HttpService& service, ListenerOptions options);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  void start();

  /// Accepts no more, lets what is in flight finish, closes the rest.
  void stop();

  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }
  [[nodiscard]] bool empty() const { return sessions_.empty(); }

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                      boost::asio::io_context::executor_type>;
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;
  using Sessions = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

  void bind();
  void accept();
  void serve(Socket socket);
  void tick();

  ListenerOptions options_;
  SessionContext context_;
  Acceptor acceptor_;
  Timer timer_;
  boost::asio::ip::tcp::endpoint endpoint_;
  Sessions sessions_;
  bool accepting_ =
      false;  // whether an accept is under way; not so while there are too many connections
};

}  // namespace quprite::server::http
