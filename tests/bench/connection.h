#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace quprite::bench {

/// A complete answer; views into its connection, good until the next request.
struct Answer {
  int status = 0;
  std::string_view head = {};
  std::string_view body = {};
};

/// A keep-alive connection on which one request is in flight at a time. Does not block once it is
/// made.
class Connection {
 public:
  enum class Progress { Waiting, Answered, Closed };

  /// Connects, and shakes hands where `tls` is given; throws std::runtime_error where that fails.
  Connection(const sockaddr_in& address, ssl_ctx_st* tls);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Where the next request is written to, before send().
  std::string& request() { return request_; }

  /// Sends the request, or what is left of it; never Answered.
  Progress send();
  [[nodiscard]] bool unsent() const { return sent_ < request_.size(); }

  /// Reads what there is. To be called again until it is Waiting, or with the next request.
  Progress receive(Answer& answer);

  std::uint64_t sent_at = 0;  ///< for the user: when the request in flight was begun

 private:
  struct FreeTls {
    void operator()(ssl_st* tls) const noexcept;
  };

  void connect(const sockaddr_in& address);
  bool parse_head();
  bool parse_body(Answer& answer);
  bool parse_chunks(Answer& answer);

  int descriptor_;
  std::unique_ptr<ssl_st, FreeTls> tls_;
  std::string request_;
  std::size_t sent_ = 0;
  std::string buffer_;
  std::size_t used_ = 0;       // of the buffer
  std::size_t head_size_ = 0;  // 0 while the head is incomplete
  int status_ = 0;
  bool chunked_ = false;
  std::size_t length_ = 0;
  std::string joined_;  // a body of more than one chunk
};

}  // namespace quprite::bench
