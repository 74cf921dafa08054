#include "server/program/parent.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace quprite::server {
namespace {

/// Whether the parent ended before anybody looked: the process is init's now. In a container init
/// may be the parent that started it; its session is the same then.
bool was_orphaned(pid_t parent) {
  return parent == 1 && getsid(0) != getsid(1);
}

}  // namespace

ParentWatch::ParentWatch(boost::asio::io_context& io) {
  const pid_t parent = getppid();
  if (was_orphaned(parent)) {
    std::raise(SIGTERM);
    return;
  }
  const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, parent, 0));
  if (descriptor < 0) {
    // A kernel before 5.3: it tells when the thread ends that started this process, which may be
    // long before the parent does.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return;
  }
  parent_.emplace(io, descriptor);
  parent_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [](boost::system::error_code ec) {
                        if (!ec) std::raise(SIGTERM);
                      });
}

}  // namespace quprite::server
