#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/http_request.h"

namespace quprite::server::http {

/// Where the head of a request ends.
struct HeadScan {
  enum class State { Incomplete, Complete, Malformed };
  State state;
  std::size_t size = 0;  ///< of the head, its empty line included, where Complete
};

/// Looks for the end of a request's head in what has been read so far. A line that does not end in
/// CRLF, or that folds the one before it, makes it Malformed: both are ways to smuggle one request
/// inside another (RFC 9112, sections 2.2 and 5.2).
HeadScan scan_head(std::string_view bytes);

/// Parses the head of a request, and its body where that is chunked, into an HttpRequest of views
/// into the bytes given. One parser serves one request.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// `request` is filled in, `body` with what chunks carry; both have to outlive the parser.
  RequestParser(HttpRequest& request, std::string& body);

  /// Parses a complete head; whether it is acceptable.
  bool parse_head(std::string_view head);

  /// What Content-Length says; nothing where there is none.
  [[nodiscard]] std::optional<std::size_t> length() const;

  /// Parses chunks; tells how many of the bytes were used. `failed` is set where they are malformed
  /// or where the body grows beyond limits::max_body (HttpRequest::body_too_large is set then,
  /// too).
  std::size_t parse_chunks(std::string_view bytes, bool& failed);

 private:
  using Base = boost::beast::http::basic_parser<true>;
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;

  void on_request_impl(boost::beast::http::verb method, string_view method_text, string_view target,
                       int version, error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field id, string_view name, string_view value,
                     error_code& ec) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  [[nodiscard]] bool is_framed_plainly() const;

  HttpRequest& request_;
  std::string& body_;
};

}  // namespace quprite::server::http
