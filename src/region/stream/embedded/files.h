#pragma once

// The file system as the log needs it, so that a test can cut the power. Paths are whole paths.
// Errors: kResourceExhausted "disk_full", kUnavailable "stream_unavailable" with the cause in the
// detail.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gatehouse::stream::embedded {

// ReadAt from any thread; the others from one at a time. Closed by the destructor.
class File {
 public:
  virtual ~File() = default;
  virtual Result<std::int64_t> Size() = 0;
  // Over what is there; the file grows as far as needed. After an error some of the bytes may be
  // there.
  virtual Result<void> Write(std::int64_t position, std::span<const std::string_view> parts) = 0;
  virtual Result<void> Sync() = 0;
  virtual Result<void> Truncate(std::int64_t size) = 0;
  // Fewer bytes only at the end of the file.
  virtual Result<std::size_t> ReadAt(std::int64_t position, std::span<char> out) = 0;
};

class Files {
 public:
  virtual ~Files() = default;
  // Names without the folder; none if it does not exist.
  virtual Result<std::vector<std::string>> List(const std::string& folder) = 0;
  // Its name is durable when it returns.
  virtual Result<void> CreateFolder(const std::string& folder) = 0;
  virtual Result<std::unique_ptr<File>> Open(const std::string& path) = 0;  // creates it
  virtual Result<void> Remove(const std::string& path) = 0;
  virtual Result<void> Rename(const std::string& from, const std::string& to) = 0;
  // Makes names that were created, removed or changed in the folder durable.
  virtual Result<void> SyncFolder(const std::string& folder) = 0;
};

// The real one. Files have mode 0600, folders 0700.
std::unique_ptr<Files> PosixFiles();

}  // namespace gatehouse::stream::embedded
