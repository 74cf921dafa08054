#pragma once

#include <sys/resource.h>

#include <array>
#include <csignal>
#include <vector>

namespace quprite::server {

/// What this process was given by whoever started it, and a server changes: for a command to get as
/// if there were no server.
class Inheritance {
 public:
  /// Looks at what there is, before a server changes it, and lets the signals through that are
  /// waited for here.
  Inheritance();

  /// In a process of its own, before it becomes the command: puts everything back, and closes what
  /// was opened since.
  void hand_down() const;

 private:
  static constexpr std::array signals = {SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGCHLD, SIGXFSZ};

  std::array<struct sigaction, signals.size()> actions_ = {};
  sigset_t blocked_ = {};
  rlimit files_ = {};
  std::vector<int> descriptors_ = {};  // in order
};

}  // namespace quprite::server
