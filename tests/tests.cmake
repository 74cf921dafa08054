# The doctest suites: `unit` looks at parts by themselves, `wire` at the server through a socket, `model` at what random
# sequences of operations do to it.
find_package(doctest REQUIRED)

add_executable(quprite_tests
  tests/main.cpp
  tests/model/call.cpp
  tests/model/http.cpp
  tests/model/model.cpp
  tests/model/model_test.cpp
  tests/model/run.cpp
  tests/model/sequence.cpp
  tests/model/shrink.cpp
  tests/model/subject.cpp
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
  tests/wire/connection_test.cpp
  tests/wire/messages_test.cpp
)
target_link_libraries(quprite_tests PRIVATE quprite_server doctest::doctest OpenSSL::Crypto)
