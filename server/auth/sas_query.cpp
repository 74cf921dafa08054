#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "server/auth/failures.h"
#include "server/auth/sas.h"
#include "server/wire/byte_scan.h"

namespace quprite::server {
namespace {

/// A name of at most eight characters as a number, so that names compare in one step; other names
/// are none of ours. Comparing texts took a tenth of what checking a SAS takes.
constexpr std::uint64_t number_of(std::string_view name) {
  if (name.size() > sizeof(std::uint64_t)) return 0;
  std::uint64_t number = 0;
  for (const char c : name) number = number << 8U | static_cast<unsigned char>(c);
  return number;
}

struct Field {
  constexpr Field(std::string_view field_name, std::string_view SasQuery::*field_value)
      : name(field_name), number(number_of(field_name)), value(field_value) {}

  std::string_view name;
  std::uint64_t number;
  std::string_view SasQuery::*value;
};

constexpr std::array fields = {
    Field{"sig", &SasQuery::signature},          Field{"sv", &SasQuery::version},
    Field{"sp", &SasQuery::permissions},         Field{"st", &SasQuery::starts_at},
    Field{"se", &SasQuery::expires_at},          Field{"sip", &SasQuery::ip_range},
    Field{"spr", &SasQuery::protocol},           Field{"ss", &SasQuery::services},
    Field{"srt", &SasQuery::resource_types},     Field{"ses", &SasQuery::encryption_scope},
    Field{"si", &SasQuery::policy_id},           Field{"sr", &SasQuery::resource},
    Field{"skoid", &SasQuery::key_object_id},    Field{"sktid", &SasQuery::key_tenant_id},
    Field{"skt", &SasQuery::key_starts_at},      Field{"ske", &SasQuery::key_expires_at},
    Field{"sks", &SasQuery::key_service},        Field{"skv", &SasQuery::key_version},
    Field{"skdutid", &SasQuery::user_tenant_id}, Field{"sduoid", &SasQuery::user_object_id},
};

constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7F';
}

bool has_control(std::string_view text) {
  const char* const end = text.data() + text.size();
  return find_special(text.data(), end, is_control, [](auto bytes) {
#ifdef __SSE2__
           // As unsigned bytes, those that the smaller of them and 0x1F does not change.
           const auto low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
           return _mm_or_si128(low, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
#else
           return bytes;
#endif
         }) != end;
}

}  // namespace

Result<SasQuery> read_sas(const Query& query) {
  SasQuery sas;
  std::array<bool, fields.size()> seen = {};
  for (const Query::Parameter& parameter : query.parameters()) {
    if (!parameter.name.starts_with('s')) continue;  // as the names of all fields do
    const auto field = std::ranges::find(fields, number_of(parameter.name), &Field::number);
    if (field == fields.end()) continue;
    bool& seen_before = seen[static_cast<std::size_t>(field - fields.begin())];
    if (seen_before) {
      return authentication_failed(std::string(field->name) + " is given more than once.");
    }
    if (has_control(parameter.value)) return malformed_sas();
    seen_before = true;
    sas.*(field->value) = parameter.value;
  }
  return sas;
}

}  // namespace quprite::server
