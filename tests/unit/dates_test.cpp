#include "server/wire/dates.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace quprite;
using namespace quprite::server;
using namespace std::chrono_literals;

namespace {

constexpr Time noon = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1} + 12h;

}  // namespace

TEST_CASE("times in headers are RFC 1123, rounded down to the second") {
  CHECK(rfc1123(noon) == "Mon, 01 Jun 2026 12:00:00 GMT");
  CHECK(rfc1123(noon + Ticks{9'999'999}) == "Mon, 01 Jun 2026 12:00:00 GMT");
  CHECK(rfc1123(storage::never) == "Fri, 31 Dec 9999 23:59:59 GMT");
  CHECK(rfc1123(Time{Ticks{-1}}) == "Wed, 31 Dec 1969 23:59:59 GMT");
  CHECK(rfc1123(std::chrono::sys_days{std::chrono::year{2024} / 2 / 29}) ==
        "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST_CASE("an RFC 1123 time is read back, and one that is not as it is written is not") {
  CHECK(parse_rfc1123("Mon, 01 Jun 2026 12:00:00 GMT") == noon);
  CHECK(parse_rfc1123(rfc1123(storage::never)) == storage::never);
  for (const char* text : {"", "Mon, 01 Jun 2026 12:00:00", "Tue, 01 Jun 2026 12:00:00 GMT",
                           "Mon, 1 Jun 2026 12:00:00 GMT", "Mon, 01 jun 2026 12:00:00 GMT",
                           "Mon, 01 Jun 2026 24:00:00 GMT", "Mon, 01 Jun 2026 12:60:00 GMT",
                           "Mon, 01 Jun 2026 12:00:60 GMT", "Mon, 31 Jun 2026 12:00:00 GMT",
                           "Mon, 01 Jun 2026 12:00:00 GMT ", "Mon, 01 Jun 2026 12:00:00 UTC"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc1123(text).has_value());
  }
}

TEST_CASE("times in policies have seven fraction digits, those in user delegation keys none") {
  CHECK(iso8601(noon) == "2026-06-01T12:00:00.0000000Z");
  CHECK(iso8601(noon + Ticks{1'234'567}) == "2026-06-01T12:00:00.1234567Z");
  CHECK(iso8601_seconds(noon + Ticks{9'999'999}) == "2026-06-01T12:00:00Z");
}

TEST_CASE("every form of \"Formatting DateTime values\" is read") {
  CHECK(parse_iso8601("2026-06-01") == noon - 12h);
  CHECK(parse_iso8601("2026-06-01T12:00Z") == noon);
  CHECK(parse_iso8601("2026-06-01T12:00:07Z") == noon + 7s);
  CHECK(parse_iso8601("2026-06-01T12:00:00.5Z") == noon + 500ms);
  CHECK(parse_iso8601("2026-06-01T12:00:00.0000001Z") == noon + Ticks{1});
  CHECK(parse_iso8601("2026-06-01T14:30+02:30") == noon);
  CHECK(parse_iso8601("2026-06-01T04:00:00-08:00") == noon);
  CHECK(parse_iso8601("2024-02-29").has_value());
}

TEST_CASE("what is no date, or in no form that is known, is not read") {
  for (const char* text : {"",
                           "2026",
                           "2026-06",
                           "2026-6-1",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-02-29",
                           "2026-06-31",
                           "0000-01-01",
                           "2026-06-01T",
                           "2026-06-01T12Z",
                           "2026-06-01T12:00",
                           "2026-06-01T12:00:00",
                           "2026-06-01T24:00Z",
                           "2026-06-01T12:60Z",
                           "2026-06-01T12:00:60Z",
                           "2026-06-01T12:00:00.Z",
                           "2026-06-01T12:00:00.12345678Z",
                           "2026-06-01T12:00:00,5Z",
                           "2026-06-01T12:00z",
                           "2026-06-01 12:00Z",
                           "2026-06-01T12:00+0200",
                           "2026-06-01T12:00+15:00",
                           "2026-06-01T12:00Zx",
                           " 2026-06-01",
                           "+026-06-01"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_iso8601(text).has_value());
  }
}

TEST_CASE("an offset does not lead out of the years that can be written") {
  CHECK(parse_iso8601("0001-01-01T00:00Z").has_value());
  CHECK_FALSE(parse_iso8601("0001-01-01T00:00+00:01").has_value());
  CHECK(parse_iso8601("9999-12-31T23:59:59.9999999Z").has_value());
  CHECK_FALSE(parse_iso8601("9999-12-31T23:59-00:01").has_value());
}
