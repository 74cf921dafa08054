#pragma once

#include "server/errors.h"
#include "storage/store.h"

namespace quprite::server {

/// The store's errors in the service's terms.
///
/// A pop receipt that is no longer good is MessageNotFound: documented on "Delete Message", and
/// what the live service was seen to answer, although "Queue Storage error codes" has
/// PopReceiptMismatch for it.
Error to_error(storage::StoreError error);

}  // namespace quprite::server
