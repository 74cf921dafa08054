#include "server/handlers/store_errors.h"

namespace quprite::server {

Error to_error(storage::StoreError error) {
  switch (error) {
    case storage::StoreError::QueueNotFound: return ErrorCode::QueueNotFound;
    case storage::StoreError::QueueAlreadyExists: return ErrorCode::QueueAlreadyExists;
    case storage::StoreError::QueueBeingDeleted: return ErrorCode::QueueBeingDeleted;
    case storage::StoreError::MessageNotFound:
    case storage::StoreError::PopReceiptMismatch: return ErrorCode::MessageNotFound;
  }
  return ErrorCode::InternalError;
}

}  // namespace quprite::server
