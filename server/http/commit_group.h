#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "server/service.h"

namespace quprite::server::http {

/// Someone whose answer is held until the changes it speaks of are committed.
class Held {
 public:
  Held() = default;
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  virtual ~Held() = default;

  /// The group is committed, or (where `failure` is given) lost: the answer may leave, or has to be
  /// replaced.
  virtual void release(const storage::StoreFailure* failure) = 0;
};

/// The one place where "an answer that depends on a change leaves only after its commit" is kept.
///
/// The first request of a turn of the event loop that changes something posts the commit to the end
/// of that turn; the others of the turn join it. So requests that are in flight together share a
/// transaction, and one that is alone does not wait.
class CommitGroup {
 public:
  CommitGroup(boost::asio::io_context& io, Service& service) : io_(io), service_(service) {}

  void hold(std::shared_ptr<Held> held);

 private:
  void commit();

  boost::asio::io_context& io_;
  Service& service_;
  std::vector<std::shared_ptr<Held>> held_;
  std::vector<std::shared_ptr<Held>> released_;
};

}  // namespace quprite::server::http
