#include "server/http/port_holder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace quprite::server::http {
namespace {

namespace fs = std::filesystem;

/// The inode of the socket that listens on the port, from a table such as /proc/net/tcp ("" where
/// there is none).
std::string listening_inode(const char* table, unsigned short port) {
  std::array<char, 8> wanted{};
  std::snprintf(wanted.data(), wanted.size(), ":%04X", port);
  std::ifstream lines(table);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
        timeout >> inode;
    if (state == "0A" && local.ends_with(wanted.data())) return inode;
  }
  return {};
}

bool holds(const fs::path& process, const std::string& socket) {
  std::error_code ec;
  for (fs::directory_iterator file(process / "fd", ec), end; !ec && file != end;
       file.increment(ec)) {
    std::error_code unreadable;
    if (fs::read_symlink(file->path(), unreadable) == socket) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> who_listens_on(unsigned short port) {
  std::string inode = listening_inode("/proc/net/tcp", port);
  if (inode.empty()) inode = listening_inode("/proc/net/tcp6", port);
  if (inode.empty()) return std::nullopt;
  const std::string socket = "socket:[" + inode + "]";
  std::error_code ec;
  for (fs::directory_iterator entry("/proc", ec), end; !ec && entry != end; entry.increment(ec)) {
    const std::string id = entry->path().filename();
    const bool is_process =
        std::ranges::all_of(id, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!is_process || !holds(entry->path(), socket)) continue;
    std::string name;
    std::ifstream(entry->path() / "comm") >> name;
    return std::string("process ").append(id).append(" (").append(name).append(")");
  }
  return std::nullopt;
}

}  // namespace quprite::server::http
