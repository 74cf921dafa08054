#include "server/auth/string_to_sign.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "server/auth/failures.h"

namespace quprite::server {
namespace {

namespace http = boost::beast::http;
using http::field;

constexpr std::string_view x_ms = "x-ms-";
constexpr std::string_view secondary_suffix = "-secondary";

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Where the header stands in lined_headers; their number where it is none of them.
constexpr std::size_t line_number(field id) {
  return static_cast<std::size_t>(std::ranges::find(lined_headers, id) - lined_headers.begin());
}

/// The weight of a character in the service's order: `_`, digits, letters. Other characters than
/// these and the hyphen occur in no header that the service knows; they go before.
constexpr int weight(char c) {
  if (c == '_') return 256;
  if (c >= '0' && c <= '9') return 257 + (c - '0');
  if (const char letter = lower(c); letter >= 'a' && letter <= 'z') return 267 + (letter - 'a');
  return static_cast<unsigned char>(c);
}

constexpr int end_of_name = -1;

/// The weight of the next character that is no hyphen, and moves behind it.
constexpr int next_weight(std::string_view& name) {
  while (!name.empty() && name.front() == '-') name.remove_prefix(1);
  if (name.empty()) return end_of_name;
  const char c = name.front();
  name.remove_prefix(1);
  return weight(c);
}

/// Between names that are equal but for hyphens: the one without a hyphen where they first differ
/// is first.
bool in_hyphen_order(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] =
      std::ranges::mismatch(a, b, [](char x, char y) { return (x == '-') == (y == '-'); });
  return in_b != b.end() && *in_b == '-' && (in_a == a.end() || *in_a != '-');
}

bool in_byte_order(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(
      a, b, {}, [](char c) { return static_cast<unsigned char>(lower(c)); },
      [](char c) { return static_cast<unsigned char>(lower(c)); });
}

void append_canonicalized_headers(std::string& text, const SignedHeaders& headers,
                                  ApiVersion version) {
  for (const HttpField* header : headers.canonicalized()) {
    if (header->value.empty() && version < since::put_message_body) continue;
    std::ranges::transform(header->name, std::back_inserter(text), lower);
    text += ':';
    text += header->value;
    text += '\n';
  }
}

/// The path as it was sent, behind the account's name, which path-style thereby has twice.
void append_path(std::string& text, const Request& request, SigningForm form) {
  const std::string_view account = request.account->name;
  std::string_view path = request.http->path();
  text += '/';
  text += account;
  if (form.primary_path) {
    const std::size_t primary_size = 1 + account.size();
    text += path.substr(0, primary_size);
    path.remove_prefix(primary_size + secondary_suffix.size());
  }
  text += path.empty() && !form.primary_path ? "/" : path;
}

void append_query(std::string& text, const Query& query) {
  boost::container::small_vector<Query::Parameter, 16> sorted(query.parameters().begin(),
                                                              query.parameters().end());
  std::ranges::sort(sorted, [](const Query::Parameter& a, const Query::Parameter& b) {
    return a.name != b.name ? a.name < b.name : a.value < b.value;
  });
  const Query::Parameter* last = nullptr;
  for (const Query::Parameter& parameter : sorted) {
    if (last != nullptr && last->name == parameter.name) {
      text += ',';
    } else {
      text += '\n';
      text += parameter.name;
      text += ':';
    }
    text += parameter.value;
    last = &parameter;
  }
}

std::string_view content_length(const Request& request, std::string_view value, SigningForm form) {
  if (value != "0") return value;
  const bool as_empty = request.at_least(since::empty_content_length) != form.other_zero_length;
  return as_empty ? std::string_view{} : value;
}

std::string_view line_value(const Request& request, const SignedHeaders& headers, field id,
                            SigningForm form) {
  const std::string_view value = headers.line(id);
  if (id == field::content_length) return content_length(request, value, form);
  if (id == field::date && headers.has_x_ms_date()) return {};
  return value;
}

}  // namespace

bool in_service_order(std::string_view a, std::string_view b) {
  std::string_view rest_of_a = a;
  std::string_view rest_of_b = b;
  while (true) {
    const int weight_of_a = next_weight(rest_of_a);
    const int weight_of_b = next_weight(rest_of_b);
    if (weight_of_a != weight_of_b) return weight_of_a < weight_of_b;
    if (weight_of_a == end_of_name) return in_hyphen_order(a, b);
  }
}

Result<SignedHeaders> SignedHeaders::read(const HttpRequest& request) {
  SignedHeaders headers;
  for (const HttpField& header : request.fields) {
    if (starts_with_ignoring_case(header.name, x_ms)) {
      headers.canonicalized_.push_back(&header);
      if (equal_ignoring_case(header.name, "x-ms-date")) headers.x_ms_date_ = header.value;
    } else if (const std::size_t number = line_number(header.id); number < lined_headers.size()) {
      if (headers.lines_[number]) return repeated_header(header.name, header.value);
      headers.lines_[number] = header.value;
    }
  }
  Canonicalized& sorted = headers.canonicalized_;
  std::ranges::sort(sorted, in_service_order, &HttpField::name);
  const auto twice = std::ranges::adjacent_find(sorted, equal_ignoring_case, &HttpField::name);
  if (twice != sorted.end()) return repeated_header((*twice)->name, (*twice)->value);
  headers.byte_order_differs_ = !std::ranges::is_sorted(sorted, in_byte_order, &HttpField::name);
  return headers;
}

std::string_view SignedHeaders::line(field id) const {
  return lines_[line_number(id)].value_or(std::string_view{});
}

std::optional<std::string_view> SignedHeaders::date() const {
  return x_ms_date_ ? x_ms_date_ : lines_[line_number(field::date)];
}

void SignedHeaders::sort_by_bytes() {
  std::ranges::sort(canonicalized_, in_byte_order, &HttpField::name);
}

void write_string_to_sign(std::string& text, SigningScheme scheme, const Request& request,
                          const SignedHeaders& headers, SigningForm form) {
  text = request.http->method_text;
  text += '\n';
  for (const field id : lined_headers) {
    const bool in_lite = id == field::content_md5 || id == field::content_type || id == field::date;
    if (scheme == SigningScheme::SharedKeyLite && !in_lite) continue;
    text += line_value(request, headers, id, form);
    text += '\n';
  }
  append_canonicalized_headers(text, headers, request.version);
  append_path(text, request, form);
  if (scheme == SigningScheme::SharedKey) {
    append_query(text, request.query);
  } else if (const auto comp = request.query.find("comp")) {
    text += "?comp=";
    text += *comp;
  }
}

}  // namespace quprite::server
