#include "server/wire/message_names.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "server/wire/base64.h"
#include "server/wire/dates.h"

using namespace quprite;
using namespace quprite::server;

namespace {

constexpr storage::MessageId id{.high = 0xef870709075e4883, .low = 0xbc90e671edf4656c};

}  // namespace

TEST_CASE("a message id is a lower-case GUID") {
  CHECK(format_message_id(id) == "ef870709-075e-4883-bc90-e671edf4656c");
  CHECK(format_message_id({}) == "00000000-0000-0000-0000-000000000000");
  CHECK(parse_message_id("ef870709-075e-4883-bc90-e671edf4656c") == id);
  CHECK(parse_message_id("EF870709-075E-4883-BC90-E671EDF4656C") == id);
}

TEST_CASE("what is no GUID names no message") {
  for (const char* text :
       {"", "mymsg", "ef870709075e4883bc90e671edf4656c", "{ef870709-075e-4883-bc90-e671edf4656c}",
        "ef870709-075e-4883-bc90-e671edf4656", "ef870709-075e-4883-bc90-e671edf4656g",
        "ef8707090-75e-4883-bc90-e671edf4656c", "ef870709-075e-4883-bc90-e671edf4656c0",
        "ef870709+075e+4883+bc90+e671edf4656c"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_message_id(text).has_value());
  }
}

TEST_CASE("a pop receipt is that of Azure's Update Message, byte for byte") {
  const std::string recorded = "AwAAAAMAAAAAAAAAWwRuJ1Dq2AEBAAAA";
  const auto receipt = parse_pop_receipt(recorded);
  REQUIRE(receipt.has_value());
  REQUIRE(receipt->has_value());
  CHECK((*receipt)->change == 1);
  CHECK(rfc1123((*receipt)->next_visible_at) == "Thu, 27 Oct 2022 22:04:58 GMT");
  CHECK(format_pop_receipt(**receipt) == recorded);
}

TEST_CASE("pop receipts keep 100 ns and all of the counter") {
  for (const std::uint32_t change : {0U, 1U, 0xFFFFFFFFU}) {
    const storage::PopReceipt receipt{.next_visible_at = storage::never - Ticks{1},
                                      .change = change};
    CHECK(parse_pop_receipt(format_pop_receipt(receipt)).value() == receipt);
  }
}

TEST_CASE("a pop receipt that is no Base64 is a mistake") {
  for (const char* text :
       {"", "invalid", "garbage", "AwAAAAMAAAAAAAAAWwRuJ1Dq2AEBAAA",
        "AwAAAAMAAAAAAAAA WwRuJ1Dq2AEBAAA", "AwAA-AMAAAAAAAAAWwRuJ1Dq2AEBAAAA"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_pop_receipt(text).has_value());
  }
}

TEST_CASE("a pop receipt of somebody else is none of ours, but no mistake") {
  const std::string of_put = "AgAAAAMAAAAAAAAALNdCOVDq2AE=";
  const std::string late = base64_encode(std::string("\3\0\0\0\3\0\0\0\0\0\0\0", 12) +
                                         std::string(8, '\xFF') + std::string(4, '\0'));
  for (const std::string& text : {of_put, late, std::string("AAAA"), std::string("bm9uc2Vuc2U="),
                                  base64_encode(std::string(24, '\0'))}) {
    CAPTURE(text);
    const auto receipt = parse_pop_receipt(text);
    REQUIRE(receipt.has_value());
    CHECK_FALSE(receipt->has_value());
  }
}
