#include "server/wire/well_formed.h"

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "server/wire/utf8.h"

namespace quprite::server {
namespace {

constexpr std::size_t most_levels = 32;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Beyond ASCII all is taken for a letter: names of such characters are never asked for.
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

bool is_xml_character(std::uint32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

/// Reads a document from front to back, and stops at the first thing that is wrong. Each function tells whether it got
/// through; where not, at() is the place.
class Checker {
 public:
  explicit Checker(std::string_view document) : text_(document) {
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  bool document() {
    if (looking_at("<?xml") && !processing_instruction()) return false;
    bool root_seen = false;
    while (at_ < text_.size()) {
      if (is_space(text_[at_])) {
        ++at_;
      } else if (looking_at("<?")) {
        if (!processing_instruction()) return false;
      } else if (looking_at("<!--")) {
        if (!comment()) return false;
      } else if (text_[at_] == '<' && !root_seen) {
        root_seen = true;
        if (!element()) return false;
      } else {
        return false;
      }
    }
    return root_seen;
  }

  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  [[nodiscard]] bool looking_at(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  bool name(std::string_view& name) {
    const std::size_t begin = at_;
    if (at_ >= text_.size() || !is_name_start(text_[at_])) return false;
    while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    name = text_.substr(begin, at_ - begin);
    return true;
  }

  /// An element with all that is in it. Not recursive: the names of the open elements are a stack.
  bool element() {
    do {
      if (at_ >= text_.size()) return false;
      bool good = true;
      if (text_[at_] != '<') {
        good = character_data();
      } else if (looking_at("</")) {
        good = end_tag();
      } else if (looking_at("<!--")) {
        good = comment();
      } else if (looking_at("<![CDATA[")) {
        good = until("]]>");
      } else if (looking_at("<?")) {
        good = processing_instruction();
      } else {
        good = start_tag();
      }
      if (!good) return false;
    } while (depth_ > 0);
    return true;
  }

  bool start_tag() {
    ++at_;
    std::string_view element_name;
    if (depth_ == most_levels || !name(element_name) || !attributes()) return false;
    if (looking_at("/>")) {
      at_ += 2;
      return true;
    }
    if (!looking_at(">")) return false;
    ++at_;
    open_[depth_++] = element_name;
    return true;
  }

  bool end_tag() {
    at_ += 2;
    const std::size_t begin = at_;
    std::string_view element_name;
    if (!name(element_name)) return false;
    if (element_name != open_[depth_ - 1]) {
      at_ = begin;
      return false;
    }
    skip_space();
    if (!looking_at(">")) return false;
    ++at_;
    --depth_;
    return true;
  }

  bool attributes() {
    constexpr std::size_t most_attributes = 16;
    std::array<std::string_view, most_attributes> names{};
    std::size_t count = 0;
    while (true) {
      const bool space = at_ < text_.size() && is_space(text_[at_]);
      skip_space();
      if (at_ < text_.size() && (text_[at_] == '>' || text_[at_] == '/')) return true;
      const std::size_t begin = at_;
      std::string_view attribute;
      if (!space || count == most_attributes || !name(attribute)) return false;
      if (std::find(names.begin(), names.begin() + count, attribute) != names.begin() + count) {
        at_ = begin;
        return false;
      }
      names[count++] = attribute;
      skip_space();
      if (!looking_at("=")) return false;
      ++at_;
      skip_space();
      if (!attribute_value()) return false;
    }
  }

  bool attribute_value() {
    if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '<') return false;
      if (text_[at_] == '&' ? !reference() : !character()) return false;
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  bool character_data() {
    while (true) {
      at_ = find_special(text_, at_);
      if (at_ >= text_.size() || text_[at_] == '<') return true;
      if (looking_at("]]>")) return false;
      if (text_[at_] == '&' ? !reference() : !character()) return false;
    }
  }

  /// One character, of one byte or several.
  bool character() {
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte < 0x80) {
      if (byte < 0x20 && !is_space(text_[at_])) return false;
      ++at_;
      return true;
    }
    const std::size_t length = utf8_length(text_, at_);
    if (length == 0) return false;
    const std::string_view bytes = text_.substr(at_, length);
    if (bytes == "\xEF\xBF\xBE" || bytes == "\xEF\xBF\xBF") return false;  // U+FFFE, U+FFFF
    at_ += length;
    return true;
  }

  bool reference() {
    for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}) {
      if (!looking_at(entity)) continue;
      at_ += entity.size();
      return true;
    }
    if (!looking_at("&#")) return false;
    std::size_t end = at_ + 2;
    const bool hexadecimal = end < text_.size() && text_[end] == 'x';
    if (hexadecimal) ++end;
    const std::size_t digits = end;
    std::uint32_t value = 0;
    for (; end < text_.size() && end - digits < 8 && text_[end] != ';'; ++end) {
      const int digit = digit_value(text_[end]);
      if (digit < 0 || (!hexadecimal && digit > 9)) return false;
      value = value * (hexadecimal ? 16U : 10U) + static_cast<std::uint32_t>(digit);
    }
    if (end == digits || end >= text_.size() || text_[end] != ';' || !is_xml_character(value)) return false;
    at_ = end + 1;
    return true;
  }

  static int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  bool comment() {
    at_ += 4;
    while (at_ < text_.size()) {
      if (looking_at("--")) {
        if (!looking_at("-->")) return false;
        at_ += 3;
        return true;
      }
      if (!character()) return false;
    }
    return false;
  }

  bool processing_instruction() { return until("?>"); }

  /// Everything up to an end that may hold any character.
  bool until(std::string_view end) {
    while (at_ < text_.size()) {
      if (looking_at(end)) {
        at_ += end.size();
        return true;
      }
      if (!character()) return false;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::array<std::string_view, most_levels> open_{};
  std::size_t depth_ = 0;
};

bool is_special(char c) { return c < 0x20 || c == '<' || c == '&' || c == ']'; }  // bytes beyond ASCII are negative

}  // namespace

std::size_t find_special(std::string_view text, std::size_t from) {
  std::size_t at = from;
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i less_than = _mm_set1_epi8('<');
  const __m128i ampersand = _mm_set1_epi8('&');
  const __m128i bracket = _mm_set1_epi8(']');
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i plain = _mm_cmpgt_epi8(block, last_control);
    const __m128i marks = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, less_than), _mm_cmpeq_epi8(block, ampersand)),
                                       _mm_cmpeq_epi8(block, bracket));
    const auto special = static_cast<unsigned>(_mm_movemask_epi8(_mm_andnot_si128(marks, plain))) ^ 0xFFFFU;
    if (special != 0) return at + static_cast<std::size_t>(std::countr_zero(special));
  }
  while (at < text.size() && !is_special(text[at])) ++at;
  return at;
}

std::optional<std::size_t> find_malformed(std::string_view document) {
  Checker checker(document);
  if (checker.document()) return std::nullopt;
  return std::min(checker.at(), document.size());
}

}  // namespace quprite::server
