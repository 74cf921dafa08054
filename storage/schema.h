#pragma once

#include <string>

#include "storage/sqlite.h"

namespace quprite::storage {

/// Throws std::runtime_error, with a message that names `path`, where the file is somebody else's
/// or was made by a newer quprite. Only reads.
void check_owner(sqlite::Database& database, const std::string& path);

/// Brings the database to the newest schema, in one transaction.
void migrate(sqlite::Database& database);

}  // namespace quprite::storage
