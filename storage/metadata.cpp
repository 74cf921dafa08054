#include "storage/metadata.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace quprite::storage {
namespace {

void pack(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

std::string_view unpack(std::string_view& packed) {
  std::size_t size = 0;
  const std::size_t colon = packed.find(':');
  std::from_chars(packed.data(), packed.data() + std::min(colon, packed.size()), size);
  packed.remove_prefix(
      std::min(packed.size(), colon == std::string_view::npos ? colon : colon + 1));
  const std::string_view text = packed.substr(0, size);
  packed.remove_prefix(text.size());
  return text;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string pack_metadata(const Metadata& metadata) {
  std::string packed;
  for (const auto& [name, value] : metadata) {
    pack(packed, name);
    pack(packed, value);
  }
  return packed;
}

Metadata unpack_metadata(std::string_view packed) {
  Metadata metadata;
  while (!packed.empty()) {
    const std::string_view name = unpack(packed);
    const std::string_view value = unpack(packed);
    metadata.emplace_back(name, value);
  }
  return metadata;
}

bool same_metadata(const Metadata& a, const Metadata& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const auto& pair) {
           return std::ranges::any_of(b, [&](const auto& other) {
             return same_name(pair.first, other.first) && pair.second == other.second;
           });
         });
}

}  // namespace quprite::storage
