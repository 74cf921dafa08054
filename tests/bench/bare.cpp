// The yardstick: what a Beast server costs that does nothing but read a request and write a fixed
// answer, in the fastest of the ordinary ways: callbacks on one thread, an executor known by type,
// a buffer that is big enough from the start (Beast's reads 512 bytes at a time), a parser that is
// made anew in its place for each request, an answer that is text already.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace quprite::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

constexpr std::size_t buffer_size = std::size_t{16} * 1024;

/// As big as what Put Message answers with: 400 bytes of body.
std::string make_answer() {
  const std::string body(400, 'x');
  return "HTTP/1.1 201 Created\r\nServer: bare\r\nContent-Type: application/xml\r\n"
         "x-ms-request-id: 5c3d3a4e-7f0a-4b6e-9d51-000000000000\r\nx-ms-version: 2024-11-04\r\n"
         "Date: Mon, 01 Jun 2026 12:00:00 GMT\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(Socket socket) : socket_(std::move(socket)) { buffer_.reserve(buffer_size); }

  void read() {
    parser_.emplace();
    http::async_read(socket_, buffer_, *parser_,
                     [self = shared_from_this()](error_code ec, std::size_t) {
                       if (!ec) self->write();
                     });
  }

 private:
  void write() {
    static const std::string answer = make_answer();
    output_ = answer;  // a server has to write it, too
    asio::async_write(socket_, asio::buffer(output_),
                      [self = shared_from_this()](error_code ec, std::size_t) {
                        if (!ec) self->read();
                      });
  }

  Socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string output_;
};

void accept(Acceptor& acceptor) {
  acceptor.async_accept([&acceptor](error_code ec, Socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (!ec) std::make_shared<Session>(std::move(socket))->read();
    accept(acceptor);
  });
}

}  // namespace
}  // namespace quprite::bench

int main() {
  try {
    boost::asio::io_context io(1);
    quprite::bench::Acceptor acceptor(
        io, {boost::asio::ip::address_v4::loopback(), boost::asio::ip::port_type{0}});
    std::cout << "bare is ready at http://127.0.0.1:" << acceptor.local_endpoint().port()
              << std::endl;
    quprite::bench::accept(acceptor);
    io.run();
  } catch (const std::exception& error) {
    std::cerr << "bare: " << error.what() << '\n';
    return 1;
  }
}
