#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <vector>

#include "server/http_service.h"

namespace quprite::server::http {

/// Someone whose answer is held until the turn of the event loop ends.
class Held {
 public:
  Held() = default;
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  virtual ~Held() = default;

  /// The group is committed, or (where `failure` is given) lost: an answer that depends on its
  /// changes may leave, or has to be replaced; one that does not may leave.
  virtual void release(const storage::StoreFailure* failure) = 0;

  /// All who were held have been released: time to look for what comes next.
  virtual void go_on() = 0;
};

/// The one place where "an answer that depends on a change leaves only after its commit" is kept.
///
/// The first answer of a turn of the event loop posts the commit to the end of that turn; the
/// others of the turn join it, and so do those of the next turns as long as each brings more. So
/// requests that are in flight together share a transaction, and one that is alone does not wait.
/// Answers that depend on no change are held, too: written one right after the other they wake a
/// busy client once, which took peeks at 64 connections from 9.3 to 7.9 us of CPU each.
class CommitGroup {
 public:
  CommitGroup(boost::asio::io_context& io, HttpService& service) : io_(io), service_(service) {}

  void hold(std::shared_ptr<Held> held);

 private:
  void end_turn();
  void commit();

  boost::asio::io_context& io_;
  HttpService& service_;
  std::vector<std::shared_ptr<Held>> held_;
  std::size_t seen_ = 0;  // of those, when the last turn ended
  std::vector<std::shared_ptr<Held>> released_;
};

}  // namespace quprite::server::http
