#include "storage/message_id.h"

#include <doctest/doctest.h>

#include <bit>
#include <limits>
#include <set>
#include <utility>

namespace {

using quprite::storage::MessageId;
using quprite::storage::MessageIds;

constexpr MessageIds::Key key = {0x0123456789ABCDEF, 0xFEDCBA9876543210, 0x0F1E2D3C4B5A6978,
                                 0x8796A5B4C3D2E1F0};

}  // namespace

TEST_CASE("a message id tells which message it is") {
  const MessageIds ids(key);
  for (const std::int64_t sequence : {std::int64_t{0}, std::int64_t{1}, std::int64_t{100'000},
                                      std::numeric_limits<std::int64_t>::max()}) {
    CAPTURE(sequence);
    const auto decoded = ids.decode(ids.encode(sequence));
    REQUIRE(decoded.has_value());
    CHECK(*decoded == sequence);
  }
}

TEST_CASE("no two messages have the same id, nor the same half of one") {
  const MessageIds ids(key);
  std::set<std::uint64_t> high;
  std::set<std::uint64_t> low;
  for (std::int64_t sequence = 1; sequence <= 20'000; ++sequence) {
    const MessageId id = ids.encode(sequence);
    high.insert(id.high);
    low.insert(id.low);
  }
  CHECK(high.size() == 20'000);
  CHECK(low.size() == 20'000);
}

TEST_CASE("neighbours differ in about half of the bits of their ids") {
  const MessageIds ids(key);
  int different = 0;
  constexpr int pairs = 1'000;
  for (std::int64_t sequence = 1; sequence <= pairs; ++sequence) {
    const MessageId a = ids.encode(sequence);
    const MessageId b = ids.encode(sequence + 1);
    different += std::popcount(a.high ^ b.high) + std::popcount(a.low ^ b.low);
  }
  CHECK(different > pairs * 60);
  CHECK(different < pairs * 68);
}

TEST_CASE("an id that was not handed out does not decode") {
  const MessageIds ids(key);
  CHECK_FALSE(ids.decode({}).has_value());
  CHECK_FALSE(ids.decode({.high = ~0ULL, .low = ~0ULL}).has_value());
  const MessageId good = ids.encode(7);
  for (unsigned bit = 0; bit < 64; ++bit) {
    CAPTURE(bit);
    CHECK_FALSE(ids.decode({.high = good.high ^ (1ULL << bit), .low = good.low}).has_value());
    CHECK_FALSE(ids.decode({.high = good.high, .low = good.low ^ (1ULL << bit)}).has_value());
  }
}

TEST_CASE("an id of another database does not decode") {
  for (std::size_t part = 0; part < key.size(); ++part) {
    CAPTURE(part);
    MessageIds::Key other = key;
    other[part] ^= 1U;
    CHECK_FALSE(MessageIds(other).decode(MessageIds(key).encode(7)).has_value());
  }
}

TEST_CASE("each database gets a key of its own") {
  CHECK(MessageIds::random_key() != MessageIds::random_key());
}
