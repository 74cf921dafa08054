#include "server/query.h"

#include <algorithm>
#include <cstddef>

#include "server/wire/byte_scan.h"
#include "server/wire/percent.h"

namespace quprite::server {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_plain_name(std::string_view name) {
  return std::ranges::none_of(name, [](char c) { return c == '%' || lower(c) != c; });
}

/// Where the first of two characters stands in `text`; its size where neither does.
std::size_t find_either(std::string_view text, char a, char b) {
  const char* const end = text.data() + text.size();
  const char* const found = find_special(
      text.data(), end, [&](char c) { return c == a || c == b; },
      [&](auto bytes) {
#ifdef __SSE2__
        return _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(a)),
                            _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b)));
#else
        return bytes;
#endif
      });
  return static_cast<std::size_t>(found - text.data());
}

/// Decodes `text` to `out`, moves `out` behind it, and tells where it stands.
std::string_view decode(std::string_view text, char*& out) {
  char* const begin = out;
  out = percent_decode(text, out);
  return {begin, out};
}

std::string_view decode_name(std::string_view name, char*& out) {
  if (is_plain_name(name)) return name;
  char* const begin = out;
  const std::string_view decoded = decode(name, out);
  std::transform(begin, out, begin, lower);
  return decoded;
}

/// Takes a value, which is decoded only where it has escapes, off `raw`.
std::string_view take_value(std::string_view& raw, char*& out) {
  std::size_t size = find_either(raw, '&', '%');
  const bool escaped = size < raw.size() && raw[size] == '%';
  if (escaped) size = std::min(raw.find('&', size), raw.size());
  const std::string_view value = raw.substr(0, size);
  raw.remove_prefix(size);
  return escaped ? decode(value, out) : value;
}

}  // namespace

void Query::read(std::string_view raw) {
  parameters_.clear();
  if (text_.size() < raw.size()) text_.resize(raw.size());
  char* out = text_.data();
  while (!raw.empty()) {
    if (raw.front() == '&') {
      raw.remove_prefix(1);
      continue;
    }
    const std::size_t size = find_either(raw, '=', '&');
    const std::string_view name = decode_name(raw.substr(0, size), out);
    raw.remove_prefix(size);
    if (raw.starts_with('=')) raw.remove_prefix(1);
    parameters_.push_back({name, take_value(raw, out)});
  }
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

bool Query::repeated(std::string_view name) const {
  return std::ranges::count(parameters_, name, &Parameter::name) > 1;
}

}  // namespace quprite::server
