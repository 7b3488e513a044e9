#include "region/eventstore/sqlite/payload_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "region/eventstore/errors.h"
#include "region/eventstore/sqlite/folder.h"

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 30;

std::unexpected<Error> Failure(const std::string& name, std::string_view what) {
  const int cause = errno;
  std::string detail = name + ": " + std::string(what) + ": " + std::strerror(cause);
  if (cause == ENOSPC || cause == EDQUOT || cause == EFBIG) {
    return Fail(Code::kResourceExhausted, kDiskFull, std::move(detail));
  }
  return Fail(Code::kUnavailable, kUnavailable, std::move(detail));
}

bool WriteAll(int fd, std::string_view bytes, std::int64_t at) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += written;
  }
  return true;
}

}  // namespace

PayloadFile::PayloadFile(int fd, std::int64_t end, std::string name)
    : fd_(fd), end_(end), name_(std::move(name)) {}

PayloadFile::~PayloadFile() { ::close(fd_); }

Result<std::unique_ptr<PayloadFile>> PayloadFile::Open(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Failure(file.string(), "open");
  std::unique_ptr<PayloadFile> out(new PayloadFile(fd, 0, file.string()));
  struct stat info{};
  if (::fstat(fd, &info) != 0) return Failure(file.string(), "size");
  out->end_ = info.st_size;
  if (info.st_size == 0) {
    // The name of a new file has to last as well.
    GH_TRY_VOID(SyncFolder(file.parent_path()));
  }
  return out;
}

Result<void> PayloadFile::Append(const std::string& records) {
  if (!WriteAll(fd_, records, end_)) return Failure(name_, "write");
  if (::fdatasync(fd_) != 0) {
    auto failure = Failure(name_, "sync");
    // The kernel may call these pages clean now: leave them behind and write the batch elsewhere.
    end_ += static_cast<std::int64_t>(records.size());
    return failure;
  }
  end_ += static_cast<std::int64_t>(records.size());
  return {};
}

Result<std::string> PayloadFile::Read(Place place) const {
  if (place.at < 0 || place.bytes < 0 || place.bytes > kLargest) {
    return Fail(Code::kDataLoss, kDamaged, name_ + ": no such place");
  }
  std::string out(static_cast<std::size_t>(place.bytes), '\0');
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t n =
        ::pread(fd_, out.data() + got, out.size() - got, place.at + static_cast<std::int64_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failure(name_, "read");
    if (n == 0) return Fail(Code::kDataLoss, kDamaged, name_ + ": too short");
    got += static_cast<std::size_t>(n);
  }
  return out;
}

void PayloadFile::Erase(std::span<const Place> places) {
  std::string zeros;
  for (const Place& place : places) {
    zeros.resize(std::max(zeros.size(), static_cast<std::size_t>(place.bytes)), '\0');
    (void)WriteAll(fd_, std::string_view(zeros).substr(0, static_cast<std::size_t>(place.bytes)),
                   place.at);
  }
}

}  // namespace gatehouse::eventstore::sqlite
