#include "region/stream/embedded/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "platform/files/files.h"
#include "region/stream/errors.h"

namespace gatehouse::stream::embedded {
namespace {

std::unexpected<Error> Failure(const std::string& path, std::string_view what) {
  const int cause = errno;
  std::string detail = path + ": " + std::string(what) + ": " + std::strerror(cause);
  if (cause == ENOSPC || cause == EDQUOT || cause == EFBIG) {
    return Fail(Code::kResourceExhausted, kDiskFull, std::move(detail));
  }
  return Fail(Code::kUnavailable, kUnavailable, std::move(detail));
}

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { ::close(fd_); }

  Result<std::int64_t> Size() override {
    struct stat info{};
    if (::fstat(fd_, &info) != 0) return Failure(path_, "size");
    return static_cast<std::int64_t>(info.st_size);
  }

  Result<void> Write(std::int64_t position, std::span<const std::string_view> parts) override {
    constexpr std::size_t kMost = 512;  // of IOV_MAX, 1024
    std::array<iovec, kMost> vectors;
    std::size_t next = 0;
    std::size_t skip = 0;  // of parts[next], written already
    while (next < parts.size()) {
      std::size_t count = 0;
      for (std::size_t i = next; i < parts.size() && count < kMost; ++i, ++count) {
        const std::string_view part = i == next ? parts[i].substr(skip) : parts[i];
        vectors[count] = {const_cast<char*>(part.data()), part.size()};
      }
      const ssize_t written = ::pwritev(fd_, vectors.data(), static_cast<int>(count), position);
      if (written < 0) {
        if (errno == EINTR) continue;
        return Failure(path_, "write");
      }
      position += written;
      auto left = static_cast<std::size_t>(written);
      while (next < parts.size() && left >= parts[next].size() - skip) {
        left -= parts[next].size() - skip;
        skip = 0;
        ++next;
      }
      skip += left;
    }
    return {};
  }

  Result<void> Sync() override {
    if (::fdatasync(fd_) != 0) return Failure(path_, "sync");
    return {};
  }

  Result<void> Truncate(std::int64_t size) override {
    if (::ftruncate(fd_, size) != 0) return Failure(path_, "truncate");
    return {};
  }

  Result<std::size_t> ReadAt(std::int64_t position, std::span<char> out) override {
    std::size_t got = 0;
    while (got < out.size()) {
      const ssize_t n = ::pread(fd_, out.data() + got, out.size() - got,
                                position + static_cast<std::int64_t>(got));
      if (n < 0) {
        if (errno == EINTR) continue;
        return Failure(path_, "read");
      }
      if (n == 0) break;
      got += static_cast<std::size_t>(n);
    }
    return got;
  }

 private:
  int fd_;
  std::string path_;
};

class RealFiles final : public Files {
 public:
  Result<std::vector<std::string>> List(const std::string& folder) override {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
      names.push_back(entries->path().filename().string());
    }
    if (error == std::errc::no_such_file_or_directory) return std::vector<std::string>();
    if (error) {
      return Fail(Code::kUnavailable, kUnavailable, folder + ": list: " + error.message());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<void> CreateFolder(const std::string& folder) override {
    if (::mkdir(folder.c_str(), 0700) == 0) {
      const std::string parent = std::filesystem::path(folder).parent_path();
      return SyncFolder(parent.empty() ? "." : parent);
    }
    if (errno != EEXIST) return Failure(folder, "create");
    return {};
  }

  Result<std::unique_ptr<File>> Open(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return Failure(path, "open");
    return std::make_unique<PosixFile>(fd, path);
  }

  Result<void> Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return Failure(path, "remove");
    return {};
  }

  Result<void> Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return Failure(from, "rename");
    return {};
  }

  Result<void> SyncFolder(const std::string& folder) override {
    if (!files::SyncFolder(folder)) return Failure(folder, "sync");
    return {};
  }
};

}  // namespace

std::unique_ptr<Files> PosixFiles() { return std::make_unique<RealFiles>(); }

}  // namespace gatehouse::stream::embedded
