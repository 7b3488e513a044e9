#include "platform/sql/sqlite/pacing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>

namespace gatehouse::sql {
namespace {

using WriteAt = ssize_t (*)(int, const void*, std::size_t, off_t);
using Write = ssize_t (*)(int, const void*, std::size_t);

// What SQLite calls, after PaceWrites.
sqlite3_syscall_ptr Call(const char* name) {
  PaceWrites();
  sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
  return vfs == nullptr ? nullptr : vfs->xGetSystemCall(vfs, name);
}

TEST(PacingTest, WritesWhatItIsGiven) {
  const auto write_at = reinterpret_cast<WriteAt>(Call("pwrite"));
  ASSERT_NE(write_at, nullptr);
  std::string path = std::filesystem::temp_directory_path() / "gatehouse_pacing_XXXXXX";
  const int file = ::mkstemp(path.data());
  ASSERT_GE(file, 0);
  std::string all;
  for (int i = 0; i < 40; ++i) {
    const std::string page(64 << 10, static_cast<char>('a' + i % 26));
    errno = 123;
    ASSERT_EQ(write_at(file, page.data(), page.size(), static_cast<off_t>(all.size())),
              static_cast<ssize_t>(page.size()));
    EXPECT_EQ(errno, 123);
    all += page;
  }
  std::string back(all.size(), '\0');
  EXPECT_EQ(::pread(file, back.data(), back.size(), 0), static_cast<ssize_t>(all.size()));
  EXPECT_EQ(back, all);
  ::close(file);
  // The error of a write is the caller's.
  EXPECT_EQ(write_at(file, "x", 1, 0), -1);
  EXPECT_EQ(errno, EBADF);
  std::filesystem::remove(path);
}

TEST(PacingTest, AFileThatKnowsNoPortionsIsWrittenAllTheSame) {
  const auto write = reinterpret_cast<Write>(Call("write"));
  ASSERT_NE(write, nullptr);
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const std::string part(64 << 10, 'x');
  std::string back(part.size(), '\0');
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(write(ends[0], part.data(), part.size()), static_cast<ssize_t>(part.size()));
    ASSERT_EQ(::recv(ends[1], back.data(), back.size(), MSG_WAITALL),
              static_cast<ssize_t>(back.size()));
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace gatehouse::sql
