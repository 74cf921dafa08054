#include "tests/bench/process.h"

#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace quprite::bench {
namespace {

std::uint64_t nanoseconds(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

std::uint64_t cpu_time_of(pid_t process) {
  std::uint64_t total = 0;
  std::error_code ignored;
  const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, ignored)) {
    std::uint64_t time = 0;
    if (std::ifstream(task.path() / "schedstat") >> time) total += time;
  }
  return total;
}

std::uint64_t own_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return nanoseconds(time);
}

std::uint64_t machine_cpu_time() {
  // proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guest times are in user.
  std::ifstream stat("/proc/stat");
  std::string name;
  stat >> name;
  std::uint64_t busy = 0;
  for (int column = 0; column < 8; ++column) {
    std::uint64_t ticks = 0;
    stat >> ticks;
    if (column != 3 && column != 4) busy += ticks;
  }
  return busy * 1'000'000'000U / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
}

unsigned processors() {
  return static_cast<unsigned>(sysconf(_SC_NPROCESSORS_ONLN));
}

std::uint64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return nanoseconds(time);
}

}  // namespace quprite::bench
