#pragma once

// The files of one UTC day, and the set of days that are there, a few of them open.
// Day numbers count days since the epoch.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "platform/sql/sql.h"
#include "region/eventstore/sqlite/fresh.h"
#include "region/eventstore/sqlite/payload_file.h"
#include "region/eventstore/sqlite/seen_ids.h"
#include "region/eventstore/types.h"

namespace gatehouse::eventstore::sqlite {

std::int64_t DayOf(Timestamp t);
std::string DayName(std::int64_t day);  // "2026-11-21"
std::optional<std::int64_t> ParseDayName(std::string_view name);

// Events of a day that came one after the other; number and first row. Where the order of an index
// is a random one, the entries of a generation are together (README.md).
struct Generation {
  std::int64_t id = 0;
  std::int64_t first_row = 0;
};

// Runs schema statements, one transaction.
Result<void> Prepare(sql::Database& db, std::span<const std::string_view> schema);

struct Day {
  std::int64_t number = 0;
  std::unique_ptr<sql::Database> db;
  std::unique_ptr<PayloadFile> payloads;
  // Texts that are in the file already, by number; the writer's alone.
  std::unordered_set<std::int64_t> known = {};
  FreshEvents fresh = {};
  // Of the fresh events: texts that they brought, and the row of the next one. The writer's alone.
  std::unordered_set<std::int64_t> fresh_texts = {};
  std::int64_t next_row = 1;
  Generation generation = {};  // the newest; the writer's alone
  std::optional<SeenIds> seen = {};
  // A write failed: what the file has of the fresh events is not known.
  bool uncertain = false;
};

// Thread-safe.
class Days {
 public:
  Days(std::filesystem::path folder, const Clock& clock, std::size_t open_days,
       Duration close_after);

  // Is called with a day that is being opened, before anybody else sees it.
  void OnLoad(std::function<Result<void>(Day&)> prepare) { prepare_ = std::move(prepare); }
  // Finds the days that are there.
  Result<void> Open();
  // The day's files, created if need be.
  Result<std::shared_ptr<Day>> Get(std::int64_t number);
  // nullptr: there is no such day.
  Result<std::shared_ptr<Day>> Find(std::int64_t number);
  // Numbers of days that touch the range, in the order.
  std::vector<std::int64_t> In(TimeRange range, Order order);
  // Removes the files of days before `number`; returns how many.
  std::size_t DropBefore(std::int64_t number);
  void CloseIdle();
  // Those that are open.
  std::vector<std::shared_ptr<Day>> Loaded();

 private:
  struct Slot {
    std::weak_ptr<Day> day;          // open as long as anybody uses it
    std::shared_ptr<Day> kept = {};  // and by us, while it is among the few used last
    Duration used = {};
  };
  Result<std::shared_ptr<Day>> Load(std::int64_t number);
  void CloseSurplus(std::int64_t but, std::vector<std::shared_ptr<Day>>& closed);
  std::filesystem::path PathOf(std::int64_t number, std::string_view suffix) const;

  const std::filesystem::path folder_;
  const Clock& clock_;
  const std::size_t open_days_;
  const Duration close_after_;
  std::function<Result<void>(Day&)> prepare_;
  std::mutex mutex_;
  std::map<std::int64_t, Slot> slots_;  // every day that is there
};

}  // namespace gatehouse::eventstore::sqlite
