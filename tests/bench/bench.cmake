# The benchmark's programs: tests/bench/run builds them; "all" leaves them out.
add_executable(quprite_bench_bare EXCLUDE_FROM_ALL tests/bench/bare.cpp)
target_link_libraries(quprite_bench_bare PRIVATE quprite_build Boost::headers Threads::Threads)

add_executable(quprite_bench_load EXCLUDE_FROM_ALL
  tests/bench/connection.cpp
  tests/bench/load.cpp
  tests/bench/loader.cpp
  tests/bench/process.cpp
  tests/bench/requests.cpp
  tests/bench/workload.cpp
)
target_link_libraries(quprite_bench_load PRIVATE quprite_server OpenSSL::SSL)
