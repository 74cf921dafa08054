#pragma once

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace quprite::server {

/// One header line of a request, as received, trimmed of the white space around its value.
struct HttpField {
  boost::beast::http::field
      id;  ///< `field::unknown` for x-ms- headers and others Beast has no number for
  std::string_view name;
  std::string_view value;
};

/// A request as it came off the wire: views into the connection's buffer, good until it is
/// answered.
struct HttpRequest {
  boost::beast::http::verb method = boost::beast::http::verb::unknown;
  std::string_view method_text = {};
  std::string_view target = {};  ///< path and query, percent-encoded as sent
  int version = 11;              ///< 10 or 11
  std::vector<HttpField> fields = {};
  std::string_view body = {};
  bool has_length = false;      ///< Content-Length or Transfer-Encoding was given
  bool body_too_large = false;  ///< over limits::max_body: `body` is empty, the rest was not read
  bool keep_alive = true;       ///< the client wants the connection to stay open
  bool secure = false;          ///< it came over TLS
  std::string_view peer = {};   ///< the client's IP address, IPv4-mapped IPv6 written as IPv4

  /// The value of the first header of that name (case does not matter); nothing where there is
  /// none.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> header(boost::beast::http::field id) const;

  [[nodiscard]] std::string_view path() const { return target.substr(0, target.find('?')); }
  [[nodiscard]] std::string_view raw_query() const {
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  }
};

/// Whether two texts are equal when ASCII letters compare without case.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Whether `text` begins with `prefix` when ASCII letters compare without case.
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

}  // namespace quprite::server
