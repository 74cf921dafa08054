#include "server/auth/hmac.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/auth_support.h"

using quprite::server::equal_in_constant_time;
using quprite::server::HmacKey;
using quprite::test::openssl_encode;
using quprite::test::openssl_signature;

TEST_CASE("HMAC-SHA256 gives the digests of RFC 4231") {
  const auto hex = [](const HmacKey::Digest& digest) {
    std::string text;
    for (const unsigned char byte : digest) {
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
    }
    return text;
  };
  CHECK(hex(HmacKey(std::string(20, '\x0b')).digest("Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(HmacKey("Jefe").digest("what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(HmacKey(std::string(131, '\xaa'))
                .digest("Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a key signs text after text, of any length, as OpenSSL does at one go") {
  for (const std::string& raw_key :
       {std::string(), std::string("k"), std::string(64, 'k'), std::string(200, 'k')}) {
    const HmacKey key(raw_key);
    for (const std::size_t size : {0U, 1U, 55U, 56U, 64U, 65U, 10'000U}) {
      const std::string text(size, 't');
      CAPTURE(raw_key.size());
      CAPTURE(size);
      CHECK(key.signature(text) == openssl_signature(text, openssl_encode(raw_key)));
    }
  }
}

TEST_CASE("a key goes on signing after it was moved") {
  HmacKey first("key");
  const HmacKey second = std::move(first);
  CHECK(second.signature("text") == openssl_signature("text", openssl_encode("key")));
}

TEST_CASE("only the very signature of a text passes for it") {
  const HmacKey key("key");
  const std::string right = openssl_signature("text", openssl_encode("key"));
  CHECK(key.signed_as("text", right));
  CHECK_FALSE(key.signed_as("text ", right));
  CHECK_FALSE(key.signed_as("text", ""));
  CHECK_FALSE(key.signed_as("text", right + "="));
  CHECK_FALSE(key.signed_as("text", right.substr(0, 43)));
  CHECK_FALSE(key.signed_as("text", std::string(10'000, 'A')));
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::string wrong = right;
    quprite::test::flip(wrong[i]);
    CHECK_FALSE(key.signed_as("text", wrong));
  }
}

TEST_CASE("texts of other lengths or bytes are not equal") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
  CHECK_FALSE(equal_in_constant_time("", "a"));
}
