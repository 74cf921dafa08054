#include "tests/bench/requests.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "server/accounts.h"
#include "server/wire/base64.h"
#include "server/wire/dates.h"

namespace quprite::bench {
namespace {

constexpr std::string_view version = "2024-11-04";
constexpr std::string_view account = server::development_account;
constexpr std::chrono::seconds date_lasts{1};

server::HmacKey development_key() {
  return server::HmacKey(server::base64_decode(server::development_key).value());
}

/// Percent-encodes what Base64 and times have and a query may not.
void append_encoded(std::string& out, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '+': out += "%2B"; break;
      case '/': out += "%2F"; break;
      case '=': out += "%3D"; break;
      case ':': out += "%3A"; break;
      default: out += c;
    }
  }
}

/// An account SAS that allows everything for a day. Source: "Create an account SAS".
std::string account_sas(const server::HmacKey& key, Time now) {
  const std::string expiry = server::iso8601_seconds(now + std::chrono::hours{24});
  std::string text(account);
  text += "\nrwdlacup\nq\nsco\n\n" + expiry + "\n\nhttps,http\n" + std::string(version) + "\n\n";
  std::string query = "sv=" + std::string(version) + "&ss=q&srt=sco&sp=rwdlacup&spr=https,http&se=";
  append_encoded(query, expiry);
  query += "&sig=";
  append_encoded(query, key.signature(text));
  return query;
}

std::string message_body(std::size_t text_size) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessage><MessageText>";
  std::uint64_t random = 1;
  for (std::size_t i = 0; i < text_size; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    body += alphabet[random >> 58U];
  }
  return body += "</MessageText></QueueMessage>";
}

}  // namespace

RequestWriter::RequestWriter(RequestSettings settings)
    : settings_(std::move(settings)),
      key_(development_key()),
      sas_(account_sas(key_, clock_.now())),
      body_(message_body(settings_.text_size)),
      put_time_to_live_(std::to_string(settings_.time_to_live)),
      put_invisible_(std::to_string(settings_.put_invisible)) {}

void RequestWriter::put(std::string& out, std::size_t queue) {
  if (settings_.time_to_live == 0 && settings_.put_invisible == 0) {
    return append(out, "POST", queue, {}, {}, body_);
  }
  if (settings_.time_to_live == 0) {
    return append(out, "POST", queue, {}, {{"visibilitytimeout", put_invisible_}}, body_);
  }
  append(out, "POST", queue, {},
         {{"messagettl", put_time_to_live_}, {"visibilitytimeout", put_invisible_}}, body_);
}

void RequestWriter::get(std::string& out, std::size_t queue, int count,
                        std::int64_t visibility_timeout) {
  append(out, "GET", queue, {},
         {{"numofmessages", std::to_string(count)},
          {"visibilitytimeout", std::to_string(visibility_timeout)}},
         {});
}

void RequestWriter::peek(std::string& out, std::size_t queue, int count) {
  append(out, "GET", queue, {}, {{"numofmessages", std::to_string(count)}, {"peekonly", "true"}},
         {});
}

void RequestWriter::update(std::string& out, const Claim& claim, std::int64_t visibility_timeout) {
  append(out, "PUT", claim.queue, claim.message_id,
         {{"popreceipt", claim.pop_receipt},
          {"visibilitytimeout", std::to_string(visibility_timeout)}},
         body_);
}

void RequestWriter::remove(std::string& out, const Claim& claim) {
  append(out, "DELETE", claim.queue, claim.message_id, {{"popreceipt", claim.pop_receipt}}, {});
}

void RequestWriter::refresh_date() {
  const Ticks time = clock_.uptime();
  if (!date_.empty() && time - date_made_ < date_lasts) return;
  date_made_ = time;
  date_ = server::rfc1123(clock_.now());
}

/// `query` is in the order of the names, as it is signed.
void RequestWriter::append(std::string& out, std::string_view method, std::size_t queue,
                           std::string_view message_id, std::initializer_list<Parameter> query,
                           std::string_view body) {
  refresh_date();
  const std::string length = std::to_string(body.size());
  std::array<char, 37> id{};
  std::snprintf(id.data(), id.size(), "5c3d3a4e-7f0a-4b6e-9d51-%012llx",
                static_cast<unsigned long long>(++count_));
  client_request_id_.assign(id.data(), id.size() - 1);
  path_.assign("/").append(account).append("/").append(settings_.queues[queue]).append("/messages");
  if (!message_id.empty()) path_.append("/").append(message_id);

  out.append(method).append(" ").append(path_);
  char separator = '?';
  for (const Parameter& parameter : query) {
    out += separator;
    out.append(parameter.name).append("=");
    append_encoded(out, parameter.value);
    separator = '&';
  }
  if (settings_.auth == Auth::Sas) {
    out += separator;
    out += sas_;
  }
  out.append(" HTTP/1.1\r\nHost: ").append(settings_.host);
  out.append("\r\nUser-Agent: quprite-bench/1.0\r\nAccept: application/xml\r\nx-ms-version: ");
  out.append(version).append("\r\nx-ms-date: ").append(date_);
  out.append("\r\nx-ms-client-request-id: ").append(client_request_id_);
  if (!body.empty()) out.append("\r\nContent-Type: application/xml");
  out.append("\r\nContent-Length: ").append(length);
  if (settings_.auth == Auth::SharedKey) {
    sign(method, query, body.empty() ? std::string_view{} : length);
    out.append("\r\nAuthorization: SharedKey ").append(account).append(":").append(signature_);
  }
  out.append("\r\n\r\n").append(body);
}

/// Source: "Authorize with Shared Key".
void RequestWriter::sign(std::string_view method, std::initializer_list<Parameter> query,
                         std::string_view length) {
  std::string& text = string_to_sign_;
  text.assign(method).append("\n\n\n").append(length).append("\n\n");
  text.append(length.empty() ? "" : "application/xml").append("\n\n\n\n\n\n\n");
  text.append("x-ms-client-request-id:").append(client_request_id_);
  text.append("\nx-ms-date:").append(date_).append("\nx-ms-version:").append(version);
  text.append("\n/").append(account).append(path_);
  for (const Parameter& parameter : query) {
    text.append("\n").append(parameter.name).append(":").append(parameter.value);
  }
  signature_ = key_.signature(text);
}

}  // namespace quprite::bench
