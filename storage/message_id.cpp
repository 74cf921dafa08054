#include "storage/message_id.h"

#include <random>
#include <utility>

namespace quprite::storage {
namespace {

constexpr std::uint64_t constant = 0x7175'7072'6974'6521;

/// Mixes 64 bits so that each of them depends on all (the finalizer of splitmix64, with a key in
/// between).
constexpr std::uint64_t mix(std::uint64_t value, std::uint64_t key) {
  value += key;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value ^= key >> 17U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

}  // namespace

MessageId MessageIds::encode(std::int64_t sequence) const {
  // The constant stands where the first round changes it: were it on the other side, that round's
  // key would not be needed to find it again.
  std::uint64_t left = constant;
  std::uint64_t right = static_cast<std::uint64_t>(sequence);
  for (const std::uint64_t round_key : key_) {
    left ^= mix(right, round_key);
    std::swap(left, right);
  }
  return {left, right};
}

std::optional<std::int64_t> MessageIds::decode(MessageId id) const {
  std::uint64_t left = id.high;
  std::uint64_t right = id.low;
  for (auto round_key = key_.rbegin(); round_key != key_.rend(); ++round_key) {
    std::swap(left, right);
    left ^= mix(right, *round_key);
  }
  if (left != constant) return std::nullopt;
  return static_cast<std::int64_t>(right);
}

MessageIds::Key MessageIds::random_key() {
  std::random_device device;
  Key key{};
  for (std::uint64_t& part : key) part = (std::uint64_t{device()} << 32U) | device();
  return key;
}

}  // namespace quprite::storage
