#include "region/eventstore/sqlite/day.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "platform/sql/sqlite/sqlite.h"
#include "region/eventstore/errors.h"
#include "region/eventstore/sqlite/day_sql.h"
#include "region/eventstore/sqlite/folder.h"

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;

}  // namespace

std::int64_t DayOf(Timestamp t) {
  const std::int64_t day = t.micros / kDayMicros;
  return t.micros % kDayMicros < 0 ? day - 1 : day;
}

std::string DayName(std::int64_t day) {
  return FormatIso8601(Timestamp{day * kDayMicros}).substr(0, 10);
}

std::optional<std::int64_t> ParseDayName(std::string_view name) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char rest = 0;
  const std::string text(name);
  if (std::sscanf(text.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &rest) != 3) return {};
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return {};
  const std::int64_t number = std::chrono::sys_days(date).time_since_epoch().count();
  if (DayName(number) != name) return {};
  return number;
}

Result<void> Prepare(sql::Database& db, std::span<const std::string_view> schema) {
  return db.WriteSync([schema](sql::Tx& tx) -> Result<void> {
    for (const std::string_view text : schema) GH_TRY_VOID(tx.Query(sql::Statement{"", text}));
    return {};
  });
}

namespace {

// Of a new file, of one that is as it should be, and of one from before there were generations.
Result<void> PrepareDay(sql::Database& db) {
  GH_TRY(const sql::Rows tables, db.ReadSync([](sql::Tx& tx) { return tx.Query(kTablesNamed); }));
  const bool is_older = tables.size() == 1;
  std::vector<std::string_view> schema;
  if (is_older) schema.assign(std::begin(kBeforeGenerations), std::end(kBeforeGenerations));
  schema.insert(schema.end(), std::begin(kDaySchema), std::end(kDaySchema));
  if (is_older) {
    schema.insert(schema.end(), std::begin(kAfterGenerations), std::end(kAfterGenerations));
  }
  return Prepare(db, schema);
}

}  // namespace

Days::Days(std::filesystem::path folder, const Clock& clock, std::size_t open_days,
           Duration close_after)
    : folder_(std::move(folder)),
      clock_(clock),
      open_days_(std::max<std::size_t>(open_days, 1)),
      close_after_(close_after) {}

std::filesystem::path Days::PathOf(std::int64_t number, std::string_view suffix) const {
  return folder_ / (DayName(number) + std::string(suffix));
}

Result<void> Days::Open() {
  std::error_code error;
  GH_TRY_VOID(MakeFolder(folder_));
  std::filesystem::directory_iterator entries(folder_, error);
  if (error) return Fail(Code::kUnavailable, kUnavailable, folder_.string() + error.message());
  for (const auto& entry : entries) {
    if (entry.path().extension() != ".db") continue;
    if (const auto number = ParseDayName(entry.path().stem().string())) slots_[*number];
  }
  return {};
}

// Under mutex_.
Result<std::shared_ptr<Day>> Days::Load(std::int64_t number) {
  Slot& slot = slots_[number];
  slot.used = clock_.Monotonic();
  if (auto day = slot.day.lock()) {
    slot.kept = day;
    return day;
  }
  auto day = std::make_shared<Day>();
  day->number = number;
  GH_TRY(day->payloads, PayloadFile::Open(PathOf(number, ".payload")));
  sql::SqliteOptions options;
  options.file = PathOf(number, ".db");
  options.readers = 1;
  GH_TRY(day->db, sql::OpenSqlite(options));
  GH_TRY_VOID(PrepareDay(*day->db));
  if (prepare_) GH_TRY_VOID(prepare_(*day));
  slot.day = day;
  slot.kept = day;
  return day;
}

void Days::CloseSurplus(std::int64_t but, std::vector<std::shared_ptr<Day>>& closed) {
  while (true) {
    std::size_t open = 0;
    Slot* oldest = nullptr;
    for (auto& [number, slot] : slots_) {
      if (!slot.kept) continue;
      ++open;
      if (number != but && (oldest == nullptr || slot.used < oldest->used)) oldest = &slot;
    }
    if (open <= open_days_ || oldest == nullptr) return;
    closed.push_back(std::move(oldest->kept));
    oldest->kept.reset();
  }
}

Result<std::shared_ptr<Day>> Days::Get(std::int64_t number) {
  // Destroyed after the lock is gone: closing a file waits for its threads.
  std::vector<std::shared_ptr<Day>> closed;
  std::lock_guard lock(mutex_);
  const bool known = slots_.contains(number);
  auto day = Load(number);
  if (!day && !known) slots_.erase(number);
  CloseSurplus(number, closed);
  return day;
}

Result<std::shared_ptr<Day>> Days::Find(std::int64_t number) {
  std::vector<std::shared_ptr<Day>> closed;
  std::lock_guard lock(mutex_);
  if (!slots_.contains(number)) return std::shared_ptr<Day>();
  auto day = Load(number);
  CloseSurplus(number, closed);
  return day;
}

std::vector<std::int64_t> Days::In(TimeRange range, Order order) {
  std::vector<std::int64_t> out;
  if (range.to <= range.from) return out;
  {
    std::lock_guard lock(mutex_);
    const std::int64_t last = DayOf(Timestamp{range.to.micros - 1});
    for (auto at = slots_.lower_bound(DayOf(range.from)); at != slots_.end(); ++at) {
      if (at->first > last) break;
      out.push_back(at->first);
    }
  }
  if (order == Order::kNewestFirst) std::ranges::reverse(out);
  return out;
}

std::size_t Days::DropBefore(std::int64_t number) {
  std::vector<std::shared_ptr<Day>> closed;
  std::lock_guard lock(mutex_);
  std::size_t dropped = 0;
  while (!slots_.empty() && slots_.begin()->first < number) {
    const std::int64_t day = slots_.begin()->first;
    // Whoever reads it still has the files open; the names go now. The database goes last: as long
    // as it is there, the next start finds the day and drops it again.
    closed.push_back(std::move(slots_.begin()->second.kept));
    slots_.erase(slots_.begin());
    std::error_code error;
    for (const std::string_view suffix : {".payload", ".db-wal", ".db-shm", ".db"}) {
      std::filesystem::remove(PathOf(day, suffix), error);
    }
    ++dropped;
  }
  return dropped;
}

std::vector<std::shared_ptr<Day>> Days::Loaded() {
  std::vector<std::shared_ptr<Day>> days;
  std::lock_guard lock(mutex_);
  for (const auto& [number, slot] : slots_) {
    if (auto day = slot.day.lock()) days.push_back(std::move(day));
  }
  return days;
}

void Days::CloseIdle() {
  std::vector<std::shared_ptr<Day>> closed;
  std::lock_guard lock(mutex_);
  const Duration before = clock_.Monotonic() - close_after_;
  for (auto& [number, slot] : slots_) {
    if (slot.kept && slot.used <= before) closed.push_back(std::move(slot.kept));
  }
}

}  // namespace gatehouse::eventstore::sqlite
