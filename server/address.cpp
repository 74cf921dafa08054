#include "server/address.h"

#include <boost/asio/ip/address_v4.hpp>

namespace quprite::server {

std::optional<boost::asio::ip::address> parse_address(const std::string& text) {
  if (text == "localhost") return boost::asio::ip::address_v4::loopback();
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(text, ec);
  if (ec) return std::nullopt;
  return address;
}

}  // namespace quprite::server
