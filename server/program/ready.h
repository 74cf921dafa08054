#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "server/accounts.h"
#include "server/options.h"

namespace quprite::server {

/// Where a server is, and what to give to a client of its first account.
struct Endpoint {
  std::string url;  ///< http://127.0.0.1:10001
  std::string account;
  std::string connection_string;            ///< with KEY in place of a key that was configured
  std::vector<std::string> stub_urls = {};  ///< of Options::stubs

  [[nodiscard]] std::string queue_endpoint() const { return url + "/" + account; }
};

/// Where clients on this machine find what listens on that address.
std::string url_of(const boost::asio::ip::tcp::endpoint& address, bool secure);

Endpoint endpoint_of(const boost::asio::ip::tcp::endpoint& address, bool secure,
                     const Accounts& accounts);

/// Says that the server is ready, on standard output and in the file that the options ask for. The
/// file appears with all of its content at once.
void announce(const Endpoint& endpoint, const Options& options);

}  // namespace quprite::server
