#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/config/config.h"

namespace quprite::server {
namespace {

using storage::QueueRef;

void add_messages(QueueRef queue, const DeclaredQueue& declared, storage::Store& store, Time now) {
  for (const SeedMessage& message : declared.messages) {
    const Time expires_at = message.time_to_live
                                ? std::min<Time>(now + *message.time_to_live, storage::never)
                                : storage::never;
    const auto put =
        store.put_message(queue, message.text, now + message.visibility_timeout, expires_at, now);
    static_cast<void>(put);  // the queue was made in this very group
  }
}

void declare_queue(QueueRef queue, const DeclaredQueue& declared, storage::Store& store, Time now) {
  const auto made = store.create_queue(queue, declared.metadata.value_or(storage::Metadata{}), now);
  if (made && *made == storage::CreateOutcome::Created) {
    add_messages(queue, declared, store, now);
  } else if (!made && made.error() == storage::StoreError::QueueBeingDeleted) {
    throw std::runtime_error("queue '" + declared.name + "' of account '" +
                             std::string(queue.account) +
                             "' cannot be made yet: it was deleted less than 30 seconds ago");
  } else if (declared.metadata) {
    static_cast<void>(store.set_queue_metadata(queue, *declared.metadata));
  }
  if (declared.policies) static_cast<void>(store.set_queue_acl(queue, *declared.policies));
}

}  // namespace

quprite::Result<Accounts, TextError> choose_accounts(const Config& config,
                                                     std::optional<Accounts> configured) {
  Accounts declared;
  for (const DeclaredAccount& account : config.accounts) {
    if (account.keys.empty()) continue;
    if (configured) {
      return TextError{account.at, "the keys of account '" + account.name +
                                       "' are not allowed, as options name the accounts already"};
    }
    Account served{.name = account.name, .keys = {}};
    for (const std::string& key : account.keys) served.keys.emplace_back(key);
    declared.add(std::move(served));
  }
  const bool by_options = configured.has_value();
  Accounts chosen = by_options               ? *std::move(configured)
                    : declared.all().empty() ? development_accounts()
                                             : std::move(declared);
  for (const DeclaredAccount& account : config.accounts) {
    if (account.name.empty() || chosen.find(account.name) != nullptr) continue;
    if (by_options || account.name != development_account) {
      return TextError{account.at,
                       "account '" + account.name + "' has no keys; \"keys\" are needed"};
    }
    add_development_account(chosen);
  }
  return chosen;
}

void declare(const DeclaredAccount& declared, std::string_view account, storage::Store& store,
             Time now) {
  if (declared.cors) {
    ServiceProperties properties;
    if (const auto stored = store.get_service_properties(account))
      properties = load_service_properties(*stored);
    properties.cors = *declared.cors;
    store.set_service_properties(account, save_service_properties(properties));
  }
  for (const DeclaredQueue& queue : declared.queues) {
    declare_queue({account, queue.name}, queue, store, now);
  }
}

}  // namespace quprite::server
