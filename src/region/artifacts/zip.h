#pragma once

// Reads ZIP archives (APPNOTE 6.3) that strangers upload: the central directory alone counts, sizes
// and names are checked before anything is unpacked, nothing is ever written to a path of the
// archive. Stored, deflated and zstd members; no encryption, no ZIP64, no several disks.
//
// Errors: kInvalidArgument "archive_invalid", "archive_too_large".

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace gatehouse::artifacts {

struct ZipLimits {
  std::size_t members = 65'535;
  // Of one member unpacked, and of all together.
  std::size_t member_bytes = 256u << 20;
  std::size_t total_bytes = 4ull << 30;
  // Unpacked bytes for each packed one: deflate cannot pass 1,032.
  std::size_t ratio = 1'100;
};

class Zip {
 public:
  struct Member {
    std::string name;
    std::size_t offset = 0;  // of the data
    std::size_t packed = 0;
    std::size_t size = 0;
    int method = 0;
  };

  Zip(Zip&&) = default;
  Zip& operator=(Zip&&) = default;

  // `bytes` outlives the archive. Refuses names that are absolute, have a ".." in them, a NUL or a
  // backslash, names that occur twice, and members that overlap.
  static Result<Zip> Open(std::string_view bytes, ZipLimits limits = {});

  const std::vector<Member>& members() const { return members_; }
  const Member* Find(std::string_view name) const;
  // Unpacked: exactly as long as the directory says, or an error.
  Result<std::string> Read(const Member& member) const;

 private:
  Zip() = default;

  std::string_view bytes_;
  std::vector<Member> members_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
};

}  // namespace gatehouse::artifacts
