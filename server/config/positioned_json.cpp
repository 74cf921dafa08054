#include "server/config/positioned_json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <limits>
#include <optional>
#include <tuple>

namespace quprite::server {
namespace {

namespace json = boost::json;

/// Builds values from the parser's events. The parser gets one byte at a time, and this is told
/// before where each stands: that is how an event knows where it began.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  void begin_byte(char c, TextPosition at) {
    constexpr std::string_view between = " \t\r\n,:";
    if (token_ || between.find(c) != std::string_view::npos) return;
    token_ = at;
  }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return open(JsonValue::Object{}); }
  bool on_object_end(std::size_t, json::error_code&) { return close(); }
  bool on_array_begin(json::error_code&) { return open(JsonValue::Array{}); }
  bool on_array_end(std::size_t, json::error_code&) { return close(); }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return collect(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    collect(part);
    names_.emplace_back(take_token(), std::move(text_));
    text_.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    return collect(part);
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    collect(part);
    return add(std::exchange(text_, {}));
  }
  static bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) { return add(number); }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    return add(static_cast<double>(number));
  }
  bool on_double(double number, json::string_view, json::error_code&) { return add(number); }
  bool on_bool(bool value, json::error_code&) { return add(value); }
  bool on_null(json::error_code&) { return add(nullptr); }
  static bool on_comment_part(json::string_view, json::error_code&) { return true; }
  static bool on_comment(json::string_view, json::error_code&) { return true; }

  [[nodiscard]] JsonValue take() { return std::move(root_); }

 private:
  bool collect(json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }

  TextPosition take_token() { return std::exchange(token_, std::nullopt).value_or(TextPosition{}); }

  /// Puts a value where it belongs: behind the last name, element, or at the root.
  void place(JsonValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    if (auto* array = std::get_if<JsonValue::Array>(&open_.back().value)) {
      array->push_back(std::move(value));
      return;
    }
    std::tie(value.name_at, value.name) = std::move(names_.back());
    names_.pop_back();
    std::get<JsonValue::Object>(open_.back().value).members.push_back(std::move(value));
  }

  template <class Value>
  bool add(Value value) {
    place({.at = take_token(), .value = std::move(value)});
    return true;
  }

  template <class Container>
  bool open(Container container) {
    open_.push_back({.at = take_token(), .value = std::move(container)});
    return true;
  }

  bool close() {
    token_.reset();
    JsonValue closed = std::move(open_.back());
    open_.pop_back();
    place(std::move(closed));
    return true;
  }

  JsonValue root_;
  std::vector<JsonValue> open_;                              ///< containers, outermost first
  std::vector<std::pair<TextPosition, std::string>> names_;  ///< whose values are to come
  std::string text_;
  std::optional<TextPosition> token_;  ///< where what is being read began
};

void step(TextPosition& at, char c) {
  if (c == '\n') {
    ++at.line;
    at.column = 1;
  } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
    ++at.column;
  }
}

}  // namespace

quprite::Result<JsonValue, TextError> parse_json(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  json::basic_parser<Builder> parser(json::parse_options{});
  json::error_code problem;
  TextPosition next;
  for (const char& c : text) {
    const TextPosition at = next;
    step(next, c);
    parser.handler().begin_byte(c, at);
    const std::size_t taken = parser.write_some(true, &c, 1, problem);
    if (!problem && taken == 0) problem = json::make_error_code(json::error::extra_data);
    if (problem) return TextError{at, "this is no JSON: " + problem.message()};
  }
  parser.write_some(false, nullptr, 0, problem);
  if (problem) return TextError{next, "this is no JSON: " + problem.message()};
  return parser.handler().take();
}

}  // namespace quprite::server
