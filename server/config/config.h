#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/accounts.h"
#include "server/config/positioned_json.h"
#include "server/limits.h"
#include "server/service_properties.h"
#include "storage/store.h"

namespace quprite::server {

/// A message that a queue has when it is made.
struct SeedMessage {
  std::string text = {};
  std::chrono::seconds visibility_timeout{0};
  /// Nothing for a message that never expires.
  std::optional<std::chrono::seconds> time_to_live{limits::default_time_to_live};
};

/// A queue as a config file declares it. What is not declared stays as it is.
struct DeclaredQueue {
  std::string name = {};
  std::optional<storage::Metadata> metadata = {};
  std::optional<std::vector<storage::AccessPolicy>> policies = {};
  std::vector<SeedMessage> messages = {};
};

/// An account as a config file declares it.
struct DeclaredAccount {
  std::string name = {};  ///< empty for the first one
  TextPosition at = {};
  bool by_options = false;             ///< `--queue` declares it, not the file
  std::vector<std::string> keys = {};  ///< their bytes, one or two; none where none are declared
  std::optional<std::vector<CorsRule>> cors = {};
  std::vector<DeclaredQueue> queues = {};
};

/// What a config file declares: README, "A config file". All of it follows the rules of the
/// operations that would set it.
struct Config {
  std::vector<DeclaredAccount> accounts = {};
};

/// Reads the text of a config file. The error names the value by its path in the file, as in
/// `queues[0].name`, and says what is allowed; it never repeats a key.
quprite::Result<Config, TextError> parse_config(std::string_view text);

/// The accounts that are served: those to which `config` declares keys, or else `configured`, the
/// ones that the options name, or else the development account. An error where both name some, or
/// where the config declares anything for an account that has no keys.
quprite::Result<Accounts, TextError> choose_accounts(const Config& config,
                                                     std::optional<Accounts> configured);

/// Brings the store to what the account declares, without a commit: makes queues, sets metadata,
/// policies and CORS rules. Messages go to queues that are made here. Doing it again changes
/// nothing. A name that is reserved after a deletion is free for this.
void declare(const DeclaredAccount& declared, std::string_view account, storage::Store& store,
             Time now);

}  // namespace quprite::server
