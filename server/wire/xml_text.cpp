#include "server/wire/xml_text.h"

#include <emmintrin.h>

#include <bit>
#include <cstddef>

namespace quprite::server {
namespace {

/// The offset of the next character that has to be escaped. Sixteen bytes a step: on the path of
/// every message text.
std::size_t find_escapable(std::string_view text, std::size_t at) {
  const __m128i ampersand = _mm_set1_epi8('&');
  const __m128i less_than = _mm_set1_epi8('<');
  const __m128i greater_than = _mm_set1_epi8('>');
  const __m128i carriage_return = _mm_set1_epi8('\r');
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i found = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(block, ampersand), _mm_cmpeq_epi8(block, less_than)),
        _mm_or_si128(_mm_cmpeq_epi8(block, greater_than), _mm_cmpeq_epi8(block, carriage_return)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  while (at < text.size() && text[at] != '&' && text[at] != '<' && text[at] != '>' &&
         text[at] != '\r')
    ++at;
  return at;
}

std::string_view escape_of(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    default: return "&#xD;";
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = find_escapable(text, begin);
    out.append(text, begin, end - begin);
    if (end == text.size()) return;
    out += escape_of(text[end]);
    begin = end + 1;
  }
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
  out += '<';
  out += name;
  if (text.empty()) {
    out += " />";
    return;
  }
  out += '>';
  append_escaped(out, text);
  out += "</";
  out += name;
  out += '>';
}

}  // namespace quprite::server
