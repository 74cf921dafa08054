#pragma once

#include <sys/types.h>

#include <cstdint>

namespace quprite::bench {

/// CPU time that a process has used so far, all its threads together, in nanoseconds; 0 where it
/// cannot be told. What a thread has used since it was last switched in may not be counted yet.
std::uint64_t cpu_time_of(pid_t process);

/// CPU time of this process.
std::uint64_t own_cpu_time();

/// CPU time that the whole machine has used so far, time stolen by the hypervisor included; in
/// steps of 10 ms.
std::uint64_t machine_cpu_time();

/// How many processors the machine has.
unsigned processors();

/// A clock for durations, in nanoseconds.
std::uint64_t now();

}  // namespace quprite::bench
