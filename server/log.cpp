#include "server/log.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "server/wire/dates.h"

namespace quprite::server {
namespace {

constexpr std::size_t flush_at = 65'536;

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

void Log::flush() noexcept {
  std::size_t written = 0;
  while (written < pending_.size()) {
    const ssize_t count =
        ::write(descriptor_, pending_.data() + written, pending_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;  // nobody reads the log: not a reason to stop serving
    written += static_cast<std::size_t>(count);
  }
  pending_.clear();
}

}  // namespace quprite::server
