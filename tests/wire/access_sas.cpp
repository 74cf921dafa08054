// Account SAS and service SAS for the walk, signed with OpenSSL's one-shot HMAC over strings that
// are put together here.

#include <algorithm>

#include "tests/unit/auth_support.h"
#include "tests/wire/access_matrix.h"

namespace quprite::test::access {
namespace {

constexpr std::string_view tomorrow = "2026-06-02T00:00:00Z";
constexpr std::string_view an_hour_ago = "2026-06-01T11:00:00Z";
constexpr std::string_view in_an_hour = "2026-06-01T13:00:00Z";

std::string value(const Fields& fields, std::string_view name) {
  for (const auto& [key, content] : fields) {
    if (key == name) return content;
  }
  return {};
}

std::string lines(const Fields& fields, std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += value(fields, name) + "\n";
  return text;
}

void add_query(Attempt& attempt, const Fields& fields, std::string_view string_to_sign) {
  attempt.target += attempt.target.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, content] : fields) {
    attempt.target += name + "=" + percent_encoded(content) + "&";
  }
  attempt.target += "sig=" + percent_encoded(openssl_signature(string_to_sign));
}

bool have_one_of(std::string_view letters, std::string_view wanted) {
  return letters.find_first_of(wanted) != std::string_view::npos;
}

/// An account SAS that is good for everything but for these changes.
Credential account(std::string name, const Fields& changes, Expected expected) {
  return {std::move(name), [changes](Attempt& attempt) { add_account_sas(attempt, changes); },
          std::move(expected)};
}

std::string full(const Documented& operation) {
  return by_account_sas(operation, "sco", all_letters);
}

Credential queue(std::string name, const Fields& changes, Expected expected) {
  return {std::move(name),
          [changes](Attempt& attempt) { add_queue_sas(attempt, queue_fields(changes)); },
          std::move(expected)};
}

}  // namespace

Fields with(Fields fields, const Fields& changes) {
  for (const auto& [name, content] : changes) {
    std::erase_if(fields, [&name = name](const auto& field) { return field.first == name; });
    if (!content.empty()) fields.emplace_back(name, content);
  }
  return fields;
}

void add_account_sas(Attempt& attempt, const Fields& changes) {
  const Fields fields = with({{"sv", "2026-04-06"},
                              {"ss", "q"},
                              {"srt", "sco"},
                              {"sp", std::string(all_letters)},
                              {"se", std::string(tomorrow)}},
                             changes);
  std::string text =
      "devstoreaccount1\n" + lines(fields, {"sp", "ss", "srt", "st", "se", "sip", "spr", "sv"});
  if (value(fields, "sv") >= "2020-12-06") text += value(fields, "ses") + "\n";
  add_query(attempt, fields, text);
}

Fields queue_fields(const Fields& changes) {
  return with({{"sv", "2026-04-06"}, {"sp", "raup"}, {"se", std::string(tomorrow)}}, changes);
}

void add_queue_sas(Attempt& attempt, const Fields& fields) {
  const std::string version = value(fields, "sv");
  std::string text = lines(fields, {"sp", "st", "se"});
  text += version >= "2015-02-21" ? "/queue/" : "/";
  text += "devstoreaccount1/" + attempt.queue + "\n" + value(fields, "si") + "\n";
  if (version >= "2015-04-05") text += lines(fields, {"sip", "spr"});
  add_query(attempt, fields, text + version);
}

Expected always(std::string_view answer) {
  return [answer = std::string(answer)](const Documented&) { return answer; };
}

Expected on_its_queue(std::string_view answer) {
  return [answer = std::string(answer)](const Documented& operation) {
    return operation.of_queue() ? answer : std::string(refused);
  };
}

std::string by_account_sas(const Documented& operation, std::string_view types,
                           std::string_view letters) {
  if (operation.token_only()) return std::string(refused);
  if (operation.resource_type == '-') return "403 AuthorizationFailure";
  if (types.find(operation.resource_type) == std::string_view::npos) {
    return "403 AuthorizationResourceTypeMismatch";
  }
  if (!have_one_of(letters, operation.account_letters)) {
    return "403 AuthorizationPermissionMismatch";
  }
  return "ok";
}

std::string by_queue_sas(const Documented& operation, std::string_view letters) {
  if (!operation.of_queue()) return std::string(refused);
  if (operation.queue_letters.empty()) return "403 AuthorizationFailure";
  if (!have_one_of(letters, operation.queue_letters)) {
    return "403 AuthorizationPermissionMismatch";
  }
  return "ok";
}

namespace {

/// Every service, resource type and letter by itself.
std::vector<Credential> single_letters() {
  std::vector<Credential> all;
  for (const char type : {'s', 'c', 'o'}) {
    for (const char letter : all_letters) {
      const Fields one = {{"srt", {type}}, {"sp", {letter}}};
      const std::string name = std::string("account SAS srt=") + type + " sp=" + letter;
      all.push_back(account(name, one, [type, letter](const Documented& operation) {
        return by_account_sas(operation, {&type, 1}, {&letter, 1});
      }));
      all.push_back(account(name + " ss=b", with(one, {{"ss", "b"}}),
                            always("403 AuthorizationServiceMismatch")));
    }
    all.push_back(account(std::string("account SAS srt=") + type, {{"srt", {type}}},
                          [type](const Documented& operation) {
                            return by_account_sas(operation, {&type, 1}, all_letters);
                          }));
  }
  return all;
}

}  // namespace

std::vector<Credential> account_sas_credentials() {
  std::vector<Credential> all = single_letters();
  all.push_back(account("account SAS", {}, full));
  all.push_back(account("account SAS of all services", {{"ss", "bqtf"}}, full));
  all.push_back(account("account SAS of all others", {{"ss", "btf"}},
                        always("403 AuthorizationServiceMismatch")));
  all.push_back(account("account SAS, letters in upper case", {{"sp", "RWDLACUP"}},
                        [](const Documented& op) { return by_account_sas(op, "sco", ""); }));
  all.push_back(account("account SAS, types in upper case", {{"srt", "SCO"}},
                        [](const Documented& op) { return by_account_sas(op, "", "r"); }));
  all.push_back(account("account SAS of 2015-04-05", {{"sv", "2015-04-05"}}, full));
  all.push_back(account("account SAS with an encryption scope", {{"ses", "scope"}}, full));
  all.push_back(
      account("account SAS that is over", {{"se", std::string(an_hour_ago)}}, always(refused)));
  all.push_back(account("account SAS that has not begun", {{"st", std::string(in_an_hour)}},
                        always(refused)));
  all.push_back(account("account SAS of this address", {{"sip", "127.0.0.0-127.0.0.9"}}, full));
  all.push_back(account("account SAS of another address", {{"sip", "10.0.0.1"}},
                        always("403 AuthorizationSourceIPMismatch")));
  all.push_back(account("account SAS for HTTPS, over HTTP", {{"spr", "https"}},
                        always("403 AuthorizationProtocolMismatch")));
  all.push_back(account("account SAS for HTTPS, over HTTPS", {{"spr", "https"}}, full));
  all.back().secure = true;
  all.push_back({"account SAS with a letter added",
                 [](Attempt& attempt) {
                   add_account_sas(attempt, {{"sp", "r"}});
                   const std::size_t place = attempt.target.find("sp=r&");
                   attempt.target.replace(place, 5, "sp=rw&");
                 },
                 always(refused)});
  return all;
}

std::vector<Credential> queue_sas_credentials() {
  std::vector<Credential> all;
  for (const char letter : all_letters) {
    all.push_back(queue(std::string("service SAS sp=") + letter, {{"sp", {letter}}},
                        [letter](const Documented& op) {
                          return by_queue_sas(op, {&letter, 1});
                        }));
  }
  const auto raup = [](const Documented& operation) { return by_queue_sas(operation, "raup"); };
  all.push_back(queue("service SAS", {}, raup));
  all.push_back(queue("service SAS with every letter", {{"sp", std::string(all_letters)}}, raup));
  all.push_back(
      queue("service SAS that is over", {{"se", std::string(an_hour_ago)}}, always(refused)));
  all.push_back(
      queue("service SAS that has not begun", {{"st", std::string(in_an_hour)}}, always(refused)));
  all.push_back(queue("service SAS of this address", {{"sip", "127.0.0.1"}}, raup));
  all.push_back(queue("service SAS of another address", {{"sip", "10.0.0.1-10.0.0.2"}},
                      on_its_queue("403 AuthorizationSourceIPMismatch")));
  all.push_back(queue("service SAS for HTTPS, over HTTP", {{"spr", "https"}},
                      on_its_queue("403 AuthorizationProtocolMismatch")));
  all.push_back(queue("service SAS for HTTPS, over HTTPS", {{"spr", "https"}}, raup));
  all.back().secure = true;
  all.push_back({"service SAS of another queue",
                 [](Attempt& attempt) {
                   Attempt other = attempt;
                   other.queue = "other";
                   add_queue_sas(other, queue_fields());
                   attempt.target = other.target;
                 },
                 always(refused)});
  // Before 2014-02-14 `sv` is the request's version too, and what a SAS does not allow is not
  // found.
  for (const std::string version : {"2012-02-12", "2013-08-15"}) {
    all.push_back(
        queue("service SAS of " + version, {{"sv", version}}, [raup](const Documented& operation) {
          const std::string answer = raup(operation);
          return answer == "ok" || answer == refused ? answer : "404 ResourceNotFound";
        }));
  }
  all.push_back(queue("service SAS of 2015-02-21", {{"sv", "2015-02-21"}}, raup));
  return all;
}

std::vector<Credential> policy_credentials() {
  const auto policies = [](std::string_view id, std::string_view policy) {
    return "<SignedIdentifiers><SignedIdentifier><Id>" + std::string(id) + "</Id><AccessPolicy>" +
           std::string(policy) + "</AccessPolicy></SignedIdentifier></SignedIdentifiers>";
  };
  const auto start = [](std::string_view time) {
    return "<Start>" + std::string(time) + "</Start>";
  };
  const auto expiry = [](std::string_view time) {
    return "<Expiry>" + std::string(time) + "</Expiry>";
  };
  const auto permission = [](std::string_view letters) {
    return "<Permission>" + std::string(letters) + "</Permission>";
  };
  const auto with_policy = [](std::string name, const Fields& fields, std::string stored,
                              Expected expected) {
    return Credential{
        std::move(name),
        [fields](Attempt& attempt) {
          add_queue_sas(attempt, with({{"sv", "2026-04-06"}, {"si", "worker"}}, fields));
        },
        std::move(expected), false, std::move(stored)};
  };
  const auto raup = [](const Documented& operation) { return by_queue_sas(operation, "raup"); };
  std::vector<Credential> all;
  for (const char letter : std::string_view("raup")) {
    all.push_back(with_policy(
        std::string("stored access policy with ") + letter, {},
        policies("worker", start(an_hour_ago) + expiry(in_an_hour) + permission({&letter, 1})),
        [letter](const Documented& op) {
          return by_queue_sas(op, {&letter, 1});
        }));
  }
  all.push_back(with_policy("stored access policy without fields",
                            {{"sp", "raup"}, {"se", std::string(in_an_hour)}},
                            policies("worker", ""), raup));
  all.push_back(with_policy("stored access policy with times only", {{"sp", "ap"}},
                            policies("worker", expiry(in_an_hour)),
                            [](const Documented& op) { return by_queue_sas(op, "ap"); }));
  all.push_back(with_policy("stored access policy with permissions only",
                            {{"se", std::string(in_an_hour)}}, policies("worker", permission("r")),
                            [](const Documented& op) { return by_queue_sas(op, "r"); }));
  all.push_back(with_policy("stored access policy, permissions in both", {{"sp", "raup"}},
                            policies("worker", expiry(in_an_hour) + permission("r")),
                            always(refused)));
  all.push_back(
      with_policy("stored access policy, expiry in both", {{"se", std::string(in_an_hour)}},
                  policies("worker", expiry(in_an_hour) + permission("raup")), always(refused)));
  all.push_back(with_policy("stored access policy that is over", {},
                            policies("worker", expiry(an_hour_ago) + permission("raup")),
                            always(refused)));
  all.push_back(
      with_policy("stored access policy that has not begun", {},
                  policies("worker", start(in_an_hour) + expiry(tomorrow) + permission("raup")),
                  always(refused)));
  all.push_back(with_policy("stored access policy without permissions", {},
                            policies("worker", expiry(in_an_hour)), always(refused)));
  all.push_back(with_policy("stored access policy that is not there",
                            {{"sp", "raup"}, {"se", std::string(in_an_hour)}}, "",
                            always(refused)));
  all.push_back(with_policy("stored access policy of another name", {},
                            policies("Worker", expiry(in_an_hour) + permission("raup")),
                            always(refused)));
  return all;
}

}  // namespace quprite::test::access
