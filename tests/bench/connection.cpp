#include "tests/bench/connection.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace quprite::bench {
namespace {

constexpr std::size_t least_space = std::size_t{4} * 1024;

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether the line is the header of that name (to be given in lower case); its value, if so.
bool is_header(std::string_view line, std::string_view name, std::string_view& value) {
  if (line.size() <= name.size() || line[name.size()] != ':') return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (lower(line[i]) != name[i]) return false;
  }
  value = line.substr(name.size() + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  return true;
}

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

/// A count of bytes; -1 with EAGAIN where it would block, 0 or -1 where the connection is gone.
ssize_t write_some(int descriptor, SSL* tls, std::string_view bytes) {
  if (tls == nullptr)
    return ::send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  std::size_t count = 0;
  if (SSL_write_ex(tls, bytes.data(), bytes.size(), &count) == 1)
    return static_cast<ssize_t>(count);
  const bool blocked = SSL_get_error(tls, 0) == SSL_ERROR_WANT_WRITE;
  errno = blocked ? EAGAIN : EPIPE;
  return -1;
}

ssize_t read_some(int descriptor, SSL* tls, char* to, std::size_t size) {
  if (tls == nullptr) return recv(descriptor, to, size, MSG_DONTWAIT);
  std::size_t count = 0;
  if (SSL_read_ex(tls, to, size, &count) == 1) return static_cast<ssize_t>(count);
  const bool blocked = SSL_get_error(tls, 0) == SSL_ERROR_WANT_READ;
  errno = blocked ? EAGAIN : EPIPE;
  return -1;
}

}  // namespace

void Connection::FreeTls::operator()(ssl_st* tls) const noexcept {
  SSL_free(tls);
}

Connection::Connection(const sockaddr_in& address, ssl_ctx_st* tls)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  try {
    connect(address);
    if (tls == nullptr) return;
    tls_.reset(SSL_new(tls));
    SSL_set_fd(tls_.get(), descriptor_);
    if (SSL_connect(tls_.get()) != 1) throw std::runtime_error("TLS handshake failed");
    fcntl(descriptor_, F_SETFL, O_NONBLOCK);  // SSL_read has no MSG_DONTWAIT
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

void Connection::connect(const sockaddr_in& address) {
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::system_error(errno, std::generic_category(), "connect");
  }
  const int yes = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

Connection::~Connection() {
  close(descriptor_);
}

Connection::Progress Connection::send() {
  const auto rest = std::string_view(request_).substr(sent_);
  const ssize_t count = write_some(descriptor_, tls_.get(), rest);
  if (count < 0) return errno == EAGAIN ? Progress::Waiting : Progress::Closed;
  sent_ += static_cast<std::size_t>(count);
  return Progress::Waiting;
}

Connection::Progress Connection::receive(Answer& answer) {
  if (buffer_.size() - used_ < least_space) buffer_.resize(2 * (buffer_.size() + least_space));
  const ssize_t count =
      read_some(descriptor_, tls_.get(), buffer_.data() + used_, buffer_.size() - used_);
  if (count < 0 && errno == EAGAIN) return Progress::Waiting;
  if (count <= 0) return Progress::Closed;
  used_ += static_cast<std::size_t>(count);
  if ((head_size_ == 0 && !parse_head()) || !parse_body(answer)) {
    return tls_ ? receive(answer)
                : Progress::Waiting;  // TLS may hold more than the socket tells of
  }
  answer.status = status_;
  answer.head = std::string_view(buffer_).substr(0, head_size_);
  used_ = head_size_ = sent_ = 0;
  request_.clear();
  return Progress::Answered;
}

bool Connection::parse_head() {
  const std::string_view bytes(buffer_.data(), used_);
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  head_size_ = end + 4;
  status_ = static_cast<int>(number(bytes.substr(9, 3), 10));
  chunked_ = false;
  length_ = 0;
  for (std::size_t line = bytes.find('\n') + 1; line < end;) {
    const std::size_t line_end = bytes.find('\r', line);
    const std::string_view text = bytes.substr(line, line_end - line);
    std::string_view value;
    if (is_header(text, "content-length", value)) length_ = number(value, 10);
    if (is_header(text, "transfer-encoding", value)) chunked_ = true;
    line = line_end + 2;
  }
  return true;
}

bool Connection::parse_body(Answer& answer) {
  if (chunked_) return parse_chunks(answer);
  if (used_ < head_size_ + length_) return false;
  answer.body = std::string_view(buffer_).substr(head_size_, length_);
  return true;
}

bool Connection::parse_chunks(Answer& answer) {
  const std::string_view bytes(buffer_.data(), used_);
  std::size_t at = head_size_;
  answer.body = {};
  while (true) {
    const std::size_t line_end = bytes.find('\n', at);
    if (line_end == std::string_view::npos) return false;
    const std::size_t size = number(bytes.substr(at, line_end - at), 16);
    const std::size_t begin = line_end + 1;
    if (used_ < begin + size + 2) return false;
    if (size == 0) return true;
    if (answer.body.empty()) {
      answer.body = bytes.substr(begin, size);
    } else {
      if (answer.body.data() != joined_.data()) joined_ = answer.body;
      joined_ += bytes.substr(begin, size);
      answer.body = joined_;
    }
    at = begin + size + 2;
  }
}

}  // namespace quprite::bench
