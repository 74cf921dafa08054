// The query of a request without an Authorization header, as it is and with a signature that fits.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/auth/authenticate.h"
#include "tests/fuzz/fuzz_account.h"

using namespace quprite;

namespace {

/// Every policy exists and says nothing but when it ends.
std::optional<storage::AccessPolicy> find_policy(storage::QueueRef, std::string_view id) {
  return storage::AccessPolicy{std::string(id), {}, storage::never, {}};
}

server::Result<server::Principal> authenticate(std::string_view query) {
  const std::string target = "/devstoreaccount1/vec-queue?" + std::string(query);
  const server::HttpRequest sent{.method = boost::beast::http::verb::get,
                                 .method_text = "GET",
                                 .target = target,
                                 .peer = "127.0.0.1"};
  server::Request request;
  const auto read =
      server::read_request(request, sent, test::fuzz_accounts(), test::fuzz_times, {});
  if (!read) return read.error();
  return server::authenticate(request, {}, find_policy);
}

/// The string-to-sign that a refusal tells, signed: the way past the signature.
std::optional<std::string> signature_for(const server::Error& refusal) {
  constexpr std::string_view before = "Signature did not match. String to sign used was ";
  if (refusal.details.empty() || !refusal.details[0].second.starts_with(before))
    return std::nullopt;
  const std::string text = refusal.details[0].second.substr(before.size());
  return test::fuzz_accounts().find(server::development_account)->keys[0].signature(text);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string query(reinterpret_cast<const char*>(data), size);
  const auto unsigned_outcome = authenticate("sig=&" + query);
  test::must(!unsigned_outcome);
  const auto signature = signature_for(unsigned_outcome.error());
  if (!signature) return 0;
  std::string escaped;
  for (const char c : *signature)
    escaped += c == '+' ? "%2B" : c == '/' ? "%2F" : std::string(1, c);
  const auto outcome = authenticate("sig=" + escaped + "&" + query);
  test::must(!outcome || !std::holds_alternative<server::Owner>(*outcome));
  return 0;
}
