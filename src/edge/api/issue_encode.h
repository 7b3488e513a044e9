#pragma once

// Issues as the API shows them, with the people and counts that they name.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "edge/api/api.h"
#include "edge/api/encode.h"
#include "region/events/issues/service.h"
#include "region/eventstore/types.h"

namespace gatehouse::api {

// "": none; "24h": by the hour; "14d" and "30d": by the day.
using StatsPeriod = std::string;
// Errors: kInvalidArgument "stats_period_invalid".
Result<StatsPeriod> CheckStatsPeriod(std::string_view text);

// What a page of issues names besides itself.
struct IssueContext {
  People people = {};
  std::map<TeamId, teams::Team> teams = {};
  std::map<IssueId, json::Array> stats = {};  // [[unix, count], …]
  StatsPeriod period = {};
  std::set<IssueId> unhandled = {};  // those with an event that nothing caught
};
Task<IssueContext> ContextOf(Call& call, const std::vector<issues::Issue>& issues,
                             StatsPeriod period);

json::Object EncodeIssue(const Call& call, const issues::Issue& issue, const IssueContext& context);
// `statusDetails`.
json::Object EncodeStatusDetails(const issues::Issue& issue, const People& people);
// {type, id, name} of "user:1" or "team:2"; null for nobody, and for who is gone.
json::Value EncodeAssignee(std::string_view assignee, const IssueContext& context);
json::Object EncodeActivity(const issues::Activity& activity, const People& people);

// [[unix, count], …] of one group's or project's series.
Task<std::vector<json::Array>> Buckets(const Call& call, eventstore::CountQuery query);
// The question for a period that ends now.
eventstore::CountQuery CountsOf(Timestamp now, std::string_view period);

}  // namespace gatehouse::api
