#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quprite::server {

/// What an operation answers when it works; the common headers are added where it is rendered.
struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};  ///< XML, without the byte order mark; empty for none
};

}  // namespace quprite::server
