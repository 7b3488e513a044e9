#pragma once

// EventStore: the port to what is kept of every event and item. The key of an event is (project,
// event id, UTC day of its timestamp); the latest insert wins. Inserting a batch twice leaves what
// inserting it once leaves, so a consumer that is not sure repeats. Adapters: sqlite/.
//
// Threads: every function may be called from any thread; a coroutine goes on where it was.
// The project is part of every question: nothing of another project is ever found.
//
// Errors of every function: kUnavailable "event_store_unavailable" and "overloaded", kDataLoss
// "event_store_damaged" when something stored cannot be read any more, kResourceExhausted
// "disk_full" (inserts).

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/task.h"
#include "region/eventstore/transactions.h"
#include "region/eventstore/types.h"

namespace gatehouse::eventstore {

class EventStore {
 public:
  virtual ~EventStore() = default;

  // Durable when answered, each day of the batch by itself. Refused with a reason, one by one:
  // "event_id_invalid", "event_too_old" (before the retention), "event_too_new" (more than a day
  // ahead), "event_too_large", "event_group_deleted". The group of a merged one is followed.
  virtual Task<InsertOutcome> Insert(std::vector<StoredEvent> events) = 0;
  virtual Task<InsertOutcome> InsertItems(std::vector<StoredItem> items) = 0;

  // With its payload; of the newest day that has the id.
  virtual Task<std::optional<StoredEvent>> Get(std::int64_t project_id, std::string event_id) = 0;
  virtual Task<EventPage> List(EventQuery query) = 0;
  // The events before and after this one in its group, by time.
  virtual Task<Neighbours> Around(std::int64_t project_id, std::string event_id) = 0;

  // One series per group asked for, in that order, or one for the project.
  virtual Task<std::vector<Series>> Counts(CountQuery query) = 0;
  // The newest transactions of a project, by name.
  virtual Task<TransactionGroups> Transactions(TransactionQuery query) = 0;
  // Different values of kTagUser.
  virtual Task<std::int64_t> DistinctUsers(std::int64_t project_id, std::int64_t group_id,
                                           TimeRange range) = 0;
  // The same of many groups, in their order.
  virtual Task<std::vector<std::int64_t>> DistinctUsersOf(std::int64_t project_id,
                                                          std::vector<std::int64_t> group_ids,
                                                          TimeRange range) = 0;
  // Keys by name, values by count.
  virtual Task<std::vector<TagSummary>> Tags(TagQuery query) = 0;
  // Groups of the project that have an event with this tag; an empty value stands for any. At most
  // about `limit` a day are looked at: a tag that so many have is better asked about with
  // GroupsHave.
  virtual Task<std::vector<std::int64_t>> GroupsWithTag(std::int64_t project_id, Tag tag,
                                                        TimeRange range, std::size_t limit) = 0;
  // Those of the groups that have it.
  virtual Task<std::vector<std::int64_t>> GroupsHave(std::int64_t project_id,
                                                     std::vector<std::int64_t> group_ids, Tag tag,
                                                     TimeRange range) = 0;

  // The group's events are gone for readers, and for inserts that come late, when this answers.
  virtual Task<void> DeleteGroup(std::int64_t project_id, std::int64_t group_id) = 0;
  // Merge: the events of `from` are those of `into`, and so are those that come late.
  virtual Task<void> MoveGroup(std::int64_t project_id, std::int64_t from, std::int64_t into) = 0;

  // The item is gone for readers when this answers; whether there was one.
  virtual Task<bool> DeleteItem(std::int64_t project_id, std::string type, std::string id) = 0;
  // Newest first, with ties by insertion.
  virtual Task<ItemPage> ListItems(ItemQuery query) = 0;

  // Drops the days that the retention has passed and closes what nobody uses. Returns the number
  // of days dropped. For a periodic job.
  virtual Task<std::size_t> DropOld() = 0;
};

}  // namespace gatehouse::eventstore
