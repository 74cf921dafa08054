#include "tests/bench/workload.h"

#include <string_view>

namespace quprite::bench {
namespace {

constexpr int ok = 200;
constexpr int created = 201;
constexpr int no_content = 204;
constexpr int most_messages = 32;
constexpr std::int64_t claimed_for = 3600;  // seconds: longer than any measurement

/// What stands between `begin` and `end` from `at` on, which moves behind it; empty where nothing
/// does.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end,
                         std::size_t& at) {
  const std::size_t found = text.find(begin, at);
  if (found == std::string_view::npos) return {};
  const std::size_t from = found + begin.size();
  const std::size_t to = text.find(end, from);
  if (to == std::string_view::npos) return {};
  at = to;
  return text.substr(from, to - from);
}

/// Adds the messages of a Get Messages to `claims`; how many they are.
std::size_t read_claims(std::string_view body, std::size_t queue, std::vector<Claim>& claims) {
  std::size_t at = 0;
  std::size_t count = 0;
  while (true) {
    const std::string_view id = between(body, "<MessageId>", "<", at);
    if (id.empty()) return count;
    const std::string_view receipt = between(body, "<PopReceipt>", "<", at);
    claims.push_back({queue, std::string(id), std::string(receipt)});
    ++count;
  }
}

template <class Element>
Element& element_of(std::vector<Element>& elements, std::size_t index) {
  if (index >= elements.size()) elements.resize(index + 1);
  return elements[index];
}

}  // namespace

bool Put::next(std::size_t, std::string& request) {
  writer_.put(request, turn_++ % writer_.queues());
  return true;
}

bool Put::take(std::size_t, const Answer& answer) {
  return answer.status == created;
}

bool Get::next(std::size_t connection, std::string& request) {
  std::size_t& queue = element_of(queue_of_, connection);
  queue = turn_++ % writer_.queues();
  writer_.get(request, queue, count_, visibility_timeout_);
  return true;
}

bool Get::take(std::size_t connection, const Answer& answer) {
  if (claims_ != nullptr) {
    if (read_claims(answer.body, queue_of_[connection], *claims_) == 0) ++empty;
  } else if (answer.body.find("<MessageId>") == std::string_view::npos) {
    ++empty;
  }
  return answer.status == ok;
}

bool Peek::next(std::size_t, std::string& request) {
  writer_.peek(request, turn_++ % writer_.queues(), 1);
  return true;
}

bool Peek::take(std::size_t, const Answer& answer) {
  if (answer.body.find("<MessageId>") == std::string_view::npos) ++empty;
  return answer.status == ok;
}

bool Update::next(std::size_t connection, std::string& request) {
  const std::optional<Claim>& claim = element_of(claims_, connection);
  if (claim) {
    writer_.update(request, *claim, claimed_for);
  } else {
    writer_.get(request, 0, 1, claimed_for);
  }
  return true;
}

bool Update::take(std::size_t connection, const Answer& answer) {
  std::optional<Claim>& claim = claims_[connection];
  if (!claim) {
    std::vector<Claim> got;
    if (read_claims(answer.body, 0, got) == 1) claim = got.front();
    return claim.has_value();
  }
  std::size_t at = 0;
  claim->pop_receipt = between(answer.head, "x-ms-popreceipt: ", "\r", at);
  return answer.status == no_content;
}

bool Delete::next(std::size_t, std::string& request) {
  if (used_ == claims_.size()) {
    claims_.clear();
    used_ = 0;
    return false;
  }
  writer_.remove(request, claims_[used_++]);
  return true;
}

bool Delete::take(std::size_t, const Answer& answer) {
  return answer.status == no_content;
}

bool Mix::next(std::size_t connection, std::string& request) {
  Slot& slot = element_of(slots_, connection);
  switch (slot.step) {
    case Step::Put:
      slot.queue = turn_++ % writer_.queues();
      writer_.put(request, slot.queue);
      break;
    case Step::Get: writer_.get(request, slot.queue, 1, claimed_for); break;
    case Step::Delete: writer_.remove(request, slot.claim.front()); break;
  }
  return true;
}

bool Mix::take(std::size_t connection, const Answer& answer) {
  Slot& slot = slots_[connection];
  switch (slot.step) {
    case Step::Put: slot.step = Step::Get; return answer.status == created;
    case Step::Get:
      slot.claim.clear();
      if (read_claims(answer.body, slot.queue, slot.claim) == 0) ++empty;
      slot.step = slot.claim.empty() ? Step::Put : Step::Delete;
      return answer.status == ok;
    case Step::Delete: slot.step = Step::Put; return answer.status == no_content;
  }
  return false;
}

bool Drain::next(std::size_t connection, std::string& request) {
  Slot& slot = element_of(slots_, connection);
  if (slot.done) return false;
  slot.getting = slot.claims.empty();
  if (slot.getting) {
    writer_.get(request, 0, most_messages, claimed_for);
  } else {
    writer_.remove(request, slot.claims.back());
  }
  return true;
}

bool Drain::take(std::size_t connection, const Answer& answer) {
  Slot& slot = slots_[connection];
  if (!slot.getting) {
    slot.claims.pop_back();
    return answer.status == no_content;
  }
  slot.done = read_claims(answer.body, 0, slot.claims) == 0;
  return answer.status == ok;
}

}  // namespace quprite::bench
