#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace quprite::server {

/// An x-ms-version: the date it is named by, as a number such as 20260406, so that versions compare
/// as dates.
struct ApiVersion {
  int yyyymmdd = 0;

  constexpr auto operator<=>(const ApiVersion&) const =
      default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0
};

/// Every rule that depends on the version of a request, by the first version that has it.
/// Source: "Versioning for the Azure Storage services", and the recordings where they know better.
namespace since {
inline constexpr ApiVersion oldest{20090919};
/// Update Message; `visibilitytimeout` on Put Message; up to 7 days of visibility; texts of 64 KiB.
inline constexpr ApiVersion update_message{20110818};
/// Get and Set Queue ACL; shared access signatures for queues.
inline constexpr ApiVersion queue_acl{20120212};
/// CORS, minute metrics, Get Queue Service Stats; List Queues without Url, with ServiceEndpoint.
inline constexpr ApiVersion cors{20130815};
/// A shared access signature's request may name its version by `api-version` or leave it to `sv`.
inline constexpr ApiVersion api_version_parameter{20140214};
/// Shared Key: a Content-Length of 0 is signed as an empty line. SAS: the resource begins with
/// "/queue".
inline constexpr ApiVersion empty_content_length{20150221};
/// Account SAS; `sip` and `spr`; the Authorization*Mismatch errors, 403 where 404 was before.
inline constexpr ApiVersion account_sas{20150405};
/// Put Message answers with a body; DequeueCount moves behind TimeNextVisible; Shared Key signs
/// x-ms- headers that have no value.
inline constexpr ApiVersion put_message_body{20160531};
/// x-ms-error-code; `messagettl` of any length, and -1.
inline constexpr ApiVersion error_code_header{20170729};
inline constexpr ApiVersion unlimited_time_to_live{20170729};
inline constexpr ApiVersion bearer_tokens{20171109};
/// Answers without a body say Content-Length: 0 where older ones were an empty chunked body.
/// [recordings]
inline constexpr ApiVersion empty_body_length{20180328};
inline constexpr ApiVersion client_request_id_echo{20190202};
/// Anonymous requests and bad tokens are challenged with 401 and WWW-Authenticate.
inline constexpr ApiVersion challenge{20191212};
/// The account SAS string-to-sign has a line for the encryption scope.
inline constexpr ApiVersion sas_encryption_scope{20201206};
/// AuthorizationResourceTypeMismatch carries ExtendedErrorDetail.
inline constexpr ApiVersion extended_error_detail{20240804};
inline constexpr ApiVersion user_delegation_sas{20250705};
inline constexpr ApiVersion user_delegation_key{20260206};
inline constexpr ApiVersion delegated_user_tenant{20260406};
}  // namespace since

/// Every version the service is known to have had since `since::oldest`, ascending.
std::span<const ApiVersion> known_versions();

/// The newest of known_versions(): the rules for a request that names none, or a newer one.
ApiVersion newest_version();

/// Reads `2026-04-06`; nothing where the text is not a date of that form.
std::optional<ApiVersion> parse_version(std::string_view text);

std::string to_string(ApiVersion version);

}  // namespace quprite::server
