#include "tests/model/sequence.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace quprite::model {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::int64_t seven_days = 604'800;

/// How often each operation is called, in parts of their sum.
struct Share {
  Operation operation;
  std::size_t parts;
};
constexpr std::array shares = {
    Share{Operation::PutMessage, 34},      Share{Operation::GetMessages, 20},
    Share{Operation::PeekMessages, 5},     Share{Operation::UpdateMessage, 15},
    Share{Operation::DeleteMessage, 14},   Share{Operation::ClearMessages, 2},
    Share{Operation::CreateQueue, 4},      Share{Operation::DeleteQueue, 2},
    Share{Operation::GetQueueMetadata, 5}, Share{Operation::ListQueues, 2},
    Share{Operation::SetQueueMetadata, 3},
};

/// Texts that are easily damaged on their way. U+FFFD stands next to what XML 1.0 forbids.
const std::vector<std::string> delicate_texts = {"",
                                                 " ",
                                                 " x ",
                                                 "\t\n",
                                                 "a\r\nb",
                                                 "\r",
                                                 "<&>\"'",
                                                 "&lt;",
                                                 "]]>",
                                                 "<![CDATA[x]]>",
                                                 "\u00e9\u65e5\u672c\U0001f600\ufffd"};

}  // namespace

Setting::Setting(std::uint64_t from_seed) : seed(from_seed) {
  std::mt19937_64 random(~from_seed);
  const auto one_in = [&](std::uint64_t n) { return random() % n == 0; };
  level = one_in(50) ? Level::ServiceOnFile : one_in(5) ? Level::Store : Level::Service;
  exact = one_in(4);
  grouped = one_in(2);
  audited = one_in(2);
  length = 20 + static_cast<int>(random() % 21);
}

std::string Setting::queue(int which) const {
  return "q" + std::to_string(seed) + (which == 0 ? "-a" : "-b");
}

std::vector<Step> Generator::next(const Model& model, const std::vector<Handed>& handed, Time now) {
  std::vector<Step> steps;
  const auto add = [&](Step step) {
    step.number = ++last_number_;
    steps.push_back(std::move(step));
  };
  if (chance(18)) {
    add(move_clock(model, now));
  } else {
    add(call(model, handed));
  }
  if (!setting_.grouped || chance(30)) {
    add({.kind = setting_.grouped && chance(20) ? Step::Kind::RollBack : Step::Kind::Commit});
    if (chance(10)) add({.kind = Step::Kind::Tidy});
  }
  if (setting_.level == Setting::Level::ServiceOnFile && chance(6))
    add({.kind = Step::Kind::Reopen});
  return steps;
}

/// Mostly to the very moment at which something happens, rather soon than late, or a tick to either
/// side of it.
Step Generator::move_clock(const Model& model, Time now) {
  Step step{.kind = Step::Kind::MoveClock};
  const std::vector<Time> times = model.times_to_come();  // ascending
  if (!times.empty() && chance(70)) {
    const Time soon = times[below(below(times.size()) + 1)];
    step.clock = soon - now + Ticks{static_cast<std::int64_t>(below(3)) - 1};
  } else if (chance(10)) {
    step.clock = -Ticks{seconds{below(10)}};
  } else {
    step.clock =
        one_of<Ticks>({Ticks{1}, Ticks{1'234'567}, seconds{1}, seconds{4}, seconds{30}, hours{24}});
  }
  return step;
}

Step Generator::call(const Model& model, const std::vector<Handed>& handed) {
  Step step;
  Call& call = step.call;
  std::size_t at = 0;
  for (const Share& share : shares) at += share.parts;
  at = below(at);
  for (const Share& share : shares) {
    call.operation = share.operation;
    if (at < share.parts) break;
    at -= share.parts;
  }
  call.queue = setting_.queue(chance(15) ? 1 : 0);
  const bool claims =
      call.operation == Operation::UpdateMessage || call.operation == Operation::DeleteMessage;
  if (claims && model.claims(call.queue).empty() && chance(80))
    call.operation = Operation::PutMessage;
  if (!model.has(call.queue) && chance(70)) call.operation = Operation::CreateQueue;

  switch (call.operation) {
    case Operation::CreateQueue:
    case Operation::SetQueueMetadata: call.metadata = metadata(); break;
    case Operation::ListQueues: call.queue = "q" + std::to_string(setting_.seed) + "-"; break;
    case Operation::PutMessage: fill_in_put(call); break;
    case Operation::GetMessages:
      if (chance(60))
        call.visibility_timeout = one_of<std::int64_t>({1, 1, 1, 2, 2, 5, 30, seven_days});
      if (chance(70)) call.message_count = one_of<std::int64_t>({1, 2, 3, 5, 32});
      call.store_fails = setting_.level != Setting::Level::Store && setting_.grouped && chance(2);
      break;
    case Operation::PeekMessages: call.message_count = one_of<std::int64_t>({1, 2, 3, 32}); break;
    case Operation::UpdateMessage:
      call.visibility_timeout = one_of<std::int64_t>({0, 0, 0, 1, 1, 2, 5, 30, seven_days});
      if (chance(50)) call.text = text();
      claim(step, model, handed);
      break;
    case Operation::DeleteMessage: claim(step, model, handed); break;
    default: break;
  }
  return step;
}

void Generator::fill_in_put(Call& call) {
  call.text = text();
  if (chance(40))
    call.visibility_timeout = one_of<std::int64_t>({0, 1, 1, 2, 5, 60, seven_days - 1});
  if (chance(50)) call.time_to_live = one_of<std::int64_t>({-1, 1, 2, 2, 5, 30, 2'147'483'647});
  // The store leaves it to its caller that a message appears before it expires.
  const bool too_late = call.time_to_live.value_or(-1) != -1 &&
                        call.visibility_timeout.value_or(0) >= *call.time_to_live;
  if (setting_.level == Setting::Level::Store && too_late) call.time_to_live = {};
}

/// Which message, by which right: mostly the right one, but also every way of being wrong.
void Generator::claim(Step& step, const Model& model, const std::vector<Handed>& handed) {
  const bool at_service = setting_.level != Setting::Level::Store;
  const auto garbage = [&] {
    step.call.message_id = one_of<std::string>({"no-guid", "00000000-0000-0000-0000-000000000000",
                                                "12345678-90ab-cdef-1234-567890abcdef"});
    step.call.pop_receipt = one_of<std::string>(
        {"AwAAAAMAAAAAAAAAWwRuJ1Dq2AEBAAAA", "AgAAAAMAAAAAAAAALNdCOVDq2AE=", "AAAA"});
    if (at_service && chance(50))
      step.call.pop_receipt = one_of<std::string>({"garbage", "", "AAA*"});
  };
  garbage();
  if (handed.empty() || chance(3)) return;

  const Handed* chosen = &one_of(handed);
  const std::vector<Model::Claim> claims = model.claims(step.call.queue);
  if (!claims.empty() && chance(70)) {
    const Model::Claim& latest = one_of(claims);
    const auto same = std::ranges::find_if(handed, [&](const Handed& one) {
      return one.id == latest.id && one.pop_receipt == latest.pop_receipt;
    });
    if (same != handed.end()) chosen = &*same;
  } else if (chance(80)) {
    step.call.queue = chosen->queue;  // or else it may be another queue's
  }
  const Handed* other = chance(8) ? &one_of(handed) : chosen;
  if (!chance(3)) step.id_from = chosen->origin;
  if (!chance(4)) step.pop_receipt_from = other->origin;
}

std::string Generator::text() {
  if (chance(1)) return std::string(65'536, 'x');
  if (!chance(15)) return "text " + std::to_string(last_number_ + 1);
  const std::string& delicate = one_of(delicate_texts);
  if (chance(50)) return delicate;
  const std::string before(below(40), '<');
  return before + delicate + std::string(below(40), 'x');
}

Metadata Generator::metadata() {
  if (chance(70)) return {};
  return one_of<Metadata>({{{"a", "1"}},
                           {{"A", "1"}},
                           {{"a", "2"}},
                           {{"a", "1"}, {"b_2", "x y"}},
                           {{"B_2", "x y"}, {"a", "1"}}});
}

std::string describe(const Setting& setting) {
  std::string out = "seed " + std::to_string(setting.seed);
  switch (setting.level) {
    case Setting::Level::Service: out += ", the service"; break;
    case Setting::Level::ServiceOnFile: out += ", the service on a file"; break;
    case Setting::Level::Store: out += ", the store"; break;
  }
  if (setting.exact) out += ", --exact";
  if (setting.audited) out += ", all compared after each step";
  return out;
}

std::string describe(const Step& step) {
  std::string out = std::to_string(step.number) + "  ";
  switch (step.kind) {
    case Step::Kind::MoveClock: return out + "the clock goes " + describe(step.clock);
    case Step::Kind::Commit: return out + "commit";
    case Step::Kind::RollBack: return out + "the commit fails";
    case Step::Kind::Tidy: return out + "tidy";
    case Step::Kind::Reopen: return out + "the process ends and starts again";
    case Step::Kind::Call: break;
  }
  out += describe(step.call);
  if (step.call.operation != Operation::UpdateMessage &&
      step.call.operation != Operation::DeleteMessage)
    return out;
  const auto name = [](std::string_view what, const Origin& origin, const std::string& literal) {
    std::string text = ", ";
    text += what;
    if (origin.step == 0) return text + " '" + literal + "'";
    text += " from " + std::to_string(origin.step);
    if (origin.message > 0) text += ", message " + std::to_string(origin.message + 1);
    return text;
  };
  return out + name("id", step.id_from, step.call.message_id) +
         name("receipt", step.pop_receipt_from, step.call.pop_receipt);
}

}  // namespace quprite::model
