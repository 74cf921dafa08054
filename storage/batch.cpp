#include "storage/batch.h"

#include "storage/store.h"

namespace quprite::storage {
namespace {

constexpr std::size_t length_size = 4;

/// A Get of one message reads the texts of its batch; what is read ahead of it, and what one
/// message that is left can keep from being reclaimed, stays small.
constexpr std::size_t most_text_bytes = std::size_t{32} * 1024;

}  // namespace

bool NewBatch::has_room(const Times& times, std::size_t text_size) const {
  return !empty() && count() < most_members && times == times_ &&
         texts_.size() + text_size <= most_text_bytes;
}

void NewBatch::start(std::int64_t id, const Times& times) {
  clear();
  id_ = id;
  times_ = times;
}

std::int64_t NewBatch::add(std::string_view text) {
  const std::int64_t sequence = sequence_of(id_, count());
  texts_ += text;
  lengths_.push_back(static_cast<std::uint32_t>(text.size()));
  return sequence;
}

std::string_view NewBatch::pack() {
  for (std::size_t i = 0; i + 1 < lengths_.size(); ++i) {
    for (unsigned shift = 0; shift < 8 * length_size; shift += 8)
      texts_ += static_cast<char>(lengths_[i] >> shift & 0xFFU);
  }
  return texts_;
}

void NewBatch::clear() {
  texts_.clear();
  lengths_.clear();
}

PackedTexts::PackedTexts(std::string_view bytes, int count) : bytes_(bytes) {
  const auto damaged = [] { return StoreFailure("the texts of a batch are damaged", false); };
  if (count < 1 || count > most_members) throw damaged();
  const auto last = static_cast<std::size_t>(count) - 1;
  if (bytes.size() < last * length_size) throw damaged();
  const std::size_t end = bytes.size() - last * length_size;
  std::size_t start = 0;
  for (std::size_t i = 0; i < last; ++i) {
    std::size_t length = 0;
    for (std::size_t byte = 0; byte < length_size; ++byte) {
      const auto value = static_cast<unsigned char>(bytes[end + i * length_size + byte]);
      length |= std::size_t{value} << (8 * byte);
    }
    start += length;
    if (start > end) throw damaged();
    starts_[i + 1] = start;
  }
  starts_[last + 1] = end;
}

}  // namespace quprite::storage
