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
  tests/unit/config_test.cpp
  tests/unit/cors_test.cpp
  tests/unit/dates_test.cpp
  tests/unit/hmac_test.cpp
  tests/unit/message_id_test.cpp
  tests/unit/message_names_test.cpp
  tests/unit/message_xml_test.cpp
  tests/unit/mismatch_test.cpp
  tests/unit/options_test.cpp
  tests/unit/percent_test.cpp
  tests/unit/query_test.cpp
  tests/unit/queue_xml_test.cpp
  tests/unit/readme_test.cpp
  tests/unit/sas_test.cpp
  tests/unit/service_properties_test.cpp
  tests/unit/service_test.cpp
  tests/unit/shared_key_test.cpp
  tests/unit/store_batches_test.cpp
  tests/unit/store_expiry_test.cpp
  tests/unit/store_file_test.cpp
  tests/unit/store_front_test.cpp
  tests/unit/store_groups_test.cpp
  tests/unit/store_messages_test.cpp
  tests/unit/store_model_test.cpp
  tests/unit/store_queues_test.cpp
  tests/unit/user_delegation_test.cpp
  tests/unit/xml_test.cpp
  tests/wire/access_documented.cpp
  tests/wire/access_matrix_test.cpp
  tests/wire/access_others.cpp
  tests/wire/access_sas.cpp
  tests/wire/addresses_test.cpp
  tests/wire/answers_test.cpp
  tests/wire/connection_test.cpp
  tests/wire/errors_test.cpp
  tests/wire/messages_test.cpp
  tests/wire/no_way_round_test.cpp
  tests/wire/other_service_test.cpp
)
target_link_libraries(quprite_tests PRIVATE quprite_server doctest::doctest OpenSSL::Crypto)
target_compile_definitions(quprite_tests PRIVATE QUPRITE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

include(tests/bench/bench.cmake)
