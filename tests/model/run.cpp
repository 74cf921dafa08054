#include "tests/model/run.h"

#include <algorithm>
#include <exception>

namespace quprite::model {
namespace {

/// Files are made anew after so many sequences.
constexpr int runs_a_file = 20;

}  // namespace

Run::Run(const Setting& setting, Mistake mistake, Subject& subject)
    : setting_(setting),
      mistake_(mistake),
      subject_(subject),
      now_{.model = Model({.exact = setting.exact,
                           .tells_mismatch = setting.level == Setting::Level::Store,
                           .mistake = mistake})},
      committed_(now_) {
  subject_.begin(setting);
  move_clock(Ticks{0});
  committed_ = now_;
}

std::optional<Difference> Run::take(const Step& step) {
  try {
    std::optional<Difference> difference;
    switch (step.kind) {
      case Step::Kind::Call: difference = call(step); break;
      case Step::Kind::MoveClock:
        if (!subject_.clock_moves_in_groups()) difference = commit();
        move_clock(step.clock);
        break;
      case Step::Kind::Commit: difference = commit(); break;
      case Step::Kind::Tidy: subject_.tidy(); break;
      case Step::Kind::RollBack:
        subject_.lose_group();
        roll_back();
        break;
      case Step::Kind::Reopen:
        subject_.reopen();
        roll_back();
        break;
    }
    if (difference || !setting_.audited) return difference;
    return audit();
  } catch (const std::exception& fault) {
    return Difference{.expected = "an answer", .got = fault.what()};
  }
}

std::optional<Difference> Run::call(const Step& step) {
  Call call = step.call;
  const auto take_name = [&](const Origin& origin, std::string& name, std::string Handed::*told) {
    if (origin.step == 0) return;
    const auto found = std::ranges::find_if(now_.handed, [&](const Handed& one) {
      return one.origin.step == origin.step && one.origin.message == origin.message;
    });
    if (found != now_.handed.end()) name = (*found).*told;
  };
  take_name(step.id_from, call.message_id, &Handed::id);
  take_name(step.pop_receipt_from, call.pop_receipt, &Handed::pop_receipt);

  if (call.store_fails) {
    const bool others_wait = subject_.holds_answers();
    const Answer got = subject_.send(call);
    roll_back();
    lost_ = others_wait;
    const Answer expected{.status = 500, .error = "InternalError"};
    if (got == expected) return std::nullopt;
    return Difference{describe(expected), describe(got)};
  }

  Answer expected = now_.model.apply(call);
  const bool told_by_http = setting_.level != Setting::Level::Store;
  if (told_by_http && call.operation == Operation::PeekMessages) {
    for (Told& message : expected.messages) message.next_visible_at.reset();
  }
  const Answer got = subject_.send(call);
  if (!fits(expected, got, subject_.precision()))
    return Difference{describe(expected), describe(got)};
  now_.model.adopt(got);
  return note_names(step, got);
}

/// No name may have been told before: a message's id is its own, and so is each of its receipts.
std::optional<Difference> Run::note_names(const Step& step, const Answer& got) {
  for (std::size_t i = 0; i < got.messages.size(); ++i) {
    const Told& message = got.messages[i];
    if (!message.pop_receipt) continue;
    for (const Handed& earlier : now_.handed) {
      if (earlier.id != message.id) continue;
      if (step.call.operation == Operation::PutMessage)
        return Difference{"a new message id", message.id};
      if (earlier.pop_receipt == *message.pop_receipt)
        return Difference{"a new pop receipt", *message.pop_receipt};
    }
    now_.handed.push_back({.origin = {.step = step.number, .message = i},
                           .queue = step.call.queue,
                           .id = message.id,
                           .pop_receipt = *message.pop_receipt});
  }
  return std::nullopt;
}

std::optional<Difference> Run::commit() {
  const bool expected = !lost_;
  const bool got = subject_.commit();
  if (expected != got) {
    return Difference{expected ? "the commit works" : "the commit fails",
                      got ? "it works" : "it fails"};
  }
  if (!got) roll_back();
  lost_ = false;
  committed_ = now_;
  return std::nullopt;
}

void Run::roll_back() {
  lost_ = false;
  if (mistake_ != Mistake::RollBackKeepsChanges) now_ = committed_;
  move_clock(Ticks{0});
}

void Run::move_clock(Ticks by) {
  const Time time = std::max(subject_.clock.now() + by,
                             std::min(subject_.clock.now(), now_.model.no_earlier_than()));
  subject_.clock.set(time);
  now_.model.set_time(time);
}

/// Compares what can be seen of the sequence's queues, by way of the store, which tells more.
std::optional<Difference> Run::audit() {
  for (int which = 0; which < 2; ++which) {
    for (const Operation operation : {Operation::PeekMessages, Operation::GetQueueMetadata}) {
      const Call look{.operation = operation, .queue = setting_.queue(which), .message_count = 32};
      const Answer expected = now_.model.apply(look);
      const Answer got = subject_.ask_store(look);
      if (!fits(expected, got, Ticks{1})) {
        const std::string seen = "to see by " + describe(look) + ": ";
        return Difference{seen + describe(expected), seen + describe(got)};
      }
    }
  }
  return std::nullopt;
}

std::optional<Difference> Run::finish() {
  try {
    if (auto difference = commit()) return difference;
    if (auto difference = audit()) return difference;
    Ticks by{0};
    for (const Time time : now_.model.times_to_come()) {
      const Ticks until = time - subject_.clock.now();
      if (until <= std::chrono::hours{1}) by = std::max(by, until);
    }
    move_clock(by);
    return audit();
  } catch (const std::exception& fault) {
    return Difference{.expected = "an answer", .got = fault.what()};
  }
}

std::optional<Failure> run_sequence(std::uint64_t seed, Mistake mistake, Subject& subject) {
  Failure failure{.setting = Setting(seed), .steps = {}, .difference = {}};
  Generator generator(failure.setting);
  Run run(failure.setting, mistake, subject);
  for (int i = 0; i < failure.setting.length; ++i) {
    for (Step& step : generator.next(run.model(), run.handed(), subject.clock.now())) {
      failure.steps.push_back(step);
      if (auto difference = run.take(step)) {
        failure.difference = *difference;
        return failure;
      }
    }
  }
  if (auto difference = run.finish()) {
    failure.difference = *difference;
    return failure;
  }
  subject.end();
  return std::nullopt;
}

std::optional<Failure> Runner::run(std::uint64_t seed) {
  const bool on_file = Setting(seed).level == Setting::Level::ServiceOnFile;
  std::unique_ptr<Subject>& subject = on_file ? on_file_ : in_memory_;
  if (on_file && runs_on_file_++ % runs_a_file == 0) subject.reset();
  if (!subject) subject = std::make_unique<Subject>(on_file);
  auto failure = run_sequence(seed, mistake_, *subject);
  if (failure) subject.reset();
  return failure;
}

std::string describe(const Failure& failure) {
  std::string out = describe(failure.setting) + ":\n";
  for (const Step& step : failure.steps) out += "    " + describe(step) + "\n";
  out += "    expected: " + failure.difference.expected + "\n";
  return out + "    got:      " + failure.difference.got + "\n";
}

}  // namespace quprite::model
