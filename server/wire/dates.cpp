#include "server/wire/dates.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace quprite::server {
namespace {

using std::chrono::days;
using std::chrono::hh_mm_ss;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

constexpr std::string_view day_names = "SunMonTueWedThuFriSat";
constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";

constexpr Time first_time = sys_days{std::chrono::year{1} / 1 / 1};
constexpr Time last_time = sys_days{std::chrono::year{10'000} / 1 / 1};

struct Parts {
  int year;
  unsigned month, day, weekday;
  unsigned hour, minute, second;
  unsigned ticks;
};

Parts parts_of(Time time) {
  const auto day = std::chrono::floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .weekday = weekday{day}.c_encoding(),
          .hour = static_cast<unsigned>(clock.hours().count()),
          .minute = static_cast<unsigned>(clock.minutes().count()),
          .second = static_cast<unsigned>(clock.seconds().count()),
          .ticks = static_cast<unsigned>(clock.subseconds().count())};
}

/// Writes `digits` digits of a number.
char* put(char* to, unsigned value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return to + digits;
}

char* put(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

/// Takes texts and numbers off the front of a text, as long as they fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool literal(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  bool number(std::size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }

  /// One of the three-letter names; its place among them.
  bool name(std::string_view names, unsigned& place) {
    for (place = 0; std::size_t{place} * 3 < names.size(); ++place) {
      if (literal(names.substr(std::size_t{place} * 3, 3))) return true;
    }
    return false;
  }

  /// One to seven digits behind a point, as ticks.
  bool fraction(std::int64_t& ticks) {
    int digits = 0;
    ticks = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (++digits > 7) return false;
      ticks = ticks * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    for (int i = digits; i < 7; ++i) ticks *= 10;
    return digits > 0;
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool is_clock_time(int hour, int minute, int second) {
  return hour < 24 && minute < 60 && second < 60;
}

std::optional<sys_days> make_date(int year, int month, int day) {
  const year_month_day date{std::chrono::year{year},
                            std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || year < 1) return std::nullopt;
  return sys_days{date};
}

/// `Z`, or an offset from UTC.
bool read_zone(Scanner& text, minutes& offset) {
  offset = minutes{0};
  if (text.literal("Z")) return true;
  const bool east = text.literal("+");
  if (!east && !text.literal("-")) return false;
  int hour = 0;
  int minute = 0;
  if (!text.number(2, hour) || !text.literal(":") || !text.number(2, minute) || hour > 14 ||
      minute > 59) {
    return false;
  }
  offset = (hours{hour} + minutes{minute}) * (east ? 1 : -1);
  return true;
}

}  // namespace

void append_rfc1123(std::string& out, Time time) {
  const Parts at = parts_of(time);
  std::array<char, 29> text{};
  char* to = put(text.data(), day_names.substr(std::size_t{at.weekday} * 3, 3));
  to = put(put(put(to, ", "), at.day, 2), " ");
  to = put(put(to, month_names.substr(std::size_t{at.month - 1} * 3, 3)), " ");
  to = put(put(to, static_cast<unsigned>(at.year), 4), " ");
  to = put(put(put(put(put(to, at.hour, 2), ":"), at.minute, 2), ":"), at.second, 2);
  put(to, " GMT");
  out.append(text.data(), text.size());
}

std::string rfc1123(Time time) {
  std::string text;
  append_rfc1123(text, time);
  return text;
}

void append_iso8601(std::string& out, Time time) {
  const Parts at = parts_of(time);
  std::array<char, 28> text{};
  char* to = put(put(text.data(), static_cast<unsigned>(at.year), 4), "-");
  to = put(put(put(put(to, at.month, 2), "-"), at.day, 2), "T");
  to = put(put(put(put(put(to, at.hour, 2), ":"), at.minute, 2), ":"), at.second, 2);
  put(put(put(to, "."), at.ticks, 7), "Z");
  out.append(text.data(), text.size());
}

std::string iso8601(Time time) {
  std::string text;
  append_iso8601(text, time);
  return text;
}

std::string iso8601_seconds(Time time) {
  std::string text = iso8601(time);
  text.resize(std::string_view("2026-06-01T12:00:00").size());
  return text + 'Z';
}

std::optional<Time> parse_rfc1123(std::string_view text) {
  Scanner scan(text);
  unsigned day_name = 0;
  unsigned month = 0;
  int day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const bool fits = scan.name(day_names, day_name) && scan.literal(", ") && scan.number(2, day) &&
                    scan.literal(" ") && scan.name(month_names, month) && scan.literal(" ") &&
                    scan.number(4, year) && scan.literal(" ") && scan.number(2, hour) &&
                    scan.literal(":") && scan.number(2, minute) && scan.literal(":") &&
                    scan.number(2, second) && scan.literal(" GMT") && scan.done();
  if (!fits || !is_clock_time(hour, minute, second)) return std::nullopt;
  const auto date = make_date(year, static_cast<int>(month) + 1, day);
  if (!date || weekday{*date}.c_encoding() != day_name) return std::nullopt;
  return *date + hours{hour} + minutes{minute} + seconds{second};
}

std::optional<Time> parse_iso8601(std::string_view text) {
  Scanner scan(text);
  int year = 0;
  int month = 0;
  int day = 0;
  if (!scan.number(4, year) || !scan.literal("-") || !scan.number(2, month) || !scan.literal("-") ||
      !scan.number(2, day)) {
    return std::nullopt;
  }
  const auto date = make_date(year, month, day);
  if (!date) return std::nullopt;
  if (scan.done()) return *date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t ticks = 0;
  if (!scan.literal("T") || !scan.number(2, hour) || !scan.literal(":") || !scan.number(2, minute))
    return std::nullopt;
  if (scan.literal(":")) {
    if (!scan.number(2, second)) return std::nullopt;
    if (scan.literal(".") && !scan.fraction(ticks)) return std::nullopt;
  }
  minutes offset{};
  if (!read_zone(scan, offset) || !scan.done() || !is_clock_time(hour, minute, second))
    return std::nullopt;
  const Time time = *date + hours{hour} + minutes{minute} + seconds{second} + Ticks{ticks} - offset;
  // An offset can lead out of the years that can be written.
  if (time < first_time || time >= last_time) return std::nullopt;
  return time;
}

}  // namespace quprite::server
