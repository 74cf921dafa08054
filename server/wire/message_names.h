#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/store.h"

namespace quprite::server {

/// A message id as a lower-case GUID: `ef870709-075e-4883-bc90-e671edf4656c`.
void append_message_id(std::string& out, storage::MessageId id);
std::string format_message_id(storage::MessageId id);

/// Reads a GUID of that form, in lower or upper case; nothing where the text is none.
std::optional<storage::MessageId> parse_message_id(std::string_view text);

/// A pop receipt as Azure writes those of Update Message: Base64 of `03000000 03000000 00000000`,
/// the time it is next visible as a FILETIME (100 ns since 1601) and a 32-bit counter, all
/// little-endian. [recordings]
void append_pop_receipt(std::string& out, storage::PopReceipt pop_receipt);
std::string format_pop_receipt(storage::PopReceipt pop_receipt);

/// Reads a pop receipt. Nothing where the text is empty or no Base64, which is a mistake; an empty
/// value where it is Base64 of something else, such as another server's receipt, which fits no
/// message.
std::optional<std::optional<storage::PopReceipt>> parse_pop_receipt(std::string_view text);

}  // namespace quprite::server
