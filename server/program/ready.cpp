#include "server/program/ready.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <system_error>

namespace quprite::server {
namespace {

/// A URL, an account name or a connection string in JSON: none of them holds what would have to be
/// escaped.
std::string quoted(const std::string& text) {
  return '"' + text + '"';
}

std::string to_json(const Endpoint& endpoint) {
  return "{\"pid\": " + std::to_string(getpid()) + ", \"account\": " + quoted(endpoint.account) +
         ", \"queueEndpoint\": " + quoted(endpoint.queue_endpoint()) +
         ", \"queueSecondaryEndpoint\": " + quoted(endpoint.queue_endpoint() + "-secondary") +
         ", \"connectionString\": " + quoted(endpoint.connection_string) + "}\n";
}

void write_at_once(const std::string& file, const std::string& text) {
  const std::string draft = file + "." + std::to_string(getpid());
  std::ofstream(draft) << text;
  std::error_code ec;
  std::filesystem::rename(draft, file, ec);
  if (ec) throw std::runtime_error("--ready-file: cannot write '" + file + "': " + ec.message());
}

}  // namespace

std::string url_of(const boost::asio::ip::tcp::endpoint& address, bool secure) {
  const auto ip = address.address();
  std::string host = ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string();
  if (ip.is_unspecified()) host = "127.0.0.1";
  return (secure ? "https://" : "http://") + host + ":" + std::to_string(address.port());
}

Endpoint endpoint_of(const boost::asio::ip::tcp::endpoint& address, bool secure,
                     const Accounts& accounts) {
  const auto& [name, account] = *accounts.all().begin();
  Endpoint endpoint{.url = url_of(address, secure), .account = name, .connection_string = {}};
  const bool well_known = name == development_account && accounts.all().size() == 1;
  endpoint.connection_string =
      std::string("DefaultEndpointsProtocol=") + (secure ? "https" : "http") +
      ";AccountName=" + name +
      ";AccountKey=" + (well_known ? std::string(development_key) : "KEY") +
      ";QueueEndpoint=" + endpoint.queue_endpoint() +
      ";QueueSecondaryEndpoint=" + endpoint.queue_endpoint() + "-secondary;";
  return endpoint;
}

void announce(const Endpoint& endpoint, const Options& options) {
  if (!options.ready_file.empty()) write_at_once(options.ready_file, to_json(endpoint));
  if (options.ready_json) {
    std::cout << to_json(endpoint) << std::flush;
  } else {
    std::cout << "quprite is ready at " << endpoint.url
              << " connection string: " << endpoint.connection_string << std::endl;
  }
}

}  // namespace quprite::server
