#pragma once

#include <array>
#include <boost/beast/http/field.hpp>
#include <boost/container/small_vector.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/errors.h"
#include "server/http_request.h"
#include "server/request.h"

namespace quprite::server {

/// The headers that have a line of their own in the string-to-sign of Shared Key, in its order.
inline constexpr std::array lined_headers = {boost::beast::http::field::content_encoding,
                                             boost::beast::http::field::content_language,
                                             boost::beast::http::field::content_length,
                                             boost::beast::http::field::content_md5,
                                             boost::beast::http::field::content_type,
                                             boost::beast::http::field::date,
                                             boost::beast::http::field::if_modified_since,
                                             boost::beast::http::field::if_match,
                                             boost::beast::http::field::if_none_match,
                                             boost::beast::http::field::if_unmodified_since,
                                             boost::beast::http::field::range};

/// What Shared Key and Shared Key Lite sign of a request's headers. Views into the request.
class SignedHeaders {  // NOLINT(bugprone-exception-escape): small_vector's moves are noexcept
 public:
  using Canonicalized = boost::container::small_vector<const HttpField*, 24>;

  /// Fails with InvalidHeaderValue where a header that is signed occurs twice.
  static Result<SignedHeaders> read(const HttpRequest& http);

  /// The value of one of lined_headers; empty where the request has none.
  [[nodiscard]] std::string_view line(boost::beast::http::field id) const;

  /// The time the request says it was made at: x-ms-date, or else Date.
  [[nodiscard]] std::optional<std::string_view> date() const;
  [[nodiscard]] bool has_x_ms_date() const { return x_ms_date_.has_value(); }

  /// The x-ms- headers in the service's order.
  [[nodiscard]] const Canonicalized& canonicalized() const { return canonicalized_; }

  /// Whether sorting the names' bytes would give another order.
  [[nodiscard]] bool byte_order_differs() const { return byte_order_differs_; }
  void sort_by_bytes();

 private:
  std::array<std::optional<std::string_view>, lined_headers.size()> lines_ = {};
  std::optional<std::string_view> x_ms_date_ = {};
  Canonicalized canonicalized_ = {};
  bool byte_order_differs_ = false;
};

/// Whether the service signs the header of the first name before that of the second. Its order is
/// that of .NET's culture-sensitive comparison: without regard to case, `_` before digits before
/// letters, and hyphens decide only between names that are equal without them.
bool in_service_order(std::string_view a, std::string_view b);

/// What of the string-to-sign has more than one form among clients; the defaults are the service's.
struct SigningForm {
  /// A Content-Length of 0 is written as the version at hand does not.
  bool other_zero_length = false;
  /// A path-style path to the secondary location is signed without "-secondary", as Azurite takes
  /// it.
  bool primary_path = false;
};

enum class SigningScheme { SharedKey, SharedKeyLite };

/// Writes the string-to-sign to `text`, over what it holds. Source: "Authorize with Shared Key".
void write_string_to_sign(std::string& text, SigningScheme scheme, const Request& request,
                          const SignedHeaders& headers, SigningForm form);

}  // namespace quprite::server
