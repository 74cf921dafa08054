// Puts load on a Queue service and measures what comes back: see usage, below. Prints one line of
// JSON.
#include <arpa/inet.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/loader.h"
#include "tests/bench/process.h"
#include "tests/bench/workload.h"

namespace quprite::bench {
namespace {

constexpr std::string_view usage = R"(quprite_bench_load --port N --operation NAME [option...]

operations: put, get, get32, peek, update, mix (put, get, delete), drain (get and delete all there is),
            cycle (put, get and delete --requests each, again and again, each measured by itself)
  --host ADDRESS        127.0.0.1
  --connections N       64
  --seconds S           how long; 3, or until --requests are done where that is given (cycle: at least one cycle)
  --requests N          how many
  --warm-up S           before, and not measured; 0.2
  --auth sas|sharedkey  sas
  --queue PREFIX        bench0, bench1, ...: the queues' names; bench
  --queues N            1
  --text-size N         1024
  --time-to-live S      of the messages that are put
  --put-invisible S     their visibility timeout
  --visibility S        of get and get32; 1
  --tls on              HTTPS, whatever certificate the server has
  --server-pid N        the process whose CPU time is told
)";

constexpr double nanoseconds_a_second = 1e9;

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string operation = {};
  std::size_t connections = 64;
  double seconds = 0;
  std::uint64_t requests = 0;
  double warm_up = 0.2;
  RequestSettings request = {};
  std::string queue = "bench";
  std::size_t queues = 1;
  std::int64_t visibility_timeout = 1;
  pid_t server = 0;
  bool tls = false;
};

template <class Number>
void read(std::string_view text, Number& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error("'" + std::string(text) + "' is not a number");
  }
}

using Setter = std::function<void(Options&, std::string_view)>;

const std::map<std::string_view, Setter>& setters() {
  static const std::map<std::string_view, Setter> all = {
      {"--host", [](Options& o, std::string_view v) { o.host = v; }},
      {"--port", [](Options& o, std::string_view v) { read(v, o.port); }},
      {"--operation", [](Options& o, std::string_view v) { o.operation = v; }},
      {"--connections", [](Options& o, std::string_view v) { read(v, o.connections); }},
      {"--seconds", [](Options& o, std::string_view v) { read(v, o.seconds); }},
      {"--requests", [](Options& o, std::string_view v) { read(v, o.requests); }},
      {"--warm-up", [](Options& o, std::string_view v) { read(v, o.warm_up); }},
      {"--auth",
       [](Options& o, std::string_view v) {
         o.request.auth = v == "sharedkey" ? Auth::SharedKey : Auth::Sas;
       }},
      {"--queue", [](Options& o, std::string_view v) { o.queue = v; }},
      {"--queues", [](Options& o, std::string_view v) { read(v, o.queues); }},
      {"--text-size", [](Options& o, std::string_view v) { read(v, o.request.text_size); }},
      {"--time-to-live", [](Options& o, std::string_view v) { read(v, o.request.time_to_live); }},
      {"--put-invisible", [](Options& o, std::string_view v) { read(v, o.request.put_invisible); }},
      {"--visibility", [](Options& o, std::string_view v) { read(v, o.visibility_timeout); }},
      {"--tls", [](Options& o, std::string_view v) { o.tls = v == "on"; }},
      {"--server-pid", [](Options& o, std::string_view v) { read(v, o.server); }},
  };
  return all;
}

Options read_options(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const auto setter = setters().find(arguments[i]);
    if (setter == setters().end()) throw std::runtime_error(std::string(usage));
    setter->second(options, arguments[i + 1]);
  }
  if (options.port == 0 || options.operation.empty() || arguments.size() % 2 != 0) {
    throw std::runtime_error(std::string(usage));
  }
  if (options.seconds == 0 && options.requests == 0) options.seconds = 3;
  options.request.host = options.host + ":" + std::to_string(options.port);
  for (std::size_t i = 0; i < options.queues; ++i) {
    options.request.queues.push_back(options.queue + std::to_string(i));
  }
  return options;
}

sockaddr_in address_of(const Options& options) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  if (inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("--host: an IPv4 address is wanted");
  }
  return address;
}

std::uint64_t nanoseconds(double seconds) {
  return static_cast<std::uint64_t>(seconds * nanoseconds_a_second);
}

/// The limit that the options set, but for the first of them that is 0: there is none then.
Limit limit_of(const Options& options) {
  Limit limit;
  if (options.seconds > 0) limit.time = nanoseconds(options.seconds);
  if (options.requests > 0) limit.requests = options.requests;
  return limit;
}

struct Result {
  std::string operation;
  Measurement measurement;
  std::uint64_t empty = 0;
};

std::unique_ptr<Workload> make_workload(const Options& options, RequestWriter& writer) {
  const std::string& name = options.operation;
  if (name == "put") return std::make_unique<Put>(writer);
  if (name == "get") return std::make_unique<Get>(writer, 1, options.visibility_timeout, nullptr);
  if (name == "get32")
    return std::make_unique<Get>(writer, 32, options.visibility_timeout, nullptr);
  if (name == "peek") return std::make_unique<Peek>(writer);
  if (name == "update") return std::make_unique<Update>(writer);
  if (name == "mix") return std::make_unique<Mix>(writer);
  if (name == "drain") return std::make_unique<Drain>(writer);
  throw std::runtime_error("no operation '" + name + "'");
}

std::vector<Result> run_one(const Options& options, Loader& loader, RequestWriter& writer) {
  const auto workload = make_workload(options, writer);
  if (options.warm_up > 0) {
    Measurement ignored;
    loader.run(*workload, {.time = nanoseconds(options.warm_up)}, ignored);
  }
  workload->empty = 0;
  std::vector<Result> results;
  Result& result = results.emplace_back(Result{.operation = options.operation, .measurement = {}});
  loader.run(*workload, limit_of(options), result.measurement);
  result.empty = workload->empty;
  return results;
}

/// Put, get and delete as many messages, so that the queue is as deep after a cycle as before.
std::vector<Result> run_cycles(const Options& options, Loader& loader, RequestWriter& writer) {
  constexpr std::int64_t long_enough = 3600;
  std::vector<Result> results;
  for (const auto* name : {"put", "get", "delete"}) {
    results.push_back({.operation = name, .measurement = {}});
  }
  std::vector<Claim> claims;
  Put put(writer);
  Get get(writer, 1, long_enough, &claims);
  Delete remove(writer, claims);
  const Limit limit{.requests = options.requests == 0 ? 1000 : options.requests};
  const std::uint64_t warm_until = now() + nanoseconds(options.warm_up);
  while (options.warm_up > 0 && now() < warm_until) {
    Measurement ignored;
    loader.run(put, limit, ignored);
    loader.run(get, limit, ignored);
    loader.run(remove, {}, ignored);
  }
  get.empty = 0;
  const std::uint64_t until = now() + nanoseconds(options.seconds);
  do {
    loader.run(put, limit, results[0].measurement);
    loader.run(get, limit, results[1].measurement);
    loader.run(remove, {}, results[2].measurement);
  } while (now() < until);
  results[1].empty = get.empty;
  return results;
}

void print(const Result& result) {
  const Measurement& m = result.measurement;
  const auto requests = static_cast<double>(m.latency.count());
  const auto time = static_cast<double>(m.time);
  std::cout << "{\"operation\": \"" << result.operation << "\", \"requests\": " << m.latency.count()
            << ", \"seconds\": " << time / nanoseconds_a_second
            << ", \"rps\": " << requests * nanoseconds_a_second / time
            << ", \"p50_us\": " << static_cast<double>(m.latency.quantile(0.5)) / 1e3
            << ", \"p99_us\": " << static_cast<double>(m.latency.quantile(0.99)) / 1e3
            << ", \"p999_us\": " << static_cast<double>(m.latency.quantile(0.999)) / 1e3
            << ", \"max_us\": " << static_cast<double>(m.latency.maximum()) / 1e3
            << ", \"server_cpu_us\": " << static_cast<double>(m.server_cpu) / 1e3 / requests
            << ", \"server_busy\": " << static_cast<double>(m.server_cpu) / time
            << ", \"generator_busy\": " << static_cast<double>(m.own_cpu) / time
            << ", \"empty\": " << result.empty << ", \"unexpected\": " << m.unexpected
            << ", \"unexpected_status\": " << m.unexpected_status
            << ", \"disconnected\": " << m.disconnected << "}";
}

/// A file descriptor a connection.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const std::vector<std::string_view>& arguments) {
  const Options options = read_options(arguments);
  raise_file_limit();
  RequestWriter writer(options.request);
  Loader loader(address_of(options), options.connections, options.server, options.tls);

  const std::uint64_t machine = machine_cpu_time();
  const std::uint64_t server = options.server == 0 ? 0 : cpu_time_of(options.server);
  const std::uint64_t own = own_cpu_time();
  const std::uint64_t began = now();
  const auto results = options.operation == "cycle" ? run_cycles(options, loader, writer)
                                                    : run_one(options, loader, writer);
  const auto time = static_cast<double>(now() - began) * processors();
  const auto ours =
      own_cpu_time() - own + (options.server == 0 ? 0 : cpu_time_of(options.server) - server);
  const double foreign =
      (static_cast<double>(machine_cpu_time() - machine) - static_cast<double>(ours)) / time;

  std::cout << "{\"foreign\": " << std::max(0.0, foreign) << ", \"results\": [";
  const char* separator = "";
  for (const Result& result : results) {
    std::cout << separator;
    print(result);
    separator = ", ";
  }
  std::cout << "]}" << std::endl;
  return 0;
}

}  // namespace
}  // namespace quprite::bench

int main(int argc, char** argv) {
  try {
    return quprite::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "quprite_bench_load: " << error.what() << '\n';
    return 1;
  }
}
