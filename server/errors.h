#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/result.h"

namespace quprite::server {

/// Every error the service answers with, each shown by a wire test. The enumerator is the code on
/// the wire, but for the three marked ones.
enum class ErrorCode {
  AuthenticationFailed,
  AuthorizationFailure,
  AuthorizationPermissionMismatch,
  AuthorizationProtocolMismatch,
  AuthorizationResourceTypeMismatch,
  AuthorizationServiceMismatch,
  AuthorizationSourceIPMismatch,
  CorsPreflightFailure,
  EmptyMetadataKey,
  InsufficientAccountPermissions,
  InternalError,
  InvalidAuthenticationInfo,
  InvalidBearerToken,  ///< InvalidAuthenticationInfo as 401, with a challenge
  InvalidHeaderValue,
  InvalidHttpVerb,
  InvalidMetadata,
  InvalidQueryParameterValue,
  InvalidResourceName,
  InvalidUri,
  InvalidXmlDocument,
  InvalidXmlNodeValue,
  MessageNotFound,
  MetadataTooLarge,
  MissingContentLengthHeader,
  MissingRequiredHeader,
  MissingRequiredQueryParameter,
  MissingRequiredXmlNode,
  NoAuthenticationInformation,
  OutOfRangeInput,
  OutOfRangeQueryParameterValue,
  QueueAlreadyExists,
  QueueBeingDeleted,
  QueueNotFound,
  RequestBodyTooLarge,
  RequestUrlFailedToParse,
  ResourceNotFound,
  ServerBusy,
  UnsupportedHttpVerb,
};

struct ErrorRow {
  ErrorCode code;
  int status;
  std::string_view name;     ///< as in x-ms-error-code and <Code>
  std::string_view message;  ///< also the reason phrase
};

/// The error table, in the order of ErrorCode.
std::span<const ErrorRow> error_table();
const ErrorRow& error_row(ErrorCode code);

/// An error as a request gets it: the code, and the elements that follow <Message> in the body.
struct Error {
  ErrorCode code;
  std::vector<std::pair<std::string_view, std::string>> details = {};
  /// Rejected before the service proper saw the request (authentication, version): such answers
  /// have neither x-ms-version nor x-ms-client-request-id, and a shorter Server header.
  /// [recordings]
  bool front_end = false;
  /// Overrides the table's message where the message names a value.
  std::string message = {};
  /// Value of the Allow header of UnsupportedHttpVerb.
  std::string allow = {};
  /// What helps who runs the server, for the log alone.
  std::string hint = {};

  Error(ErrorCode error_code) : code(error_code) {}
  Error(ErrorCode error_code, std::vector<std::pair<std::string_view, std::string>> error_details)
      : code(error_code), details(std::move(error_details)) {}
};

template <class T>
using Result = quprite::Result<T, Error>;

}  // namespace quprite::server
