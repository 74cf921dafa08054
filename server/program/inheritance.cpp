#include "server/program/inheritance.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace quprite::server {
namespace {

/// The open descriptors, in order. Few are open when a program starts, and their numbers are low.
std::vector<int> open_descriptors() {
  constexpr int most = 1'024;
  std::vector<int> descriptors;
  for (int descriptor = 0; descriptor < most; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) descriptors.push_back(descriptor);
  }
  return descriptors;
}

}  // namespace

Inheritance::Inheritance() : descriptors_(open_descriptors()) {
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], nullptr, &actions_[i]);
  getrlimit(RLIMIT_NOFILE, &files_);
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int signal : signals) sigaddset(&awaited, signal);
  pthread_sigmask(SIG_UNBLOCK, &awaited, &blocked_);
}

void Inheritance::hand_down() const {
  unsigned next = STDERR_FILENO + 1;
  for (const int descriptor : descriptors_) {
    if (descriptor < STDERR_FILENO + 1) continue;
    const auto kept = static_cast<unsigned>(descriptor);
    if (kept > next) close_range(next, kept - 1, 0);
    next = kept + 1;
  }
  close_range(next, ~0U, 0);
  setrlimit(RLIMIT_NOFILE, &files_);
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &actions_[i], nullptr);
  pthread_sigmask(SIG_SETMASK, &blocked_, nullptr);
}

}  // namespace quprite::server
