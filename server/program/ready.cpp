#include "server/program/ready.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace quprite::server {
namespace {

/// A URL, an account name or a connection string in JSON: none of them holds what would have to be
/// escaped.
std::string quoted(const std::string& text) {
  return '"' + text + '"';
}

std::string connection_string_with(const Endpoint& endpoint, std::string_view key) {
  std::string text = "DefaultEndpointsProtocol=" + endpoint.url.substr(0, endpoint.url.find(':'));
  text.append(";AccountName=").append(endpoint.account).append(";AccountKey=").append(key);
  text.append(";QueueEndpoint=").append(endpoint.queue_endpoint());
  text.append(";QueueSecondaryEndpoint=").append(endpoint.queue_endpoint()).append("-secondary;");
  return text;
}

/// Whether all of it was written.
bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string Endpoint::connection_string() const {
  return connection_string_with(*this, key);
}

std::string url_of(const boost::asio::ip::tcp::endpoint& address, bool secure) {
  const auto ip = address.address();
  std::string host = ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string();
  if (ip.is_unspecified()) host = "127.0.0.1";
  return (secure ? "https://" : "http://") + host + ":" + std::to_string(address.port());
}

Endpoint endpoint_of(const boost::asio::ip::tcp::endpoint& address, bool secure,
                     const Accounts& accounts) {
  const Account& first = accounts.first();
  return {.url = url_of(address, secure), .account = first.name, .key = first.first_key};
}

std::string to_json(const Endpoint& endpoint) {
  return "{\"pid\": " + std::to_string(getpid()) + ", \"account\": " + quoted(endpoint.account) +
         ", \"queueEndpoint\": " + quoted(endpoint.queue_endpoint()) +
         ", \"queueSecondaryEndpoint\": " + quoted(endpoint.queue_endpoint() + "-secondary") +
         ", \"connectionString\": " + quoted(endpoint.connection_string()) + "}\n";
}

std::string to_line(const Endpoint& endpoint) {
  const bool well_known = endpoint.key == development_key;
  return "quprite is ready at " + endpoint.url + " connection string: " +
         connection_string_with(endpoint, well_known ? development_key : "KEY") + "\n";
}

ReadyFile::ReadyFile(std::string name) : name_(std::move(name)) {
  if (name_.empty()) return;
  std::error_code ec;
  const auto status = std::filesystem::status(name_, ec);
  if (std::filesystem::is_directory(status)) throw failure(EISDIR);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return;
  draft_ = name_ + "." + std::to_string(getpid());
  constexpr mode_t mode = 0600;
  file_ = ::open(draft_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file_ < 0) throw failure(errno);
  std::filesystem::remove(name_, ec);
}

ReadyFile::~ReadyFile() {
  std::error_code ignored;
  if (file_ >= 0) ::close(file_);
  if (!draft_.empty()) std::filesystem::remove(written_ ? name_ : draft_, ignored);
}

void ReadyFile::write(const std::string& text) {
  if (name_.empty()) return;
  if (draft_.empty()) file_ = ::open(name_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (file_ < 0 || !write_all(file_, text)) throw failure(errno);
  ::close(std::exchange(file_, -1));
  if (draft_.empty()) return;
  std::error_code ec;
  std::filesystem::rename(draft_, name_, ec);
  if (ec) throw failure(ec.value());
  written_ = true;
}

std::runtime_error ReadyFile::failure(int error) const {
  return std::runtime_error("--ready-file: cannot write '" + name_ +
                            "': " + std::generic_category().message(error));
}

}  // namespace quprite::server
