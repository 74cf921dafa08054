#pragma once

#include <span>
#include <string_view>

#include "server/errors.h"
#include "server/reply.h"
#include "server/request.h"
#include "server/versions.h"

namespace quprite::server {

struct HandlerContext;

using Handler = Result<Reply> (*)(const Request&, HandlerContext&);

/// One operation of the Queue service: a row of the table that routes, authorizes, logs and
/// documents it.
struct Operation {
  std::string_view name;     ///< as its reference page is titled, without blanks
  std::string_view methods;  ///< "GET", or several: "GET,HEAD"
  Resource resource;
  std::string_view query;  ///< what the query has to say, as in a URL: "restype=service&comp=stats"
  char sas_resource_type;  ///< `srt` letter an account SAS needs; 0: no account SAS will do
  std::string_view account_sas;  ///< `sp` letters of an account SAS, any of which will do
  std::string_view
      queue_sas;  ///< `sp` letters of a service SAS, any of which will do; empty: none will
  std::string_view
      actions;  ///< Microsoft Entra ID data actions, any of which will do; empty: no token will
  ApiVersion first_version;
  bool changes;  ///< refused at the secondary location
  Handler handler;
};

std::span<const Operation> operations();

/// The row that a request's method, resource and query call for; InvalidUri,
/// InvalidQueryParameterValue or UnsupportedHttpVerb where there is none.
Result<const Operation*> find_operation(const Request& request);

}  // namespace quprite::server
