#include "server/wire/percent.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using quprite::server::percent_decode;

TEST_CASE("percent escapes are decoded, in either case of their digits") {
  CHECK(percent_decode("vec%2Dqueue") == "vec-queue");
  CHECK(percent_decode("%2b%2B%2F%3d") == "++/=");
  CHECK(percent_decode("%C3%A9") == "\xC3\xA9");
  CHECK(percent_decode("") == "");
  CHECK(percent_decode("plain") == "plain");
}

TEST_CASE("percent escapes are decoded once") {
  CHECK(percent_decode("%2541") == "%41");
  CHECK(percent_decode("%25%34%31") == "%41");
}

TEST_CASE("an escape that is not one stays as it is") {
  CHECK(percent_decode("%") == "%");
  CHECK(percent_decode("%4") == "%4");
  CHECK(percent_decode("%zz%4g%g4") == "%zz%4g%g4");
  CHECK(percent_decode("100%%41") == "100%A");
}

TEST_CASE("a plus sign is a plus sign") {
  CHECK(percent_decode("a+b") == "a+b");
}

TEST_CASE("an escaped zero byte is a byte like others") {
  CHECK(percent_decode("a%00b") == std::string_view("a\0b", 3));
}

TEST_CASE("decoding tells where it ended") {
  std::string out(8, '.');
  char* const end = percent_decode("%41%4", out.data());
  CHECK(end - out.data() == 3);
  CHECK(out == "A%4.....");
}
