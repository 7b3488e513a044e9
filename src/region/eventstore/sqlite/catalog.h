#pragma once

// What belongs to no day: the key of the text numbers, and which groups were deleted or merged. A
// redirect is written before the days are changed, so that a crash in between is made up for and
// that events which come late do not bring a group back.
//
// Thread-safe.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "platform/sql/sql.h"
#include "region/eventstore/sqlite/text_id.h"

namespace gatehouse::eventstore::sqlite {

struct Redirect {
  std::int64_t project_id = 0;
  std::int64_t group_id = 0;
  std::int64_t into = 0;  // 0: deleted
};

class Catalog {
 public:
  static Result<std::unique_ptr<Catalog>> Open(const std::filesystem::path& file, Rng& rng);

  HashKey key() const { return key_; }
  Result<void> Begin(const Redirect& redirect, Timestamp now);
  Result<void> Finish(const Redirect& redirect);
  // Begun and not finished, in order.
  std::vector<Redirect> Unfinished();
  // Where events of the group belong: itself, another one, 0 when it was deleted.
  std::int64_t Follow(std::int64_t project_id, std::int64_t group_id);
  // Redirects that no event can meet any more.
  Result<void> Forget(Timestamp before);

 private:
  Result<void> Load(Rng& rng);

  std::unique_ptr<sql::Database> db_;
  HashKey key_{};
  std::mutex mutex_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> into_;
  std::vector<Redirect> unfinished_;
};

}  // namespace gatehouse::eventstore::sqlite
