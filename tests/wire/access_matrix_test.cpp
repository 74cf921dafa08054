#include "tests/wire/access_matrix.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "server/operations.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_server.h"
#include "tests/unit/bearer_token.h"

namespace quprite::test {
namespace {

using access::Attempt;
using access::Credential;
using access::Documented;

void replace(std::string& text, std::string_view name, std::string_view value) {
  const std::size_t place = text.find(name);
  if (place != std::string::npos) text.replace(place, name.size(), value);
}

std::string plain_request(const Attempt& attempt) {
  std::string request =
      attempt.method + " /devstoreaccount1" + attempt.target + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : attempt.headers) {
    request.append(name).append(": ").append(value).append("\r\n");
  }
  if (attempt.method == "PUT" || attempt.method == "POST") {
    request += "Content-Length: " + std::to_string(attempt.body.size()) + "\r\n";
  }
  return request + "\r\n" + attempt.body;
}

/// Asks a server that speaks HTTP and HTTPS for every operation, and compares what it says.
class Walk {
 public:
  void with(const std::vector<Credential>& credentials) {
    for (const Credential& credential : credentials) {
      const std::string& name = credential.name;
      CAPTURE(name);
      next_queue(credential);
      for (const Documented& operation : access::documented()) check(credential, operation);
    }
  }

  /// What Get User Delegation Key gives to the holder of a token.
  Answer delegation_key(std::string_view body = {}) {
    const auto& rows = access::documented();
    Documented row = *std::ranges::find_if(rows, &Documented::token_only);
    if (!body.empty()) row.body = body;
    return send(access::token_credentials().front(), row);
  }

  ManualClock& clock() { return server_.clock; }

 private:
  void check(const Credential& credential, const Documented& operation) {
    CAPTURE(operation.operation);
    CAPTURE(operation.method);
    const Answer answer = send(credential, operation);
    const std::string expected = credential.expected(operation);
    const bool good = answer.status == operation.success;
    if (expected == "ok") {
      CAPTURE(answer.body);
      CHECK(answer.status == operation.success);
    } else {
      CHECK_FALSE(good);
      CHECK(told(answer, operation) == expected.substr(0, told(answer, operation).size()));
      CHECK(answer.status == std::stoi(expected));
    }
    if (good && operation.method == "DELETE") next_queue(credential);
    if (good && operation.operation == "SetQueueACL") next_queue(credential);
  }

  /// Status and code; the status alone where a version had no header for the code, nor HEAD a body.
  static std::string told(const Answer& answer, const Documented& operation) {
    std::string code = answer["x-ms-error-code"];
    if (code.empty()) code = answer.element("Code");
    if (code.empty() && operation.method == "HEAD") return std::to_string(answer.status);
    return std::to_string(answer.status) + " " + code;
  }

  Answer send(const Credential& credential, const Documented& operation) {
    Attempt attempt{.method = std::string(operation.method),
                    .target = std::string(operation.target),
                    .body = std::string(operation.body),
                    .queue = queue_,
                    .headers = {{"x-ms-date", "Mon, 01 Jun 2026 12:00:00 GMT"},
                                {"x-ms-version", "2026-04-06"}}};
    if (attempt.target.find("{id}") != std::string::npos) {
      const Answer put = server_.put(queue_, "first");
      replace(attempt.target, "{id}", put.element("MessageId"));
      replace(attempt.target, "{receipt}", encode(put.element("PopReceipt")));
    }
    replace(attempt.target, "{queue}", queue_);
    credential.apply(attempt);
    HttpClient& client = credential.secure ? *https_ : *http_;
    client.send(attempt.shared_key ? server_.signed_request(attempt.method, attempt.target,
                                                            attempt.headers, attempt.body)
                                   : plain_request(attempt));
    Answer answer = client.receive(operation.method == "HEAD");
    if (answer["Connection"] == "close") connect();
    return answer;
  }

  void next_queue(const Credential& credential) {
    queue_ = "q" + std::to_string(++queues_) + "-matrix";
    server_.create(queue_);
    if (credential.policies.empty()) return;
    REQUIRE(server_.send("PUT", "/" + queue_ + "?comp=acl", {}, credential.policies).status == 204);
  }

  void connect() {
    http_.emplace(server_.port());
    https_.emplace(server_.port(), certificate_.authority());
  }

  TestCertificate certificate_;
  TestServer server_{{.auth = {.bearer = true}}, {.tls = &certificate_.context()}};
  std::optional<HttpClient> http_{std::in_place, server_.port()};
  std::optional<HttpClient> https_{std::in_place, server_.port(), certificate_.authority()};
  std::string queue_;
  int queues_ = 0;
};

}  // namespace

TEST_SUITE_BEGIN("wire");

TEST_CASE("the walk covers every operation and method there is") {
  std::vector<std::string> there;
  for (const server::Operation& operation : server::operations()) {
    std::string_view methods = operation.methods;
    while (!methods.empty()) {
      const std::string_view method = methods.substr(0, methods.find(','));
      methods.remove_prefix(std::min(methods.size(), method.size() + 1));
      there.push_back(std::string(operation.name) + " " + std::string(method));
    }
  }
  std::vector<std::string> walked;
  for (const Documented& operation : access::documented()) {
    walked.push_back(std::string(operation.operation) + " " + std::string(operation.method));
  }
  std::ranges::sort(there);
  std::ranges::sort(walked);
  CHECK(walked == there);
}

TEST_CASE("with the account's key everything may be done, without a credential nothing") {
  Walk().with(access::key_credentials());
}

TEST_CASE("an account SAS does exactly what its service, resource types and letters say") {
  Walk().with(access::account_sas_credentials());
}

TEST_CASE("a service SAS does exactly what its letters say, on its queue") {
  Walk().with(access::queue_sas_credentials());
}

TEST_CASE("a service SAS does exactly what its stored access policy says") {
  Walk().with(access::policy_credentials());
}

TEST_CASE("a token does everything over HTTPS, and nothing where something is wrong with it") {
  Walk().with(access::token_credentials());
}

TEST_CASE("a user delegation SAS does exactly what its letters say, on its queue") {
  Walk walk;
  const Answer key = walk.delegation_key();
  REQUIRE(key.element("SignedOid") == user_object_id);
  REQUIRE(key.element("SignedService") == "q");
  walk.with(access::delegation_credentials(key));
}

TEST_CASE("a user delegation key of any start signs, also one of a fraction of a second") {
  Walk walk;
  for (const std::string start :
       {"", "<Start/>", "<Start>2026-06-01T11:59:59.5Z</Start>", "<Start>2026-06-01</Start>"}) {
    CAPTURE(start);
    const Answer key = walk.delegation_key("<KeyInfo>" + start +
                                           "<Expiry>2026-06-02T12:00:00.7Z</Expiry></KeyInfo>");
    REQUIRE(key.status == 200);
    walk.clock().advance(std::chrono::milliseconds{1250});
    walk.with({access::delegation_credential(key)});
  }
}

TEST_CASE("of two credentials the one in the Authorization header counts, and nothing is added") {
  Walk().with(access::twofold_credentials());
}

TEST_SUITE_END();

}  // namespace quprite::test
