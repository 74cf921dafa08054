#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "server/differences.h"
#include "server/errors.h"
#include "server/operations.h"

namespace quprite::server {
namespace {

std::string read_readme() {
  std::ifstream file(QUPRITE_SOURCE_DIR "/README.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The rows of the first table below a heading of README.md, without its head.
std::vector<std::vector<std::string>> table_below(std::string_view heading) {
  const std::string text = read_readme();
  std::vector<std::vector<std::string>> rows;
  std::size_t at = text.find("\n## " + std::string(heading) + "\n");
  REQUIRE(at != std::string::npos);
  at = text.find("\n|", at) + 1;
  while (at < text.size() && text[at] == '|') {
    const std::size_t end = text.find('\n', at);
    std::vector<std::string>& cells = rows.emplace_back();
    std::size_t begin = at + 2;
    for (std::size_t bar = text.find(" |", begin); bar < end; bar = text.find(" |", begin)) {
      cells.push_back(text.substr(begin, bar - begin));
      begin = bar + 3;
    }
    at = end + 1;
  }
  rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

std::string path_of(Resource resource) {
  switch (resource) {
    case Resource::Account: return "/";
    case Resource::Queue: return "/QUEUE";
    case Resource::Messages: return "/QUEUE/messages";
    case Resource::Message: return "/QUEUE/messages/ID";
  }
  return {};
}

std::string spaced(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool capital = name[i] >= 'A' && name[i] <= 'Z';
    const bool after_small = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if (capital && after_small) words += ' ';
    words += name[i];
  }
  return words;
}

}  // namespace

TEST_CASE("README's table of operations is the server's") {
  const auto rows = table_below("Operations");
  REQUIRE(rows.size() == operations().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Operation& operation = operations()[i];
    CAPTURE(operation.name);
    const std::string query = operation.query.empty() ? "" : "?" + std::string(operation.query);
    REQUIRE(rows[i].size() == 3);
    CHECK(rows[i][0] == spaced(operation.name));
    CHECK(rows[i][1] ==
          "`" + std::string(operation.methods) + " " + path_of(operation.resource) + query + "`");
    CHECK(rows[i][2] == to_string(operation.first_version));
  }
}

TEST_CASE("README's table of differences is the server's") {
  const auto rows = table_below("Differences from Azure");
  REQUIRE(rows.size() == differences().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Difference& difference = differences()[i];
    REQUIRE(rows[i].size() == 3);
    CHECK(rows[i][0] == difference.place);
    CHECK(rows[i][1] == difference.azure);
    CHECK(rows[i][2] == difference.by_default);
  }
}

TEST_CASE("README lists every error that the server gives") {
  const std::string text = read_readme();
  for (const ErrorRow& row : error_table()) {
    CAPTURE(row.name);
    CHECK(text.find("`" + std::string(row.name) + "`") != std::string::npos);
  }
}

}  // namespace quprite::server
