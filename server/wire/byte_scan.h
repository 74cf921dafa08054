#pragma once

#ifdef __SSE2__
#include <emmintrin.h>

#include <bit>
#endif

namespace quprite::server {

/// The first byte from `at` on for which `is_special` holds; `end` where there is none. Where the
/// machine can, it looks at sixteen bytes a step: `special_mask` then tells of each of them the
/// same, as a bit.
template <class IsSpecial, class SpecialMask>
const char* find_special(const char* at, const char* end, IsSpecial is_special,
                         [[maybe_unused]] SpecialMask special_mask) {
#ifdef __SSE2__
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const int mask = _mm_movemask_epi8(special_mask(bytes));
    if (mask != 0) return at + std::countr_zero(static_cast<unsigned>(mask));
  }
#endif
  while (at != end && !is_special(*at)) ++at;
  return at;
}

}  // namespace quprite::server
