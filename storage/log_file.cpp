#include "storage/log_file.h"

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

namespace quprite::storage::sqlite {
namespace {

// "The Write-Ahead Log File Format": a frame is a page behind a header of 24 bytes, whose second
// number is the size of the database after a commit, and zero in frames that commit nothing.
constexpr int frame_header_size = 24;
constexpr std::size_t commit_mark_at = 4;
constexpr std::size_t commit_mark_size = 4;

/// Longer transactions are written in parts; no more than this fits into one call of "unix-excl".
constexpr std::size_t most_gathered = 0x1FFFF;

sqlite3_vfs* base_file_system() {
  return sqlite3_vfs_find("unix-excl");
}

/// What a gathered log knows besides the file it stands for.
struct Gathered {
  std::vector<char> bytes;  // to be written at `offset`
  sqlite3_int64 offset = 0;
  bool commits = false;  // the page of the last header commits
};

/// SQLite allocates it, with room for the file of the base behind it.
struct LogFile {
  sqlite3_file file;
  Gathered* gathered;
};

LogFile& log_of(sqlite3_file* file) {
  return *reinterpret_cast<LogFile*>(file);
}

sqlite3_file* base_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<LogFile*>(file) + 1);
}

int write_gathered(sqlite3_file* file) {
  Gathered& gathered = *log_of(file).gathered;
  if (gathered.bytes.empty()) return SQLITE_OK;
  sqlite3_file* const base = base_of(file);
  const int code = base->pMethods->xWrite(base, gathered.bytes.data(),
                                          static_cast<int>(gathered.bytes.size()), gathered.offset);
  gathered.bytes.clear();
  gathered.commits = false;
  return code;
}

/// A call that has to see the file as SQLite believes it to be.
template <auto Method, class... Arguments>
int after_writing(sqlite3_file* file, Arguments... arguments) {
  if (const int code = write_gathered(file); code != SQLITE_OK) return code;
  sqlite3_file* const base = base_of(file);
  return (base->pMethods->*Method)(base, arguments...);
}

/// A call that the gathered bytes do not matter to.
template <auto Method, class... Arguments>
auto pass_on(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* const base = base_of(file);
  return (base->pMethods->*Method)(base, arguments...);
}

bool is_commit(std::string_view frame_header) {
  return frame_header.substr(commit_mark_at, commit_mark_size).find_first_not_of('\0') !=
         std::string_view::npos;
}

int gather(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  Gathered& gathered = *log_of(file).gathered;
  const std::string_view added(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  const auto end = gathered.offset + static_cast<sqlite3_int64>(gathered.bytes.size());
  if (offset != end || gathered.bytes.size() + added.size() > most_gathered) {
    const bool commits = gathered.commits;
    if (const int code = write_gathered(file); code != SQLITE_OK) return code;
    gathered.commits = commits && offset == end;
  }
  if (gathered.bytes.empty()) gathered.offset = offset;
  try {
    gathered.bytes.insert(gathered.bytes.end(), added.begin(), added.end());
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  if (size == frame_header_size) {
    gathered.commits = is_commit(added);
    return SQLITE_OK;
  }
  return gathered.commits ? write_gathered(file) : SQLITE_OK;
}

int close(sqlite3_file* file) {
  const int written = write_gathered(file);
  const int closed = pass_on<&sqlite3_io_methods::xClose>(file);
  std::unique_ptr<Gathered>(log_of(file).gathered).reset();
  return written != SQLITE_OK ? written : closed;
}

using Methods = sqlite3_io_methods;

// Version 1: a log is neither mapped to memory nor has it an index of its own.
constexpr Methods log_methods = {
    .iVersion = 1,
    .xClose = close,
    .xRead = after_writing<&Methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = gather,
    .xTruncate = after_writing<&Methods::xTruncate, sqlite3_int64>,
    .xSync = after_writing<&Methods::xSync, int>,
    .xFileSize = after_writing<&Methods::xFileSize, sqlite3_int64*>,
    .xLock = pass_on<&Methods::xLock, int>,
    .xUnlock = pass_on<&Methods::xUnlock, int>,
    .xCheckReservedLock = pass_on<&Methods::xCheckReservedLock, int*>,
    .xFileControl = pass_on<&Methods::xFileControl, int, void*>,
    .xSectorSize = pass_on<&Methods::xSectorSize>,
    .xDeviceCharacteristics = pass_on<&Methods::xDeviceCharacteristics>,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

/// Files that are no log are the base's own.
int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened) {
  sqlite3_vfs* const base = base_file_system();
  if ((flags & SQLITE_OPEN_WAL) == 0) return base->xOpen(base, name, file, flags, opened);
  file->pMethods = nullptr;  // what is left so needs no closing
  auto gathered = std::unique_ptr<Gathered>(new (std::nothrow) Gathered);
  if (!gathered) return SQLITE_NOMEM;
  const int code = base->xOpen(base, name, base_of(file), flags, opened);
  if (code != SQLITE_OK) return code;
  log_of(file).gathered = gathered.release();
  file->pMethods = &log_methods;
  return SQLITE_OK;
}

sqlite3_vfs make_file_system() {
  sqlite3_vfs made = *base_file_system();
  made.pNext = nullptr;
  made.zName = "quprite";
  made.szOsFile += static_cast<int>(sizeof(LogFile));
  made.xOpen = open;
  return made;
}

}  // namespace

const char* log_gathering_file_system() {
  static sqlite3_vfs file_system = make_file_system();
  static const int registered = sqlite3_vfs_register(&file_system, 0);
  static_cast<void>(registered);
  return file_system.zName;
}

}  // namespace quprite::storage::sqlite
