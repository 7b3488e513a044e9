#pragma once

// Files that are to outlive a power cut. Thread-safe.
//
// Errors: false, with the cause in errno.

#include <filesystem>
#include <string_view>

namespace gatehouse::files {

// Owns a file descriptor. Closing is no part of durability: sync first.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// All of it, at the descriptor's position.
bool WriteAll(int fd, std::string_view bytes);

// What was made, renamed or removed in the folder stays so.
bool SyncFolder(const std::filesystem::path& folder);

// Folders down to `folder`, each on the disk before something is put into it. Also true of one
// that is there.
bool MakeFolder(const std::filesystem::path& folder);

}  // namespace gatehouse::files
