#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/request.h"

namespace quprite::server {

struct Range {
  std::int64_t minimum;
  std::int64_t maximum;
};

/// A whole-number parameter; `fallback` where it is missing. OutOfRangeQueryParameterValue, with
/// minimum and maximum, where it is outside the range; InvalidQueryParameterValue where it is no
/// whole number.
Result<std::int64_t> integer_parameter(const Request& request, std::string_view name, Range range,
                                       std::int64_t fallback);

/// A whole-number parameter, of any size that fits; nothing where it is missing.
Result<std::optional<std::int64_t>> integer_parameter(const Request& request,
                                                      std::string_view name);

/// Like the first, but the parameter has to be there: MissingRequiredQueryParameter.
Result<std::int64_t> required_integer_parameter(const Request& request, std::string_view name,
                                                Range range);

/// The text of a parameter that has to be there: MissingRequiredQueryParameter.
Result<std::string_view> required_parameter(const Request& request, std::string_view name);

/// The error of a parameter whose value is not acceptable, with a reason that may be empty.
Error invalid_parameter(std::string_view name, std::string_view value, std::string_view reason);
Error out_of_range_parameter(std::string_view name, std::string_view value, Range range);

}  // namespace quprite::server
