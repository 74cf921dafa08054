#include "server/errors.h"

#include <array>
#include <cstddef>

namespace quprite::server {
namespace {

using enum ErrorCode;

constexpr std::string_view not_authenticated =
    "Server failed to authenticate the request. Make sure the value of Authorization header is "
    "formed correctly "
    "including the signature.";
constexpr std::string_view challenged =
    "Server failed to authenticate the request. Please refer to the information in the "
    "www-authenticate header.";

// Sources: the recordings' wording where they have one; else "Common REST API error codes" and
// "Queue Storage error codes".
// clang-format off
constexpr std::array rows = {
    ErrorRow{AuthenticationFailed, 403, "AuthenticationFailed", not_authenticated},
    ErrorRow{AuthorizationFailure, 403, "AuthorizationFailure", "This request is not authorized to perform this operation."},
    ErrorRow{AuthorizationPermissionMismatch, 403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission."},
    ErrorRow{AuthorizationProtocolMismatch, 403, "AuthorizationProtocolMismatch", "This request is not authorized to perform this operation using this protocol."},
    ErrorRow{AuthorizationResourceTypeMismatch, 403, "AuthorizationResourceTypeMismatch", "This request is not authorized to perform this operation using this resource type."},
    ErrorRow{AuthorizationServiceMismatch, 403, "AuthorizationServiceMismatch", "This request is not authorized to perform this operation using this service."},
    ErrorRow{AuthorizationSourceIPMismatch, 403, "AuthorizationSourceIPMismatch", "This request is not authorized to perform this operation using this source IP."},
    ErrorRow{CorsPreflightFailure, 403, "CorsPreflightFailure", "CORS not enabled or no matching rule found for this request."},
    ErrorRow{EmptyMetadataKey, 400, "EmptyMetadataKey", "The key for one of the metadata key-value pairs is empty."},
    ErrorRow{InsufficientAccountPermissions, 403, "InsufficientAccountPermissions", "The account being accessed does not have sufficient permissions to execute this operation."},
    ErrorRow{InternalError, 500, "InternalError", "Server encountered an internal error. Please try again after some time."},
    ErrorRow{InvalidAuthenticationInfo, 400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format. Check the value of Authorization header."},
    ErrorRow{InvalidBearerToken, 401, "InvalidAuthenticationInfo", challenged},
    ErrorRow{InvalidHeaderValue, 400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format."},
    ErrorRow{InvalidHttpVerb, 400, "InvalidHttpVerb", "The HTTP verb specified was not recognized by the server."},
    ErrorRow{InvalidMetadata, 400, "InvalidMetadata", "The metadata specified is invalid. It has characters that are not permitted."},
    ErrorRow{InvalidQueryParameterValue, 400, "InvalidQueryParameterValue", "Value for one of the query parameters specified in the request URI is invalid."},
    ErrorRow{InvalidResourceName, 400, "InvalidResourceName", "The specifed resource name contains invalid characters."},  // sic
    ErrorRow{InvalidUri, 400, "InvalidUri", "The requested URI does not represent any resource on the server."},
    ErrorRow{InvalidXmlDocument, 400, "InvalidXmlDocument", "XML specified is not syntactically valid."},
    ErrorRow{InvalidXmlNodeValue, 400, "InvalidXmlNodeValue", "The value for one of the XML nodes is not in the correct format."},
    ErrorRow{MessageNotFound, 404, "MessageNotFound", "The specified message does not exist."},
    ErrorRow{MetadataTooLarge, 400, "MetadataTooLarge", "The size of the specified metadata exceeds the maximum size permitted."},
    ErrorRow{MissingContentLengthHeader, 411, "MissingContentLengthHeader", "The Content-Length header was not specified."},
    ErrorRow{MissingRequiredHeader, 400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified."},
    ErrorRow{MissingRequiredQueryParameter, 400, "MissingRequiredQueryParameter", "A query parameter that's mandatory for this request is not specified."},
    ErrorRow{MissingRequiredXmlNode, 400, "MissingRequiredXmlNode", "A required XML node was not specified in the request body."},
    ErrorRow{NoAuthenticationInformation, 401, "NoAuthenticationInformation", challenged},
    ErrorRow{OutOfRangeInput, 400, "OutOfRangeInput", "One of the request inputs is out of range."},
    ErrorRow{OutOfRangeQueryParameterValue, 400, "OutOfRangeQueryParameterValue", "One of the query parameters specified in the request URI is outside the permissible range."},
    ErrorRow{QueueAlreadyExists, 409, "QueueAlreadyExists", "The specified queue already exists."},
    ErrorRow{QueueBeingDeleted, 409, "QueueBeingDeleted", "The specified queue is being deleted."},
    ErrorRow{QueueNotFound, 404, "QueueNotFound", "The specified queue does not exist."},
    ErrorRow{RequestBodyTooLarge, 413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit."},
    ErrorRow{RequestUrlFailedToParse, 400, "RequestUrlFailedToParse", "The url in the request could not be parsed."},
    ErrorRow{ResourceNotFound, 404, "ResourceNotFound", "The specified resource does not exist."},
    ErrorRow{ServerBusy, 503, "ServerBusy", "The server is busy."},
    ErrorRow{UnsupportedHttpVerb, 405, "UnsupportedHttpVerb", "The resource doesn't support the specified HTTP verb."},
};
// clang-format on

consteval bool in_enum_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].code) != i) return false;
  }
  return rows.size() == static_cast<std::size_t>(UnsupportedHttpVerb) + 1;
}
static_assert(in_enum_order());

}  // namespace

std::span<const ErrorRow> error_table() {
  return rows;
}

const ErrorRow& error_row(ErrorCode code) {
  return rows[static_cast<std::size_t>(code)];
}

}  // namespace quprite::server
