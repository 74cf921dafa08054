#include "server/wire/error_xml.h"

#include "server/wire/any_text.h"
#include "server/wire/dates.h"
#include "server/wire/xml_text.h"

namespace quprite::server {

void append_error_body(std::string& out, const Error& error, std::string_view request_id,
                       Time now) {
  const ErrorRow& row = error_row(error.code);
  out += xml_declaration;
  out += "<Error>";
  append_element(out, "Code", row.name);
  out += "<Message>";
  append_escaped(out, error.message.empty() ? std::string(row.message) : any_text(error.message));
  out += "\nRequestId:";
  out += request_id;
  out += "\nTime:";
  append_iso8601(out, now);
  out += "</Message>";
  // Details repeat what the client has sent, whatever bytes that were.
  for (const auto& [name, value] : error.details) append_any_element(out, name, value);
  out += "</Error>";
}

}  // namespace quprite::server
