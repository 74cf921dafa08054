#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/bench/connection.h"
#include "tests/bench/histogram.h"
#include "tests/bench/workload.h"

namespace quprite::bench {

/// What was measured of a workload, over all its runs. Times in nanoseconds.
struct Measurement {
  Histogram latency = {};
  std::uint64_t time = 0;
  std::uint64_t server_cpu = 0;
  std::uint64_t own_cpu = 0;
  std::uint64_t unexpected = 0;    ///< answers
  std::uint64_t disconnected = 0;  ///< connections that the server has closed
  int unexpected_status = 0;       ///< of one of them
};

/// When a run ends, whichever comes first.
struct Limit {
  std::uint64_t time = UINT64_MAX;  ///< nanoseconds from its start
  std::uint64_t requests = UINT64_MAX;
};

/// Runs workloads over its connections from one thread: each connection sends its next request as
/// soon as it has the answer to its last one.
class Loader {
 public:
  /// `server` is the process whose CPU time is measured; 0 for none.
  Loader(const sockaddr_in& address, std::size_t connections, pid_t server, bool tls);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  ~Loader();

  /// Runs until the limit is reached or no connection has a next request; all are answered then.
  /// Adds to `measurement`.
  void run(Workload& workload, Limit limit, Measurement& measurement);

 private:
  void begin_next(std::size_t index);
  void take(std::size_t index);
  void disconnected(std::size_t index);
  void watch(std::size_t index, bool add);

  struct FreeTlsContext {
    void operator()(ssl_ctx_st* context) const noexcept;
  };

  sockaddr_in address_;
  pid_t server_;
  std::unique_ptr<ssl_ctx_st, FreeTlsContext> tls_;  // null: HTTP
  int epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;

  // Of the present run.
  Workload* workload_ = nullptr;
  Measurement* measurement_ = nullptr;
  std::uint64_t ends_at_ = 0;
  std::uint64_t requests_left_ = 0;
  std::size_t in_flight_ = 0;
  std::uint64_t now_ = 0;
};

}  // namespace quprite::bench
