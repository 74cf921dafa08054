#include "server/http/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/socket_base.hpp>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "server/address.h"
#include "server/http/port_holder.h"

namespace quprite::server::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds tick_length{1};

/// Has the connections use TCP's simplest congestion control, which every Linux has: clients are
/// near, and what finds the rate of a long way (BBR, where that is the machine's default) costs 3 %
/// of a request.
void control_congestion_simply(int listening_socket) {
  constexpr std::string_view name = "reno";
  static_cast<void>(
      setsockopt(listening_socket, IPPROTO_TCP, TCP_CONGESTION, name.data(), name.size()));
}

}  // namespace

Listener::Listener(asio::io_context& io, HttpService& service, ListenerOptions options)
    : options_(std::move(options)),
      context_(io, service, options_.session, options_.tls),
      acceptor_(io),
      timer_(io) {
  bind();
}

Listener::~Listener() {
  // Sessions still referred to by pending operations leave the list by themselves when those are
  // destroyed; the list must not be asked to hold them any longer than it lives.
  sessions_.clear();
}

void Listener::bind() {
  const auto address = parse_address(options_.host);
  if (!address) throw std::runtime_error("cannot listen on '" + options_.host + "'");
  const tcp::endpoint wanted(*address, options_.port);
  error_code ec;
  acceptor_.open(wanted.protocol(), ec);
  if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec && wanted.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(false), ec);
  if (!ec) acceptor_.bind(wanted, ec);
  if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) control_congestion_simply(acceptor_.native_handle());
  if (!ec) endpoint_ = acceptor_.local_endpoint(ec);
  if (!ec) return;
  const std::string place = options_.host + ":" + std::to_string(options_.port);
  std::string message = "cannot listen on " + place + ": " + ec.message();
  if (ec != asio::error::address_in_use) throw std::runtime_error(message);
  if (const auto holder = who_listens_on(options_.port)) message += " by " + *holder;
  throw PortTaken(message, place);
}

void Listener::start() {
  accept();
  tick();
}

void Listener::accept() {
  if (accepting_ || context_.stopping) return;
  accepting_ = true;
  acceptor_.async_accept([this](error_code ec, Socket socket) {
    accepting_ = false;
    if (ec == asio::error::operation_aborted) return;
    if (!ec) serve(std::move(socket));
    // Out of file descriptors, or as many connections as are wanted: the rest waits in the backlog
    // until a tick has found room again.
    if (!ec && sessions_.size() < options_.max_connections) accept();
  });
}

void Listener::serve(Socket socket) {
  const auto session = std::make_shared<Session>(std::move(socket), context_);
  sessions_.push_back(*session);
  session->start();
}

void Listener::tick() {
  timer_.expires_after(tick_length);
  timer_.async_wait([this](error_code ec) {
    if (ec) return;
    ++context_.tick;
    for (auto next = sessions_.begin(); next != sessions_.end();) (next++)->check_deadline();
    if (sessions_.size() < options_.max_connections) accept();
    tick();
  });
}

void Listener::stop() {
  context_.stopping = true;
  error_code ignored;
  acceptor_.close(ignored);
  timer_.cancel();
  for (auto next = sessions_.begin(); next != sessions_.end();) (next++)->stop();
}

}  // namespace quprite::server::http
