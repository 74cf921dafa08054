#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

struct evp_mac_ctx_st;

namespace quprite::server {

/// HMAC-SHA256 under one key, keyed once: a signature then costs two hashes and no set-up.
/// Used by one thread at a time.
class HmacKey {
 public:
  using Digest = std::array<unsigned char, 32>;

  /// `key` is the raw key, already Base64-decoded; any length.
  explicit HmacKey(std::string_view key);

  [[nodiscard]] Digest digest(std::string_view text) const;

  /// The digest in Base64, as in `Authorization` and `sig`.
  [[nodiscard]] std::string signature(std::string_view text) const;

  /// Whether that is the text's signature; compares in constant time and allocates nothing.
  [[nodiscard]] bool signed_as(std::string_view text, std::string_view signature) const;

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

/// Whether the two are the same text, in time that depends on their lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace quprite::server
