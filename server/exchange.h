#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "server/errors.h"
#include "server/http_request.h"
#include "server/versions.h"
#include "storage/time.h"

namespace quprite::server {

struct Operation;

/// x-ms-request-id: as Azure's, a GUID whose last six digits are zero.
using RequestId = std::array<char, 36>;

/// Makes request ids. They need to be different, not secret.
class RequestIds {
 public:
  RequestIds() : random_(std::random_device{}()) {}
  explicit RequestIds(std::uint64_t seed) : random_(seed) {}

  void next(RequestId& id);

 private:
  std::mt19937_64 random_;
};

/// What is remembered of a request until its answer has left: enough to render an answer, to render
/// another one in its place where the group that holds it could not be committed, and to log it.
struct Exchange {
  RequestId request_id = {};
  ApiVersion version = {};
  std::string version_echo = {};
  std::string client_request_id = {};  ///< to be echoed; empty for none
  std::string cors = {};               ///< header lines for an answer, each with its CRLF
  std::string error_cors = {};         ///< and for that of an error
  const Operation* operation = nullptr;
  std::string account = {};
  std::string queue = {};
  std::string method = {};
  bool head = false;  ///< the method was HEAD: no body
  bool preflight = false;
  bool http_1_0 = false;
  bool keep_alive = true;  ///< whether the connection stays open
  bool held = false;       ///< the answer has to wait for the commit of its group
  Time received_at = {};
  Ticks started = {};  ///< Clock::uptime() at that moment
  int status = 0;
  std::string_view error = {};  ///< the code's name; empty where there was none

  /// Makes it ready for another request; keeps what it has allocated.
  void reset();

  [[nodiscard]] bool at_least(ApiVersion first) const { return version >= first; }
};

}  // namespace quprite::server
