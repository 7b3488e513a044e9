#pragma once

// Everything that changes the store. One thread at a time.
//
// A batch is split by day. Per day: all records are appended to the payload file and synced, then
// one transaction inserts the rows. A crash leaves records that no row knows.
//
// Rows of new events go to the day's fresh ones (fresh.h), and from there into the indexed tables
// with the counts of their tags, thousands at a time: Fold. A batch that has an event which is
// there already is written to the indexed tables at once, after a fold, and the records that were
// replaced are overwritten. What is fresh after a crash is folded when its day is opened.

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "region/eventstore/sqlite/catalog.h"
#include "region/eventstore/sqlite/day.h"
#include "region/eventstore/sqlite/records.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/eventstore/types.h"

namespace gatehouse::eventstore::sqlite {

class Writer {
 public:
  // All outlive it.
  Writer(const Options& options, const Clock& clock, Days& days, Catalog& catalog,
         Records& records);

  Result<InsertOutcome> Insert(std::span<const StoredEvent> events);
  Result<InsertOutcome> InsertItems(std::span<const StoredItem> items);
  // Whether there was one.
  Result<bool> DeleteItem(std::int64_t project_id, const std::string& type, const std::string& id);
  // Of a group that Catalog::Begin() has redirected: changes every day, then finishes it.
  Result<void> Apply(const Redirect& redirect);
  // Finds out where the day stands: before it is used, on any thread, and after an error.
  Result<void> Open(Day& day) const;
  // Every day that is open.
  Result<void> FoldAll();

  // Projects that have got enough events for a dictionary since the last call.
  std::vector<std::int64_t> TakeRipe();

 private:
  struct TagIds {
    std::int64_t key_id;
    std::int64_t value_id;
    const Tag* tag;
  };
  struct Row {
    const StoredEvent* event = nullptr;
    Id128 id;
    Id128 trace;
    std::int64_t group_id = 0;
    std::int64_t release_id = 0;
    std::int64_t environment_id = 0;
    std::int64_t message_id = 0;
    std::int64_t transaction_id = 0;
    std::vector<TagIds> tags = {};
    Place place;
  };
  struct ItemRow {
    const StoredItem* item = nullptr;
    std::int64_t type_id = 0;
    std::int64_t key_id = 0;
    std::optional<Id128> event;
    Place place;
  };
  // Counts to add, in the order of their tables.
  struct Counts {
    // project, group, key, generation, value
    std::map<std::array<std::int64_t, 5>, std::int64_t> tags;
    std::map<std::array<std::int64_t, 4>, std::int64_t> hours;  // project, group, kind, hour

    void AddHours(std::int64_t project_id, std::int64_t group_id, std::int64_t kind,
                  std::int64_t micros, std::int64_t n) {
      const std::int64_t hour = micros / 3'600'000'000;
      hours[{project_id, 0, kind, hour}] += n;
      if (group_id != 0) hours[{project_id, group_id, 0, hour}] += n;
    }
  };

  std::string_view Refuse(Timestamp time, std::size_t bytes) const;
  Row MakeRow(const StoredEvent& event, const Id128& id, std::int64_t group_id) const;
  std::vector<TagIds> IdsOf(std::int64_t project_id, const std::vector<Tag>& tags) const;
  Result<void> InsertDay(std::int64_t number, std::vector<Row>& rows, InsertOutcome& outcome);
  // Is none of them there already?
  Result<bool> AreNew(Day& day, const std::vector<Row>& rows) const;
  Result<void> InsertFresh(Day& day, const std::vector<Row>& rows) const;
  Result<void> InsertIndexed(Day& day, const std::vector<Row>& rows, InsertOutcome& outcome);
  Result<void> Fold(Day& day) const;
  // Of rows that begin with this one: the newest, or the next one.
  Generation GenerationFor(const Day& day, std::int64_t row) const;
  Result<std::size_t> InsertRows(Day& day, sql::Tx& tx, const Generation& generation,
                                 const std::vector<Row>& rows, std::vector<Place>& replaced,
                                 std::vector<std::int64_t>& texts);
  Result<void> InsertTexts(Day& day, sql::Tx& tx, const Generation& generation, const Row& row,
                           std::vector<std::int64_t>& texts) const;
  static Result<void> WriteCounts(sql::Tx& tx, const Counts& counts);
  // `old` is what kFindEvent found. Returns the generation it stays in.
  Result<std::int64_t> Replace(Day& day, sql::Tx& tx, const Row& row, const sql::Row& old,
                               Counts& counts, std::vector<Place>& replaced);
  Result<void> InsertItemDay(std::int64_t number, std::vector<ItemRow>& rows,
                             InsertOutcome& outcome);

  const Options& options_;
  const Clock& clock_;
  Days& days_;
  Catalog& catalog_;
  Records& records_;
  TextIds ids_;
  std::unordered_map<std::int64_t, std::size_t> seen_;  // events per project for dictionaries
  std::vector<std::int64_t> ripe_;
};

}  // namespace gatehouse::eventstore::sqlite
