#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>

namespace quprite::server {

/// An address to listen on: a numeric one, or "localhost". By hand, as no resolver may be called in
/// a static build. Nothing where it is neither.
std::optional<boost::asio::ip::address> parse_address(const std::string& text);

}  // namespace quprite::server
