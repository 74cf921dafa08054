#include "server/render.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

#include "server/wire/dates.h"
#include "server/wire/error_xml.h"

namespace quprite::server {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view service_name = "Windows-Azure-Queue/1.0 Microsoft-HTTPAPI/2.0";
constexpr std::string_view front_end_name = "Microsoft-HTTPAPI/2.0";

/// Where a client is sent for a token. The tenant is the one of Azure's own samples: nothing is
/// served there, but SDKs with tenant discovery want both parameters.
constexpr std::string_view challenge =
    "Bearer "
    "authorization_uri=https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/"
    "oauth2/authorize "
    "resource_id=https://storage.azure.com";

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    default: return "";
  }
}

template <class Integer>
void append_number(std::string& out, Integer value, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void append_length(std::string& out, std::size_t length) {
  out += "Content-Length: ";
  append_number(out, length);
  out += "\r\n";
}

void append_status_line(std::string& out, const Exchange& exchange, int status,
                        std::string_view reason) {
  out += exchange.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ";
  append_number(out, status);
  out += ' ';
  out += reason;
  out += "\r\n";
}

std::string_view text_of(const RequestId& id) {
  return {id.data(), id.size()};
}

/// The `Date` header; the text is made once a second.
void append_date(std::string& out, Time now) {
  thread_local std::chrono::sys_seconds second = {};
  thread_local std::string text;
  const auto floor = std::chrono::floor<std::chrono::seconds>(now);
  if (text.empty() || floor != second) {
    second = floor;
    text = rfc1123(now);
  }
  append_header(out, "Date", text);
}

void append_connection(std::string& out, const Exchange& exchange) {
  if (!exchange.keep_alive) {
    out += "Connection: close\r\n";
  } else if (exchange.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
}

/// The headers that name the request, and the version that it was run by.
void append_common_headers(std::string& out, const Exchange& exchange, bool front_end) {
  append_header(out, "Server", front_end ? front_end_name : service_name);
  append_header(out, "x-ms-request-id", text_of(exchange.request_id));
  if (front_end) return;
  if (!exchange.client_request_id.empty()) {
    append_header(out, "x-ms-client-request-id", exchange.client_request_id);
  }
  if (!exchange.version_echo.empty()) append_header(out, "x-ms-version", exchange.version_echo);
}

void append_chunked_body(std::string& out, std::string_view body) {
  append_number(out, byte_order_mark.size() + body.size(), 16);
  out += "\r\n";
  out += byte_order_mark;
  out += body;
  out += "\r\n0\r\n\r\n";
}

enum class Framing { Length, Chunked };

Framing framing_of(const Exchange& exchange, const Reply& reply) {
  if (exchange.http_1_0) return Framing::Length;
  if (!reply.body.empty()) return Framing::Chunked;
  if (reply.status == 204 || exchange.preflight) return Framing::Length;
  return exchange.at_least(since::empty_body_length) ? Framing::Length : Framing::Chunked;
}

}  // namespace

void render_reply(std::string& out, const Exchange& exchange, const Reply& reply, Time now) {
  const Framing framing = framing_of(exchange, reply);
  append_status_line(out, exchange, reply.status, reason_phrase(reply.status));
  if (exchange.head || exchange.method == "GET") out += "Cache-Control: no-cache\r\n";
  if (framing == Framing::Chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else {
    append_length(out, reply.body.empty() ? 0 : byte_order_mark.size() + reply.body.size());
  }
  if (!reply.body.empty()) out += "Content-Type: application/xml\r\n";
  append_common_headers(out, exchange, false);
  for (const auto& [name, value] : reply.headers) append_header(out, name, value);
  out += exchange.cors;
  append_date(out, now);
  append_connection(out, exchange);
  out += "\r\n";
  if (exchange.head) return;
  if (framing == Framing::Chunked) {
    if (reply.body.empty()) {
      out += "0\r\n\r\n";
    } else {
      append_chunked_body(out, reply.body);
    }
  } else if (!reply.body.empty()) {
    out += byte_order_mark;
    out += reply.body;
  }
}

void render_error(std::string& out, const Exchange& exchange, const Error& error, Time now) {
  const ErrorRow& row = error_row(error.code);
  const std::string_view message =
      error.message.empty() ? row.message : std::string_view(error.message);
  append_status_line(out, exchange, row.status, message);
  std::string body(byte_order_mark);
  if (!exchange.head) append_error_body(body, error, text_of(exchange.request_id), now);
  if (exchange.head && !exchange.http_1_0) {
    out += "Transfer-Encoding: chunked\r\n";  // as recorded; HEAD has no body either way
  } else if (!exchange.head) {
    append_length(out, body.size());
    out += "Content-Type: application/xml\r\n";
  }
  append_common_headers(out, exchange, error.front_end);
  const bool rejected_version = error.front_end && error.code == ErrorCode::InvalidHeaderValue;
  if (exchange.at_least(since::error_code_header) && !rejected_version) {
    append_header(out, "x-ms-error-code", row.name);
  }
  if (row.status == 401) append_header(out, "WWW-Authenticate", challenge);
  if (!error.allow.empty()) append_header(out, "Allow", error.allow);
  out += exchange.error_cors;
  append_date(out, now);
  append_connection(out, exchange);
  out += "\r\n";
  if (!exchange.head) out += body;
}

void render_bad_request(std::string& out) {
  out +=
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=us-ascii\r\nServer: "
      "Microsoft-HTTPAPI/2.0\r\n"
      "Connection: close\r\nContent-Length: 11\r\n\r\nBad Request";
}

}  // namespace quprite::server
