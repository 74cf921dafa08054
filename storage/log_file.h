#pragma once

namespace quprite::storage::sqlite {

/// The name of a virtual file system for sqlite3_open_v2(): SQLite's "unix-excl", but for how the
/// write-ahead log is written. SQLite writes each page of a transaction in two calls; here they are
/// gathered and written in one, with the page that commits them. It is registered when it is first
/// asked for.
///
/// What a commit promises stays: SQLite shows a transaction to nobody before the write of its last
/// page has returned, and that is the one which writes them all, and tells where that fails.
const char* log_gathering_file_system();

}  // namespace quprite::storage::sqlite
