#include "platform/sql/sqlite/pacing.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace gatehouse::sql {
namespace {

constexpr std::size_t kPortion = 256 << 10;

struct Portion {
  int file = -1;
  std::size_t bytes = 0;
};

// A connection writes on one thread, one file after the other.
thread_local Portion portion;

// Of a write's result, what SQLite is to see of it.
ssize_t Paced(int file, ssize_t written) {
  if (written <= 0) return written;
  if (portion.file != file) portion = {.file = file};
  portion.bytes += static_cast<std::size_t>(written);
  if (portion.bytes < kPortion) return written;
  portion.bytes = 0;
  const int before = errno;
  // Waits for the portion before this one, and sends this one on its way.
  const int done =
      ::sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE);
  // The kernel tells a failed write once, and it has told us: the sync that follows would not know.
  if (done != 0 && (errno == EIO || errno == ENOSPC || errno == EDQUOT)) return -1;
  errno = before;
  return written;
}

ssize_t Write(int file, const void* data, std::size_t bytes) {
  return Paced(file, ::write(file, data, bytes));
}

ssize_t WriteAt(int file, const void* data, std::size_t bytes, off_t position) {
  return Paced(file, ::pwrite(file, data, bytes, position));
}

template <class F>
void Override(sqlite3_vfs& vfs, const char* name, F* function) {
  vfs.xSetSystemCall(&vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(function));
}

bool Install() {
  // Whichever of them this build of SQLite uses.
  if (sqlite3_vfs* vfs = sqlite3_vfs_find("unix"); vfs != nullptr && vfs->iVersion >= 3) {
    Override(*vfs, "write", Write);
    Override(*vfs, "pwrite", WriteAt);
    Override(*vfs, "pwrite64", WriteAt);
  }
  return true;
}

}  // namespace

void PaceWrites() {
  static const bool installed = Install();
  (void)installed;
}

}  // namespace gatehouse::sql
