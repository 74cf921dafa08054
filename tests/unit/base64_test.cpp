#include "server/wire/base64.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/auth_support.h"

using quprite::server::base64_decode;
using quprite::server::base64_encode;
using quprite::server::base64url_decode;

TEST_CASE("Base64 is that of RFC 4648") {
  CHECK(base64_encode("") == "");
  CHECK(base64_encode("f") == "Zg==");
  CHECK(base64_encode("fo") == "Zm8=");
  CHECK(base64_encode("foo") == "Zm9v");
  CHECK(base64_encode("foob") == "Zm9vYg==");
  CHECK(base64_encode("fooba") == "Zm9vYmE=");
  CHECK(base64_encode("foobar") == "Zm9vYmFy");
  CHECK(base64_encode("\xFB\xFF\xFE") == "+//+");
}

TEST_CASE("Base64 of any length is as OpenSSL writes it, and is read back") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(base64_encode(bytes) == quprite::test::openssl_encode(bytes));
    CHECK(base64_decode(base64_encode(bytes)) == bytes);
    bytes += static_cast<char>(i * 151 + 7);
  }
}

TEST_CASE("what is not exactly Base64 is not decoded") {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "=", "==", "Z===", "Zg==Zg==", "Zm9v====", "Zm9v\n",
        " Zm9v", "Zm 9v", "Zm9-", "Zm9_", "Zg=a", "Z=g=", "Zm8\x80"}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text).has_value());
  }
}

TEST_CASE("Base64 whose unused bits are not zero is not decoded") {
  CHECK_FALSE(base64_decode("Zh==").has_value());
  CHECK_FALSE(base64_decode("Zm9=").has_value());
}

TEST_CASE("base64url has its own two characters and no padding") {
  CHECK(base64url_decode("-__-") == "\xFB\xFF\xFE");
  CHECK(base64url_decode("Zg") == "f");
  CHECK(base64url_decode("Zm8") == "fo");
  CHECK(base64url_decode("") == "");
  for (const char* text : {"+//+", "Zg==", "Z", "Zm9vY", "Zh"}) {
    CAPTURE(text);
    CHECK_FALSE(base64url_decode(text).has_value());
  }
}
