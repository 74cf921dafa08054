#include "server/auth/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstddef>
#include <stdexcept>

#include "server/wire/base64.h"

namespace quprite::server {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
};

const unsigned char* bytes_of(std::string_view text) {
  // An empty view may have no address, which EVP_MAC_init would take for "no key given".
  return reinterpret_cast<const unsigned char*>(text.empty() ? "" : text.data());
}

std::string_view view_of(const HmacKey::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

using SignatureText = std::array<char, base64_size(sizeof(HmacKey::Digest))>;

}  // namespace

void HmacKey::Free::operator()(evp_mac_ctx_st* context) const noexcept {
  EVP_MAC_CTX_free(context);
}

HmacKey::HmacKey(std::string_view key) {
  const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
  if (mac) context_.reset(EVP_MAC_CTX_new(mac.get()));
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
      OSSL_PARAM_construct_end()};
  if (!context_ || EVP_MAC_init(context_.get(), bytes_of(key), key.size(), parameters) != 1) {
    throw std::runtime_error("OpenSSL offers no HMAC-SHA256");
  }
}

HmacKey::Digest HmacKey::digest(std::string_view text) const {
  Digest digest;
  std::size_t size = 0;
  EVP_MAC_CTX* const context = context_.get();
  if (EVP_MAC_init(context, nullptr, 0, nullptr) != 1 ||
      EVP_MAC_update(context, bytes_of(text), text.size()) != 1 ||
      EVP_MAC_final(context, digest.data(), &size, digest.size()) != 1 || size != digest.size()) {
    throw std::runtime_error("OpenSSL failed to compute an HMAC");
  }
  return digest;
}

std::string HmacKey::signature(std::string_view text) const {
  return base64_encode(view_of(digest(text)));
}

bool HmacKey::signed_as(std::string_view text, std::string_view signature) const {
  SignatureText expected;
  base64_encode(view_of(digest(text)), expected.data());
  return equal_in_constant_time({expected.data(), expected.size()}, signature);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(bytes_of(a), bytes_of(b), a.size()) == 0;
}

}  // namespace quprite::server
