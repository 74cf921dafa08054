#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/hmac.h"
#include "server/clock.h"

namespace quprite::bench {

/// A message that was got: enough to update or delete it.
struct Claim {
  std::size_t queue = 0;
  std::string message_id = {};
  std::string pop_receipt = {};
};

enum class Auth { SharedKey, Sas };

struct RequestSettings {
  std::string host = {};  ///< for the Host header
  Auth auth = Auth::Sas;
  std::vector<std::string> queues = {};
  std::size_t text_size = 1024;
  std::int64_t time_to_live = 0;   ///< of what is put, in seconds; 0 leaves it to the server
  std::int64_t put_invisible = 0;  ///< its visibility timeout, in seconds
};

/// Writes requests with the headers that an SDK sends, signed for the development account.
class RequestWriter {
 public:
  explicit RequestWriter(RequestSettings settings);

  // Each appends a request to `out`.
  void put(std::string& out, std::size_t queue);
  void get(std::string& out, std::size_t queue, int count, std::int64_t visibility_timeout);
  void peek(std::string& out, std::size_t queue, int count);
  void update(std::string& out, const Claim& claim, std::int64_t visibility_timeout);
  void remove(std::string& out, const Claim& claim);

  [[nodiscard]] std::size_t queues() const { return settings_.queues.size(); }

 private:
  struct Parameter {
    std::string_view name;
    std::string_view value;
  };

  void append(std::string& out, std::string_view method, std::size_t queue,
              std::string_view message_id, std::initializer_list<Parameter> query,
              std::string_view body);
  void sign(std::string_view method, std::initializer_list<Parameter> query,
            std::string_view length);
  void refresh_date();

  RequestSettings settings_;
  server::SystemClock clock_;
  server::HmacKey key_;
  std::string sas_;   // query parameters
  std::string body_;  // of a Put or an Update Message
  std::string put_time_to_live_;
  std::string put_invisible_;
  std::string date_;  // x-ms-date
  Ticks date_made_ = {};
  std::uint64_t count_ = 0;
  std::string path_;
  std::string client_request_id_;
  std::string string_to_sign_;
  std::string signature_;
};

}  // namespace quprite::bench
