#pragma once

// Everything that changes the store. One thread at a time.
//
// A batch is split by day. Per day: all records are appended to the payload file and synced, then
// one transaction inserts the rows and moves the counts, then records that were replaced are
// overwritten. A crash leaves records that no row knows, or replaced ones that are still there.

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
  // Of a group that Catalog::Begin() has redirected: changes every day, then finishes it.
  Result<void> Apply(const Redirect& redirect);

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
    std::map<std::array<std::int64_t, 4>, std::int64_t> tags;   // project, group, key, value
    std::map<std::array<std::int64_t, 4>, std::int64_t> hours;  // project, group, kind, hour
  };

  std::string_view Refuse(Timestamp time, std::size_t bytes) const;
  Row MakeRow(const StoredEvent& event, const Id128& id, std::int64_t group_id) const;
  std::vector<TagIds> IdsOf(std::int64_t project_id, const std::vector<Tag>& tags) const;
  Result<void> InsertDay(std::int64_t number, std::vector<Row>& rows, InsertOutcome& outcome);
  Result<std::size_t> InsertRows(Day& day, sql::Tx& tx, const std::vector<Row>& rows,
                                 std::vector<Place>& replaced, std::vector<std::int64_t>& texts);
  Result<void> InsertTexts(Day& day, sql::Tx& tx, const Row& row,
                           std::vector<std::int64_t>& texts) const;
  Result<void> Replace(Day& day, sql::Tx& tx, const Row& row, Counts& counts,
                       std::vector<Place>& replaced);
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
