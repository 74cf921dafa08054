#include "server/http/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>

#include <array>
#include <climits>
#include <new>
#include <stdexcept>

namespace quprite::server::http {
namespace {

struct FreeAny {
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
  void operator()(PKCS12* pfx) const noexcept { PKCS12_free(pfx); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(STACK_OF(X509) * chain) const noexcept { sk_X509_pop_free(chain, X509_free); }
};

template <class T>
using Owned = std::unique_ptr<T, FreeAny>;

/// What OpenSSL says of the last thing that went wrong.
std::string last_error() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  const char* reason = ERR_reason_error_string(code);
  if (reason != nullptr) return reason;
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + last_error());
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const noexcept {
  SSL_CTX_free(context);
}

TlsContext::TlsContext() : context_(SSL_CTX_new(TLS_server_method())) {
  if (!context_) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  // Buffers of connections that wait are given back: many idle ones cost little.
  SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION);
}

TlsContext TlsContext::from_pem(const std::string& certificate_file, const std::string& key_file) {
  TlsContext context;
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    fail("--cert: cannot read a PEM certificate from '" + certificate_file + "'");
  }
  // Nobody is asked for a pass phrase: a server starts by itself.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail("--key: cannot read the private key of '" + certificate_file + "' from '" + key_file +
         "', which has to be PEM and not encrypted");
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    fail("--key: '" + key_file + "' is not the key of '" + certificate_file + "'");
  }
  return context;
}

TlsContext TlsContext::from_pfx(const std::string& file, const std::string& password) {
  const Owned<BIO> bytes(BIO_new_file(file.c_str(), "rb"));
  if (!bytes) fail("--cert: cannot open '" + file + "'");
  const Owned<PKCS12> pfx(d2i_PKCS12_bio(bytes.get(), nullptr));
  if (!pfx) fail("--cert: '" + file + "' is no PKCS #12 file");
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* chain = nullptr;
  if (PKCS12_parse(pfx.get(), password.c_str(), &key, &certificate, &chain) != 1) {
    fail("--pwd: it does not open '" + file + "'");
  }
  const Owned<EVP_PKEY> owned_key(key);
  const Owned<X509> owned_certificate(certificate);
  const Owned<STACK_OF(X509)> owned_chain(chain);
  TlsContext context;
  if (SSL_CTX_use_cert_and_key(context.get(), certificate, key, chain, 1) != 1) {
    fail("--cert: '" + file + "' holds no certificate with its private key");
  }
  return context;
}

void TlsFilter::Free::operator()(ssl_st* ssl) const noexcept {
  SSL_free(ssl);
}

TlsFilter::TlsFilter(const TlsContext& context)
    : ssl_(SSL_new(context.get())), input_(BIO_new(BIO_s_mem())), output_(BIO_new(BIO_s_mem())) {
  if (!ssl_ || input_ == nullptr || output_ == nullptr) throw std::bad_alloc();
  BIO_set_mem_eof_return(input_, -1);  // empty means "not yet", not "the end"
  SSL_set_bio(ssl_.get(), input_, output_);
  SSL_set_accept_state(ssl_.get());
}

bool TlsFilter::is_open() const {
  return SSL_is_init_finished(ssl_.get()) == 1;
}

void TlsFilter::feed(std::string_view encrypted) {
  if (BIO_write(input_, encrypted.data(), static_cast<int>(encrypted.size())) <= 0)
    throw std::bad_alloc();
}

std::size_t TlsFilter::read(std::span<char> plain, Status& status) {
  std::size_t count = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(ssl_.get(), plain.data(), plain.size(), &count);
  if (result == 1) {
    status = Status::Open;
    return count;
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: status = Status::NeedMore; break;
    case SSL_ERROR_ZERO_RETURN: status = Status::Closed; break;
    default: status = Status::Failed; break;
  }
  ERR_clear_error();
  return 0;
}

bool TlsFilter::write(std::string_view plain) {
  std::size_t written = 0;
  ERR_clear_error();
  return plain.empty() || SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written) == 1;
}

void TlsFilter::close() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsFilter::take_output(std::string& out) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(output_, &bytes);
  if (size <= 0) return;
  out.append(bytes, static_cast<std::size_t>(size));
  static_cast<void>(BIO_reset(output_));
}

}  // namespace quprite::server::http
