#include "server/http/session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <utility>

#include "server/limits.h"
#include "server/render.h"

namespace quprite::server::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t first_buffer = 4'096;
constexpr std::size_t kept_capacity =
    131'072;  // what an idle connection may keep of a big request or answer
constexpr std::size_t drain_limit = 4'194'304;
constexpr std::size_t encrypted_block = 16'896;  // a TLS record and its frame

std::string address_of(const Socket& socket) {
  error_code ec;
  const auto endpoint = socket.remote_endpoint(ec);
  if (ec) return {};
  const auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

Session::Session(Socket socket, SessionContext& context)
    : socket_(std::move(socket)),
      context_(context),
      peer_(address_of(socket_)),
      since_(context.tick) {
  buffer_.resize(first_buffer);
  request_.peer = peer_;
}

void Session::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  read();
}

std::string_view Session::unread() const {
  return {buffer_.data() + begin_, end_ - begin_};
}

/// Makes sure that there is space behind what has been read. Moves and grows the buffer only while
/// no request refers into it, that is while its head is incomplete; behind a head there is always
/// some space.
void Session::make_room() {
  if (head_size_ == 0 && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (head_size_ == 0 && end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
}

/// Where to read to: the rest of a body of known length goes straight to its place, all else to the
/// buffer.
asio::mutable_buffer Session::space() {
  if (head_size_ != 0 && !chunked_)
    return asio::buffer(body_.data() + body_.size() - body_length_, body_length_);
  make_room();
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void Session::read() {
  state_ = State::Reading;
  if (tls_) return read_encrypted();
  socket_.async_read_some(space(), [self = shared_from_this()](error_code ec, std::size_t count) {
    if (ec || self->state_ == State::Closed) return self->close();
    const bool first = std::exchange(self->fresh_, false);
    if (first && self->context_.tls != nullptr && begins_tls(self->buffer_[0])) {
      self->tls_ = std::make_unique<TlsFilter>(*self->context_.tls);
      self->request_.secure = true;
      self->tls_->feed({self->buffer_.data(), count});
      return self->process();
    }
    self->take(count);
    self->process();
  });
}

void Session::read_encrypted() {
  incoming_.resize(encrypted_block);
  socket_.async_read_some(asio::buffer(incoming_),
                          [self = shared_from_this()](error_code ec, std::size_t count) {
                            if (ec || self->state_ == State::Closed) return self->close();
                            self->tls_->feed({self->incoming_.data(), count});
                            self->process();
                          });
}

/// Notes that `count` bytes have been read to space().
void Session::take(std::size_t count) {
  if (begin_ == end_ && head_size_ == 0) since_ = context_.tick;  // the first bytes of a request
  if (head_size_ != 0 && !chunked_) {
    body_length_ -= count;
  } else {
    end_ += count;
  }
}

/// Takes what TLS has to give; whether that was anything. Sends what the handshake has to say.
bool Session::decrypt() {
  const asio::mutable_buffer place = space();
  TlsFilter::Status status{};
  const std::size_t count = tls_->read({static_cast<char*>(place.data()), place.size()}, status);
  if (count > 0) {
    take(count);
    return true;
  }
  std::string handshake;
  tls_->take_output(handshake);
  if (!handshake.empty() && !send_now(handshake)) close();
  if (status != TlsFilter::Status::NeedMore) close();
  return false;
}

/// Runs what is complete in the buffer, and then waits for whatever there is to wait for.
void Session::process() {
  while (true) {
    switch (next_request()) {
      case Step::Answered:
        if (close_after_) return write();
        continue;
      case Step::Held: return hold(true);
      case Step::NeedMore:
        if (!out_.empty()) return hold(false);
        if (tls_ && decrypt()) continue;
        if (state_ != State::Closed) read();
        return;
      case Step::Close: close_after_ = true; return write();
    }
  }
}

/// Keeps what there is to write until the turn of the event loop ends.
void Session::hold(bool for_commit) {
  state_ = State::Held;
  held_for_commit_ = for_commit;
  context_.group.hold(shared_from_this());
}

Session::Step Session::next_request() {
  if (head_size_ == 0) {
    const Step head = read_head();
    if (head != Step::Answered) return head;
  }
  const Step body = read_body();
  if (body != Step::Answered) return body;
  return run_request();
}

/// Answered stands for "done, go on" here and in read_body().
Session::Step Session::read_head() {
  while (begin_ < end_ && (buffer_[begin_] == '\r' || buffer_[begin_] == '\n'))
    ++begin_;  // RFC 9112, section 2.2
  const HeadScan scan = scan_head(unread());
  if (scan.state == HeadScan::State::Malformed) return refuse();
  if (scan.state == HeadScan::State::Incomplete) {
    return unread().size() > context_.limits.head ? refuse() : Step::NeedMore;
  }
  if (scan.size > context_.limits.head) return refuse();
  // Chunks are read in behind the head, which must not move from here on.
  if (buffer_.size() - begin_ - scan.size < first_buffer / 4)
    buffer_.resize(buffer_.size() + first_buffer);
  body_.clear();
  request_.body = {};
  request_.body_too_large = false;
  parser_.emplace(request_, body_);
  if (!parser_->parse_head(unread().substr(0, scan.size))) return refuse();
  head_size_ = scan.size;
  begin_ += scan.size;
  chunks_begin_ = begin_;
  chunked_ = parser_->chunked();
  const std::size_t length = parser_->length().value_or(0);
  if (length > limits::max_body) {
    request_.body_too_large = true;
    body_length_ = 0;
    return Step::Answered;
  }
  const std::size_t at_hand = std::min(length, end_ - begin_);
  body_length_ = length - at_hand;
  if (body_length_ == 0) {
    request_.body = unread().substr(0, at_hand);
  } else {
    body_.resize(length);
    std::memcpy(body_.data(), buffer_.data() + begin_, at_hand);
    request_.body = body_;
  }
  begin_ += at_hand;
  if (body_length_ > 0 || chunked_) answer_continue();
  return Step::Answered;
}

Session::Step Session::read_body() {
  if (!chunked_) return body_length_ == 0 ? Step::Answered : Step::NeedMore;
  if (request_.body_too_large) return Step::Answered;
  bool failed = false;
  begin_ += parser_->parse_chunks(unread(), failed);
  if (failed && !request_.body_too_large) return refuse();
  if (request_.body_too_large) {
    request_.keep_alive = false;
    return Step::Answered;
  }
  if (!parser_->is_done()) {
    // What is left of a chunk's framing moves up to where the body began, so that there is space
    // behind it.
    const std::size_t rest = end_ - begin_;
    std::memmove(buffer_.data() + chunks_begin_, buffer_.data() + begin_, rest);
    begin_ = chunks_begin_;
    end_ = chunks_begin_ + rest;
    return end_ == buffer_.size() ? refuse() : Step::NeedMore;
  }
  request_.body = body_;
  return Step::Answered;
}

Session::Step Session::run_request() {
  held_from_ = out_.size();
  if (context_.stopping) request_.keep_alive = false;
  context_.service.handle(request_, exchange_, out_);
  if (exchange_.held) return Step::Held;
  finish_request();
  return Step::Answered;
}

/// The bytes are no HTTP request that could be answered as one.
Session::Step Session::refuse() {
  render_bad_request(out_);
  return Step::Close;
}

/// `Expect: 100-continue`: the client waits with its body until it is told that it is wanted.
void Session::answer_continue() {
  const auto expect = request_.header(boost::beast::http::field::expect);
  if (!expect || request_.version == 10 || !equal_ignoring_case(*expect, "100-continue")) return;
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  out_ +=
      go_on;  // behind the answers to what was pipelined before; written as the body is waited for
}

void Session::finish_request() {
  context_.service.log_exchange(exchange_);
  close_after_ = close_after_ || !exchange_.keep_alive;
  head_size_ = 0;
  body_length_ = 0;
  chunked_ = false;
  if (body_.capacity() > kept_capacity) body_ = std::string();
}

void Session::release(const storage::StoreFailure* failure) {
  if (state_ == State::Closed) return;
  if (!held_for_commit_) return write_for_now();
  if (failure != nullptr) {
    out_.resize(held_from_);
    context_.service.handle_failure(*failure, exchange_, out_);
  }
  finish_request();
  if (close_after_ || unread().empty()) return write_for_now();
  process();
}

/// Leaves what comes after to go_on().
void Session::write_for_now() {
  if (write_at_once()) state_ = State::Written;
}

void Session::go_on() {
  if (state_ == State::Written) after_write();
}

/// Writes at once what the socket takes: with a small answer that is all, and saves a turn of the
/// event loop.
void Session::write() {
  if (write_at_once()) after_write();
}

/// Whether all of it is written; where it is not, the rest is on its way or the connection closed.
bool Session::write_at_once() {
  state_ = State::Writing;
  since_ = context_.tick;
  written_ = 0;
  if (tls_) {
    encrypted_.clear();
    if (!tls_->write(out_)) {
      close();
      return false;
    }
    if (close_after_) tls_->close();
    tls_->take_output(encrypted_);
    out_.swap(encrypted_);
  }
  if (out_.empty()) return true;
  error_code ec;
  written_ = socket_.write_some(asio::buffer(out_), ec);
  if (ec && ec != asio::error::would_block) {
    close();
    return false;
  }
  if (ec) written_ = 0;
  if (written_ < out_.size()) write_rest();
  return written_ == out_.size();
}

/// Sends a few bytes that the socket will surely take; whether it did.
bool Session::send_now(std::string_view bytes) {
  error_code ec;
  return socket_.write_some(asio::buffer(bytes), ec) == bytes.size();
}

void Session::write_rest() {
  const auto rest = asio::buffer(out_.data() + written_, out_.size() - written_);
  asio::async_write(socket_, rest, [self = shared_from_this()](error_code ec, std::size_t) {
    if (ec || self->state_ == State::Closed) return self->close();
    self->after_write();
  });
}

void Session::after_write() {
  out_.clear();
  if (out_.capacity() > kept_capacity) out_ = std::string();
  since_ = context_.tick;
  if (close_after_ || (context_.stopping && unread().empty() && head_size_ == 0))
    return close_politely();
  process();
}

/// Says that there is no more to come, and reads on for a while: closing at once would make the
/// system reset the connection, and the client would lose the answer with whatever it was still
/// sending.
void Session::close_politely() {
  state_ = State::Closing;
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  drain();
}

void Session::drain() {
  socket_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](error_code ec, std::size_t count) {
                            self->drained_ += count;
                            if (ec || self->drained_ > drain_limit || self->state_ == State::Closed)
                              return self->close();
                            self->drain();
                          });
}

void Session::close() {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  error_code ignored;
  socket_.close(ignored);
}

void Session::check_deadline() {
  const int waited = context_.tick - since_;
  // A handshake is part of the first request.
  const bool shaking_hands = tls_ != nullptr && !tls_->is_open();
  const bool between_requests =
      state_ == State::Reading && begin_ == end_ && head_size_ == 0 && !shaking_hands;
  if (state_ == State::Held) return;
  if (state_ == State::Closing
          ? waited >= 2
          : waited >= (between_requests ? context_.limits.idle : context_.limits.request)) {
    close();
  }
}

void Session::stop() {
  if (state_ == State::Reading && begin_ == end_ && head_size_ == 0) close();
}

}  // namespace quprite::server::http
