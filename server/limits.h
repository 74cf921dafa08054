#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The service's numbers, each with the page it is from.
namespace quprite::server::limits {

/// "Put Message": the text, after XML unescaping, in UTF-8 bytes; 8 KiB before version 2011-08-18.
inline constexpr std::size_t max_text = 65'536;
inline constexpr std::size_t max_text_before_2011 = 8'192;

/// A request body beyond this is refused unread. A text of max_text bytes fits however it is
/// escaped
/// (`&#x10FFFF;` is 10 bytes for 4, `&quot;` 6 for 1).
inline constexpr std::size_t max_body = 1'048'576;

/// "Get Messages", "Peek Messages": messages a call.
inline constexpr std::int64_t max_messages = 32;

/// "Put Message", "Get Messages", "Update Message": seconds. Two hours before version 2011-08-18.
inline constexpr std::int64_t max_visibility_timeout = 604'800;
inline constexpr std::int64_t max_visibility_timeout_before_2011 = 7'200;
inline constexpr std::int64_t default_visibility_timeout = 30;

/// "Put Message": seconds. From version 2017-07-29 any positive 32-bit number, and -1 for never.
inline constexpr std::int64_t default_time_to_live = 604'800;
inline constexpr std::int64_t max_time_to_live_before_2017 = 604'800;
inline constexpr std::int64_t max_time_to_live = 2'147'483'647;

/// "List Queues": queues a page.
inline constexpr std::int64_t max_list_results = 5'000;

/// "Naming Queues and Metadata".
inline constexpr std::size_t min_queue_name = 3;
inline constexpr std::size_t max_queue_name = 63;

/// "Set Queue Metadata" names no size; blobs' 8 KiB of names and values is taken.
inline constexpr std::size_t max_metadata = 8'192;

/// "Set Queue ACL".
inline constexpr std::size_t max_access_policies = 5;

/// "Setting timeouts for Queue Storage operations": larger values are reduced to it. Seconds.
inline constexpr std::int64_t max_timeout = 30;

/// "Versioning for the Azure Storage services" / common headers: visible ASCII characters.
inline constexpr std::size_t max_client_request_id = 1'024;

/// How long a deleted queue's name stays reserved with `--exact` ("Delete Queue": "at least 30
/// seconds").
inline constexpr std::chrono::seconds deleted_name_reservation{30};

}  // namespace quprite::server::limits
