#pragma once

// Monitors in the database. Synchronous; in the caller's transaction.

#include <optional>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "platform/sql/sql.h"
#include "region/monitors/types.h"

namespace gatehouse::monitors::store {

// False if the project has one of that slug.
Result<bool> Insert(sql::Tx& tx, const Monitor& monitor);
Result<void> Update(sql::Tx& tx, const Monitor& monitor);
Result<void> Delete(sql::Tx& tx, const Monitor& monitor);
Result<std::optional<Monitor>> FindInProject(sql::Tx& tx, OrgId organization, ProjectId project,
                                             std::string_view slug);
// By slug or public id; with environments. Errors: kNotFound "monitor_not_found".
Result<Monitor> Find(sql::Tx& tx, OrgId organization, std::string_view slug_or_guid,
                     std::optional<ProjectId> project);
Result<Monitor> FindById(sql::Tx& tx, OrgId organization, MonitorId monitor);
// With environments, by id.
Result<std::vector<Monitor>> List(sql::Tx& tx, OrgId organization, MonitorId after,
                                  std::size_t limit);
Result<std::int64_t> Count(sql::Tx& tx, OrgId organization, ProjectId project);

Result<std::optional<Environment>> FindEnvironment(sql::Tx& tx, const Monitor& monitor,
                                                   std::string_view name);
// All but whether it is muted.
Result<void> PutEnvironment(sql::Tx& tx, const Monitor& monitor, const Environment& environment);
Result<void> MuteEnvironment(sql::Tx& tx, const Monitor& monitor, std::string_view environment,
                             bool is_muted);
// With its check-ins and what issues are still to be told of it. False if there was none.
Result<bool> DeleteEnvironment(sql::Tx& tx, const Monitor& monitor, std::string_view environment);

Result<std::optional<CheckIn>> FindCheckIn(sql::Tx& tx, const Monitor& monitor,
                                           std::string_view guid);
Result<std::optional<CheckIn>> NewestInProgress(sql::Tx& tx, const Monitor& monitor,
                                                std::string_view environment);
Result<void> InsertCheckIn(sql::Tx& tx, const Monitor& monitor, const CheckIn& check_in);
// Status, duration and timeout.
Result<void> UpdateCheckIn(sql::Tx& tx, const Monitor& monitor, const CheckIn& check_in);
// Newest first, before the id `before`.
Result<std::vector<CheckIn>> CheckIns(sql::Tx& tx, const Monitor& monitor,
                                      std::optional<std::string_view> environment,
                                      std::int64_t before, std::size_t limit);
Result<std::int64_t> CountSince(sql::Tx& tx, const Monitor& monitor, std::string_view environment,
                                Timestamp since);

// What issues are to be told. Adding the same again changes nothing.
Result<void> AddOccurrence(sql::Tx& tx, const Occurrence& occurrence);
// Of every organization, oldest first.
Result<std::vector<Occurrence>> Occurrences(sql::Tx& tx, std::size_t limit);
Result<void> NoteSaved(sql::Tx& tx, const Occurrence& occurrence, Timestamp now);
Result<void> DropOccurrence(sql::Tx& tx, const Occurrence& occurrence);

// What a job has to look at, of every organization.
struct Due {
  OrgId organization;
  MonitorId monitor;
  std::string what;  // environment, or public id of a check-in
};
Result<std::vector<Due>> DueEnvironments(sql::Tx& tx, Timestamp now, std::size_t limit);
Result<std::vector<Due>> OverdueCheckIns(sql::Tx& tx, Timestamp now, std::size_t limit);
Result<std::int64_t> DropOld(sql::Tx& tx, Timestamp before);

}  // namespace gatehouse::monitors::store
