// A disk that loses its power, for LD_PRELOAD. Beside the folder POWER_CUT_ROOT it keeps in
// POWER_CUT_SHADOW what a disk would have: bytes of a file when the file was synced, names in a
// folder when the folder was synced. After the process was killed, whoever started it builds the
// folder anew from the shadow. With POWER_CUT_IGNORE_SYNC nothing is ever synced: the control run.
//
// Shadow: files/<inode>.<generation>, and folders/<inode> with a line "inode.generation kind name"
// per name. A generation is one life of an inode number.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

template <class F>
F Real(const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}
using WriteFn = ssize_t (*)(int, const void*, size_t);
using PwriteFn = ssize_t (*)(int, const void*, size_t, off_t);
using WritevFn = ssize_t (*)(int, const iovec*, int);
using PwritevFn = ssize_t (*)(int, const iovec*, int, off_t);
using TruncateFn = int (*)(int, off_t);
using UnlinkFn = int (*)(const char*);
using RenameFn = int (*)(const char*, const char*);

struct Life {
  int generation = 0;
  std::vector<std::pair<off_t, off_t>> dirty;  // [from, to)
};

struct Disk {
  std::mutex mutex;
  std::string root, shadow;
  bool ignore_sync = false;
  std::map<ino_t, Life> lives;
};
Disk* disk = nullptr;  // none: not asked for

std::string Key(ino_t inode) {
  return std::to_string(inode) + "." + std::to_string(disk->lives[inode].generation);
}

void Copy(int from_fd, const std::string& to, const std::vector<std::pair<off_t, off_t>>& ranges,
          off_t size) {
  const std::string source = "/proc/self/fd/" + std::to_string(from_fd);
  const int in = ::open(source.c_str(), O_RDONLY | O_CLOEXEC);
  const int out = ::open(to.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  static const auto pwrite_real = Real<PwriteFn>("pwrite64");
  static const auto truncate_real = Real<TruncateFn>("ftruncate64");
  std::vector<char> buffer(1 << 16);
  for (auto [at, end] : ranges) {
    while (at < end) {
      const size_t wanted = std::min(buffer.size(), static_cast<size_t>(end - at));
      const ssize_t n = ::pread(in, buffer.data(), wanted, at);
      if (n <= 0) break;
      (void)!pwrite_real(out, buffer.data(), static_cast<size_t>(n), at);
      at += n;
    }
  }
  (void)!truncate_real(out, size);
  ::close(in);
  ::close(out);
}

void SyncFolder(const std::string& path, ino_t inode) {
  std::string lines;
  DIR* dir = ::opendir(path.c_str());
  if (dir == nullptr) return;
  while (const dirent* entry = ::readdir(dir)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat info{};
    if (::lstat((path + "/" + name).c_str(), &info) != 0) continue;
    lines += Key(info.st_ino) + (S_ISDIR(info.st_mode) ? " d " : " f ") + name + "\n";
  }
  ::closedir(dir);
  const std::string target = disk->shadow + "/folders/" + std::to_string(inode);
  const int out = ::open((target + ".new").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  static const auto write_real = Real<WriteFn>("write");
  (void)!write_real(out, lines.data(), lines.size());
  ::close(out);
  Real<RenameFn>("rename")((target + ".new").c_str(), target.c_str());
}

// Everything that is there when the power comes on.
void Seed(const std::string& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return;
  if (S_ISDIR(info.st_mode)) {
    SyncFolder(path, info.st_ino);
    DIR* dir = ::opendir(path.c_str());
    while (const dirent* entry = ::readdir(dir)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") Seed(path + "/" + name);
    }
    ::closedir(dir);
  } else if (S_ISREG(info.st_mode)) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    Copy(fd, disk->shadow + "/files/" + Key(info.st_ino), {{0, info.st_size}}, info.st_size);
    ::close(fd);
  }
}

__attribute__((constructor)) void PowerOn() {
  const char* root = std::getenv("POWER_CUT_ROOT");
  const char* shadow = std::getenv("POWER_CUT_SHADOW");
  if (root == nullptr || shadow == nullptr) return;
  disk = new Disk;
  disk->root = root;
  disk->shadow = shadow;
  disk->ignore_sync = std::getenv("POWER_CUT_IGNORE_SYNC") != nullptr;
  ::mkdir(shadow, 0700);
  ::mkdir((disk->shadow + "/files").c_str(), 0700);
  ::mkdir((disk->shadow + "/folders").c_str(), 0700);
  Seed(disk->root);
  // The product refuses what it does not know.
  for (const char* name :
       {"POWER_CUT_ROOT", "POWER_CUT_SHADOW", "POWER_CUT_IGNORE_SYNC", "LD_PRELOAD"}) {
    ::unsetenv(name);
  }
}

std::string PathOf(int fd) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t n = ::readlink(link.c_str(), path, sizeof path - 1);
  return n <= 0 ? std::string() : std::string(path, static_cast<size_t>(n));
}

bool IsOurs(const std::string& path) {
  return path.size() >= disk->root.size() && path.compare(0, disk->root.size(), disk->root) == 0;
}

void Dirty(int fd, off_t at, ssize_t bytes) {
  if (disk == nullptr || bytes <= 0) return;
  struct stat info{};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return;
  std::lock_guard lock(disk->mutex);
  auto& dirty = disk->lives[info.st_ino].dirty;
  if (!dirty.empty() && dirty.back().second == at) {
    dirty.back().second = at + bytes;
  } else {
    dirty.emplace_back(at, at + bytes);
  }
}

int Sync(int fd) {
  if (disk == nullptr) return -1;
  struct stat info{};
  if (::fstat(fd, &info) != 0) return -1;
  const std::string path = PathOf(fd);
  if (!IsOurs(path)) return -1;
  if (disk->ignore_sync) return 0;
  std::lock_guard lock(disk->mutex);
  if (S_ISDIR(info.st_mode)) {
    SyncFolder(path, info.st_ino);
  } else if (S_ISREG(info.st_mode)) {
    Life& life = disk->lives[info.st_ino];
    Copy(fd, disk->shadow + "/files/" + Key(info.st_ino), life.dirty, info.st_size);
    life.dirty.clear();
  }
  return 0;
}

// The inode number may be given to another file now.
void Gone(const char* path) {
  if (disk == nullptr) return;
  struct stat info{};
  if (::lstat(path, &info) != 0 || !S_ISREG(info.st_mode)) return;
  std::lock_guard lock(disk->mutex);
  Life& life = disk->lives[info.st_ino];
  ++life.generation;
  life.dirty.clear();
}

off_t At(int fd, ssize_t written) {
  const int flags = ::fcntl(fd, F_GETFL);
  if ((flags & O_APPEND) != 0) {
    struct stat info{};
    ::fstat(fd, &info);
    return info.st_size - written;  // one writer per file
  }
  return ::lseek(fd, 0, SEEK_CUR) - written;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t bytes) {
  static const auto real = Real<WriteFn>("write");
  const ssize_t n = real(fd, data, bytes);
  if (disk != nullptr && n > 0 && fd > 2) Dirty(fd, At(fd, n), n);
  return n;
}
ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto real = Real<WritevFn>("writev");
  const ssize_t n = real(fd, parts, count);
  if (disk != nullptr && n > 0 && fd > 2) Dirty(fd, At(fd, n), n);
  return n;
}
ssize_t pwritev64(int fd, const iovec* parts, int count, off_t at) {
  static const auto real = Real<PwritevFn>("pwritev64");
  const ssize_t n = real(fd, parts, count, at);
  Dirty(fd, at, n);
  return n;
}
ssize_t pwritev(int fd, const iovec* parts, int count, off_t at) {
  return pwritev64(fd, parts, count, at);
}
ssize_t pwrite64(int fd, const void* data, size_t bytes, off_t at) {
  static const auto real = Real<PwriteFn>("pwrite64");
  const ssize_t n = real(fd, data, bytes, at);
  Dirty(fd, at, n);
  return n;
}
ssize_t pwrite(int fd, const void* data, size_t bytes, off_t at) {
  return pwrite64(fd, data, bytes, at);
}
int ftruncate64(int fd, off_t size) {
  static const auto real = Real<TruncateFn>("ftruncate64");
  return real(fd, size);
}
int fsync(int fd) {
  static const auto real = Real<int (*)(int)>("fsync");
  return Sync(fd) == 0 ? 0 : real(fd);
}
int fdatasync(int fd) {
  static const auto real = Real<int (*)(int)>("fdatasync");
  return Sync(fd) == 0 ? 0 : real(fd);
}
int unlink(const char* path) {
  static const auto real = Real<UnlinkFn>("unlink");
  Gone(path);
  return real(path);
}
int rename(const char* from, const char* to) {
  static const auto real = Real<RenameFn>("rename");
  Gone(to);
  return real(from, to);
}
}
