#include "server/http/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace quprite::server::http {
namespace {

namespace fs = std::filesystem;

struct FreeAny {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeAny>;

constexpr auto authority_lifetime = std::chrono::days{3650};
constexpr auto certificate_lifetime = std::chrono::days{397};  // some clients refuse more
constexpr auto renewal = std::chrono::days{30};

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("--tls auto: cannot ") + what);
}

std::time_t to_time_t(Time time) {
  return static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

/// `DNS:localhost,IP:127.0.0.1,…`: what the certificate is good for.
std::string subject_names(const std::vector<std::string>& accounts,
                          const std::vector<std::string>& host_names) {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const std::string& account : accounts) {
    names.append(",DNS:").append(account).append(".queue.localhost");
    names.append(",DNS:").append(account).append("-secondary.queue.localhost");
  }
  for (const std::string& name : host_names) {
    const bool address = name.find_first_not_of("0123456789.") == std::string::npos ||
                         name.find(':') != std::string::npos;
    names += (address ? ",IP:" : ",DNS:") + name;
  }
  return names;
}

Owned<EVP_PKEY> make_key() {
  Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  require(key != nullptr, "make a key");
  return key;
}

void set_serial(X509* certificate) {
  const Owned<BIGNUM> number(BN_new());
  require(number && BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
          "make a serial number");
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  if (!extension)
    throw std::runtime_error("--host-name: no certificate can be made for '" + value + "'");
  require(X509_add_ext(certificate, extension.get(), -1) == 1, "make a certificate");
}

/// A certificate with a key, a subject and a lifetime, not signed yet.
Owned<X509> begin_certificate(EVP_PKEY* key, const char* name, Time now,
                              std::chrono::days lifetime) {
  Owned<X509> certificate(X509_new());
  require(certificate != nullptr, "make a certificate");
  X509_set_version(certificate.get(), X509_VERSION_3);
  set_serial(certificate.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  std::time_t at = to_time_t(now - std::chrono::days{1});
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), at);
  at = to_time_t(now + lifetime);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), at);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

Owned<X509> make_authority(EVP_PKEY* key, Time now) {
  auto authority = begin_certificate(key, "quprite local development CA", now, authority_lifetime);
  X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get()));
  add_extension(authority.get(), authority.get(), NID_basic_constraints,
                "critical,CA:TRUE,pathlen:0");
  add_extension(authority.get(), authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(authority.get(), authority.get(), NID_subject_key_identifier, "hash");
  require(X509_sign(authority.get(), key, EVP_sha256()) > 0, "sign a certificate");
  return authority;
}

Owned<X509> make_server_certificate(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key,
                                    const std::string& names, Time now) {
  auto certificate = begin_certificate(key, "quprite", now, certificate_lifetime);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority));
  add_extension(certificate.get(), authority, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), authority, NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), authority, NID_ext_key_usage, "serverAuth");
  add_extension(certificate.get(), authority, NID_authority_key_identifier, "keyid");
  add_extension(certificate.get(), authority, NID_subject_alt_name, names);
  require(X509_sign(certificate.get(), authority_key, EVP_sha256()) > 0, "sign a certificate");
  return certificate;
}

/// Opens a file for writing that only its owner can read; a new one, as one that is there might be
/// open to others.
Owned<BIO> create_private(const std::string& file) {
  std::error_code ignored;
  fs::remove(file, ignored);
  const mode_t old_mask = umask(077);
  Owned<BIO> bio(BIO_new_file(file.c_str(), "wb"));
  umask(old_mask);
  if (!bio) throw std::runtime_error("--tls auto: cannot write '" + file + "'");
  return bio;
}

void save(const std::string& file, X509* certificate) {
  require(PEM_write_bio_X509(create_private(file).get(), certificate) == 1, "write a certificate");
}

void save(const std::string& file, EVP_PKEY* key) {
  require(PEM_write_bio_PKCS8PrivateKey(create_private(file).get(), key, nullptr, nullptr, 0,
                                        nullptr, nullptr) == 1,
          "write a key");
}

/// Whether the files are there, good for a while yet, and for these names.
bool are_good(const CertificateFiles& files, const std::string& names_file,
              const std::string& names, Time now) {
  const Owned<BIO> bio(BIO_new_file(files.certificate.c_str(), "rb"));
  if (!bio || !fs::exists(files.key) || !fs::exists(files.authority)) return false;
  const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return false;
  std::time_t until = to_time_t(now + renewal);
  if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &until) < 0) return false;
  const Owned<BIO> made_for(BIO_new_file(names_file.c_str(), "rb"));
  if (!made_for) return false;
  std::string text(names.size() + 1, '\0');
  const int size = BIO_read(made_for.get(), text.data(), static_cast<int>(text.size()));
  return size >= 0 && text.substr(0, static_cast<std::size_t>(size)) == names;
}

}  // namespace

CertificateFiles make_certificate(const std::string& directory,
                                  const std::vector<std::string>& accounts,
                                  const std::vector<std::string>& host_names, Time now) {
  std::error_code ec;
  fs::create_directories(directory, ec);
  if (!ec) fs::permissions(directory, fs::perms::owner_all, ec);
  if (ec) throw std::runtime_error("--tls auto: cannot make '" + directory + "': " + ec.message());
  CertificateFiles files{.authority = directory + "/ca.pem",
                         .certificate = directory + "/cert.pem",
                         .key = directory + "/key.pem"};
  const std::string names_file = directory + "/names.txt";
  const std::string names = subject_names(accounts, host_names);
  if (are_good(files, names_file, names, now)) {
    fs::permissions(files.key, fs::perms::owner_read | fs::perms::owner_write, ec);
    if (ec) throw std::runtime_error("--tls auto: '" + files.key + "': " + ec.message());
    return files;
  }
  // The authority's key signs this one certificate and is thrown away: nobody can make others that
  // clients here trust.
  const auto authority_key = make_key();
  const auto authority = make_authority(authority_key.get(), now);
  const auto key = make_key();
  const auto certificate =
      make_server_certificate(key.get(), authority.get(), authority_key.get(), names, now);
  save(files.authority, authority.get());
  save(files.certificate, certificate.get());
  save(files.key, key.get());
  const auto made_for = create_private(names_file);
  require(BIO_write(made_for.get(), names.data(), static_cast<int>(names.size())) > 0,
          "write its names");
  return files;
}

}  // namespace quprite::server::http
