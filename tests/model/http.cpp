#include "tests/model/http.h"

#include <array>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <charconv>
#include <cstddef>
#include <optional>
#include <stdexcept>

#include "server/wire/dates.h"
#include "tests/support/http_client.h"
#include "tests/support/test_server.h"

namespace quprite::model {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view metadata_prefix = "x-ms-meta-";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\r': out += "&#xD;"; break;  // a bare one would be read as a line feed
      default: out += c;
    }
  }
  return out;
}

std::string unescape(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 7> entities = {
      {{"&amp;", '&'},
       {"&lt;", '<'},
       {"&gt;", '>'},
       {"&quot;", '"'},
       {"&apos;", '\''},
       {"&#xD;", '\r'},
       {"\r", '\n'}}};  // what a parser makes of a bare one
  std::string out;
  while (!text.empty()) {
    const std::size_t at = text.find_first_of("&\r");
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    text.remove_prefix(at);
    bool known = false;
    for (const auto& [entity, c] : entities) {
      if (known || !text.starts_with(entity)) continue;
      out += c;
      text.remove_prefix(entity.size());
      known = true;
    }
    if (!known)
      throw std::runtime_error("an entity that nobody knows: " + std::string(text.substr(0, 10)));
  }
  return out;
}

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("no number: " + std::string(text));
  }
  return value;
}

std::string_view take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find("\r\n");
  if (end == std::string_view::npos) throw std::runtime_error("a line does not end");
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  return line;
}

test::Answer parse(std::string_view bytes) {
  test::Answer answer;
  const std::string_view status_line = take_line(bytes);
  if (!status_line.starts_with("HTTP/1.1 ")) throw std::runtime_error("no status line");
  answer.status = static_cast<int>(number(status_line.substr(9, 3), 10));
  for (std::string_view line = take_line(bytes); !line.empty(); line = take_line(bytes)) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos)
      throw std::runtime_error("malformed header: " + std::string(line));
    answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  if (answer["Transfer-Encoding"] == "chunked") {
    for (std::size_t size = number(take_line(bytes), 16); size > 0;
         size = number(take_line(bytes), 16)) {
      answer.body += bytes.substr(0, size);
      bytes.remove_prefix(size);
      if (!take_line(bytes).empty()) throw std::runtime_error("malformed chunk");
    }
    if (!take_line(bytes).empty()) throw std::runtime_error("malformed last chunk");
  } else {
    const std::size_t size = number(answer["Content-Length"], 10);
    answer.body = bytes.substr(0, size);
    bytes.remove_prefix(answer.body.size());
  }
  if (!bytes.empty()) throw std::runtime_error("bytes after the answer: " + std::string(bytes));
  if (!answer.body.empty() && !answer.body.starts_with(byte_order_mark))
    throw std::runtime_error("no byte order mark");
  return answer;
}

/// The first element of that name in `xml`; nothing where there is none.
std::optional<std::string_view> find_element(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::string close = "</" + std::string(name) + ">";
  const std::size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = xml.find(close, begin);
  if (end == std::string_view::npos) throw std::runtime_error(open + " does not end");
  return xml.substr(begin + open.size(), end - begin - open.size());
}

std::string_view element(std::string_view xml, std::string_view name) {
  const auto found = find_element(xml, name);
  if (!found) throw std::runtime_error("no <" + std::string(name) + ">");
  return *found;
}

Time date(std::string_view text) {
  const auto time = server::parse_rfc1123(text);
  if (!time) throw std::runtime_error("no date: " + std::string(text));
  return *time;
}

Told read_message(std::string_view xml, Operation operation) {
  Told told{.id = std::string(element(xml, "MessageId")),
            .inserted_at = date(element(xml, "InsertionTime")),
            .expires_at = date(element(xml, "ExpirationTime"))};
  if (const auto time = find_element(xml, "TimeNextVisible")) told.next_visible_at = date(*time);
  if (const auto pop_receipt = find_element(xml, "PopReceipt")) told.pop_receipt = *pop_receipt;
  if (operation == Operation::PutMessage) return told;
  told.dequeue_count = static_cast<std::int64_t>(number(element(xml, "DequeueCount"), 10));
  told.text = unescape(find_element(xml, "MessageText").value_or(""));
  if (told.text.empty() && xml.find("<MessageText") == std::string_view::npos) {
    throw std::runtime_error("no <MessageText>");
  }
  return told;
}

Metadata read_metadata_headers(const test::Answer& http) {
  Metadata metadata;
  for (const auto& [name, value] : http.headers) {
    if (name.starts_with(metadata_prefix))
      metadata.emplace_back(name.substr(metadata_prefix.size()), value);
  }
  return metadata;
}

Metadata read_metadata_elements(std::string_view xml) {
  Metadata metadata;
  while (!xml.empty()) {
    const std::string name(xml.substr(1, xml.find('>') - 1));
    const std::string_view value = element(xml, name);
    metadata.emplace_back(name, unescape(value));
    xml.remove_prefix(static_cast<std::size_t>(value.data() + value.size() - xml.data()) +
                      name.size() + 3);
  }
  return metadata;
}

}  // namespace

server::HttpRequest HttpMessage::request() const {
  using boost::beast::http::field;
  server::HttpRequest request{.method = boost::beast::http::string_to_verb(method),
                              .method_text = method,
                              .target = target,
                              .body = body,
                              .has_length = true,
                              .peer = "127.0.0.1"};
  for (const auto& [name, value] : headers) {
    request.fields.push_back({boost::beast::http::string_to_field(name), name, value});
  }
  return request;
}

HttpMessage to_http(const Call& call) {
  HttpMessage http;
  http.headers = {{"Host", "127.0.0.1:10001"}, {"x-ms-version", "2026-04-06"}};
  for (const auto& [name, value] : call.metadata)
    http.headers.emplace_back("x-ms-meta-" + name, value);
  std::string path = "/devstoreaccount1/" + call.queue;
  std::string query;
  const auto parameter = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) query += "&" + std::string(name) + "=" + std::to_string(*value);
  };
  const auto set = [&](std::string_view method, std::string_view below, std::string_view selector) {
    http.method = method;
    path += below;
    if (!selector.empty()) query = "&" + std::string(selector) + query;
  };
  parameter("numofmessages", call.message_count);
  parameter("visibilitytimeout", call.visibility_timeout);
  parameter("messagettl", call.time_to_live);
  switch (call.operation) {
    case Operation::CreateQueue: set("PUT", "", ""); break;
    case Operation::DeleteQueue: set("DELETE", "", ""); break;
    case Operation::ListQueues:
      path = "/devstoreaccount1";
      set("GET", "", "comp=list&include=metadata&prefix=" + call.queue);
      break;
    case Operation::GetQueueMetadata: set("GET", "", "comp=metadata"); break;
    case Operation::SetQueueMetadata: set("PUT", "", "comp=metadata"); break;
    case Operation::PutMessage: set("POST", "/messages", ""); break;
    case Operation::GetMessages: set("GET", "/messages", ""); break;
    case Operation::PeekMessages: set("GET", "/messages", "peekonly=true"); break;
    case Operation::UpdateMessage:
      set("PUT", "/messages/" + call.message_id, "popreceipt=" + test::encode(call.pop_receipt));
      break;
    case Operation::DeleteMessage:
      set("DELETE", "/messages/" + call.message_id, "popreceipt=" + test::encode(call.pop_receipt));
      break;
    case Operation::ClearMessages: set("DELETE", "/messages", ""); break;
  }
  if (call.text) http.body = test::message_body(escape(*call.text));
  http.target = path + (query.empty() ? "" : "?" + query.substr(1));
  return http;
}

Answer from_http(const Call& call, std::string_view bytes) {
  const test::Answer http = parse(bytes);
  Answer answer{.status = http.status, .error = http["x-ms-error-code"]};
  if (answer.status >= 400) {
    if (element(http.body, "Code") != answer.error)
      throw std::runtime_error("header and body name different errors");
    return answer;
  }
  switch (call.operation) {
    case Operation::PutMessage:
    case Operation::GetMessages:
    case Operation::PeekMessages: {
      std::string_view rest = http.body;
      while (const auto message = find_element(rest, "QueueMessage")) {
        answer.messages.push_back(read_message(*message, call.operation));
        rest.remove_prefix(
            static_cast<std::size_t>(message->data() + message->size() - rest.data()));
      }
      break;
    }
    case Operation::UpdateMessage:
      answer.messages.push_back({.id = call.message_id,
                                 .next_visible_at = date(http["x-ms-time-next-visible"]),
                                 .pop_receipt = http["x-ms-popreceipt"]});
      break;
    case Operation::GetQueueMetadata:
      answer.queues.emplace_back(call.queue, read_metadata_headers(http));
      answer.approximate_message_count =
          static_cast<std::int64_t>(number(http["x-ms-approximate-messages-count"], 10));
      break;
    case Operation::ListQueues: {
      std::string_view rest = http.body;
      while (const auto queue = find_element(rest, "Queue")) {
        answer.queues.emplace_back(
            element(*queue, "Name"),
            read_metadata_elements(find_element(*queue, "Metadata").value_or("")));
        rest.remove_prefix(static_cast<std::size_t>(queue->data() + queue->size() - rest.data()));
      }
      break;
    }
    default:
      if (!http.body.empty()) throw std::runtime_error("a body where none belongs");
  }
  return answer;
}

}  // namespace quprite::model
