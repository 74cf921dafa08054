#include "tests/support/http_client.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <optional>
#include <stdexcept>

#include "server/http_request.h"

namespace quprite::test {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string Answer::operator[](std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (server::equal_ignoring_case(key, name)) return value;
  }
  return {};
}

bool Answer::has(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (server::equal_ignoring_case(key, name)) return true;
  }
  return false;
}

std::vector<std::string> Answer::elements(std::string_view name) const {
  const std::string open = "<" + std::string(name) + ">";
  const std::string close = "</" + std::string(name) + ">";
  std::vector<std::string> found;
  for (std::size_t at = body.find(open); at != std::string::npos; at = body.find(open, at)) {
    at += open.size();
    found.push_back(body.substr(at, body.find(close, at) - at));
  }
  return found;
}

std::string Answer::element(std::string_view name) const {
  const auto found = elements(name);
  return found.empty() ? std::string() : found.front();
}

struct HttpClient::Tls {
  asio::ssl::context context{asio::ssl::context::tls_client};
  std::optional<asio::ssl::stream<tcp::socket&>> stream;
};

HttpClient::HttpClient(unsigned short port) : socket_(io_) {
  socket_.connect({asio::ip::address_v4::loopback(), port});
  socket_.set_option(tcp::no_delay(true));
}

HttpClient::HttpClient(unsigned short port, const std::string& authority) : HttpClient(port) {
  tls_ = std::make_unique<Tls>();
  tls_->context.load_verify_file(authority);
  tls_->stream.emplace(socket_, tls_->context);
  tls_->stream->set_verify_mode(asio::ssl::verify_peer);
  tls_->stream->set_verify_callback(asio::ssl::host_name_verification("localhost"));
  tls_->stream->handshake(asio::ssl::stream_base::client);
}

HttpClient::~HttpClient() = default;

void HttpClient::send(std::string_view bytes) {
  if (tls_) {
    asio::write(*tls_->stream, asio::buffer(bytes));
  } else {
    asio::write(socket_, asio::buffer(bytes));
  }
}

/// Appends what comes next to the buffer.
std::size_t HttpClient::read_some() {
  std::array<char, 4096> block{};
  const std::size_t count =
      tls_ ? tls_->stream->read_some(asio::buffer(block)) : socket_.read_some(asio::buffer(block));
  buffer_.append(block.data(), count);
  return count;
}

void HttpClient::finish_sending() {
  socket_.shutdown(tcp::socket::shutdown_send);
}

std::string HttpClient::read_until(std::string_view end) {
  while (buffer_.find(end) == std::string::npos) read_some();
  const std::size_t size = buffer_.find(end) + end.size();
  std::string taken = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return taken;
}

std::string HttpClient::read_exactly(std::size_t count) {
  while (buffer_.size() < count) read_some();
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return taken;
}

std::string HttpClient::receive_all() {
  boost::system::error_code ec;
  while (!ec) {
    std::array<char, 4096> block{};
    buffer_.append(block.data(), socket_.read_some(asio::buffer(block), ec));
  }
  return std::exchange(buffer_, {});
}

bool HttpClient::closed() {
  std::array<char, 1> byte{};
  boost::system::error_code ec;
  return socket_.read_some(asio::buffer(byte), ec) == 0 && ec;
}

Answer HttpClient::receive(bool head) {
  const std::string text = read_until("\r\n\r\n");
  Answer answer;
  std::size_t line_end = text.find("\r\n");
  const std::string status_line = text.substr(0, line_end);
  if (status_line.size() < 13 || !status_line.starts_with("HTTP/1."))
    throw std::runtime_error("no status line");
  answer.status = std::stoi(status_line.substr(9, 3));
  answer.reason = status_line.substr(13);
  while (line_end + 4 < text.size()) {
    const std::size_t begin = line_end + 2;
    line_end = text.find("\r\n", begin);
    const std::string line = text.substr(begin, line_end - begin);
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error("malformed header: " + line);
    answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  answer.chunked = answer["Transfer-Encoding"] == "chunked";
  if (head || answer.status == 100 || answer.status == 204) return answer;
  if (answer.chunked) {
    while (true) {
      const std::size_t size = std::stoul(read_until("\r\n"), nullptr, 16);
      answer.body += read_exactly(size);
      if (read_exactly(2) != "\r\n") throw std::runtime_error("malformed chunk");
      if (size == 0) return answer;
    }
  }
  answer.body = read_exactly(std::stoul(answer["Content-Length"]));
  return answer;
}

}  // namespace quprite::test
