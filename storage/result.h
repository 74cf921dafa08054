#pragma once

#include <concepts>
#include <utility>
#include <variant>

namespace quprite {

/// A value, or the error that kept it from being made. The names are those of `std::expected`,
/// which g++ 12 does not offer in C++20.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  template <std::convertible_to<E> U>
  Result(U error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }

  [[nodiscard]] const T& operator*() const& { return *std::get_if<0>(&state_); }
  [[nodiscard]] T& operator*() & { return *std::get_if<0>(&state_); }
  [[nodiscard]] T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  [[nodiscard]] const T* operator->() const { return std::get_if<0>(&state_); }
  [[nodiscard]] T* operator->() { return std::get_if<0>(&state_); }

  [[nodiscard]] const E& error() const& { return *std::get_if<1>(&state_); }
  [[nodiscard]] E& error() & { return *std::get_if<1>(&state_); }
  [[nodiscard]] E&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, E> state_;
};

/// What a call gives that has nothing to tell but that it worked.
struct Done {};

}  // namespace quprite
