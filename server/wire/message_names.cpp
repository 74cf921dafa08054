#include "server/wire/message_names.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "server/wire/base64.h"

namespace quprite::server {
namespace {

using storage::MessageId;
using storage::PopReceipt;

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr std::string_view receipt_head{"\x03\0\0\0\x03\0\0\0\0\0\0\0", 12};
constexpr std::size_t receipt_size =
    receipt_head.size() + sizeof(std::uint64_t) + sizeof(std::uint32_t);

/// What a FILETIME counts from.
constexpr Time file_time_epoch = std::chrono::sys_days{std::chrono::year{1601} / 1 / 1};

constexpr bool dash_precedes(std::size_t digit) {
  return digit == 8 || digit == 12 || digit == 16 || digit == 20;
}

template <class Integer>
char* put_little_endian(char* to, Integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i) *to++ = static_cast<char>(value >> (8 * i) & 0xFF);
  return to;
}

template <class Integer>
Integer get_little_endian(std::string_view bytes) {
  Integer value = 0;
  for (std::size_t i = sizeof value; i > 0; --i) {
    value = static_cast<Integer>(value << 8 | static_cast<unsigned char>(bytes[i - 1]));
  }
  return value;
}

constexpr int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void append_message_id(std::string& out, MessageId id) {
  std::array<char, 36> text{};
  char* to = text.data();
  for (std::size_t digit = 0; digit < 32; ++digit) {
    if (dash_precedes(digit)) *to++ = '-';
    const std::uint64_t half = digit < 16 ? id.high : id.low;
    *to++ = hex_digits[half >> (60 - 4 * (digit % 16)) & 0xF];
  }
  out.append(text.data(), text.size());
}

std::string format_message_id(MessageId id) {
  std::string text;
  append_message_id(text, id);
  return text;
}

std::optional<MessageId> parse_message_id(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  MessageId id;
  for (std::size_t digit = 0; digit < 32; ++digit) {
    if (dash_precedes(digit)) {
      if (text.front() != '-') return std::nullopt;
      text.remove_prefix(1);
    }
    const int value = digit_value(text.front());
    if (value < 0) return std::nullopt;
    text.remove_prefix(1);
    std::uint64_t& half = digit < 16 ? id.high : id.low;
    half = half << 4 | static_cast<std::uint64_t>(value);
  }
  return id;
}

void append_pop_receipt(std::string& out, PopReceipt pop_receipt) {
  std::array<char, receipt_size> bytes{};
  char* to = bytes.data();
  std::memcpy(to, receipt_head.data(), receipt_head.size());
  to += receipt_head.size();
  const Ticks file_time = pop_receipt.next_visible_at - file_time_epoch;
  to = put_little_endian(to, static_cast<std::uint64_t>(file_time.count()));
  put_little_endian(to, pop_receipt.change);

  std::array<char, base64_size(receipt_size)> text{};
  base64_encode({bytes.data(), bytes.size()}, text.data());
  out.append(text.data(), text.size());
}

std::string format_pop_receipt(PopReceipt pop_receipt) {
  std::string text;
  append_pop_receipt(text, pop_receipt);
  return text;
}

std::optional<std::optional<PopReceipt>> parse_pop_receipt(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto decoded = base64_decode(text);
  if (!decoded) return std::nullopt;
  std::string_view bytes = *decoded;
  // Doubly wrapped: std::nullopt alone would be the outer one.
  constexpr std::optional<PopReceipt> not_ours;
  if (bytes.size() != receipt_size || !bytes.starts_with(receipt_head)) return not_ours;
  bytes.remove_prefix(receipt_head.size());
  const auto file_time = get_little_endian<std::uint64_t>(bytes);
  bytes.remove_prefix(sizeof file_time);
  if (file_time > static_cast<std::uint64_t>((storage::never - file_time_epoch).count()))
    return not_ours;
  return PopReceipt{
      .next_visible_at = file_time_epoch + Ticks{static_cast<std::int64_t>(file_time)},
      .change = get_little_endian<std::uint32_t>(bytes)};
}

}  // namespace quprite::server
