#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/errors.h"
#include "server/versions.h"
#include "storage/store.h"

namespace quprite::server {

/// Reads `<QueueMessage><MessageText>…</MessageText></QueueMessage>`: the text, or nothing where
/// there is no MessageText. Markup inside MessageText that is not escaped loses its tags ("Put
/// Message"). InvalidXmlDocument.
///
/// The text is a part of `body` or, where that took a parser, stands in `parsed`.
Result<std::optional<std::string_view>> read_queue_message(std::string_view body,
                                                           std::string& parsed);

/// The error of a Put Message whose QueueMessage has no MessageText.
Error missing_message_text();

/// The body of Put Message's answer: id, times and pop receipt.
std::string write_put_message(const storage::Message& message);

// These take a text whose memory they can use.

/// The body of Get Messages' answer. Before version 2016-05-31 DequeueCount comes before
/// PopReceipt.
std::string write_got_messages(std::string out, const std::vector<storage::Message>& messages,
                               ApiVersion version);

/// The body of Peek Messages' answer: no pop receipt, no time of visibility.
std::string write_peeked_messages(std::string out, const std::vector<storage::Message>& messages);

}  // namespace quprite::server
