#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "server/clock.h"
#include "server/http/certificate.h"
#include "server/http/tls.h"

namespace quprite::test {

/// A certificate as `--tls auto` makes it, in a directory that goes with it.
class TestCertificate {
 public:
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;
  ~TestCertificate() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  TestCertificate() = default;

  /// What a client has to trust, a PEM file.
  [[nodiscard]] const std::string& authority() const { return files_.authority; }
  /// What a server shows.
  [[nodiscard]] const server::http::TlsContext& context() const { return context_; }

 private:
  static std::string make_directory() {
    std::string name = std::filesystem::temp_directory_path() / "quprite-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    return name;
  }

  std::string directory_ = make_directory();
  // A client's OpenSSL looks at the real time.
  server::http::CertificateFiles files_ = server::http::make_certificate(
      directory_, {"devstoreaccount1"}, {}, server::SystemClock().now());
  server::http::TlsContext context_ =
      server::http::TlsContext::from_pem(files_.certificate, files_.key);
};

}  // namespace quprite::test
