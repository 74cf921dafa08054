#pragma once

#include <string_view>

#include "server/http_request.h"

namespace quprite::server {

/// The storage service that a request is meant for, where something in it tells that this is not
/// Queue Storage ("Blob Storage" for a PUT with x-ms-blob-type); empty where nothing does. For
/// requests that have failed: what tells is what no request to Queue Storage has use for.
/// Sources: the REST references of Blob Storage, Table Storage, Azure Files and Data Lake Storage.
std::string_view other_service(const HttpRequest& http);

}  // namespace quprite::server
