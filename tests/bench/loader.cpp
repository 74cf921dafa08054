#include "tests/bench/loader.h"

#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>

#include "tests/bench/process.h"

namespace quprite::bench {
namespace {

constexpr int most_events = 256;

/// A process's CPU time is told up to when it last went to sleep: give it time to.
void let_the_server_sleep() {
  const timespec pause{.tv_sec = 0, .tv_nsec = 200'000};
  nanosleep(&pause, nullptr);
}

}  // namespace

void Loader::FreeTlsContext::operator()(ssl_ctx_st* context) const noexcept {
  SSL_CTX_free(context);
}

Loader::Loader(const sockaddr_in& address, std::size_t connections, pid_t server, bool tls)
    : address_(address),
      server_(server),
      tls_(tls ? SSL_CTX_new(TLS_client_method()) : nullptr),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  for (std::size_t index = 0; index < connections; ++index) {
    connections_.push_back(std::make_unique<Connection>(address_, tls_.get()));
    watch(index, true);
  }
}

Loader::~Loader() {
  close(epoll_);
}

void Loader::watch(std::size_t index, bool add) {
  const Connection& connection = *connections_[index];
  epoll_event event{};
  event.events = connection.unsent() ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = index;
  epoll_ctl(epoll_, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, connection.descriptor(), &event);
}

void Loader::run(Workload& workload, Limit limit, Measurement& measurement) {
  workload_ = &workload;
  measurement_ = &measurement;
  let_the_server_sleep();
  const std::uint64_t server_cpu = server_ == 0 ? 0 : cpu_time_of(server_);
  const std::uint64_t own_cpu = own_cpu_time();
  const std::uint64_t began = now_ = now();
  ends_at_ = limit.time > UINT64_MAX - began ? UINT64_MAX : began + limit.time;
  requests_left_ = limit.requests;
  in_flight_ = 0;
  for (std::size_t index = 0; index < connections_.size(); ++index) begin_next(index);
  while (in_flight_ > 0) {
    std::array<epoll_event, most_events> events;
    const int count = epoll_wait(epoll_, events.data(), most_events, -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const std::size_t index = event.data.u64;
      if ((event.events & EPOLLOUT) != 0) {
        connections_[index]->send();
        watch(index, false);
      }
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) take(index);
    }
  }
  measurement.time += now() - began;
  measurement.own_cpu += own_cpu_time() - own_cpu;
  let_the_server_sleep();
  if (server_ != 0) measurement.server_cpu += cpu_time_of(server_) - server_cpu;
}

void Loader::begin_next(std::size_t index) {
  Connection& connection = *connections_[index];
  if (now_ >= ends_at_ || requests_left_ == 0) return;
  if (!workload_->next(index, connection.request())) return;
  --requests_left_;
  ++in_flight_;
  connection.sent_at = now_;
  if (connection.send() == Connection::Progress::Closed) return disconnected(index);
  if (connection.unsent()) watch(index, false);
}

void Loader::take(std::size_t index) {
  Connection& connection = *connections_[index];
  Answer answer;
  const auto progress = connection.receive(answer);
  if (progress == Connection::Progress::Waiting) return;
  if (progress == Connection::Progress::Closed) return disconnected(index);
  now_ = now();
  --in_flight_;
  measurement_->latency.add(now_ - connection.sent_at);
  if (!workload_->take(index, answer)) {
    ++measurement_->unexpected;
    measurement_->unexpected_status = answer.status;
  }
  begin_next(index);
}

/// The connection is made anew, and takes no further part in this run.
void Loader::disconnected(std::size_t index) {
  ++measurement_->disconnected;
  if (in_flight_ > 0) --in_flight_;
  connections_[index] = std::make_unique<Connection>(address_, tls_.get());
  watch(index, true);
}

}  // namespace quprite::bench
