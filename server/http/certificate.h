#pragma once

#include <string>
#include <vector>

#include "storage/time.h"

namespace quprite::server::http {

/// Where the certificates that `--tls auto` makes lie.
struct CertificateFiles {
  std::string authority;    ///< what clients have to trust, PEM
  std::string certificate;  ///< the server's, PEM
  std::string key;          ///< its private key, PEM
};

/// Makes a certificate authority and a certificate for this machine in `directory`, unless good
/// ones are there already: for localhost, 127.0.0.1, ::1, the host-style names of the accounts and
/// `host_names`. Private keys are for the owner's eyes only. Throws std::runtime_error with a
/// message for the user.
CertificateFiles make_certificate(const std::string& directory,
                                  const std::vector<std::string>& accounts,
                                  const std::vector<std::string>& host_names, Time now);

}  // namespace quprite::server::http
