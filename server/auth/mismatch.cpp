#include "server/auth/mismatch.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "server/auth/signature.h"
#include "server/wire/base64.h"
#include "server/wire/percent.h"

namespace quprite::server {
namespace {

constexpr std::size_t max_headers_tried = 16;
constexpr std::size_t max_line_told = 80;
constexpr std::size_t max_text_tried = 16'384;  // bytes; nobody's honest request has more

using Lines = std::vector<std::string>;

/// A string-to-sign, taken apart.
struct Parts {
  Lines fixed;    ///< the method, and the headers that have a line of their own
  Lines headers;  ///< x-ms-
  std::string resource;
  Lines query;

  [[nodiscard]] Lines lines() const {
    Lines all = fixed;
    all.insert(all.end(), headers.begin(), headers.end());
    all.push_back(resource);
    all.insert(all.end(), query.begin(), query.end());
    return all;
  }
};

std::string join(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  text.pop_back();
  return text;
}

Lines split(std::string_view text) {
  Lines lines;
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    if (end == text.size()) return lines;
    text.remove_prefix(end + 1);
  }
}

/// Where the lines of the headers stand among `fixed`.
struct Places {
  std::size_t count, length, type, date;
};

constexpr Places places_of(SigningScheme scheme) {
  return scheme == SigningScheme::SharedKey ? Places{12, 3, 5, 6} : Places{4, 0, 2, 3};
}

Parts take_apart(SigningScheme scheme, std::string_view text) {
  const Lines lines = split(text);
  auto line = lines.begin() + static_cast<std::ptrdiff_t>(places_of(scheme).count);
  Parts parts{{lines.begin(), line}, {}, {}, {}};
  for (; line != lines.end() && !line->starts_with('/'); ++line) parts.headers.push_back(*line);
  if (line != lines.end()) parts.resource = *line++;
  parts.query.assign(line, lines.end());
  return parts;
}

/// What a mistake is made on.
struct Case {
  SigningScheme scheme;
  const Request& request;
  const SignedHeaders& headers;

  [[nodiscard]] Places places() const { return places_of(scheme); }
  [[nodiscard]] std::string header(std::string_view name) const {
    return std::string(request.http->header(name).value_or(std::string_view{}));
  }
};

struct Mistake {
  std::string_view name;
  void (*make)(Parts& parts, const Case& at);
};

void keep_account_once(Parts& parts, const Case& at) {
  const std::string once = "/" + at.request.account->name;
  if (parts.resource.starts_with(once + once)) parts.resource.erase(0, once.size());
}

void double_account(Parts& parts, const Case& at) {
  if (!at.request.path_style) parts.resource.insert(0, "/" + at.request.account->name);
}

void query_as_sent(Parts& parts, const Case& at) {
  if (parts.query.empty()) return;
  parts.query.clear();
  parts.resource.append("?").append(at.request.http->raw_query());
}

void comp_alone(Parts& parts, const Case&) {
  std::erase_if(parts.query, [](const std::string& line) { return !line.starts_with("comp:"); });
}

void comp_in_resource(Parts& parts, const Case& at) {
  parts.query.clear();
  if (const auto comp = at.request.query.find("comp")) {
    parts.resource.append("?comp=").append(*comp);
  }
}

/// The lines of the query from its parameters as they were sent.
template <class Write>
void rewrite_query(Parts& parts, const Case& at, Write write) {
  std::string_view raw = at.request.http->raw_query();
  parts.query.clear();
  while (!raw.empty()) {
    const std::string_view pair = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(raw.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    parts.query.push_back(
        write(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))));
  }
}

void query_escaped(Parts& parts, const Case& at) {
  rewrite_query(parts, at, [](std::string_view name, std::string_view value) {
    return std::string(name) + ":" + std::string(value);
  });
  std::ranges::sort(parts.query);
}

void query_unsorted(Parts& parts, const Case& at) {
  rewrite_query(parts, at, [](std::string_view name, std::string_view value) {
    return percent_decode(name) + ":" + percent_decode(value);
  });
}

void query_with_equals_signs(Parts& parts, const Case& at) {
  rewrite_query(parts, at, [](std::string_view name, std::string_view value) {
    return percent_decode(name) + "=" + percent_decode(value);
  });
  std::ranges::sort(parts.query);
}

void without_trailing_slash(Parts& parts, const Case&) {
  if (parts.resource.ends_with('/')) parts.resource.pop_back();
}

void headers_as_sent(Parts& parts, const Case& at) {
  parts.headers.clear();
  for (const HttpField& field : at.request.http->fields) {
    if (starts_with_ignoring_case(field.name, "x-ms-")) {
      parts.headers.push_back(std::string(field.name) + ":" + std::string(field.value));
    }
  }
}

void headers_with_blanks(Parts& parts, const Case&) {
  for (std::string& line : parts.headers) line.insert(line.find(':') + 1, " ");
}

void length_of_body(Parts& parts, const Case& at) {
  if (at.scheme == SigningScheme::SharedKey && parts.fixed[at.places().length].empty()) {
    parts.fixed[at.places().length] = std::to_string(at.request.http->body.size());
  }
}

// clang-format off
constexpr std::array mistakes = {
    Mistake{"the account stands in the resource once, where a path-style URL has it twice", keep_account_once},
    Mistake{"the account stands in the resource twice, where a host-style URL has it once", double_account},
    Mistake{"the query is left out", [](Parts& parts, const Case&) { parts.query.clear(); }},
    Mistake{"of the query only comp is there", comp_alone},
    Mistake{"the resource ends as that of Shared Key Lite", comp_in_resource},
    Mistake{"the query is written as in the URL", query_as_sent},
    Mistake{"the query's values are not percent-decoded", query_escaped},
    Mistake{"the query is not sorted", query_unsorted},
    Mistake{"the query has equals signs for colons", query_with_equals_signs},
    Mistake{"account once, and no query", [](Parts& parts, const Case& at) { keep_account_once(parts, at); parts.query.clear(); }},
    Mistake{"the path is percent-decoded", [](Parts& parts, const Case&) { parts.resource = percent_decode(parts.resource); }},
    Mistake{"the path lacks its last slash", without_trailing_slash},
    Mistake{"the path has a slash more", [](Parts& parts, const Case&) { parts.resource += '/'; }},
    Mistake{"the resource has no slash before it", [](Parts& parts, const Case&) { parts.resource.erase(0, 1); }},
    Mistake{"Date is there though x-ms-date is", [](Parts& parts, const Case& at) { parts.fixed[at.places().date] = at.header("Date"); }},
    Mistake{"the line of Date has x-ms-date", [](Parts& parts, const Case& at) { parts.fixed[at.places().date] = at.header("x-ms-date"); }},
    Mistake{"Content-Length is there though it was not sent", length_of_body},
    Mistake{"the method is in lower case", [](Parts& parts, const Case&) { std::ranges::transform(parts.fixed[0], parts.fixed[0].begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }); }},
    Mistake{"the x-ms- headers are left out", [](Parts& parts, const Case&) { parts.headers.clear(); }},
    Mistake{"the x-ms- headers stand as they were sent, not sorted in lower case", headers_as_sent},
    Mistake{"the x-ms- headers have a blank behind the colon", headers_with_blanks},
    Mistake{"Content-Type is application/xml", [](Parts& parts, const Case& at) { parts.fixed[at.places().type] = "application/xml"; }},
    Mistake{"Content-Type is application/x-www-form-urlencoded", [](Parts& parts, const Case& at) { parts.fixed[at.places().type] = "application/x-www-form-urlencoded"; }},
};
// clang-format on

/// A line for the log, between quotes, cut where it is long or a signature stands in a query.
std::string quoted(std::string_view line) {
  const std::size_t shown =
      std::min({line.size(), max_line_told, line.find("sig:"), line.find("sig=")});
  return "'" + std::string(line.substr(0, shown)) + (shown < line.size() ? "...'" : "'");
}

/// "the client signed line 4 as '' where the server has '0'", lines counted from 1.
std::string first_difference(const Lines& client, const Lines& server) {
  const auto [in_client, in_server] = std::ranges::mismatch(client, server);
  const std::string number = std::to_string(in_server - server.begin() + 1);
  if (in_client == client.end()) {
    return "the client signed no line " + number + " where the server has " + quoted(*in_server);
  }
  return "the client signed line " + number + " as " + quoted(*in_client) +
         (in_server == server.end() ? " where the server has none"
                                    : " where the server has " + quoted(*in_server));
}

class Search {
 public:
  Search(const Case& at, std::string_view text, std::string_view signature)
      : case_(at), text_(text), signature_(signature), parts_(take_apart(at.scheme, text)) {}

  std::string explain() {
    if (text_.size() <= max_text_tried) {
      if (auto found = try_mistakes()) return *found;
      if (auto found = try_lines()) return *found;
      if (auto found = try_whole_texts()) return *found;
      if (auto found = try_keys()) return *found;
    }
    return "none of the usual mistakes explains the signature; is the key the account's?";
  }

 private:
  [[nodiscard]] bool signs(std::string_view text) const {
    return is_signed(*case_.request.account, text, signature_);
  }

  /// What was signed, where these parts are it.
  [[nodiscard]] std::optional<std::string> told(const Parts& parts, std::string_view what) const {
    const Lines lines = parts.lines();
    const Lines server = parts_.lines();
    if (lines == server || !signs(join(lines))) return std::nullopt;
    std::string text = first_difference(lines, server);
    if (!what.empty()) text.append(": ").append(what);
    return text;
  }

  std::optional<std::string> try_mistakes() {
    for (const Mistake& mistake : mistakes) {
      Parts parts = parts_;
      mistake.make(parts, case_);
      if (auto found = told(parts, mistake.name)) return found;
    }
    return std::nullopt;
  }

  /// Each line by itself empty, each x-ms- header left out.
  std::optional<std::string> try_lines() {
    for (std::size_t i = 0; i < parts_.fixed.size(); ++i) {
      Parts parts = parts_;
      parts.fixed[i].clear();
      if (auto found = told(parts, "")) return found;
    }
    for (std::size_t i = 0; i < std::min(parts_.headers.size(), max_headers_tried); ++i) {
      Parts parts = parts_;
      const std::string name = parts.headers[i].substr(0, parts.headers[i].find(':'));
      parts.headers.erase(parts.headers.begin() + static_cast<std::ptrdiff_t>(i));
      if (auto found = told(parts, name + " is left out")) return found;
    }
    return std::nullopt;
  }

  /// The right lines, put together in another way; or those of the other scheme.
  [[nodiscard]] std::optional<std::string> try_whole_texts() const {
    const std::string text(text_);
    if (signs(text + "\n")) return "the client signed a line break at the end";
    std::string carriage_returns;
    for (const char c : text)
      carriage_returns += c == '\n' ? std::string("\r\n") : std::string(1, c);
    if (signs(carriage_returns)) return "the client signed lines that end with CR and LF";
    const bool lite = case_.scheme == SigningScheme::SharedKeyLite;
    std::string other;
    write_string_to_sign(other, lite ? SigningScheme::SharedKey : SigningScheme::SharedKeyLite,
                         case_.request, case_.headers, {});
    if (!signs(other)) return std::nullopt;
    return std::string("the client signed the text of ") +
           (lite ? "Shared Key and named the scheme SharedKeyLite"
                 : "Shared Key Lite and named the scheme SharedKey");
  }

  [[nodiscard]] std::optional<std::string> try_keys() const {
    const auto raw = base64_decode(development_key);
    if (raw && HmacKey(*raw).signed_as(text_, signature_)) {
      return "the client signed with the well-known key of devstoreaccount1, which this account "
             "does not have";
    }
    if (HmacKey(development_key).signed_as(text_, signature_)) {
      return "the client signed with the text of the key, which has to be decoded from Base64";
    }
    const std::string decoded = percent_decode(signature_);
    if (decoded != signature_ && is_signed(*case_.request.account, text_, decoded)) {
      return "the client percent-encoded the signature, which belongs in a URL only";
    }
    return std::nullopt;
  }

  const Case& case_;
  std::string_view text_;
  std::string_view signature_;
  Parts parts_;
};

}  // namespace

std::string explain_mismatch(SigningScheme scheme, const Request& request,
                             const SignedHeaders& headers, std::string_view text,
                             std::string_view signature) {
  const Case at{scheme, request, headers};
  return Search(at, text, signature).explain();
}

}  // namespace quprite::server
