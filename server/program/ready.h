#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/accounts.h"
#include "server/options.h"

namespace quprite::server {

/// Where a server is, and what to give to a client of its first account.
struct Endpoint {
  std::string url;                          ///< http://127.0.0.1:10001
  std::string account;                      ///< the first one
  std::string key;                          ///< its first key, in Base64
  std::vector<std::string> stub_urls = {};  ///< of Options::stubs

  [[nodiscard]] std::string queue_endpoint() const { return url + "/" + account; }
  [[nodiscard]] std::string connection_string() const;
};

/// Where clients on this machine find what listens on that address.
std::string url_of(const boost::asio::ip::tcp::endpoint& address, bool secure);

Endpoint endpoint_of(const boost::asio::ip::tcp::endpoint& address, bool secure,
                     const Accounts& accounts);

/// What `--ready-file` and `--ready json` tell.
std::string to_json(const Endpoint& endpoint);

/// The line for people: a key of their own stands as KEY in it, as others may read along.
std::string to_line(const Endpoint& endpoint);

/// The file of `--ready-file`. It is there from when the server is ready until it ends, appears
/// with all of its content at once, and is for its owner alone, as it has a key. A pipe or a device
/// of that name is written to.
class ReadyFile {
 public:
  /// An empty name stands for no file. Removes what an earlier server has left. Throws
  /// std::runtime_error where the file could not be written later.
  explicit ReadyFile(std::string name);
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;
  ~ReadyFile();

  /// Throws std::runtime_error where that fails.
  void write(const std::string& text);

 private:
  [[nodiscard]] std::runtime_error failure(int error) const;

  std::string name_;
  std::string draft_;  // empty where there is none
  int file_ = -1;
  bool written_ = false;
};

}  // namespace quprite::server
