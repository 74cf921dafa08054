#pragma once

#include <string>
#include <string_view>

#include "server/errors.h"
#include "storage/time.h"

namespace quprite::server {

/// Appends the body of an error: code, message with the request's id and the time, details in their
/// order. Source: "Status and error codes"; the recordings.
void append_error_body(std::string& out, const Error& error, std::string_view request_id, Time now);

}  // namespace quprite::server
