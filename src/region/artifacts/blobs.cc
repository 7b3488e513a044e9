#include "region/artifacts/blobs.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "platform/crypto/hash.h"
#include "platform/files/files.h"
#include "region/artifacts/errors.h"

namespace gatehouse::artifacts {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporary = "incoming";
constexpr std::string_view kAside = "aside";
constexpr std::string_view kDiskFull = "disk_full";

std::unexpected<Error> Broken(std::string_view what) {
  const int code = errno;
  if (code == ENOSPC || code == EDQUOT) return Fail(Code::kResourceExhausted, kDiskFull);
  return Fail(Code::kUnavailable, kBlobUnavailable,
              std::string(what) + ": " + std::generic_category().message(code));
}

// What is mapped of a file; {nullptr, 0} of an empty one.
Result<std::pair<const char*, std::size_t>> MapPath(const fs::path& path) {
  const files::Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) {
    if (errno == ENOENT) return Fail(Code::kNotFound, kArtifactNotFound);
    return Broken("open");
  }
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return Broken("fstat");
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) return std::pair<const char*, std::size_t>(nullptr, 0);
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (mapped == MAP_FAILED) return Broken("mmap");
  return std::pair(static_cast<const char*>(mapped), size);
}

}  // namespace

bool IsChecksum(std::string_view text) {
  return text.size() == 40 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}
MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Result<std::unique_ptr<Blobs>> Blobs::Open(fs::path folder) {
  auto blobs = std::unique_ptr<Blobs>(new Blobs(std::move(folder)));
  std::error_code ignored;
  fs::remove_all(blobs->folder_ / kTemporary, ignored);
  // Rows of what was aside are gone, or find no file and ask for it again.
  fs::remove_all(blobs->folder_ / kAside, ignored);
  if (!files::MakeFolder(blobs->folder_ / kTemporary)) return Broken("make folder");
  if (!files::MakeFolder(blobs->folder_ / kAside)) return Broken("make folder");
  return blobs;
}

fs::path Blobs::PathOf(OrgId organization, std::string_view checksum) const {
  GH_CHECK(IsChecksum(checksum));
  return folder_ / organization.ToString() / checksum.substr(0, 2) / checksum;
}

fs::path Blobs::AsideOf(OrgId organization, std::string_view checksum) const {
  GH_CHECK(IsChecksum(checksum));
  return folder_ / kAside / (organization.ToString() + "-" + std::string(checksum));
}

fs::path Blobs::NewTemporary() const {
  static std::atomic<std::uint64_t> count{0};
  return folder_ / kTemporary / (std::to_string(::getpid()) + "-" + std::to_string(++count));
}

Result<void> Blobs::Place(const fs::path& from, OrgId organization,
                          std::string_view checksum) const {
  const fs::path to = PathOf(organization, checksum);
  if (!files::MakeFolder(to.parent_path())) return Broken("make folder");
  if (::rename(from.c_str(), to.c_str()) != 0) return Broken("rename");
  if (!files::SyncFolder(to.parent_path())) return Broken("fsync folder");
  return {};
}

Result<void> Blobs::Put(OrgId organization, std::string_view checksum,
                        std::string_view bytes) const {
  if (Has(organization, checksum)) return {};
  const fs::path temporary = NewTemporary();
  const files::Descriptor fd(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.ok()) return Broken("create");
  Result<void> written;
  if (!files::WriteAll(fd.get(), bytes)) written = Broken("write");
  if (written && ::fsync(fd.get()) != 0) written = Broken("fsync");
  if (written) written = Place(temporary, organization, checksum);
  if (!written) ::unlink(temporary.c_str());
  return written;
}

bool Blobs::Has(OrgId organization, std::string_view checksum) const {
  struct stat info{};
  return ::stat(PathOf(organization, checksum).c_str(), &info) == 0;
}

Result<MappedFile> Blobs::Map(OrgId organization, std::string_view checksum) const {
  MappedFile file;
  GH_TRY(std::tie(file.data_, file.size_), MapPath(PathOf(organization, checksum)));
  return file;
}

Result<std::size_t> Blobs::Join(OrgId organization, std::string_view checksum,
                                std::span<const std::string> parts, std::size_t max_bytes) const {
  const fs::path temporary = NewTemporary();
  const files::Descriptor fd(
      ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.ok()) return Broken("create");
  std::size_t size = 0;
  const auto write = [&]() -> Result<void> {
    for (const std::string& part : parts) {
      GH_TRY(const MappedFile file, Map(organization, part));
      size += file.bytes().size();
      if (size > max_bytes) return Fail(Code::kInvalidArgument, kUploadTooLarge);
      if (!files::WriteAll(fd.get(), file.bytes())) return Broken("write");
    }
    MappedFile whole;
    GH_TRY(std::tie(whole.data_, whole.size_), MapPath(temporary));
    if (crypto::Sha1Hex(whole.bytes()) != checksum) {
      return Fail(Code::kInvalidArgument, kChecksumMismatch);
    }
    if (::fsync(fd.get()) != 0) return Broken("fsync");
    return Place(temporary, organization, checksum);
  };
  if (auto written = write(); !written) {
    ::unlink(temporary.c_str());
    return std::unexpected(written.error());
  }
  return size;
}

bool Blobs::SetAside(OrgId organization, std::string_view checksum) const {
  return ::rename(PathOf(organization, checksum).c_str(),
                  AsideOf(organization, checksum).c_str()) == 0;
}

void Blobs::Restore(OrgId organization, std::string_view checksum) const {
  ::rename(AsideOf(organization, checksum).c_str(), PathOf(organization, checksum).c_str());
}

void Blobs::Discard(OrgId organization, std::string_view checksum) const {
  ::unlink(AsideOf(organization, checksum).c_str());
}

}  // namespace gatehouse::artifacts
