#include "server/program/healthcheck.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <iostream>
#include <string>
#include <string_view>

namespace quprite::server {

int check_health(const Options& options) {
  namespace asio = boost::asio;
  constexpr std::string_view request =
      "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  constexpr std::string_view good = "HTTP/1.1 200";
  boost::system::error_code ec;
  // A server that listens everywhere also listens here.
  const bool everywhere =
      options.host == "0.0.0.0" || options.host == "::" || options.host == "localhost";
  const auto address = asio::ip::make_address(everywhere ? "127.0.0.1" : options.host, ec);
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  if (!ec) socket.connect({address, options.port}, ec);
  if (!ec) asio::write(socket, asio::buffer(request), ec);
  std::array<char, good.size()> answer{};
  if (!ec) asio::read(socket, asio::buffer(answer), ec);
  if (!ec && std::string_view(answer.data(), answer.size()) == good) return 0;
  std::cerr << "quprite healthcheck: no server is ready at " << options.host << ":" << options.port
            << (ec ? ": " + ec.message() : std::string()) << '\n';
  return 1;
}

}  // namespace quprite::server
