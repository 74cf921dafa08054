#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "server/operations.h"
#include "tests/unit/auth_support.h"

using namespace quprite;
using namespace quprite::test;
using server::AccountSasHolder;
using server::ApiVersion;
using server::Operation;
using server::Owner;
using server::Principal;
using server::QueueSasHolder;
using server::Resource;
using server::TokenHolder;

namespace {

constexpr std::string_view account_letters = "rwdxylacupitf";
constexpr std::string_view queue_letters = "raup";

/// What "Create an account SAS" and "Create a service SAS" say of each operation. The letters are
/// written down here once more, as a test of the real table would only agree with itself.
constexpr Operation row(std::string_view name, char type, std::string_view account_sas,
                        std::string_view queue_sas, std::string_view actions) {
  return {name,  "",     Resource::Account, "", type, account_sas, queue_sas, actions, {},
          false, nullptr};
}

constexpr std::array operations = {
    row("ListQueues", 's', "l", "", "queues/read"),
    row("GetQueueServiceProperties", 's', "r", "", "read"),
    row("SetQueueServiceProperties", 's', "w", "", "write"),
    row("GetQueueServiceStats", 's', "r", "", "read"),
    row("CreateQueue", 'c', "cw", "", "queues/write"),
    row("DeleteQueue", 'c', "d", "", "queues/delete"),
    row("GetQueueMetadata", 'c', "r", "r", "queues/read"),
    row("SetQueueMetadata", 'c', "w", "", "queues/write"),
    row("GetQueueACL", 0, "", "", "queues/getAcl/action"),
    row("SetQueueACL", 0, "", "", "queues/setAcl/action"),
    row("PutMessage", 'o', "a", "a", "messages/add/action,messages/write"),
    row("GetMessages", 'o', "p", "p", "messages/process/action"),
    row("PeekMessages", 'o', "r", "r", "messages/read"),
    row("DeleteMessage", 'o', "p", "p", "messages/process/action,messages/delete"),
    row("ClearMessages", 'o', "d", "", "messages/delete"),
    row("UpdateMessage", 'o', "u", "u", "messages/write"),
};

constexpr Operation get_user_delegation_key =
    row("GetUserDelegationKey", 0, "", "", "generateUserDelegationKey/action");

server::Result<Done> authorized(const Principal& principal, const Operation& operation,
                                ApiVersion version = {20260406}) {
  server::Request request;
  request.version = version;
  return server::authorize(principal, operation, request);
}

std::string without(std::string_view letters, std::string_view removed) {
  std::string rest(letters);
  std::erase_if(rest, [&](char c) { return removed.find(c) != std::string_view::npos; });
  return rest;
}

}  // namespace

TEST_CASE("the owner may do everything") {
  for (const Operation& operation : operations) {
    CAPTURE(operation.name);
    CHECK(authorized(Owner{}, operation));
  }
}

TEST_CASE("each letter and resource type of an account SAS allows its operations and no others") {
  for (const Operation& operation : operations) {
    for (const char type : {'s', 'c', 'o'}) {
      for (const char letter : account_letters) {
        CAPTURE(operation.name);
        CAPTURE(type);
        CAPTURE(letter);
        const std::string told = outcome(authorized(AccountSasHolder{{type}, {letter}}, operation));
        if (operation.sas_resource_type == 0) {
          CHECK(told == "403 AuthorizationFailure");
        } else if (operation.sas_resource_type != type) {
          CHECK(told == "403 AuthorizationResourceTypeMismatch");
        } else if (operation.account_sas.find(letter) == std::string_view::npos) {
          CHECK(told == "403 AuthorizationPermissionMismatch");
        } else {
          CHECK(told == "ok");
        }
      }
    }
  }
}

TEST_CASE("an account SAS that lacks nothing but what an operation needs does not allow it") {
  for (const Operation& operation : operations) {
    if (operation.sas_resource_type == 0) continue;
    CAPTURE(operation.name);
    const std::string types = without("sco", {&operation.sas_resource_type, 1});
    const std::string letters = without(account_letters, operation.account_sas);
    CHECK(authorized(AccountSasHolder{"sco", std::string(account_letters)}, operation));
    CHECK(outcome(authorized(AccountSasHolder{types, std::string(account_letters)}, operation)) ==
          "403 AuthorizationResourceTypeMismatch");
    CHECK(outcome(authorized(AccountSasHolder{"sco", letters}, operation)) ==
          "403 AuthorizationPermissionMismatch");
    CHECK_FALSE(authorized(AccountSasHolder{"", ""}, operation));
  }
}

TEST_CASE("each letter of a service SAS allows its operations and no others") {
  for (const Operation& operation : operations) {
    for (const char letter : account_letters) {
      CAPTURE(operation.name);
      CAPTURE(letter);
      const std::string told = outcome(authorized(QueueSasHolder{{letter}}, operation));
      if (operation.queue_sas.empty()) {
        CHECK(told == "403 AuthorizationFailure");
      } else if (operation.queue_sas.find(letter) == std::string_view::npos) {
        CHECK(told == "403 AuthorizationPermissionMismatch");
      } else {
        CHECK(told == "ok");
      }
    }
    CHECK_FALSE(authorized(QueueSasHolder{without(queue_letters, operation.queue_sas)}, operation));
    CHECK_FALSE(authorized(QueueSasHolder{""}, operation));
  }
}

TEST_CASE("letters of a SAS count in lower case only") {
  CHECK_FALSE(authorized(QueueSasHolder{"RAUP"}, operations[6]));
  CHECK_FALSE(authorized(AccountSasHolder{"SCO", "RWDLACUP"}, operations[0]));
}

TEST_CASE("a token allows what has an action, and nothing else") {
  for (const Operation& operation : operations) {
    CAPTURE(operation.name);
    CHECK(authorized(TokenHolder{}, operation));
    Operation without_action = operation;
    without_action.actions = "";
    CHECK(outcome(authorized(TokenHolder{}, without_action)) == "403 AuthorizationFailure");
  }
}

TEST_CASE("a user delegation key is for tokens alone, not even for the owner") {
  CHECK(authorized(TokenHolder{}, get_user_delegation_key));
  for (const Principal& principal :
       {Principal{Owner{}}, Principal{AccountSasHolder{"sco", "rwdlacup"}},
        Principal{QueueSasHolder{"raup"}}}) {
    const auto refusal = authorized(principal, get_user_delegation_key);
    CHECK(outcome(refusal) == "403 AuthenticationFailed");
    CHECK(detail(refusal) == "Only authentication scheme Bearer is supported");
  }
}

TEST_CASE("from version 2024-08-04 the answer names the resource type that is needed") {
  const AccountSasHolder objects_only{"o", "rwdlacup"};
  const auto told = [&](ApiVersion version) {
    return detail(authorized(objects_only, operations[4], version), "ExtendedErrorDetail");
  };
  CHECK(told({20240804}) == "SignedResourceTypes 'c' is required to perform this operation.");
  CHECK(told({20240504}) == "");
}

TEST_CASE("refusals of what a SAS may do come from the service") {
  CHECK_FALSE(authorized(QueueSasHolder{"r"}, operations[10]).error().front_end);
  CHECK_FALSE(authorized(AccountSasHolder{"s", "r"}, operations[10]).error().front_end);
}

TEST_CASE("before version 2015-04-05 what a SAS does not allow is not found") {
  CHECK(outcome(authorized(QueueSasHolder{"r"}, operations[10], {20150221})) ==
        "404 ResourceNotFound");
  CHECK(outcome(authorized(QueueSasHolder{"r"}, operations[4], {20120212})) ==
        "404 ResourceNotFound");
  CHECK(outcome(authorized(QueueSasHolder{"r"}, operations[10], {20150405})) ==
        "403 AuthorizationPermissionMismatch");
}
