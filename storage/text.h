#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace quprite::storage {

/// The text of a message: a part of a piece of memory that it shares with others and keeps alive.
/// To hand one on copies no bytes.
class Text {
 public:
  Text() = default;
  /// A piece of its own.
  explicit Text(std::string_view text)
      : Text(std::make_shared<const std::string>(text), 0, text.size()) {}
  Text(const std::shared_ptr<const std::string>& shared, std::size_t start, std::size_t size)
      : shared_(shared), view_(std::string_view(*shared).substr(start, size)) {}

  [[nodiscard]] std::string_view view() const { return view_; }
  [[nodiscard]] std::size_t size() const { return view_.size(); }

  friend bool operator==(const Text& text, std::string_view other) { return text.view_ == other; }

 private:
  std::shared_ptr<const std::string> shared_;
  std::string_view view_;
};

}  // namespace quprite::storage
