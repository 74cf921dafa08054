#include "server/http/commit_group.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace quprite::server::http {

void CommitGroup::hold(std::shared_ptr<Held> held) {
  if (held_.empty()) boost::asio::post(io_, [this] { commit(); });
  held_.push_back(std::move(held));
}

void CommitGroup::commit() {
  const auto failure = service_.commit();
  // Whoever is released may run its next request at once, and so begin the next group.
  released_.swap(held_);
  for (const auto& held : released_) held->release(failure ? &*failure : nullptr);
  released_.clear();
}

}  // namespace quprite::server::http
