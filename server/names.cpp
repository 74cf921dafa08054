#include "server/names.h"

#include <algorithm>
#include <cstddef>

#include "server/limits.h"
#include "server/wire/utf8.h"

namespace quprite::server {
namespace {

constexpr std::string_view metadata_prefix = "x-ms-meta-";

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_letter(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

/// Characters, not bytes: a name of five Chinese characters is not too short, but wrong.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_identifier(std::string_view name) {
  return (is_letter(name.front()) || name.front() == '_') &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_text(std::string_view value) {
  return is_valid_utf8(value) && std::ranges::none_of(value, [](char c) {
           return (static_cast<unsigned char>(c) < 0x20U && c != '\t') || c == 0x7F;
         });
}

}  // namespace

Result<Done> check_queue_name(std::string_view name) {
  const std::size_t length = characters(name);
  if (length < limits::min_queue_name || length > limits::max_queue_name)
    return ErrorCode::OutOfRangeInput;
  const bool characters_fit =
      std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  if (!characters_fit || name.front() == '-' || name.back() == '-' ||
      name.find("--") != std::string_view::npos) {
    return ErrorCode::InvalidResourceName;
  }
  return Done{};
}

Result<storage::Metadata> read_metadata(const HttpRequest& http) {
  storage::Metadata metadata;
  std::size_t size = 0;
  for (const HttpField& field : http.fields) {
    if (!starts_with_ignoring_case(field.name, metadata_prefix)) continue;
    const std::string_view name = field.name.substr(metadata_prefix.size());
    if (name.empty())
      return Error{ErrorCode::EmptyMetadataKey, {{"MetadataValue", std::string(field.value)}}};
    const bool known = std::ranges::any_of(
        metadata, [&](const auto& pair) { return equal_ignoring_case(pair.first, name); });
    if (known || !is_identifier(name) || !is_text(field.value)) return ErrorCode::InvalidMetadata;
    size += name.size() + field.value.size();
    metadata.emplace_back(name, field.value);
  }
  if (size > limits::max_metadata) return ErrorCode::MetadataTooLarge;
  return metadata;
}

}  // namespace quprite::server
