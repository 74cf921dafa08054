#include "server/http/commit_group.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace quprite::server::http {

namespace {

/// So many answers are enough for a group: each one more has the others wait for it.
constexpr std::size_t enough = 256;

}  // namespace

void CommitGroup::hold(std::shared_ptr<Held> held) {
  if (held_.empty()) boost::asio::post(io_, [this] { end_turn(); });
  held_.push_back(std::move(held));
}

/// What a commit costs is shared by more answers where the next turn may bring some, which took a
/// cycle of put, get and delete at 64 connections from 8.4 to 7.8 us.
void CommitGroup::end_turn() {
  if (held_.size() > seen_ && held_.size() > 1 && held_.size() < enough) {
    seen_ = held_.size();
    return boost::asio::post(io_, [this] { end_turn(); });
  }
  commit();
}

void CommitGroup::commit() {
  seen_ = 0;
  const auto failure = service_.commit();
  // Whoever is released may run its next request at once, and so begin the next group.
  released_.swap(held_);
  for (const auto& held : released_) held->release(failure ? &*failure : nullptr);
  // By now the first of them may have sent their next requests: to look for those right behind the
  // answers would be to look in vain.
  for (const auto& held : released_) held->go_on();
  released_.clear();
}

}  // namespace quprite::server::http
