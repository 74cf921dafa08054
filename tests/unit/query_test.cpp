#include "server/query.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

using quprite::server::Query;

TEST_CASE("the names of a query are lower-cased, its values are not") {
  const Query query("Comp=List&PREFIX=Vec");
  CHECK(query.find("comp") == "List");
  CHECK(query.find("prefix") == "Vec");
  CHECK_FALSE(query.find("Comp").has_value());
}

TEST_CASE("names and values of a query are percent-decoded once, and a plus sign stays one") {
  const Query query("pop%72eceipt=A%2B%2F%3D+&%53ig=%2541&c=%zz");
  CHECK(query.find("popreceipt") == "A+/=+");
  CHECK(query.find("sig") == "%41");
  CHECK(query.find("c") == "%zz");
}

TEST_CASE("an escaped separator does not separate") {
  const Query query("a=1%26b=2&c%3Dd=3");
  CHECK(query.find("a") == "1&b=2");
  CHECK_FALSE(query.find("b").has_value());
  CHECK(query.find("c=d") == "3");
}

TEST_CASE("a parameter without a value is there and empty; only the first equals sign divides") {
  const Query query("comp&x=&y=a=b&=z");
  CHECK(query.find("comp") == "");
  CHECK(query.find("x") == "");
  CHECK(query.find("y") == "a=b");
  CHECK(query.find("") == "z");
  CHECK_FALSE(query.find("z").has_value());
}

TEST_CASE("nothing between two ampersands is no parameter") {
  CHECK(Query("").parameters().empty());
  CHECK(Query("&&&").parameters().empty());
  const Query query("&a=1&&b=2&");
  REQUIRE(query.parameters().size() == 2);
  CHECK(query.parameters()[1].name == "b");
}

TEST_CASE("of a repeated parameter the first counts, and it is known to be repeated") {
  const Query query("sig=a&SIG=b&se=1");
  CHECK(query.find("sig") == "a");
  CHECK(query.repeated("sig"));
  CHECK_FALSE(query.repeated("se"));
  CHECK_FALSE(query.repeated("sp"));
}

TEST_CASE("a query stays good when it is moved") {
  Query first("a=1");
  Query second = std::move(first);
  CHECK(second.find("a") == "1");
  first = std::move(second);
  CHECK(first.find("a") == "1");
}

TEST_CASE("a query of very many parameters is read") {
  std::string raw;
  for (int i = 0; i < 20'000; ++i) raw += "a=%41&";
  const Query query(raw);
  CHECK(query.parameters().size() == 20'000);
  CHECK(query.parameters().back().value == "A");
}
