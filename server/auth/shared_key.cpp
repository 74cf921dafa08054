#include "server/auth/shared_key.h"

#include <algorithm>
#include <boost/container/static_vector.hpp>
#include <cstddef>
#include <string>

#include "server/auth/failures.h"
#include "server/auth/mismatch.h"
#include "server/auth/signature.h"
#include "server/wire/dates.h"

namespace quprite::server {
namespace {

/// Longer strings-to-sign are rare, and the memory they took is given back.
constexpr std::size_t kept_capacity = 16'384;

/// Whether the request's date is as near to now as the rules want it.
Result<Done> check_date(const SignedHeaders& headers, Time now, Ticks skew) {
  const auto text = headers.date();
  const auto date = text ? parse_rfc1123(*text) : std::nullopt;
  if (!date) return authentication_failed("The Date header in the request is incorrect.");
  if (skew == Ticks::zero()) return Done{};
  if (now - *date > skew) {
    return authentication_failed("Request date header too old: '" + std::string(*text) + "'");
  }
  // The documentation speaks of old dates only; a request from the future is a mistake of some
  // clock too.
  if (*date - now > skew) {
    return authentication_failed("Request date header too far in the future: '" +
                                 std::string(*text) + "'");
  }
  return Done{};
}

bool names_secondary_in_path(const Request& request) {
  if (!request.secondary || !request.path_style) return false;
  std::string_view path = request.http->path();
  if (!path.starts_with('/')) return false;
  path.remove_prefix(1);
  if (!path.starts_with(request.account->name)) return false;
  path.remove_prefix(request.account->name.size());
  return path.starts_with("-secondary");
}

/// The forms of the string-to-sign that apply to the request, the service's own first.
auto forms_of(const Request& request, const SignedHeaders& headers) {
  boost::container::static_vector<SigningForm, 4> forms = {SigningForm{}};
  const bool zero_length = headers.line(boost::beast::http::field::content_length) == "0";
  if (zero_length) forms.push_back({.other_zero_length = true});
  if (!names_secondary_in_path(request)) return forms;
  forms.push_back({.primary_path = true});
  if (zero_length) forms.push_back({.other_zero_length = true, .primary_path = true});
  return forms;
}

struct Check {
  SigningScheme scheme;
  const Request& request;
  std::string_view signature;
};

/// Tries the forms that some clients sign instead of the service's own: the first of forms_of(),
/// which has failed, is passed over unless the headers' order makes another string of it.
bool signed_otherwise(const Check& check, SignedHeaders headers, std::string& text) {
  const auto signed_as = [&](SigningForm form) {
    write_string_to_sign(text, check.scheme, check.request, headers, form);
    return is_signed(*check.request.account, text, check.signature);
  };
  const auto forms = forms_of(check.request, headers);
  if (std::any_of(forms.begin() + 1, forms.end(), signed_as)) return true;
  if (!headers.byte_order_differs()) return false;
  headers.sort_by_bytes();
  return std::ranges::any_of(forms, signed_as);
}

Error signature_mismatch(const Check& check, const SignedHeaders& headers, std::string& text) {
  write_string_to_sign(text, check.scheme, check.request, headers, {});
  Error error = authentication_failed(
      "The MAC signature found in the HTTP request '" + std::string(check.signature) +
      "' is not the same as any computed signature. Server used following string to sign: '" +
      text + "'.");
  error.hint = "Shared Key does not match: " +
               explain_mismatch(check.scheme, check.request, headers, text, check.signature);
  return error;
}

/// The string-to-sign is built in one buffer that is kept, so that checking a signature allocates
/// nothing.
std::string& kept_buffer() {
  thread_local std::string buffer;
  if (buffer.capacity() > kept_capacity) {
    buffer.clear();
    buffer.shrink_to_fit();
  }
  return buffer;
}

}  // namespace

Result<Owner> check_shared_key(SigningScheme scheme, std::string_view credentials,
                               const Request& request, const AuthRules& rules) {
  const std::size_t colon = credentials.find(':');
  if (colon == std::string_view::npos) return malformed_authorization();
  const std::string_view account = credentials.substr(0, colon);
  const Check check{scheme, request, credentials.substr(colon + 1)};
  if (account.empty() || check.signature.empty()) return malformed_authorization();

  const auto headers = SignedHeaders::read(*request.http);
  if (!headers) return headers.error();
  if (account != request.account->name) return authentication_failed();
  const auto date = check_date(*headers, request.times.received_at, rules.skew);
  if (!date) return date.error();

  std::string& text = kept_buffer();
  write_string_to_sign(text, scheme, request, *headers, {});
  if (is_signed(*request.account, text, check.signature)) return Owner{};
  if (signed_otherwise(check, *headers, text)) return Owner{};
  return signature_mismatch(check, *headers, text);
}

}  // namespace quprite::server
