#include "region/eventstore/sqlite/dictionaries.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "platform/files/files.h"
#include "region/eventstore/errors.h"
#include "region/eventstore/sqlite/folder.h"

namespace gatehouse::eventstore::sqlite {
namespace {

bool WriteDurably(const std::filesystem::path& file, std::string_view bytes) {
  const std::filesystem::path half = file.string() + ".new";
  {
    const files::Descriptor fd(
        ::open(half.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd.ok() || !files::WriteAll(fd.get(), bytes) || ::fsync(fd.get()) != 0) return false;
  }
  return ::rename(half.c_str(), file.c_str()) == 0 && files::SyncFolder(file.parent_path());
}

}  // namespace

std::filesystem::path Dictionaries::PathOf(std::int64_t project_id, std::uint32_t id) const {
  return folder_ / (std::to_string(project_id) + "." + std::to_string(id));
}

Result<void> Dictionaries::Open() {
  std::error_code error;
  GH_TRY_VOID(MakeFolder(folder_));
  std::filesystem::directory_iterator entries(folder_, error);
  if (error) return Fail(Code::kUnavailable, kUnavailable, folder_.string() + error.message());
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename();
    std::int64_t project = 0;
    std::uint32_t id = 0;
    const char* end = name.data() + name.size();
    const auto first = std::from_chars(name.data(), end, project);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') continue;
    const auto second = std::from_chars(first.ptr + 1, end, id);
    if (second.ec != std::errc() || second.ptr != end) continue;
    newest_[project] = id;
  }
  return {};
}

bool Dictionaries::Has(std::int64_t project_id) {
  std::lock_guard lock(mutex_);
  return newest_.contains(project_id);
}

// Under mutex_.
Result<Dictionaries::Shared> Dictionaries::Load(std::int64_t project_id, std::uint32_t id) {
  const std::pair key(project_id, id);
  if (const auto found = loaded_.find(key); found != loaded_.end()) {
    if (order_.front() != key) {
      order_.remove(key);
      order_.push_front(key);
    }
    return found->second;
  }
  const std::filesystem::path path = PathOf(project_id, id);
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto dictionary = compress::Dictionary::Load(std::move(bytes));
  if (!dictionary || dictionary->id() != id) {
    return Fail(Code::kDataLoss, kDamaged, path.string() + ": no dictionary");
  }
  auto shared = std::make_shared<const compress::Dictionary>(std::move(*dictionary));
  loaded_.emplace(key, shared);
  order_.push_front(key);
  while (order_.size() > max_loaded_) {
    loaded_.erase(order_.back());
    order_.pop_back();
  }
  return shared;
}

Dictionaries::Shared Dictionaries::ForProject(std::int64_t project_id) {
  std::lock_guard lock(mutex_);
  const auto found = newest_.find(project_id);
  if (found == newest_.end()) return nullptr;
  return Load(project_id, found->second).value_or(nullptr);
}

Result<Dictionaries::Shared> Dictionaries::Find(std::int64_t project_id, std::uint32_t id) {
  std::lock_guard lock(mutex_);
  return Load(project_id, id);
}

Result<void> Dictionaries::Train(std::int64_t project_id, std::span<const std::string_view> samples,
                                 std::size_t max_bytes) {
  GH_TRY(std::string bytes, compress::TrainDictionary(samples, max_bytes));
  GH_TRY(const compress::Dictionary loaded, compress::Dictionary::Load(bytes));
  if (!WriteDurably(PathOf(project_id, loaded.id()), bytes)) {
    return Fail(Code::kUnavailable, kUnavailable, folder_.string() + ": cannot be written");
  }
  std::lock_guard lock(mutex_);
  newest_[project_id] = loaded.id();
  return {};
}

}  // namespace gatehouse::eventstore::sqlite
