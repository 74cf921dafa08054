#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/errors.h"
#include "server/versions.h"
#include "storage/store.h"

namespace quprite::server {

/// What List Queues was asked for, as far as its answer repeats it: only what was there.
struct ListQuery {
  std::string service_endpoint;  ///< the URL of the account, with a slash at its end
  std::string account;
  std::optional<std::string_view> prefix;
  std::optional<std::string_view> marker;
  std::optional<std::string_view> max_results;
  bool with_metadata = false;
};

/// The body of List Queues' answer. Before version 2013-08-15 the endpoint is called AccountName,
/// and each queue has a Url.
std::string write_queue_list(const ListQuery& query, const storage::QueuePage& page,
                             ApiVersion version);

/// Reads a marker as write_queue_list() writes them, `/ACCOUNT/QUEUE`: the queue. OutOfRangeInput
/// where it is none.
Result<std::string_view> read_marker(std::string_view marker, std::string_view account);

/// Reads `<SignedIdentifiers>`: at most five stored access policies with different ids of 1 to 64
/// characters. InvalidXmlDocument.
Result<std::vector<storage::AccessPolicy>> read_signed_identifiers(std::string_view body);

std::string write_signed_identifiers(const std::vector<storage::AccessPolicy>& policies);

}  // namespace quprite::server
