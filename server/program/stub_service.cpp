#include "server/program/stub_service.h"

#include <boost/beast/http/verb.hpp>

#include "server/query.h"
#include "server/wire/dates.h"
#include "server/wire/xml_text.h"

namespace quprite::server {
namespace {

using boost::beast::http::verb;

struct StubAnswer {
  std::string_view status_line;
  std::string_view content_type;
  std::string_view headers;
  std::string body;
};

constexpr std::string_view xml = "application/xml";
constexpr std::string_view json = "application/json;odata=minimalmetadata";

/// Sources: "List Containers", "Get Blob Service Properties", "Get Account Information", "Query
/// Tables", "Get Table Service Properties".
constexpr std::string_view no_containers =
    "<EnumerationResults><Containers /><NextMarker /></EnumerationResults>";
constexpr std::string_view service_properties =
    "<StorageServiceProperties><Logging><Version>1.0</Version><Delete>false</Delete>"
    "<Read>false</Read><Write>false</Write><RetentionPolicy><Enabled>false</Enabled>"
    "</RetentionPolicy></Logging><HourMetrics><Version>1.0</Version><Enabled>false</Enabled>"
    "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></HourMetrics><MinuteMetrics>"
    "<Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled>"
    "</RetentionPolicy></MinuteMetrics><Cors /></StorageServiceProperties>";
constexpr std::string_view no_tables = R"({"value":[]})";
constexpr std::string_view account_headers =
    "x-ms-sku-name: Standard_LRS\r\nx-ms-account-kind: StorageV2\r\n"
    "x-ms-is-hns-enabled: false\r\n";

StubAnswer document(std::string_view content) {
  return {"200 OK", xml, "", std::string(xml_declaration) + std::string(content)};
}

StubAnswer not_served(StubKind kind) {
  constexpr std::string_view status = "501 Not Implemented";
  const std::string message = std::string("quprite serves queues only: there is no ") +
                              (kind == StubKind::Blob ? "Blob" : "Table") +
                              " Storage behind this port.";
  if (kind == StubKind::Table) {
    return {status, json, "",
            R"({"odata.error":{"code":"NotImplemented","message":{"lang":"en-US","value":")" +
                message + "\"}}}"};
  }
  return {status, xml, "x-ms-error-code: NotImplemented\r\n",
          std::string(xml_declaration) + "<Error><Code>NotImplemented</Code><Message>" + message +
              "</Message></Error>"};
}

/// Whether a path has no segment behind the account's.
bool names_account(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.find_last_of('/') == path.find_first_of('/');
}

StubAnswer answer_to(StubKind kind, const HttpRequest& http) {
  if (http.method != verb::get && http.method != verb::head) return not_served(kind);
  const Query query(http.raw_query());
  const auto is = [&](std::string_view name, std::string_view value) {
    return query.find(name) == value;
  };
  if (is("comp", "properties") && is("restype", "account"))
    return {"200 OK", "", account_headers, ""};
  if (is("comp", "properties") && is("restype", "service")) return document(service_properties);
  const std::string_view path = http.path();
  if (kind == StubKind::Blob && is("comp", "list") && !query.find("restype") && names_account(path))
    return document(no_containers);
  if (kind == StubKind::Table && (path.ends_with("/Tables") || path.ends_with("/Tables()")))
    return {"200 OK", json, "", std::string(no_tables)};
  return not_served(kind);
}

}  // namespace

void StubService::handle(const HttpRequest& http, Exchange& exchange, std::string& out) {
  exchange.reset();
  exchange.head = http.method == verb::head;
  exchange.keep_alive = http.keep_alive && !http.body_too_large;
  request_ids_.next(exchange.request_id);
  const StubAnswer answer = answer_to(kind_, http);
  out.append("HTTP/1.1 ").append(answer.status_line).append("\r\nServer: quprite\r\n");
  out.append("Content-Length: ").append(std::to_string(answer.body.size())).append("\r\n");
  if (!answer.content_type.empty())
    out.append("Content-Type: ").append(answer.content_type).append("\r\n");
  out.append("x-ms-request-id: ").append(exchange.request_id.data(), exchange.request_id.size());
  if (const auto version = http.header("x-ms-version"))
    out.append("\r\nx-ms-version: ").append(*version);
  out.append("\r\nDate: ").append(rfc1123(clock_.now())).append("\r\n").append(answer.headers);
  if (!exchange.keep_alive) out.append("Connection: close\r\n");
  out.append("\r\n");
  if (!exchange.head) out.append(answer.body);
}

}  // namespace quprite::server
