#pragma once

#include <string>
#include <string_view>

#include "storage/store.h"

namespace quprite::storage {

/// Metadata as one value of a row: each name and value with its length in front of it.
std::string pack_metadata(const Metadata& metadata);
Metadata unpack_metadata(std::string_view packed);

/// Whether two sets of metadata are the same: names without regard to case and order, values
/// exactly.
bool same_metadata(const Metadata& a, const Metadata& b);

}  // namespace quprite::storage
