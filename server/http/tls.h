#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;
struct bio_st;

namespace quprite::server::http {

/// The certificate that the server shows, and the key that goes with it. TLS 1.2 and 1.3.
/// The constructing functions throw std::runtime_error with a message that names the file.
class TlsContext {
 public:
  /// A certificate chain and a private key, in PEM (`--cert`, `--key`).
  static TlsContext from_pem(const std::string& certificate_file, const std::string& key_file);

  /// Both in one PKCS #12 file (`--cert`, `--pwd`).
  static TlsContext from_pfx(const std::string& file, const std::string& password);

  [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const noexcept;
  };

  TlsContext();

  std::unique_ptr<ssl_ctx_st, Free> context_;
};

/// TLS for one connection, as a filter between bytes: it knows no socket. What comes from the
/// client is fed in, and can be read in plain; what is written in plain comes out for the client.
/// The handshake happens along the way.
class TlsFilter {
 public:
  enum class Status {
    Open,
    NeedMore,  ///< nothing can be read before more is fed
    Closed,    ///< the client has said goodbye
    Failed,    ///< not TLS, or a certificate or key that does not fit
  };

  explicit TlsFilter(const TlsContext& context);

  /// Whether the handshake is done.
  [[nodiscard]] bool is_open() const;

  /// Takes bytes from the client.
  void feed(std::string_view encrypted);

  /// Reads in plain what has been fed; tells how many bytes, 0 unless the status is Open.
  std::size_t read(std::span<char> plain, Status& status);

  /// Takes plain bytes for the client; whether that worked.
  bool write(std::string_view plain);

  /// Says goodbye to the client.
  void close();

  /// Appends to `out` what has to be sent to the client.
  void take_output(std::string& out);

 private:
  struct Free {
    void operator()(ssl_st* ssl) const noexcept;
  };

  std::unique_ptr<ssl_st, Free> ssl_;
  bio_st* input_;   // owned by ssl_
  bio_st* output_;  // owned by ssl_
};

/// Whether a connection whose first byte this is speaks TLS: no HTTP method begins with the type of
/// a handshake record.
inline bool begins_tls(char first) {
  return first == 0x16;
}

}  // namespace quprite::server::http
