#include "server/program/healthcheck.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

#include "server/address.h"

namespace quprite::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// A server that has said nothing by then is not well. Less than what containers wait for their
/// checks.
constexpr std::chrono::milliseconds patience{1500};

constexpr std::string_view request =
    "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view good = "HTTP/1.1 200";

/// Why the server at that place is not ready; empty where it is.
std::string ask(const asio::ip::tcp::endpoint& place) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  std::array<char, good.size()> answer{};
  std::string problem = "it does not answer";
  const auto check = [&](error_code ec, std::size_t) {
    if (ec) problem = ec.message();
    if (!ec) problem = std::string_view(answer.data(), answer.size()) == good ? "" : "it says so";
  };
  socket.async_connect(place, [&](error_code connected) {
    if (connected) return check(connected, 0);
    asio::async_write(socket, asio::buffer(request), [&](error_code written, std::size_t) {
      if (written) return check(written, 0);
      asio::async_read(socket, asio::buffer(answer), check);
    });
  });
  io.run_for(patience);
  return problem;
}

}  // namespace

int check_health(const Options& options) {
  // A server that listens everywhere also listens here.
  const bool everywhere = options.host == "0.0.0.0" || options.host == "::";
  const auto address = parse_address(everywhere ? "127.0.0.1" : options.host);
  const std::string problem = address ? ask({*address, options.port}) : "there is no such address";
  if (problem.empty()) return 0;
  std::cerr << "quprite healthcheck: no server is ready at " << options.host << ":" << options.port
            << ": " << problem << '\n';
  return 1;
}

}  // namespace quprite::server
