#include "server/log.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>

#include "server/wire/dates.h"

namespace quprite::server {
namespace {

constexpr std::size_t flush_at = 65'536;
constexpr std::size_t most_pending = 1'048'576;

/// `2026-03-02T08:00:00.000Z`
void append_stamp(std::string& out, Time now) {
  const std::size_t begin = out.size();
  append_iso8601(out, now);  // seven fraction digits and a Z
  out.resize(begin + std::string_view("2026-03-02T08:00:00.000").size());
  out += 'Z';
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) {
  if (text == "error") return LogLevel::Error;
  if (text == "warning") return LogLevel::Warning;
  if (text == "info") return LogLevel::Info;
  if (text == "debug") return LogLevel::Debug;
  return std::nullopt;
}

void Log::line(LogLevel level, Time now, std::string_view text) {
  if (!enabled(level)) return;
  append_stamp(pending_, now);
  switch (level) {
    case LogLevel::Error: pending_ += " error:"; break;
    case LogLevel::Warning: pending_ += " warning:"; break;
    case LogLevel::Debug: pending_ += " debug:"; break;
    case LogLevel::Info: break;
  }
  pending_ += ' ';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    pending_ += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  pending_ += '\n';
  if (pending_.size() >= flush_at || level <= LogLevel::Warning) flush();
}

/// A pipe that nobody reads must not stop the server: it is asked first whether it takes a block,
/// and what it does not take waits, up to a limit.
void Log::flush() noexcept {
  std::size_t written = 0;
  while (written < pending_.size()) {
    pollfd descriptor{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    if (poll(&descriptor, 1, 0) != 1 || (descriptor.revents & POLLOUT) == 0) break;
    const std::size_t block = std::min<std::size_t>(pending_.size() - written, PIPE_BUF);
    const ssize_t count = ::write(descriptor_, pending_.data() + written, block);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  pending_.erase(0, written);
  if (pending_.size() > most_pending) pending_.clear();
}

}  // namespace quprite::server
