#include "region/eventstore/sqlite/folder.h"

#include <cerrno>
#include <cstring>

#include "platform/files/files.h"
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
  if (!files::SyncFolder(folder)) return Failure(folder, "sync");
  return {};
}

Result<void> MakeFolder(const std::filesystem::path& folder) {
  if (!files::MakeFolder(folder)) return Failure(folder, "create");
  return {};
}

}  // namespace gatehouse::eventstore::sqlite
