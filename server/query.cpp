#include "server/query.h"

#include <algorithm>
#include <cstddef>

#include "server/wire/percent.h"

namespace quprite::server {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Decodes `text` to `out`, moves `out` behind it, and tells where it stands.
std::string_view decode(std::string_view text, char*& out) {
  const char* const begin = out;
  out = percent_decode(text, out);
  return {begin, out};
}

}  // namespace

void Query::read(std::string_view raw) {
  parameters_.clear();
  if (text_.size() < raw.size()) text_.resize(raw.size());
  char* out = text_.data();
  while (!raw.empty()) {
    const std::string_view pair = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(pair.size() + 1, raw.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    char* const begin = out;
    const std::string_view name = decode(pair.substr(0, equals), out);
    std::transform(begin, out, begin, lower);
    const std::string_view value = decode(pair.substr(std::min(equals + 1, pair.size())), out);
    parameters_.push_back({name, value});
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
