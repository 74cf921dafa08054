#pragma once

#include <string>

#include "storage/sqlite.h"

namespace quprite::storage {

/// Brings the database to the newest schema, one numbered step after another, in one transaction.
/// Throws std::runtime_error, with a message that names `path`, where the file is somebody else's
/// or was made by a newer quprite.
void migrate(sqlite::Database& database, const std::string& path);

}  // namespace quprite::storage
