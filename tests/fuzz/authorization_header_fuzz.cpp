// The Authorization header of a request, over HTTPS and with tokens switched on.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/auth/authenticate.h"
#include "tests/fuzz/fuzz_account.h"

using namespace quprite;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace http = boost::beast::http;
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  server::HttpRequest sent{
      .method = http::verb::get,
      .method_text = "GET",
      .target = "/devstoreaccount1/vec-queue?comp=metadata&sig=x&skoid=o&sduoid=u",
      .secure = true,
      .peer = "127.0.0.1"};
  sent.fields = {{http::field::unknown, "x-ms-date", "Mon, 01 Jun 2026 12:00:00 GMT"},
                 {http::field::unknown, "x-ms-version", "2026-04-06"},
                 {http::field::authorization, "Authorization", value}};
  server::Request request;
  test::must(
      server::read_request(request, sent, test::fuzz_accounts(), test::fuzz_times, {}).has_value());
  const auto principal = server::authenticate(
      request, {.bearer = true}, [](storage::QueueRef, std::string_view) { return std::nullopt; });
  // The SAS is bound to a user and wrong, so not even a good token lets anyone in; and nobody can
  // sign.
  test::must(!principal);
  return 0;
}
