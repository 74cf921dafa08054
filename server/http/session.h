#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/http/commit_group.h"
#include "server/http/parser.h"
#include "server/http/tls.h"
#include "server/http_service.h"

namespace quprite::server::http {

/// A socket that knows its executor by type: cheaper than Asio's type-erased default.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// How long a connection may take, in ticks of Sessions (seconds), and what it may send.
struct SessionLimits {
  int idle = 300;  ///< between requests; longer than the 60 s or so after which clients' pools drop
                   ///< a connection
  int request = 60;  ///< from the first byte of a request to its last
  std::size_t head = 65'536;
};

class Session;

/// What the sessions of a server share, and the list of them.
struct SessionContext {
  SessionContext(boost::asio::io_context& io_context, HttpService& http_service,
                 SessionLimits session_limits, const TlsContext* tls_context)
      : io(io_context),
        service(http_service),
        group(io_context, http_service),
        limits(session_limits),
        tls(tls_context) {}

  boost::asio::io_context& io;
  HttpService& service;
  CommitGroup group;
  SessionLimits limits;
  const TlsContext* tls;  ///< null: HTTP only
  int tick = 0;  ///< seconds that the server has run: a clock for idle connections that costs
                 ///< nothing to read
  bool stopping = false;  ///< finish what is in flight, then close
};

/// Serves one connection, in plain or, where its first byte says so, over TLS: reads requests, has
/// them run, writes the answers in the order of the requests. One request at a time; what a client
/// pipelines waits in the buffer.
class Session final : public Held,
                      public std::enable_shared_from_this<Session>,
                      public boost::intrusive::list_base_hook<
                          boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Session(Socket socket, SessionContext& context);

  void start();

  /// The turn is over; the group that the last answer may depend on is committed or lost.
  void release(const storage::StoreFailure* failure) override;
  void go_on() override;

  /// Closes the connection where it has overstayed; called every tick.
  void check_deadline();

  /// Closes it as soon as nothing is in flight.
  void stop();

 private:
  enum class State { Reading, Held, Writing, Written, Closing, Closed };

  /// What one look at the buffer has come to.
  enum class Step { NeedMore, Answered, Held, Close };

  void read();
  void read_encrypted();
  void take(std::size_t count);
  bool decrypt();
  void process();
  void hold(bool for_commit);
  Step next_request();
  Step read_head();
  Step read_body();
  Step run_request();
  Step refuse();
  void answer_continue();
  void finish_request();
  void write();
  void write_for_now();
  bool write_at_once();
  void write_rest();
  void after_write();
  bool send_now(std::string_view bytes);
  void close_politely();
  void drain();
  void close();
  void make_room();
  [[nodiscard]] boost::asio::mutable_buffer space();
  [[nodiscard]] std::string_view unread() const;

  Socket socket_;
  SessionContext& context_;
  std::string peer_;
  State state_ = State::Reading;
  int since_ = 0;  // the tick at which the present wait began

  std::vector<char> buffer_;
  std::size_t begin_ = 0;      // of what has not been used yet
  std::size_t end_ = 0;        // of what has been read
  std::size_t head_size_ = 0;  // of the present request; 0 while its head is incomplete
  std::string body_;           // of the present request, where it did not come with its head
  std::size_t body_length_ = 0;
  bool chunked_ = false;
  std::size_t chunks_begin_ = 0;  // where in the buffer the present request's chunks are read in
  bool close_after_ = false;

  std::unique_ptr<TlsFilter> tls_;
  std::string incoming_;   // with TLS: what has been read
  std::string encrypted_;  // with TLS: what is to be written
  bool fresh_ = true;      // nothing has been read yet

  HttpRequest request_;
  std::optional<RequestParser> parser_;
  Exchange exchange_;
  std::string out_;  // answers that have not been written yet
  std::size_t written_ = 0;
  std::size_t held_from_ = 0;     // where the held answer begins in out_
  bool held_for_commit_ = false;  // the last answer in out_ depends on changes of the open group
  std::size_t drained_ = 0;
};

}  // namespace quprite::server::http
