#include "region/eventstore/sqlite/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "region/eventstore/errors.h"

namespace gatehouse::eventstore::sqlite {
namespace {

std::unexpected<Error> Failure(const std::filesystem::path& folder, std::string_view what) {
  const int cause = errno;
  std::string detail = folder.string() + ": " + std::string(what) + ": " + std::strerror(cause);
  if (cause == ENOSPC || cause == EDQUOT) {
    return Fail(Code::kResourceExhausted, kDiskFull, std::move(detail));
  }
  return Fail(Code::kUnavailable, kUnavailable, std::move(detail));
}

}  // namespace

Result<void> SyncFolder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failure(folder, "open");
  const int done = ::fsync(fd);
  const int cause = errno;
  ::close(fd);
  errno = cause;
  if (done != 0) return Failure(folder, "sync");
  return {};
}

Result<void> MakeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  const std::filesystem::path parent = std::filesystem::absolute(folder).parent_path();
  if (parent != folder) GH_TRY_VOID(MakeFolder(parent));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Failure(folder, "create");
  return SyncFolder(parent);
}

}  // namespace gatehouse::eventstore::sqlite
