#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace quprite::server {

/// The query of a request: names lower-cased ("Authorize with Shared Key"), names and values
/// percent-decoded. A plus sign is a plus sign; an escape that is not one stays as it is. Refers to
/// the text that it was read from.
class Query {
 public:
  struct Parameter {
    std::string_view name;
    std::string_view value;
  };

  Query() = default;
  explicit Query(std::string_view raw) { read(raw); }
  Query(Query&&) = default;
  Query& operator=(Query&&) = default;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() = default;

  /// Reads another one, in the memory of the one before.
  void read(std::string_view raw);

  /// The value of the first parameter of that name (to be given in lower case).
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

  /// Whether the name occurs more than once.
  [[nodiscard]] bool repeated(std::string_view name) const;

  [[nodiscard]] std::span<const Parameter> parameters() const { return parameters_; }

 private:
  std::vector<char>
      text_;  // what was decoded, for the views below; a vector's buffer stays put when it is moved
  std::vector<Parameter> parameters_;
};

}  // namespace quprite::server
