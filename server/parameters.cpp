#include "server/parameters.h"

#include <charconv>
#include <limits>
#include <string>
#include <system_error>

namespace quprite::server {
namespace {

/// A whole number in decimal; one that does not fit becomes the largest or smallest that does, as
/// it is out of any range then.
std::optional<std::int64_t> parse_integer(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (stop != end || problem == std::errc::invalid_argument) return std::nullopt;
  if (problem == std::errc::result_out_of_range) {
    return text.front() == '-' ? std::numeric_limits<std::int64_t>::min()
                               : std::numeric_limits<std::int64_t>::max();
  }
  return value;
}

Result<std::int64_t> in_range(std::string_view name, std::string_view text, Range range) {
  const auto value = parse_integer(text);
  if (!value) return invalid_parameter(name, text, "");
  if (*value < range.minimum || *value > range.maximum)
    return out_of_range_parameter(name, text, range);
  return *value;
}

}  // namespace

Error invalid_parameter(std::string_view name, std::string_view value, std::string_view reason) {
  return {ErrorCode::InvalidQueryParameterValue,
          {{"QueryParameterName", std::string(name)},
           {"QueryParameterValue", std::string(value)},
           {"Reason", std::string(reason)}}};
}

Error out_of_range_parameter(std::string_view name, std::string_view value, Range range) {
  return {ErrorCode::OutOfRangeQueryParameterValue,
          {{"QueryParameterName", std::string(name)},
           {"QueryParameterValue", std::string(value)},
           {"MinimumAllowed", std::to_string(range.minimum)},
           {"MaximumAllowed", std::to_string(range.maximum)}}};
}

Result<std::int64_t> integer_parameter(const Request& request, std::string_view name, Range range,
                                       std::int64_t fallback) {
  const auto text = request.query.find(name);
  if (!text) return fallback;
  return in_range(name, *text, range);
}

Result<std::optional<std::int64_t>> integer_parameter(const Request& request,
                                                      std::string_view name) {
  const auto text = request.query.find(name);
  if (!text) return std::optional<std::int64_t>{};
  const auto value = parse_integer(*text);
  if (!value) return invalid_parameter(name, *text, "");
  return value;
}

Result<std::int64_t> required_integer_parameter(const Request& request, std::string_view name,
                                                Range range) {
  const auto text = required_parameter(request, name);
  if (!text) return text.error();
  return in_range(name, *text, range);
}

Result<std::string_view> required_parameter(const Request& request, std::string_view name) {
  const auto text = request.query.find(name);
  if (!text) {
    return Error{ErrorCode::MissingRequiredQueryParameter,
                 {{"QueryParameterName", std::string(name)}}};
  }
  return *text;
}

}  // namespace quprite::server
