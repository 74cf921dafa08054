#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/errors.h"
#include "server/http_request.h"
#include "server/reply.h"
#include "server/service_properties.h"

namespace quprite::server {

/// The headers that CORS adds to the answer of an actual request, as lines that end in CRLF; empty
/// for none. `answer_headers` names the headers of the answer, in the
/// order in which a rule that exposes `*` exposes them. CORS never keeps a request from being run.
/// Source: "CORS support for Azure Storage"; the recordings, which have these headers also where no
/// Origin was sent.
std::string cors_header_lines(const std::vector<CorsRule>& rules, const HttpRequest& http,
                              std::string_view answer_headers);

/// Preflight Queue Request. CorsPreflightFailure where no rule allows what is asked;
/// MissingRequiredHeader.
Result<Reply> answer_preflight(const std::vector<CorsRule>& rules, const HttpRequest& http);

}  // namespace quprite::server
