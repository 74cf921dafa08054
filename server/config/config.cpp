#include "server/config/config.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "server/config/config_reader.h"
#include "server/names.h"
#include "server/wire/any_text.h"
#include "server/wire/base64.h"
#include "server/wire/dates.h"
#include "server/wire/queue_xml.h"
#include "server/wire/service_xml.h"

// Where a rule is that of an operation, the value is given to what reads that operation's requests,
// so that a config file can declare what a client could have set, and nothing else.

namespace quprite::server {
namespace {

Complaint read_text(const ConfigValue& value, std::string& text, std::string_view allowed) {
  if (value.text() == nullptr) return value.wrong(allowed);
  text = *value.text();
  return std::nullopt;
}

// ---- queues

Complaint read_queue_name(const ConfigValue& value, DeclaredQueue& queue) {
  constexpr std::string_view allowed =
      "a queue's name of 3 to 63 lower-case letters, digits and single dashes";
  if (value.text() == nullptr || !check_queue_name(*value.text())) return value.wrong(allowed);
  queue.name = *value.text();
  return std::nullopt;
}

/// As headers of Set Queue Metadata.
Complaint read_declared_metadata(const ConfigValue& value, DeclaredQueue& queue) {
  constexpr std::string_view allowed = "an object of texts by name, each name a C# identifier";
  const auto* const object = std::get_if<JsonValue::Object>(&value.json.value);
  if (object == nullptr) return value.wrong(allowed);
  storage::Metadata all;
  for (const JsonValue& member : object->members) {
    const ConfigValue pair{member, path_of_member(value.path, member.name)};
    if (pair.text() == nullptr || pair.text()->starts_with(' ') || pair.text()->ends_with(' '))
      return pair.wrong("a text without blanks at its ends");
    const std::string header = "x-ms-meta-" + member.name;
    const HttpRequest alone{.fields = {{boost::beast::http::field::unknown, header, *pair.text()}}};
    const bool twice = std::ranges::any_of(
        all, [&](const auto& known) { return equal_ignoring_case(known.first, member.name); });
    if (twice) return TextError{member.name_at, pair.path + ": is there twice; once is allowed"};
    if (!read_metadata(alone))
      return TextError{member.name_at, pair.path +
                                           ": is not allowed; a C# identifier for a name and a "
                                           "text on one line are, 8 KiB in all"};
    all.emplace_back(member.name, *pair.text());
  }
  std::size_t size = 0;
  for (const auto& [name, text] : all) size += name.size() + text.size();
  if (size > limits::max_metadata) return value.wrong("metadata of at most 8 KiB in all");
  queue.metadata = std::move(all);
  return std::nullopt;
}

Complaint read_policy_time(const ConfigValue& value, std::optional<Time>& time) {
  constexpr std::string_view allowed = "a UTC time such as '2026-06-01T12:00:00Z'";
  if (value.text() == nullptr) return value.wrong(allowed);
  time = parse_iso8601(*value.text());
  if (!time) return value.wrong(allowed);
  return std::nullopt;
}

constexpr std::array<ConfigKey<storage::AccessPolicy>, 4> policy_keys = {{
    {"id", [](const ConfigValue& value,
              storage::AccessPolicy& policy) { return read_text(value, policy.id, "a text"); }},
    {"start",
     [](const ConfigValue& value, storage::AccessPolicy& policy) {
       return read_policy_time(value, policy.starts_at);
     }},
    {"expiry",
     [](const ConfigValue& value, storage::AccessPolicy& policy) {
       return read_policy_time(value, policy.expires_at);
     }},
    {"permission",
     [](const ConfigValue& value, storage::AccessPolicy& policy) {
       return read_text(value, policy.permissions.emplace(), "a text");
     }},
}};

/// As the body of Set Queue ACL.
Complaint read_policies(const ConfigValue& value, DeclaredQueue& queue) {
  auto& all = queue.policies.emplace();
  return read_array(value, [&](const ConfigValue& element) -> Complaint {
    storage::AccessPolicy policy;
    if (auto complaint = read_object(element, policy_keys, policy)) return complaint;
    if (!read_signed_identifiers(write_signed_identifiers({policy})))
      return element.wrong("a policy with an id of 1 to 64 characters and permissions of raup");
    all.push_back(std::move(policy));
    auto read = read_signed_identifiers(write_signed_identifiers(all));
    if (!read) return element.wrong("one of at most five policies, with an id of its own");
    all = *std::move(read);
    return std::nullopt;
  });
}

struct MessageReading {
  SeedMessage message = {};
  bool base64 = false;
};

constexpr std::array<ConfigKey<MessageReading>, 4> message_keys = {{
    {"text",
     [](const ConfigValue& value, MessageReading& reading) {
       return read_text(value, reading.message.text, "a text");
     }},
    {"base64",
     [](const ConfigValue& value, MessageReading& reading) -> Complaint {
       if (value.boolean() == nullptr) return value.wrong("true or false");
       reading.base64 = *value.boolean();
       return std::nullopt;
     }},
    {"visibilityTimeout",
     [](const ConfigValue& value, MessageReading& reading) -> Complaint {
       const auto seconds = value.integer(0, limits::max_visibility_timeout);
       if (!seconds) return value.wrong("0 to 604800 seconds");
       reading.message.visibility_timeout = std::chrono::seconds(*seconds);
       return std::nullopt;
     }},
    {"messageTtl",
     [](const ConfigValue& value, MessageReading& reading) -> Complaint {
       const auto seconds = value.integer(-1, limits::max_time_to_live);
       if (!seconds || *seconds == 0)
         return value.wrong("-1 for never, or 1 to 2147483647 seconds,");
       reading.message.time_to_live.reset();
       if (*seconds > 0) reading.message.time_to_live = std::chrono::seconds(*seconds);
       return std::nullopt;
     }},
}};

/// What XML could not have brought has no place in a message.
bool is_message_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (forbidden_in_xml(text.substr(at)) != 0) return false;
  }
  return text.size() <= limits::max_text && is_valid_utf8(text);
}

/// A text, or an object that says more than the text.
Complaint read_message(const ConfigValue& value, DeclaredQueue& queue) {
  MessageReading reading;
  if (value.text() != nullptr) {
    reading.message.text = *value.text();
  } else if (auto complaint = read_object(value, message_keys, reading)) {
    return complaint;
  }
  SeedMessage& message = reading.message;
  if (reading.base64) message.text = base64_encode(message.text);
  if (!is_message_text(message.text))
    return value.wrong("a text of at most 64 KiB of characters that XML has");
  if (message.time_to_live && *message.time_to_live <= message.visibility_timeout)
    return value.wrong("a messageTtl that is longer than the visibilityTimeout");
  queue.messages.push_back(std::move(message));
  return std::nullopt;
}

constexpr std::array<ConfigKey<DeclaredQueue>, 4> queue_keys = {{
    {"name", read_queue_name},
    {"metadata", read_declared_metadata},
    {"policies", read_policies},
    {"messages",
     [](const ConfigValue& value, DeclaredQueue& queue) {
       return read_array(value,
                         [&](const ConfigValue& element) { return read_message(element, queue); });
     }},
}};

/// A queue, or its name alone.
Complaint read_queue(const ConfigValue& value, DeclaredAccount& account) {
  DeclaredQueue queue;
  if (value.text() == nullptr && !std::holds_alternative<JsonValue::Object>(value.json.value))
    return value.wrong("a queue's name, or an object that has one,");
  if (auto complaint = value.text() != nullptr ? read_queue_name(value, queue)
                                               : read_object(value, queue_keys, queue)) {
    return complaint;
  }
  if (queue.name.empty()) return value.wrong("a queue with a name");
  if (std::ranges::find(account.queues, queue.name, &DeclaredQueue::name) != account.queues.end())
    return value.wrong("a name that no other queue has");
  account.queues.push_back(std::move(queue));
  return std::nullopt;
}

Complaint read_queues(const ConfigValue& value, DeclaredAccount& account) {
  return read_array(value,
                    [&](const ConfigValue& element) { return read_queue(element, account); });
}

// ---- accounts

/// A list as CORS rules keep it: separated by commas.
Complaint read_list(const ConfigValue& value, std::string& list) {
  return read_array(value, [&](const ConfigValue& element) -> Complaint {
    const std::string* const item = element.text();
    if (item == nullptr || item->find(',') != std::string::npos)
      return element.wrong("a text without a comma");
    list.append(list.empty() ? "" : ",").append(*item);
    return std::nullopt;
  });
}

constexpr std::array<ConfigKey<CorsRule>, 5> cors_keys = {{
    {"allowedOrigins",
     [](const ConfigValue& v, CorsRule& rule) { return read_list(v, rule.allowed_origins); }},
    {"allowedMethods",
     [](const ConfigValue& v, CorsRule& rule) { return read_list(v, rule.allowed_methods); }},
    {"allowedHeaders",
     [](const ConfigValue& v, CorsRule& rule) { return read_list(v, rule.allowed_headers); }},
    {"exposedHeaders",
     [](const ConfigValue& v, CorsRule& rule) { return read_list(v, rule.exposed_headers); }},
    {"maxAgeInSeconds",
     [](const ConfigValue& value, CorsRule& rule) -> Complaint {
       const auto seconds = value.integer(0, std::numeric_limits<int>::max());
       if (!seconds) return value.wrong("0 to 2147483647 seconds");
       rule.max_age = static_cast<int>(*seconds);
       return std::nullopt;
     }},
}};

/// As the body of Set Queue Service Properties.
Complaint read_cors(const ConfigValue& value, DeclaredAccount& account) {
  auto& rules = account.cors.emplace();
  return read_array(value, [&](const ConfigValue& element) -> Complaint {
    CorsRule rule;
    if (auto complaint = read_object(element, cors_keys, rule)) return complaint;
    rules.push_back(std::move(rule));
    ServiceProperties properties;
    properties.cors = rules;
    auto read = read_service_properties(write_service_properties(properties, newest_version()), {});
    if (!read) {
      std::string allowed = "a rule that Set Queue Service Properties takes";
      for (const auto& [name, text] : read.error().details) {
        if (name == "XmlNodeName") allowed += " (look at its " + text + ")";
      }
      return element.wrong(allowed);
    }
    rules = std::move(read->cors);
    return std::nullopt;
  });
}

Complaint read_account_name(const ConfigValue& value, DeclaredAccount& account) {
  if (value.text() == nullptr || !is_account_name(*value.text()))
    return value.wrong("an account's name of 3 to 24 lower-case letters and digits");
  account.name = *value.text();
  return std::nullopt;
}

Complaint read_keys(const ConfigValue& value, DeclaredAccount& declared) {
  constexpr std::size_t most_keys = 2;
  constexpr std::string_view allowed = ": is not allowed; one or two keys in Base64 are";
  const auto* const array = std::get_if<JsonValue::Array>(&value.json.value);
  if (array == nullptr || array->empty())  // what is there instead may be a key
    return TextError{value.json.at, value.path + std::string(allowed)};
  return read_array(value, [&](const ConfigValue& element) -> Complaint {
    const auto key = element.text() == nullptr ? std::nullopt : base64_decode(*element.text());
    if (!key || key->empty() || declared.keys.size() == most_keys)
      return TextError{element.json.at, element.path + std::string(allowed)};
    declared.keys.push_back(*key);
    return std::nullopt;
  });
}

constexpr std::array<ConfigKey<DeclaredAccount>, 4> account_keys = {{
    {"name", read_account_name},
    {"keys", read_keys},
    {"cors", read_cors},
    {"queues", read_queues},
}};

Complaint read_account(const ConfigValue& value, Config& config) {
  DeclaredAccount declared{.at = value.json.at};
  if (auto complaint = read_object(value, account_keys, declared)) return complaint;
  if (declared.name.empty()) return value.wrong("an account with a name");
  const auto same = std::ranges::find(config.accounts, declared.name, &DeclaredAccount::name);
  if (same != config.accounts.end()) return value.wrong("a name that no other account has");
  config.accounts.push_back(std::move(declared));
  return std::nullopt;
}

/// The keys of the whole; queues and CORS rules beside the accounts are the first account's.
struct Whole {
  Config config = {};
  DeclaredAccount first = {};
};

constexpr std::array<ConfigKey<Whole>, 3> whole_keys = {{
    {"accounts",
     [](const ConfigValue& value, Whole& whole) {
       return read_array(
           value, [&](const ConfigValue& element) { return read_account(element, whole.config); });
     }},
    {"queues",
     [](const ConfigValue& value, Whole& whole) { return read_queues(value, whole.first); }},
    {"cors", [](const ConfigValue& value, Whole& whole) { return read_cors(value, whole.first); }},
}};

}  // namespace

quprite::Result<Config, TextError> parse_config(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return json.error();
  Whole whole;
  if (auto complaint = read_object({*json, ""}, whole_keys, whole)) return *std::move(complaint);
  whole.config.accounts.push_back(std::move(whole.first));
  return std::move(whole.config);
}

}  // namespace quprite::server
