#include "server/versions.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace quprite::server {
namespace {

constexpr std::array versions = {
    ApiVersion{20090919}, ApiVersion{20110818}, ApiVersion{20120212}, ApiVersion{20130815},
    ApiVersion{20140214}, ApiVersion{20150221}, ApiVersion{20150405}, ApiVersion{20150708},
    ApiVersion{20151211}, ApiVersion{20160531}, ApiVersion{20170417}, ApiVersion{20170729},
    ApiVersion{20171109}, ApiVersion{20180328}, ApiVersion{20181109}, ApiVersion{20190202},
    ApiVersion{20190707}, ApiVersion{20191010}, ApiVersion{20191212}, ApiVersion{20200210},
    ApiVersion{20200408}, ApiVersion{20200612}, ApiVersion{20200804}, ApiVersion{20201002},
    ApiVersion{20201206}, ApiVersion{20210212}, ApiVersion{20210410}, ApiVersion{20210608},
    ApiVersion{20210806}, ApiVersion{20211004}, ApiVersion{20211202}, ApiVersion{20221102},
    ApiVersion{20230103}, ApiVersion{20230803}, ApiVersion{20231103}, ApiVersion{20240204},
    ApiVersion{20240504}, ApiVersion{20240804}, ApiVersion{20241104}, ApiVersion{20250105},
    ApiVersion{20250505}, ApiVersion{20250705}, ApiVersion{20251105}, ApiVersion{20260206},
    ApiVersion{20260406}, ApiVersion{20260606}, ApiVersion{20261006}};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::span<const ApiVersion> known_versions() {
  return versions;
}

ApiVersion newest_version() {
  return versions.back();
}

std::optional<ApiVersion> parse_version(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) continue;
    if (!is_digit(text[i])) return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  const std::chrono::year_month_day date{
      std::chrono::year{number / 10000},
      std::chrono::month(static_cast<unsigned>(number / 100 % 100)),
      std::chrono::day(static_cast<unsigned>(number % 100))};
  if (!date.ok()) return std::nullopt;
  return ApiVersion{number};
}

std::string to_string(ApiVersion version) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", version.yyyymmdd / 10000,
                version.yyyymmdd / 100 % 100, version.yyyymmdd % 100);
  return text.data();
}

}  // namespace quprite::server
