#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/time.h"

namespace quprite::server {

enum class LogLevel { Error, Warning, Info, Debug };

std::optional<LogLevel> parse_log_level(std::string_view text);

/// The server's log, one line an event, on a file descriptor. Lines are gathered and written when
/// flush() is called, so that a busy server does not pay a system call a line. Never given a key, a
/// signature or a message's text. Used by one thread.
class Log {
 public:
  /// `descriptor` of -1 writes nothing anywhere.
  Log(int descriptor, LogLevel level) : descriptor_(descriptor), level_(level) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() { flush(); }

  [[nodiscard]] bool enabled(LogLevel level) const { return descriptor_ >= 0 && level <= level_; }

  /// Adds a line: the time, the level where it is not Info, and the text, whose control characters
  /// are replaced.
  void line(LogLevel level, Time now, std::string_view text);

  void flush() noexcept;

 private:
  int descriptor_;
  LogLevel level_;
  std::string pending_;
};

}  // namespace quprite::server
