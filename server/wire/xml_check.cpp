#include "server/wire/xml_check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "server/wire/byte_scan.h"

namespace quprite::server {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

/// "Extensible Markup Language (XML) 1.0", production 2.
constexpr bool is_character(std::uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c <= 0x10FFFF);
}

/// Production 4, beyond ASCII.
constexpr bool starts_name(std::uint32_t c) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 12> ranges{{{0xC0, 0xD6},
                                                                            {0xD8, 0xF6},
                                                                            {0xF8, 0x2FF},
                                                                            {0x370, 0x37D},
                                                                            {0x37F, 0x1FFF},
                                                                            {0x200C, 0x200D},
                                                                            {0x2070, 0x218F},
                                                                            {0x2C00, 0x2FEF},
                                                                            {0x3001, 0xD7FF},
                                                                            {0xF900, 0xFDCF},
                                                                            {0xFDF0, 0xFFFD},
                                                                            {0x10000, 0xEFFFF}}};
  return std::ranges::any_of(ranges,
                             [c](auto range) { return c >= range.first && c <= range.second; });
}

/// Production 4a, beyond ASCII.
constexpr bool continues_name(std::uint32_t c) {
  return starts_name(c) || c == 0xB7 || (c >= 0x300 && c <= 0x36F) || c == 0x203F || c == 0x2040;
}

/// Whether text cannot just go on at this byte: markup, a reference, the end of CDATA, and what may
/// be forbidden.
constexpr bool needs_a_look(char c) {
  return !is_ascii(c) || c == '<' || c == '&' || c == ']' ||
         !is_character(static_cast<unsigned char>(c));
}

const char* find_look(const char* at, const char* end) {
  return find_special(at, end, needs_a_look, [](auto bytes) {
#ifdef __SSE2__
    const auto equals = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const auto either = [](auto a, auto b) { return _mm_or_si128(a, b); };
    const auto marks = either(equals('<'), either(equals('&'), equals(']')));
    const auto spaces = either(equals('\t'), either(equals('\n'), equals('\r')));
    // As signed bytes, those beyond ASCII are below zero and so below the blank, too.
    const auto low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    return either(marks, _mm_andnot_si128(spaces, low));
#else
    return bytes;
#endif
  });
}

/// Goes over a document once. Each function takes what it is named for, and tells whether it was
/// there; where one fails, `at_` is the place of the mistake.
class Checker {
 public:
  explicit Checker(std::string_view document)
      : begin_(document.data()), at_(begin_), end_(begin_ + document.size()) {}

  std::size_t run() {
    return document() ? std::string_view::npos : static_cast<std::size_t>(at_ - begin_);
  }

 private:
  [[nodiscard]] std::string_view rest() const {
    return {at_, static_cast<std::size_t>(end_ - at_)};
  }

  bool literal(std::string_view text) {
    if (!rest().starts_with(text)) return false;
    at_ += text.size();
    return true;
  }

  bool space() {
    const char* start = at_;
    while (at_ != end_ && is_space(*at_)) ++at_;
    return at_ != start;
  }

  bool document() {
    literal(byte_order_mark);
    if (rest().starts_with("<?xml") && rest().size() > 5 && is_space(at_[5]) && !declaration())
      return false;
    while (true) {
      if (depth_ == 0) {
        space();
      } else if (!text()) {
        return false;
      }
      if (at_ == end_) return depth_ == 0 && has_root_;
      if (!markup()) return false;
    }
  }

  /// `<?xml version="1.0" encoding="utf-8" standalone="yes"?>`, the last two of which may be
  /// missing.
  bool declaration() {
    literal("<?xml");
    space();
    std::string_view value;
    if (!pseudo_attribute("version", value)) return false;
    if (value != "1.0") return fail_at(value.data());
    bool spaced = space();
    if (spaced && rest().starts_with("encoding")) {
      if (!pseudo_attribute("encoding", value)) return false;
      const auto is_name_part = [](char c) {
        return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
      };
      if (value.empty() || !is_letter(value[0]) || !std::ranges::all_of(value, is_name_part)) {
        return fail_at(value.data());
      }
      spaced = space();
    }
    if (spaced && rest().starts_with("standalone")) {
      if (!pseudo_attribute("standalone", value)) return false;
      if (value != "yes" && value != "no") return fail_at(value.data());
      space();
    }
    return literal("?>");
  }

  bool pseudo_attribute(std::string_view name, std::string_view& value) {
    if (!literal(name) || !equals_sign() || at_ == end_ || (*at_ != '"' && *at_ != '\''))
      return false;
    const char quote = *at_++;
    const std::size_t length = rest().find(quote);
    if (length == std::string_view::npos) return fail_at(end_);
    value = rest().substr(0, length);
    at_ += length + 1;
    return true;
  }

  bool equals_sign() {
    space();
    if (!literal("=")) return false;
    space();
    return true;
  }

  /// Text between tags, up to the next `<` or the end.
  bool text() {
    while (true) {
      at_ = find_look(at_, end_);
      // What needs a look is seldom alone: text of other alphabets, or one full of references.
      while (at_ != end_ && needs_a_look(*at_)) {
        if (*at_ == '<') return true;
        if (*at_ == ']' && rest().starts_with("]]>")) return false;
        if (*at_ == '&' ? !reference() : !character()) return false;
      }
      if (at_ == end_) return true;
    }
  }

  /// One character that XML allows.
  bool character() {
    if (is_ascii(*at_)) {
      if (!is_character(static_cast<unsigned char>(*at_))) return false;
      ++at_;
      return true;
    }
    std::uint32_t c = 0;
    const std::size_t length = decode(c);
    if (length == 0 || !is_character(c)) return false;
    at_ += length;
    return true;
  }

  /// Decodes the character at `at_`, which is not ASCII; tells its length in bytes, 0 where it is
  /// not UTF-8.
  std::size_t decode(std::uint32_t& c) const {
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    const auto first = static_cast<unsigned char>(*at_);
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
    if (length == 0 || first > 0xF4 || rest().size() < length) return 0;
    c = first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
      const auto next = static_cast<unsigned char>(at_[i]);
      if ((next & 0xC0U) != 0x80) return 0;
      c = c << 6 | (next & 0x3FU);
    }
    return c < smallest[length] ? 0 : length;
  }

  /// `&lt;`, `&#60;`, `&#x3C;`
  bool reference() {
    ++at_;
    if (literal("#x")) return numeric_reference(16);
    if (literal("#")) return numeric_reference(10);
    for (const std::string_view entity : {"lt;", "gt;", "amp;", "quot;", "apos;"}) {
      if (literal(entity)) return true;
    }
    return false;
  }

  bool numeric_reference(std::uint32_t base) {
    const char* start = at_;
    std::uint32_t c = 0;
    for (; at_ != end_ && *at_ != ';'; ++at_) {
      std::uint32_t digit = base;
      if (is_digit(*at_)) digit = static_cast<std::uint32_t>(*at_ - '0');
      if (*at_ >= 'a' && *at_ <= 'f') digit = static_cast<std::uint32_t>(*at_ - 'a' + 10);
      if (*at_ >= 'A' && *at_ <= 'F') digit = static_cast<std::uint32_t>(*at_ - 'A' + 10);
      if (digit >= base) return false;
      c = c * base + digit;
      if (c > 0x10FFFF) return fail_at(start);
    }
    if (at_ == end_ || at_ == start) return false;
    if (!is_character(c)) return fail_at(start);
    ++at_;
    return true;
  }

  /// What begins with `<`.
  bool markup() {
    if (*at_ != '<') return false;
    ++at_;
    if (literal("/")) return end_tag();
    if (literal("?")) return processing_instruction();
    if (literal("!--")) return comment();
    if (depth_ > 0 && literal("![CDATA[")) return cdata();
    if (depth_ == 0 && has_root_) return false;
    return start_tag();  // which fails for `!`: there is no document type
  }

  bool name(std::string_view& name) {
    const char* start = at_;
    while (at_ != end_) {
      const bool first = at_ == start;
      if (is_ascii(*at_)) {
        if (!is_letter(*at_) && *at_ != '_' && *at_ != ':' &&
            (first || (!is_digit(*at_) && *at_ != '-' && *at_ != '.'))) {
          break;
        }
        ++at_;
      } else {
        std::uint32_t c = 0;
        const std::size_t length = decode(c);
        if (length == 0 || !(first ? starts_name(c) : continues_name(c))) break;
        at_ += length;
      }
    }
    name = {start, static_cast<std::size_t>(at_ - start)};
    return !name.empty();
  }

  bool start_tag() {
    const char* start = at_;
    std::string_view element;
    if (!name(element)) return false;
    if (depth_ == open_.size()) return fail_at(start);
    has_root_ = true;
    attributes_.clear();
    while (true) {
      const bool spaced = space();
      if (literal(">")) {
        open_[depth_++] = element;
        break;
      }
      if (literal("/")) {
        if (!literal(">")) return false;
        break;
      }
      if (!spaced || !attribute()) return false;
    }
    return attributes_.size() < 2 || attributes_differ();
  }

  bool attribute() {
    std::string_view attribute;
    if (!name(attribute) || !equals_sign() || at_ == end_ || (*at_ != '"' && *at_ != '\''))
      return false;
    attributes_.push_back(attribute);
    const char quote = *at_++;
    while (at_ != end_ && *at_ != quote) {
      if (*at_ == '<') return false;
      if (*at_ == '&' ? !reference() : !character()) return false;
    }
    if (at_ == end_) return false;
    ++at_;
    return true;
  }

  bool attributes_differ() {
    std::ranges::stable_sort(attributes_);
    const auto twin = std::ranges::adjacent_find(attributes_);
    return twin == attributes_.end() || fail_at(std::next(twin)->data());
  }

  bool end_tag() {
    const char* start = at_;
    std::string_view element;
    if (depth_ == 0 || !name(element)) return false;
    if (element != open_[depth_ - 1]) return fail_at(start);
    space();
    --depth_;
    return literal(">");
  }

  bool cdata() {
    while (true) {
      at_ = find_look(at_, end_);
      if (at_ == end_) return false;
      if (literal("]]>")) return true;
      if (!character()) return false;
    }
  }

  bool comment() {
    while (at_ != end_ && !rest().starts_with("--")) {
      if (!character()) return false;
    }
    return literal("-->");
  }

  bool processing_instruction() {
    const char* start = at_;
    std::string_view target;
    if (!name(target)) return false;
    // A declaration that is not at the very beginning.
    if (target.size() == 3 && (target[0] | 0x20) == 'x' && (target[1] | 0x20) == 'm' &&
        (target[2] | 0x20) == 'l') {
      return fail_at(start);
    }
    if (literal("?>")) return true;
    if (!space()) return false;
    while (at_ != end_ && !rest().starts_with("?>")) {
      if (!character()) return false;
    }
    return literal("?>");
  }

  bool fail_at(const char* place) {
    at_ = place;
    return false;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t depth_ = 0;
  bool has_root_ = false;
  std::array<std::string_view, max_xml_depth> open_;
  std::vector<std::string_view> attributes_;
};

std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80) ++length;
    if (byte >= 0xF0) ++length;
  }
  return length;
}

}  // namespace

std::size_t find_xml_error(std::string_view document) {
  return Checker(document).run();
}

XmlPosition xml_position(std::string_view document, std::size_t offset) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::string_view before = document.substr(0, offset);
  if (before.starts_with(byte_order_mark)) before.remove_prefix(byte_order_mark.size());
  std::size_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool pair = before[i] == '\r' && before.substr(i + 1).starts_with('\n');
    if (before[i] != '\n' && (before[i] != '\r' || pair)) continue;
    ++line;
    line_start = i + 1;
  }
  return {.line = line, .position = utf16_length(before.substr(line_start)) + 1};
}

}  // namespace quprite::server
