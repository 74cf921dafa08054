#pragma once

#include <string_view>

#include "server/errors.h"
#include "server/http_request.h"
#include "storage/store.h"

namespace quprite::server {

/// "Naming Queues and Metadata": 3 to 63 lower-case letters, digits and dashes, beginning and
/// ending with a letter or digit, no two dashes in a row. OutOfRangeInput for the length,
/// InvalidResourceName for the characters.
Result<Done> check_queue_name(std::string_view name);

/// The x-ms-meta-NAME headers of a request. EmptyMetadataKey, InvalidMetadata (a name that is no C#
/// identifier, one that occurs twice, a value that is not text), MetadataTooLarge.
Result<storage::Metadata> read_metadata(const HttpRequest& http);

}  // namespace quprite::server
