#pragma once

// Every question to the store. Thread-safe. Days are asked one after another, newest first unless
// the question says otherwise; a question with a narrow range opens few files.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "region/eventstore/sqlite/day.h"
#include "region/eventstore/sqlite/records.h"
#include "region/eventstore/sqlite/text_id.h"
#include "region/eventstore/transactions.h"
#include "region/eventstore/types.h"

namespace gatehouse::eventstore::sqlite {

class Reader {
 public:
  // `days` and `records` outlive it.
  Reader(Days& days, Records& records, TextIds ids) : days_(days), records_(records), ids_(ids) {}

  Result<std::optional<StoredEvent>> Get(std::int64_t project_id, const std::string& event_id);
  Result<EventPage> List(const EventQuery& query);
  Result<Neighbours> Around(std::int64_t project_id, const std::string& event_id);
  Result<std::vector<Series>> Counts(const CountQuery& query);
  Result<TransactionGroups> Transactions(const TransactionQuery& query);
  Result<std::int64_t> DistinctUsers(std::int64_t project_id, std::int64_t group_id,
                                     TimeRange range);
  Result<std::vector<std::int64_t>> DistinctUsersOf(std::int64_t project_id,
                                                    const std::vector<std::int64_t>& group_ids,
                                                    TimeRange range);
  Result<std::vector<TagSummary>> Tags(const TagQuery& query);
  Result<std::vector<std::int64_t>> GroupsWithTag(std::int64_t project_id, const Tag& tag,
                                                  TimeRange range, std::size_t limit);
  Result<std::vector<std::int64_t>> GroupsHave(std::int64_t project_id,
                                               const std::vector<std::int64_t>& group_ids,
                                               const Tag& tag, TimeRange range);
  Result<ItemPage> ListItems(const ItemQuery& query);

 private:
  struct EventRow {
    std::int64_t row = 0;
    Timestamp time;
    std::int64_t group_id = 0;
    Place place;
  };
  static EventRow RowOf(const FreshEvent& e) { return {e.row, e.time, e.group_id, e.place}; }
  struct Found {
    std::shared_ptr<Day> day;
    EventRow row;
  };

  Result<std::optional<Found>> FindEvent(std::int64_t project_id, const std::string& event_id);
  Result<StoredEvent> Load(const Day& day, std::int64_t project_id, const EventRow& row,
                           bool with_payload);
  // What text a list looks for, found among the messages of a day.
  struct TextMatch {
    std::string text = {};
    std::unordered_set<std::int64_t> ids = {};
    std::string json = {};  // the same for SQL; "" while there are too many
  };
  Result<std::vector<EventRow>> Rows(Day& day, const EventQuery& query, const TextMatch* match,
                                     const Cursor& from, std::size_t limit);
  Result<TextMatch> FindText(Day& day, std::int64_t project_id, const std::string& text);
  Result<std::optional<std::string>> Neighbour(std::int64_t project_id, const Found& found,
                                               Order order);
  // Rows of one statement on every day of the range.
  Result<void> OnDays(TimeRange range, Order order,
                      const std::function<Result<void>(Day&, sql::Tx&, const FreshView&)>& ask);
  // `ask` in a transaction, with what is not in the tables that it sees.
  static Result<void> OnDay(Day& day,
                            const std::function<Result<void>(sql::Tx&, const FreshView&)>& ask);

  Days& days_;
  Records& records_;
  const TextIds ids_;
};

}  // namespace gatehouse::eventstore::sqlite
