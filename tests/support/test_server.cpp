#include "tests/support/test_server.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <stdexcept>
#include <utility>

#include "server/wire/base64.h"
#include "server/wire/dates.h"

namespace quprite::test {

std::string sign(std::string_view text) {
  const std::string key = server::base64_decode(server::development_key).value();
  std::array<unsigned char, 32> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  std::array<unsigned char, 64> encoded{};
  EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(length));
  return reinterpret_cast<const char*>(encoded.data());
}

namespace {

using server::development_account;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// The Shared Key string-to-sign, written down here a second time so that a mistake in the server's
/// shows. Metadata names in tests are plain letters, for which byte order is the order.
std::string string_to_sign(std::string_view method, std::string_view path, const Headers& headers) {
  std::map<std::string, std::string> known;
  for (const auto& [name, value] : headers) known[lower(name)] = value;
  if (known["content-length"] == "0" && known["x-ms-version"] >= "2015-02-21")
    known["content-length"].clear();
  std::string text(method);
  for (const char* name :
       {"content-encoding", "content-language", "content-length", "content-md5", "content-type",
        "date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"}) {
    text += '\n' + (std::string_view(name) == "date" ? std::string() : known[name]);
  }
  for (const auto& [name, value] : known) {
    if (name.starts_with("x-ms-") && (!value.empty() || known["x-ms-version"] >= "2016-05-31")) {
      text.append("\n").append(name).append(":").append(value);
    }
  }
  const std::size_t mark = path.find('?');
  text += "\n/" + std::string(development_account) + std::string(path.substr(0, mark));
  if (mark == std::string_view::npos) return text;
  std::map<std::string, std::vector<std::string>> query;
  std::string_view rest = path.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    const std::string value =
        equals == std::string_view::npos ? std::string() : decode(pair.substr(equals + 1));
    query[lower(decode(pair.substr(0, equals)))].push_back(value);
  }
  for (auto& [name, values] : query) {
    std::ranges::sort(values);
    text += '\n' + name + ':';
    for (std::size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "" : ",") + values[i];
  }
  return text;
}

void append_headers(std::string& request, const Headers& headers) {
  for (const auto& [name, value] : headers) {
    request.append(name).append(": ").append(value).append("\r\n");
  }
}

void set(Headers& headers, const std::string& name, const std::string& value) {
  for (auto& [key, old] : headers) {
    if (server::equal_ignoring_case(key, name)) {
      old = value;
      return;
    }
  }
  headers.emplace_back(name, value);
}

}  // namespace

TestServer::TestServer(server::ServiceRules rules, server::http::ListenerOptions listener,
                       server::Accounts accounts)
    : store_(std::make_unique<FailingStore>(storage::open_store_in_memory())),
      accounts_(std::move(accounts)),
      service_(accounts_, *store_, clock, log_, rules),
      listener_(io_, service_,
                [&] {
                  listener.port = 0;
                  return listener;
                }()),
      port_(listener_.endpoint().port()) {
  listener_.start();
  thread_ = std::thread([this] { io_.run(); });
}

TestServer::~TestServer() {
  client_.reset();
  io_.stop();
  thread_.join();
}

std::string TestServer::signed_request(std::string_view method, std::string_view target,
                                       const Headers& headers, std::string_view body) const {
  Headers all = {{"Host", "127.0.0.1:" + std::to_string(port_)},
                 {"x-ms-date", server::rfc1123(clock.now())},
                 {"x-ms-version", version}};
  if (method != "GET" && method != "HEAD") set(all, "Content-Length", std::to_string(body.size()));
  for (const auto& [name, value] : headers) {
    if (name.starts_with('!')) {
      std::erase_if(all, [left_out = std::string_view(name).substr(1)](const auto& pair) {
        return server::equal_ignoring_case(pair.first, left_out);
      });
    } else {
      set(all, name, value);
    }
  }
  const std::string path = "/" + std::string(development_account) + std::string(target);
  const bool has_authorization =
      std::ranges::any_of(all, [](const auto& pair) { return pair.first == "Authorization"; });
  if (!has_authorization) {
    all.emplace_back("Authorization", "SharedKey " + std::string(development_account) + ":" +
                                          sign(string_to_sign(method, path, all)));
  }
  std::string request = std::string(method) + " " + path + " HTTP/1.1\r\n";
  append_headers(request, all);
  return request + "\r\n" + std::string(body);
}

Answer TestServer::send(std::string_view method, std::string_view target, const Headers& headers,
                        std::string_view body) {
  if (!client_) client_.emplace(port_);
  client_->send(signed_request(method, target, headers, body));
  Answer answer = client_->receive(method == "HEAD");
  if (answer["Connection"] == "close") client_.reset();
  return answer;
}

void TestServer::create(std::string_view queue) {
  const Answer answer = send("PUT", "/" + std::string(queue));
  if (answer.status != 201) throw std::runtime_error("create: " + answer.reason);
}

namespace {

std::string messages_of(std::string_view queue, std::string_view query) {
  return "/" + std::string(queue) + "/messages" + (query.empty() ? "" : "?" + std::string(query));
}

}  // namespace

Answer TestServer::put(std::string_view queue, std::string_view text, std::string_view query) {
  return send("POST", messages_of(queue, query), {}, message_body(text));
}

Answer TestServer::get(std::string_view queue, std::string_view query) {
  return send("GET", messages_of(queue, query));
}

Answer TestServer::peek(std::string_view queue, std::string_view query) {
  const std::string all = "peekonly=true" + (query.empty() ? "" : "&" + std::string(query));
  return send("GET", messages_of(queue, all));
}

Answer TestServer::send_unsigned(std::string_view method, std::string_view target,
                                 const Headers& headers, std::string_view body) const {
  std::string request = std::string(method) + " /" + std::string(development_account) +
                        std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  append_headers(request, headers);
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  HttpClient client = connect();
  client.send(request + "\r\n" + std::string(body));
  return client.receive(method == "HEAD");
}

std::string account_sas(const std::string& permissions, const std::string& resource_types,
                        const std::string& services, const std::string& protocol,
                        const std::string& addresses) {
  const std::string expiry = "2036-01-01T00:00:00Z";
  const std::string text = std::string(development_account) + "\n" + permissions + "\n" + services +
                           "\n" + resource_types + "\n\n" + expiry + "\n" + addresses + "\n" +
                           protocol + "\n2021-12-02\n\n";
  std::string query = "sv=2021-12-02&ss=" + services + "&srt=" + resource_types +
                      "&sp=" + permissions + "&se=" + encode(expiry) + "&sig=" + encode(sign(text));
  if (!protocol.empty()) query += "&spr=" + protocol;
  if (!addresses.empty()) query += "&sip=" + addresses;
  return query;
}

std::string queue_sas(const std::string& queue, const std::string& permissions) {
  const std::string expiry = "2036-01-01T00:00:00Z";
  const std::string text = permissions + "\n\n" + expiry + "\n/queue/" +
                           std::string(development_account) + "/" + queue + "\n\n\n\n2021-12-02";
  return "sv=2021-12-02&sp=" + permissions + "&se=" + encode(expiry) + "&sig=" + encode(sign(text));
}

std::string encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-_.~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    }
  }
  return out;
}

std::string message_body(std::string_view escaped_text) {
  return "<QueueMessage><MessageText>" + std::string(escaped_text) +
         "</MessageText></QueueMessage>";
}

}  // namespace quprite::test
