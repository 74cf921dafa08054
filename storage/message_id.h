#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "storage/store.h"

namespace quprite::storage {

/// Turns a message's sequence number into its id and back, under a key that belongs to the
/// database: ids look random and cannot be guessed from one another, yet no index is needed to find
/// the message.
///
/// A Feistel network over the two halves of 128 bits, of which 64 carry the sequence and 64 a
/// constant: an id that is not one of this database's does not decode to the constant. It keeps ids
/// from being guessed, not secrets.
class MessageIds {
 public:
  using Key = std::array<std::uint64_t, 4>;

  explicit MessageIds(const Key& key) : key_(key) {}

  [[nodiscard]] MessageId encode(std::int64_t sequence) const;

  /// Nothing where the id is not one of this database's.
  [[nodiscard]] std::optional<std::int64_t> decode(MessageId id) const;

  /// A key that nobody else has.
  static Key random_key();

 private:
  Key key_;
};

}  // namespace quprite::storage
