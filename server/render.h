#pragma once

#include <string>

#include "server/errors.h"
#include "server/exchange.h"
#include "server/reply.h"
#include "storage/time.h"

namespace quprite::server {

/// Appends the HTTP answer of an operation that worked. Framing as recorded: chunked where there is
/// a body; without one, `Content-Length: 0`, or an empty chunked body before version 2018-03-28
/// unless the status is 204.
void render_reply(std::string& out, const Exchange& exchange, const Reply& reply, Time now);

/// Appends the HTTP answer of one that did not. The reason phrase is the error's message.
void render_error(std::string& out, const Exchange& exchange, const Error& error, Time now);

/// Appends the answer to what is not HTTP: a bare 400, as a web server's front end gives it.
void render_bad_request(std::string& out);

}  // namespace quprite::server
