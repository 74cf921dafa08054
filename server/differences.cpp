#include "server/differences.h"

#include <array>

namespace quprite::server {
namespace {

// clang-format off
constexpr std::array rows = {
    Difference{"creating a queue soon after deleting it",
               "409 QueueBeingDeleted, for 30 s here",
               "the name is free at once, as tests delete and create again"},
    Difference{"an `x-ms-version` newer than all that are known",
               "400 InvalidHeaderValue",
               "served as the newest known, and logged once, so that an SDK upgrade does not break your morning"},
    Difference{"PUT or POST without Content-Length or chunks",
               "411 MissingContentLengthHeader",
               "taken as without a body"},
    Difference{"the message of an error, where the request is one for Blob or Table Storage",
               "what Queue Storage has to say of it",
               "names the service that it is for; the code is Azure's, and a line in the log tells too"},
};
// clang-format on

}  // namespace

std::span<const Difference> differences() {
  return rows;
}

}  // namespace quprite::server
