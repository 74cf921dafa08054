#include "server/auth/sas.h"
#include "server/auth/signature.h"

namespace quprite::server {
namespace {

void write_string_to_sign(std::string& text, std::string_view account, const SasQuery& sas,
                          ApiVersion version) {
  text.clear();
  for (const std::string_view line :
       {account, sas.permissions, sas.services, sas.resource_types, sas.starts_at, sas.expires_at,
        sas.ip_range, sas.protocol, sas.version}) {
    text += line;
    text += '\n';
  }
  if (version >= since::sas_encryption_scope) {
    text += sas.encryption_scope;
    text += '\n';
  }
}

}  // namespace

std::string account_sas_string_to_sign(std::string_view account, const SasQuery& sas,
                                       ApiVersion version) {
  std::string text;
  write_string_to_sign(text, account, sas, version);
  return text;
}

Result<Principal> check_account_sas(const Request& request, const SasQuery& sas) {
  const auto version = check_sas_version(sas, since::account_sas);
  if (!version) return version.error();
  if (sas.services.empty()) return missing_field("ss");
  if (sas.resource_types.empty()) return missing_field("srt");
  if (sas.permissions.empty()) return missing_field("sp");
  if (sas.expires_at.empty()) return missing_field("se");
  thread_local std::string text;  // keeps its memory from request to request
  write_string_to_sign(text, request.account->name, sas, *version);
  if (!is_signed(*request.account, text, sas.signature)) return sas_signature_mismatch(text);

  const auto valid = check_period(sas, request.times.received_at);
  if (!valid) return valid.error();
  const auto origin = check_origin(sas, *request.http);
  if (!origin) return origin.error();
  if (sas.services.find('q') == std::string_view::npos)
    return ErrorCode::AuthorizationServiceMismatch;
  return Principal{AccountSasHolder{std::string(sas.resource_types), std::string(sas.permissions)}};
}

}  // namespace quprite::server
