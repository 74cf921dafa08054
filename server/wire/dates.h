#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/time.h"

namespace quprite::server {

/// `Mon, 01 Jun 2026 12:00:00 GMT`: how times stand in headers and message lists. Rounds down to
/// the second.
std::string rfc1123(Time time);
void append_rfc1123(std::string& out, Time time);

/// Reads what rfc1123() writes; the day of the week has to fit.
std::optional<Time> parse_rfc1123(std::string_view text);

/// `2026-06-01T12:00:00.0000000Z`: how times stand in access policies and errors.
std::string iso8601(Time time);
void append_iso8601(std::string& out, Time time);

/// `2026-06-01T12:00:00Z`: how they stand in user delegation keys.
std::string iso8601_seconds(Time time);

/// Reads the forms of "Formatting DateTime values": a date, or a date and a time to the minute, the
/// second, or up to seven fraction digits with `Z` or an offset such as `+01:00`. Nothing where the
/// text is none of them, or no date there is.
std::optional<Time> parse_iso8601(std::string_view text);

}  // namespace quprite::server
