#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>

namespace quprite::server {

/// Sends this process SIGTERM when the process that started it ends, also where that is killed.
class ParentWatch {
 public:
  explicit ParentWatch(boost::asio::io_context& io);

 private:
  std::optional<boost::asio::posix::stream_descriptor> parent_;
};

}  // namespace quprite::server
