#pragma once

// Uploaded bytes: files named after their SHA-1, in one folder per organization, so that nobody
// reaches or even recognizes what another organization has uploaded.
//
// A file is complete or not there: written aside, synced, renamed, and the folder synced. Files are
// never changed. Which of them are still wanted is the database's business (store.h). Every call
// blocks on the disk: call it on a worker thread. Thread-safe.
//
// Errors: kUnavailable "blob_unavailable", kResourceExhausted "disk_full"; kNotFound
// "artifact_not_found".

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/ids.h"

namespace gatehouse::artifacts {

// 40 lower-case hexadecimal digits: the only text that becomes part of a path.
bool IsChecksum(std::string_view text);

// A file in memory, mapped: it costs pages, not heap.
class MappedFile {
 public:
  MappedFile() = default;
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::string_view bytes() const { return {data_, size_}; }

 private:
  friend class Blobs;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

class Blobs {
 public:
  // Creates the folder (0700) and removes what a crash left half-written.
  static Result<std::unique_ptr<Blobs>> Open(std::filesystem::path folder);

  // REQUIRES: `checksum` is that of `bytes`.
  Result<void> Put(OrgId organization, std::string_view checksum, std::string_view bytes) const;
  bool Has(OrgId organization, std::string_view checksum) const;
  Result<MappedFile> Map(OrgId organization, std::string_view checksum) const;
  // One file of several, in order; returns its size. Errors: kInvalidArgument "checksum_mismatch"
  // (what came out has another checksum), "upload_too_large".
  Result<std::size_t> Join(OrgId organization, std::string_view checksum,
                           std::span<const std::string> parts, std::size_t max_bytes) const;

  // Removing in two steps, so that a row and its file cannot part company: aside, where nobody
  // finds it, and, when the row is gone, away; or back again. false: there is no such file.
  bool SetAside(OrgId organization, std::string_view checksum) const;
  void Restore(OrgId organization, std::string_view checksum) const;
  void Discard(OrgId organization, std::string_view checksum) const;

 private:
  explicit Blobs(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path PathOf(OrgId organization, std::string_view checksum) const;
  std::filesystem::path AsideOf(OrgId organization, std::string_view checksum) const;
  Result<void> Place(const std::filesystem::path& from, OrgId organization,
                     std::string_view checksum) const;
  std::filesystem::path NewTemporary() const;

  std::filesystem::path folder_;
};

}  // namespace gatehouse::artifacts
