#include "server/http/parser.h"

#include <boost/beast/http/error.hpp>
#include <cstring>

#include "server/limits.h"

namespace quprite::server::http {
namespace {

namespace beast_http = boost::beast::http;

/// The absolute form of a target, which proxies are sent ("http://host/path"), as a path (RFC 9112,
/// section 3.2.2).
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_ignoring_case(target, scheme)) continue;
    const std::size_t path = target.find('/', scheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  return target;
}

std::string_view to_std(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

HeadScan scan_head(std::string_view bytes) {
  std::size_t line = 0;
  while (true) {
    const std::size_t end = bytes.find('\n', line);
    if (end == std::string_view::npos) return {HeadScan::State::Incomplete};
    if (end == line || bytes[end - 1] != '\r') return {HeadScan::State::Malformed};
    if (end == line + 1) return {HeadScan::State::Complete, end + 1};
    if (line != 0 && (bytes[line] == ' ' || bytes[line] == '\t'))
      return {HeadScan::State::Malformed};
    line = end + 1;
  }
}

RequestParser::RequestParser(HttpRequest& request, std::string& body)
    : request_(request), body_(body) {
  header_limit(UINT32_MAX);  // the session has measured the head already
  body_limit(boost::none);   // and limits the body itself
}

bool RequestParser::parse_head(std::string_view head) {
  request_.fields.clear();
  error_code ec;
  put(boost::asio::const_buffer(head.data(), head.size()), ec);
  if (ec || !is_header_done()) return false;
  if (!is_framed_plainly()) return false;
  request_.has_length = chunked() || content_length().has_value();
  request_.keep_alive = keep_alive();
  return true;
}

/// One Host in HTTP/1.1 (RFC 9112, section 3.2), and no coding of the body but chunks
/// (section 6.1).
bool RequestParser::is_framed_plainly() const {
  int hosts = 0;
  for (const HttpField& field : request_.fields) {
    if (field.id == beast_http::field::host) ++hosts;
    if (field.id == beast_http::field::transfer_encoding &&
        !equal_ignoring_case(field.value, "chunked"))
      return false;
  }
  return hosts == 1 || (hosts == 0 && request_.version == 10);
}

std::optional<std::size_t> RequestParser::length() const {
  const auto length = content_length();
  if (!length) return std::nullopt;
  return static_cast<std::size_t>(*length);
}

std::size_t RequestParser::parse_chunks(std::string_view bytes, bool& failed) {
  eager(true);
  error_code ec;
  const std::size_t used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  failed = ec && ec != beast_http::error::need_more;
  return used;
}

void RequestParser::on_request_impl(beast_http::verb method, string_view method_text,
                                    string_view target, int version, error_code& ec) {
  request_.method = method;
  request_.method_text = to_std(method_text);
  request_.target = origin_form(to_std(target));
  request_.version = version;
  if (version != 10 && version != 11) ec = beast_http::error::bad_version;
}

void RequestParser::on_field_impl(beast_http::field id, string_view name, string_view value,
                                  error_code&) {
  request_.fields.push_back({id, to_std(name), to_std(value)});
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) {
  if (body_.size() + body.size() > limits::max_body) {
    request_.body_too_large = true;
    ec = beast_http::error::body_limit;
    return 0;
  }
  body_.append(body.data(), body.size());
  return body.size();
}

}  // namespace quprite::server::http
