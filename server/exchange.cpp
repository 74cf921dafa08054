#include "server/exchange.h"

#include <cstddef>
#include <cstdint>

namespace quprite::server {

void RequestIds::next(RequestId& id) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxx000000";
  std::uint64_t bits = random_();
  int left = 16;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (shape[i] != 'x') {
      id[i] = shape[i];
      continue;
    }
    if (left == 0) {
      bits = random_();
      left = 16;
    }
    id[i] = digits[bits & 0xFU];
    bits >>= 4U;
    --left;
  }
}

void Exchange::reset() {
  version = newest_version();
  version_echo.clear();
  client_request_id.clear();
  cors.clear();
  error_cors.clear();
  operation = nullptr;
  account.clear();
  queue.clear();
  method.clear();
  head = preflight = http_1_0 = held = false;
  keep_alive = true;
  status = 0;
  error = {};
}

}  // namespace quprite::server
