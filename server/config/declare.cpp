#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/config/config.h"
#include "server/wire/base64.h"

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
  // A name that is still reserved after a deletion is not waited for: who starts a server wants it.
  const auto made =
      store.create_queue(queue, declared.metadata.value_or(storage::Metadata{}), Time::max());
  if (made && *made == storage::CreateOutcome::Created) {
    add_messages(queue, declared, store, now);
  } else if (declared.metadata) {
    static_cast<void>(store.set_queue_metadata(queue, *declared.metadata));
  }
  if (declared.policies) static_cast<void>(store.set_queue_acl(queue, *declared.policies));
}

/// A queue of the first account that is declared under the account's name and, with the queues that
/// stand under none, once more.
std::optional<TextError> declared_twice(const Config& config, std::string_view first) {
  const auto named = std::ranges::find(config.accounts, first, &DeclaredAccount::name);
  if (named == config.accounts.end()) return std::nullopt;
  for (const DeclaredAccount& account : config.accounts) {
    if (!account.name.empty() || account.by_options) continue;
    for (const DeclaredQueue& queue : account.queues) {
      if (std::ranges::find(named->queues, queue.name, &DeclaredQueue::name) == named->queues.end())
        continue;
      return TextError{named->at, "queue '" + queue.name + "' of account '" + named->name +
                                      "' is declared twice; once is allowed"};
    }
  }
  return std::nullopt;
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
    Account served{
        .name = account.name, .first_key = base64_encode(account.keys.front()), .keys = {}};
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
  const auto named = std::ranges::find_if(
      config.accounts, [](const DeclaredAccount& account) { return !account.name.empty(); });
  if (!by_options && named != config.accounts.end()) chosen.make_first(named->name);
  if (auto error = declared_twice(config, chosen.first().name)) return *std::move(error);
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
