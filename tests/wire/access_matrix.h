#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/http_client.h"

/// Who may do what, written down a second time from the documentation: the walk of
/// access_matrix_test.cpp compares the server with it.
namespace quprite::test::access {

/// What the pages of an operation say, with "Create an account SAS" and "Create a service SAS".
struct Documented {
  std::string_view operation;
  std::string_view method;
  std::string_view target;  ///< below the account; {queue}, {id} and {receipt} are filled in
  std::string_view body;
  int success;                       ///< status
  char resource_type;                ///< of an account SAS; '-' where none will do
  std::string_view account_letters;  ///< any of which an account SAS needs
  std::string_view queue_letters;    ///< any of which a service SAS needs; empty where none will do

  [[nodiscard]] bool of_queue() const { return target.starts_with("/{queue}"); }
  /// Get User Delegation Key: Shared Key and SAS are refused.
  [[nodiscard]] bool token_only() const { return operation == "GetUserDelegationKey"; }
};

std::span<const Documented> documented();

using Expected = std::function<std::string(const Documented&)>;

/// A request on its way to be sent.
struct Attempt {
  std::string method;
  std::string target;  ///< below the account, without any credential
  std::string body;
  std::string queue;
  Headers headers;
  bool shared_key = false;  ///< signed with Shared Key by who sends it
};

/// One way to ask, and what the documentation says to it.
struct Credential {
  std::string name;
  /// Adds the credential.
  std::function<void(Attempt&)> apply;
  /// "ok", or status and code of the refusal.
  Expected expected;
  bool secure = false;  ///< over HTTPS
  /// The stored access policies of the queue: what Set Queue ACL takes.
  std::string policies = {};
};

/// Shared Key and Shared Key Lite, good and bad; nothing at all.
std::vector<Credential> key_credentials();
/// Every letter, resource type and service of an account SAS, and what else can be wrong with it.
std::vector<Credential> account_sas_credentials();
/// Every letter of a service SAS, and what else can be wrong with it.
std::vector<Credential> queue_sas_credentials();
/// Service SAS with a stored access policy.
std::vector<Credential> policy_credentials();
/// Bearer tokens, good and bad.
std::vector<Credential> token_credentials();
/// SAS under a key that Get User Delegation Key gave: its answer's body.
std::vector<Credential> delegation_credentials(const Answer& key);
/// One of them, that has every letter.
Credential delegation_credential(const Answer& key);
/// An Authorization header together with a SAS.
std::vector<Credential> twofold_credentials();

// ---- what they are made of

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view all_letters = "rwdxylacupitf";
inline constexpr std::string_view refused = "403 AuthenticationFailed";

/// The fields with others in place of those of the same name; an empty value takes a field away.
Fields with(Fields fields, const Fields& changes);

/// Adds an account SAS, signed here.
void add_account_sas(Attempt& attempt, const Fields& changes = {});

/// Adds a service SAS of the attempt's queue, signed here. Without `sp` and `se` unless given.
void add_queue_sas(Attempt& attempt, const Fields& fields);

/// `sv`, `sp` and `se` of a plain service SAS.
Fields queue_fields(const Fields& changes = {});

/// The same answer to everything.
Expected always(std::string_view answer);
/// What is wrong with a SAS of its queue; under other URLs its signature is.
Expected on_its_queue(std::string_view answer);
/// What an account SAS of the Queue service may do.
std::string by_account_sas(const Documented& operation, std::string_view types,
                           std::string_view letters);
/// What a service SAS of the queue may do. The service's own URL has no queue whose SAS it could
/// be.
std::string by_queue_sas(const Documented& operation, std::string_view letters);

}  // namespace quprite::test::access
