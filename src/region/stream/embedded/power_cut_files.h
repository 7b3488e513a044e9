#pragma once

// A file system in memory for tests: it can lose the power, fill up, and fail to sync. What was
// synced survives a cut; of what was not, a part survives, with holes, as on a real disk.
// Thread-safe.

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "region/stream/embedded/files.h"
#include "region/stream/errors.h"

namespace gatehouse::stream::embedded {

class PowerCutFiles final : public Files {
 public:
  explicit PowerCutFiles(std::uint64_t seed) : random_(seed) {}

  // From now on Sync and SyncFolder say yes and do nothing: the control run.
  void IgnoreSync() { ignore_sync_ = true; }
  // From now on nothing reaches this disk any more: files that are open go on without it.
  void Cut() {
    std::lock_guard lock(mutex_);
    off_ = true;
    for (auto& [path, node] : durable_) node = Survivor(*node);
    live_ = durable_;
  }
  void PowerOn() {
    std::lock_guard lock(mutex_);
    off_ = false;
  }
  void SetSpace(std::size_t bytes) {
    std::lock_guard lock(mutex_);
    space_ = bytes;
  }
  void FailSyncs(int count) {
    std::lock_guard lock(mutex_);
    failing_syncs_ = count;
  }
  int syncs() const { return syncs_; }
  // For tests that damage a file.
  std::string& Bytes(const std::string& path) { return live_.at(path)->bytes; }
  std::vector<std::string> Paths() const {
    std::vector<std::string> out;
    for (const auto& [path, node] : live_) out.push_back(path);
    return out;
  }

  Result<std::vector<std::string>> List(const std::string& folder) override {
    std::lock_guard lock(mutex_);
    std::set<std::string> names;
    for (const auto& [path, node] : live_) {
      if (!path.starts_with(folder + "/")) continue;
      const std::string rest = path.substr(folder.size() + 1);
      names.insert(rest.substr(0, rest.find('/')));
    }
    return std::vector<std::string>(names.begin(), names.end());
  }
  Result<void> CreateFolder(const std::string&) override { return {}; }
  Result<std::unique_ptr<File>> Open(const std::string& path) override {
    std::lock_guard lock(mutex_);
    if (off_) return Fail(Code::kUnavailable, kUnavailable, "no power");
    auto& node = live_[path];
    if (!node) node = std::make_shared<Node>();
    return std::make_unique<Open_>(*this, node);
  }
  Result<void> Remove(const std::string& path) override {
    std::lock_guard lock(mutex_);
    if (off_) return Fail(Code::kUnavailable, kUnavailable, "no power");
    live_.erase(path);
    return {};
  }
  Result<void> Rename(const std::string& from, const std::string& to) override {
    std::lock_guard lock(mutex_);
    if (off_) return Fail(Code::kUnavailable, kUnavailable, "no power");
    live_[to] = live_.at(from);
    live_.erase(from);
    return {};
  }
  Result<void> SyncFolder(const std::string& folder) override {
    std::lock_guard lock(mutex_);
    if (off_) return Fail(Code::kUnavailable, kUnavailable, "no power");
    if (ignore_sync_) return {};
    auto inside = [&folder](const auto& entry) {
      return entry.first.starts_with(folder + "/") &&
             entry.first.find('/', folder.size() + 1) == std::string::npos;
    };
    std::erase_if(durable_, inside);
    for (const auto& entry : live_) {
      if (inside(entry)) durable_.insert(entry);
    }
    return {};
  }

 private:
  struct Node {
    std::string bytes;
    std::string synced;
  };

  // Each block as it was synced or as it was written last; one that is new may be a hole.
  std::shared_ptr<Node> Survivor(const Node& node) {
    auto out = std::make_shared<Node>();
    const std::size_t before = node.synced.size();
    std::size_t size = node.bytes.size();
    if (size > before) size = before + Below(size - before + 1);
    if (size < before && Below(2) == 0) size = before;
    out->bytes = node.synced.substr(0, size);
    out->bytes.resize(size, '\0');
    for (std::size_t at = 0; at < std::min(size, node.bytes.size()); at += kBlock) {
      if (Below(3) == 0) continue;
      const std::string_view block =
          std::string_view(node.bytes).substr(at, std::min(kBlock, size - at));
      std::ranges::copy(block, out->bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
    out->synced = out->bytes;
    return out;
  }

  class Open_ final : public File {
   public:
    Open_(PowerCutFiles& files, std::shared_ptr<Node> node)
        : files_(files), node_(std::move(node)) {}
    Result<std::int64_t> Size() override {
      std::lock_guard lock(files_.mutex_);
      return static_cast<std::int64_t>(node_->bytes.size());
    }
    Result<void> Write(std::int64_t position, std::span<const std::string_view> parts) override {
      std::lock_guard lock(files_.mutex_);
      auto at = static_cast<std::size_t>(position);
      for (const std::string_view part : parts) {
        const std::size_t there = node_->bytes.size() - std::min(at, node_->bytes.size());
        const std::string_view fits = part.substr(0, files_.space_ + std::min(there, part.size()));
        const std::size_t more = fits.size() - std::min(there, fits.size());
        node_->bytes.resize(node_->bytes.size() + more);
        std::ranges::copy(fits, node_->bytes.begin() + static_cast<std::ptrdiff_t>(at));
        files_.space_ -= more;
        at += fits.size();
        if (fits.size() < part.size()) return Fail(Code::kResourceExhausted, kDiskFull, "test");
      }
      return {};
    }
    Result<void> Sync() override {
      std::lock_guard lock(files_.mutex_);
      if (files_.failing_syncs_ > 0) {
        --files_.failing_syncs_;
        return Fail(Code::kUnavailable, kUnavailable, "test");
      }
      ++files_.syncs_;
      if (!files_.ignore_sync_) node_->synced = node_->bytes;
      return {};
    }
    Result<void> Truncate(std::int64_t size) override {
      std::lock_guard lock(files_.mutex_);
      node_->bytes.resize(static_cast<std::size_t>(size));
      return {};
    }
    Result<std::size_t> ReadAt(std::int64_t position, std::span<char> out) override {
      std::lock_guard lock(files_.mutex_);
      const std::string_view rest =
          std::string_view(node_->bytes)
              .substr(std::min(static_cast<std::size_t>(position), node_->bytes.size()),
                      out.size());
      std::ranges::copy(rest, out.data());
      return rest.size();
    }

   private:
    PowerCutFiles& files_;
    std::shared_ptr<Node> node_;
  };

  static constexpr std::size_t kBlock = 512;
  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(random_.Next64() % end); }

  std::mutex mutex_;
  SeededRng random_;
  std::map<std::string, std::shared_ptr<Node>> live_;
  std::map<std::string, std::shared_ptr<Node>> durable_;
  std::size_t space_ = SIZE_MAX / 2;
  int failing_syncs_ = 0;
  int syncs_ = 0;
  bool ignore_sync_ = false;
  bool off_ = false;
};

}  // namespace gatehouse::stream::embedded
