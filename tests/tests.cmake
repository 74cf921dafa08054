# The doctest suites: `unit` looks at parts by themselves, `wire` at the server through a socket.
find_package(doctest REQUIRED)

add_executable(quprite_tests
  tests/main.cpp
  tests/support/http_client.cpp
  tests/support/test_server.cpp
  tests/unit/authorize_test.cpp
  tests/unit/base64_test.cpp
  tests/unit/bearer_test.cpp
  tests/unit/hmac_test.cpp
  tests/unit/percent_test.cpp
  tests/unit/query_test.cpp
  tests/unit/sas_test.cpp
  tests/unit/shared_key_test.cpp
  tests/unit/user_delegation_test.cpp
  tests/wire/access_documented.cpp
  tests/wire/access_matrix_test.cpp
  tests/wire/access_others.cpp
  tests/wire/access_sas.cpp
  tests/wire/connection_test.cpp
  tests/wire/messages_test.cpp
)
target_link_libraries(quprite_tests PRIVATE quprite_server doctest::doctest OpenSSL::SSL OpenSSL::Crypto)
