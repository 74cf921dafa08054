#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http_request.h"
#include "tests/model/call.h"

namespace quprite::model {

/// An HTTP request that keeps what it consists of.
struct HttpMessage {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// Views into this message.
  [[nodiscard]] server::HttpRequest request() const;
};

/// The request of a call of the well-known development account.
HttpMessage to_http(const Call& call);

/// What an answer's bytes tell. Throws std::runtime_error where they are not an answer to that
/// call.
Answer from_http(const Call& call, std::string_view bytes);

}  // namespace quprite::model
