// The target of a request: path, account, query and their escapes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/auth/authenticate.h"
#include "server/wire/percent.h"
#include "tests/fuzz/fuzz_account.h"

using namespace quprite;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace http = boost::beast::http;
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  test::must(server::percent_decode(target).size() <= target.size());
  const server::Query query(target);
  for (const auto& [name, value] : query.parameters()) {
    const auto first = query.find(name);
    test::must(first.has_value() && (*first == value || query.repeated(name)));
  }

  server::HttpRequest sent{
      .method = http::verb::get, .method_text = "GET", .target = target, .peer = "::1"};
  sent.fields = {{http::field::host, "Host", "127.0.0.1:10001"},
                 {http::field::unknown, "x-ms-date", "Mon, 01 Jun 2026 12:00:00 GMT"},
                 {http::field::authorization, "Authorization", "SharedKey devstoreaccount1:AAAA"}};
  server::Request request;
  if (!server::read_request(request, sent, test::fuzz_accounts(), test::fuzz_times, {})) return 0;
  const auto principal = server::authenticate(
      request, {}, [](storage::QueueRef, std::string_view) { return std::nullopt; });
  test::must(!principal);
  return 0;
}
