#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/accounts.h"
#include "server/auth/authenticate.h"
#include "server/http_request.h"
#include "server/request.h"
#include "server/wire/dates.h"
#include "tests/support/manual_clock.h"

namespace quprite::test {

using namespace std::chrono_literals;

/// The time at which the vectors' requests were signed.
inline constexpr Time vector_time = ManualClock::start;

/// A second key for the vectors' account, "0123456789abcdef0123456789abcdef".
inline constexpr std::string_view second_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// Base64 by OpenSSL, so that nothing signed here depends on the code that checks it.
inline std::string openssl_encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

inline std::string openssl_decode(std::string_view text) {
  std::string bytes(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  const auto padding = std::count(text.begin(), text.end(), '=');
  bytes.resize(static_cast<std::size_t>(size - padding));
  return bytes;
}

/// A signature by OpenSSL's one-shot HMAC, under a key in Base64.
inline std::string openssl_signature(std::string_view text,
                                     std::string_view key = server::development_key) {
  const std::string raw_key = openssl_decode(key);
  std::string digest(32, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), raw_key.data(), static_cast<int>(raw_key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(digest.data()), &size);
  return openssl_encode(digest);
}

/// A signature, or anything else, as a query's value.
inline std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

/// Makes a signature wrong.
inline void flip(char& c) {
  c = c == 'A' ? 'B' : 'A';
}

/// The account of the vectors, with the keys given.
inline server::Accounts vector_account(const std::vector<std::string_view>& keys = {
                                           server::development_key}) {
  server::Account account{std::string(server::development_account), "", {}};
  for (const std::string_view key : keys) account.keys.emplace_back(openssl_decode(key));
  server::Accounts accounts;
  accounts.add(std::move(account));
  return accounts;
}

inline std::optional<storage::AccessPolicy> no_policy(storage::QueueRef, std::string_view) {
  return std::nullopt;
}

/// A request as a client sends it, at vector_time and from 127.0.0.1 unless told otherwise.
class SentRequest {
 public:
  SentRequest(std::string_view method, std::string_view url) : method_(method) {
    http_.secure = url.starts_with("https:");
    url.remove_prefix(url.find("://") + 3);
    const std::size_t host_size = std::min(url.find_first_of("/?"), url.size());
    with("Host", url.substr(0, host_size));
    target_ = url.substr(host_size);
    if (!target_.starts_with('/')) target_.insert(0, "/");
  }

  SentRequest& with(std::string_view name, std::string_view value) {
    headers_.emplace_back(name, value);
    return *this;
  }
  SentRequest& at(Time time) {
    time_ = time;
    return *this;
  }
  SentRequest& from(std::string_view peer) {
    http_.peer = peer;
    return *this;
  }
  /// Goes on with other keys of the account.
  SentRequest& with_keys(const std::vector<std::string_view>& keys) {
    accounts_ = vector_account(keys);
    return *this;
  }
  /// Signs with Shared Key, whose string-to-sign has been put together by hand.
  SentRequest& signed_as(std::string_view string_to_sign,
                         std::string_view key = server::development_key,
                         std::string_view scheme = "SharedKey") {
    return with("Authorization", std::string(scheme) +
                                     " devstoreaccount1:" + openssl_signature(string_to_sign, key));
  }

  const server::Request& read() {
    http_.method_text = method_;
    http_.method = boost::beast::http::string_to_verb(method_);
    http_.target = target_;
    http_.fields.clear();
    for (const auto& [name, value] : headers_) {
      http_.fields.push_back({boost::beast::http::string_to_field(name), name, value});
    }
    request_.reset();
    const auto done = server::read_request(request_, http_, accounts_, {time_, time_}, {});
    if (!done || request_.account == nullptr)
      throw std::logic_error("a test's request is unreadable");
    return request_;
  }

  server::Result<server::Principal> authenticate(const server::AuthRules& rules = {},
                                                 const server::PolicyLookup& policies = no_policy) {
    return server::authenticate(read(), rules, policies);
  }

 private:
  std::string method_;
  std::string target_;
  std::vector<std::pair<std::string, std::string>> headers_;
  server::Accounts accounts_ = vector_account();
  server::HttpRequest http_{.peer = "127.0.0.1"};
  Time time_ = vector_time;
  server::Request request_;
};

/// "ok", or status and code of the error.
template <class T>
std::string outcome(const server::Result<T>& result) {
  if (result) return "ok";
  const server::ErrorRow& row = server::error_row(result.error().code);
  return std::to_string(row.status) + " " + std::string(row.name);
}

/// The text of an element of the error's body.
template <class T>
std::string detail(const server::Result<T>& result,
                   std::string_view element = "AuthenticationErrorDetail") {
  if (result) return "";
  for (const auto& [name, text] : result.error().details) {
    if (name == element) return text;
  }
  return "";
}

inline bool is_owner(const server::Result<server::Principal>& principal) {
  return principal && std::holds_alternative<server::Owner>(*principal);
}

}  // namespace quprite::test
