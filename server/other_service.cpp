#include "server/other_service.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/field.hpp>
#include <cstddef>

#include "server/query.h"

namespace quprite::server {
namespace {

constexpr std::string_view blob = "Blob Storage";
constexpr std::string_view table = "Table Storage";
constexpr std::string_view files = "Azure Files";
constexpr std::string_view lake = "Data Lake Storage";

/// A word that tells a service, and where a header or parameter is looked at, its value.
struct Mark {
  std::string_view name;
  std::string_view value;  ///< empty: any
  std::string_view service;
};

constexpr std::array host_labels = {
    Mark{"blob", "", blob},
    Mark{"table", "", table},
    Mark{"file", "", files},
    Mark{"dfs", "", lake},
};

/// By how the name of a header begins.
constexpr std::array headers = {
    Mark{"x-ms-blob-", "", blob},          Mark{"x-ms-access-tier", "", blob},
    Mark{"x-ms-copy-source", "", blob},    Mark{"x-ms-lease-", "", blob},
    Mark{"DataServiceVersion", "", table}, Mark{"MaxDataServiceVersion", "", table},
    Mark{"x-ms-file-", "", files},
};

constexpr std::array parameters = {
    Mark{"restype", "container", blob},   Mark{"comp", "block", blob},
    Mark{"comp", "blocklist", blob},      Mark{"comp", "lease", blob},
    Mark{"comp", "page", blob},           Mark{"comp", "appendblock", blob},
    Mark{"comp", "snapshot", blob},       Mark{"comp", "tier", blob},
    Mark{"comp", "tags", blob},           Mark{"comp", "blobs", blob},
    Mark{"restype", "share", files},      Mark{"restype", "directory", files},
    Mark{"resource", "filesystem", lake}, Mark{"resource", "directory", lake},
};

std::string_view by_host(const HttpRequest& http) {
  const std::string_view host = http.header(boost::beast::http::field::host).value_or("");
  const std::size_t dot = host.find('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view rest = host.substr(dot + 1);
  const std::string_view label = rest.substr(0, rest.find_first_of(".:"));
  const auto mark = std::ranges::find_if(
      host_labels, [&](const Mark& m) { return equal_ignoring_case(m.name, label); });
  return mark == host_labels.end() ? std::string_view{} : mark->service;
}

std::string_view by_headers(const HttpRequest& http) {
  for (const HttpField& field : http.fields) {
    for (const Mark& mark : headers) {
      if (starts_with_ignoring_case(field.name, mark.name)) return mark.service;
    }
  }
  return {};
}

std::string_view by_query(const HttpRequest& http) {
  const Query query(http.raw_query());
  for (const Mark& mark : parameters) {
    if (query.find(mark.name) == mark.value) return mark.service;
  }
  return {};
}

/// "/account/Tables", "/account/$batch", "/account/people(PartitionKey='a',RowKey='b')".
std::string_view by_path(const HttpRequest& http) {
  const std::string_view path = http.path();
  const std::string_view last = path.substr(path.rfind('/') + 1);
  const bool is_table = last.starts_with("Tables") || last == "$batch" || last.ends_with(')');
  return is_table ? table : std::string_view{};
}

}  // namespace

std::string_view other_service(const HttpRequest& http) {
  for (const auto look : {by_host, by_headers, by_query, by_path}) {
    if (const std::string_view service = look(http); !service.empty()) return service;
  }
  return {};
}

}  // namespace quprite::server
