#pragma once

// Compression dictionaries: one per project, made once from its own events, kept in
// `{folder}/dictionaries/<project>.<id>`. A dictionary is on the disk before the first record that
// needs it and is never changed.
//
// Thread-safe.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/compress/zstd.h"

namespace gatehouse::eventstore::sqlite {

class Dictionaries {
 public:
  using Shared = std::shared_ptr<const compress::Dictionary>;

  Dictionaries(std::filesystem::path folder, std::size_t max_loaded)
      : folder_(std::move(folder)), max_loaded_(max_loaded) {}

  Result<void> Open();

  bool Has(std::int64_t project_id);
  // For new records of the project; nullptr while it has none, or if its file is damaged.
  Shared ForProject(std::int64_t project_id);
  // The one that a record was made with. kDataLoss "event_store_damaged".
  Result<Shared> Find(std::int64_t project_id, std::uint32_t id);
  // Trains, stores and from then on uses a dictionary. An error changes nothing.
  Result<void> Train(std::int64_t project_id, std::span<const std::string_view> samples,
                     std::size_t max_bytes);

 private:
  Result<Shared> Load(std::int64_t project_id, std::uint32_t id);
  std::filesystem::path PathOf(std::int64_t project_id, std::uint32_t id) const;

  const std::filesystem::path folder_;
  const std::size_t max_loaded_;
  std::mutex mutex_;
  std::map<std::int64_t, std::uint32_t> newest_;
  std::map<std::pair<std::int64_t, std::uint32_t>, Shared> loaded_;
  std::list<std::pair<std::int64_t, std::uint32_t>> order_;  // the most recently used first
};

}  // namespace gatehouse::eventstore::sqlite
