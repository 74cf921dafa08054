#include "server/wire/message_xml.h"

#include <cstddef>
#include <utility>

#include "server/wire/byte_scan.h"
#include "server/wire/dates.h"
#include "server/wire/message_names.h"
#include "server/wire/xml_document.h"
#include "server/wire/xml_text.h"

namespace quprite::server {
namespace {

using namespace std::string_view_literals;
using storage::Message;

constexpr std::size_t frame_size = 512;  // of a message in a list, its text aside

void append_identity(std::string& out, const Message& message) {
  out += "<QueueMessage><MessageId>"sv;
  append_message_id(out, message.id);
  out += "</MessageId><InsertionTime>"sv;
  append_rfc1123(out, message.inserted_at);
  out += "</InsertionTime><ExpirationTime>"sv;
  append_rfc1123(out, message.expires_at);
  out += "</ExpirationTime>"sv;
}

void append_claim(std::string& out, const Message& message) {
  out += "<PopReceipt>"sv;
  append_pop_receipt(out, message.pop_receipt);
  out += "</PopReceipt><TimeNextVisible>"sv;
  append_rfc1123(out, message.next_visible_at);
  out += "</TimeNextVisible>"sv;
}

void append_dequeue_count(std::string& out, const Message& message) {
  out += "<DequeueCount>"sv;
  out += std::to_string(message.dequeue_count);
  out += "</DequeueCount>"sv;
}

/// A list of messages, each written by `append`.
template <class Append>
std::string write_list(std::string out, const std::vector<Message>& messages, Append append) {
  out.clear();
  std::size_t size = frame_size;
  for (const Message& message : messages) size += frame_size + message.text.size();
  out.reserve(size);
  out += xml_declaration;
  if (messages.empty()) {
    out += "<QueueMessagesList />"sv;
    return out;
  }
  out += "<QueueMessagesList>"sv;
  for (const Message& message : messages) {
    append_identity(out, message);
    append(out, message);
    out += "</QueueMessage>"sv;
  }
  out += "</QueueMessagesList>"sv;
  return out;
}

void skip(std::string_view& text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
}

/// Whether a character may stand for more than itself in a text, or may not stand there at all.
constexpr bool is_delicate(char c) {
  return static_cast<signed char>(c) < ' ' ? c != '\t' && c != '\n'
                                           : c == '<' || c == '>' || c == '&';
}

const char* find_delicate(const char* at, const char* end) {
  return find_special(at, end, is_delicate, [](auto bytes) {
#ifdef __SSE2__
    const auto equals = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const auto marks = _mm_or_si128(equals('&'), _mm_or_si128(equals('<'), equals('>')));
    // As signed bytes, those beyond ASCII are below zero and so below the blank, too.
    const auto low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    return _mm_or_si128(marks, _mm_andnot_si128(_mm_or_si128(equals('\t'), equals('\n')), low));
#else
    return bytes;
#endif
  });
}

/// The text of a body as SDKs write it, where it is plain ASCII that needed no escape; nothing
/// where it takes a parser to tell. Nearly all bodies are so, and what a Put Message costs besides
/// kernel and SQLite falls by a quarter.
std::optional<std::string_view> plain_text(std::string_view body) {
  constexpr std::string_view head = "<QueueMessage><MessageText>";
  constexpr std::string_view tail = "</MessageText></QueueMessage>";
  skip(body, "\xEF\xBB\xBF");
  skip(body, xml_declaration);
  skip(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
  skip(body, "<?xml version='1.0' encoding='utf-8'?>\n");
  if (!body.starts_with(head)) return std::nullopt;
  body.remove_prefix(head.size());
  const char* const end = find_delicate(body.data(), body.data() + body.size());
  const auto size = static_cast<std::size_t>(end - body.data());
  if (body.substr(size) != tail) return std::nullopt;
  return body.substr(0, size);
}

}  // namespace

Result<std::optional<std::string_view>> read_queue_message(std::string_view body,
                                                           std::string& parsed) {
  if (const auto text = plain_text(body)) return text;
  pugi::xml_document document;
  const auto root = parse_xml(document, body, "QueueMessage");
  if (!root) return root.error();
  const pugi::xml_node text = root->child("MessageText");
  if (!text) return std::optional<std::string_view>{};
  parsed = text_of(text);
  return std::optional<std::string_view>{parsed};
}

Error missing_message_text() {
  return unacceptable_xml();
}

std::string write_put_message(const Message& message) {
  std::string out;
  out.reserve(2 * frame_size);
  out += xml_declaration;
  out += "<QueueMessagesList>"sv;
  append_identity(out, message);
  append_claim(out, message);
  return out += "</QueueMessage></QueueMessagesList>"sv;
}

std::string write_got_messages(std::string out, const std::vector<Message>& messages,
                               ApiVersion version) {
  const bool count_first = version < since::put_message_body;
  return write_list(std::move(out), messages, [&](std::string& list, const Message& message) {
    if (count_first) append_dequeue_count(list, message);
    append_claim(list, message);
    if (!count_first) append_dequeue_count(list, message);
    append_element(list, "MessageText", message.text.view());
  });
}

std::string write_peeked_messages(std::string out, const std::vector<Message>& messages) {
  return write_list(std::move(out), messages, [](std::string& list, const Message& message) {
    append_dequeue_count(list, message);
    append_element(list, "MessageText", message.text.view());
  });
}

}  // namespace quprite::server
