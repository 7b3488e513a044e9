#include "platform/files/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

namespace gatehouse::files {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  FilesTest() : folder_(fs::temp_directory_path() / ("files_test_" + std::to_string(::getpid()))) {
    fs::create_directory(folder_);
  }
  ~FilesTest() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(FilesTest, FoldersAreMadeWithTheirParentsForTheOwnerAlone) {
  const fs::path deep = folder_ / "a" / "b" / "c";
  ASSERT_TRUE(MakeFolder(deep));
  EXPECT_TRUE(MakeFolder(deep)) << "one that is there";
  struct stat info{};
  ASSERT_EQ(::stat(deep.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
  EXPECT_TRUE(SyncFolder(deep));
}

TEST_F(FilesTest, TheCauseOfAFailureIsInErrno) {
  EXPECT_FALSE(SyncFolder(folder_ / "nothing"));
  EXPECT_EQ(errno, ENOENT);
  std::ofstream(folder_ / "file") << "x";
  EXPECT_FALSE(SyncFolder(folder_ / "file"));
  EXPECT_EQ(errno, ENOTDIR);
  EXPECT_FALSE(MakeFolder(folder_ / "file" / "below"));
  EXPECT_FALSE(WriteAll(-1, "x"));
  EXPECT_EQ(errno, EBADF);
}

TEST_F(FilesTest, AllIsWrittenAndTheDescriptorCloses) {
  const std::string text(300'000, 'x');
  int number = -1;
  {
    const Descriptor out(::open((folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_TRUE(out.ok());
    number = out.get();
    EXPECT_TRUE(WriteAll(out.get(), text));
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
  std::ifstream in(folder_ / "out", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
}

}  // namespace
}  // namespace gatehouse::files
