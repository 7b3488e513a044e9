#pragma once

// What a request says about issues: which ones, and what becomes of them.

#include <optional>
#include <string>
#include <vector>

#include "edge/api/api.h"
#include "edge/api/paging.h"
#include "region/events/issues/service.h"

namespace gatehouse::api {

// The projects of a list: one by its path, or those of `project` (ids; -1 for all).
struct Projects {
  std::vector<ProjectId> ids = {};  // empty: all of the organization
  bool none = false;                // projects were named, and none of them is here
};
// Errors: kInvalidArgument "field_invalid" (no number).
Task<Projects> ProjectsOf(Call& call, const http::Form& form);

// Everything a list's parameters say but projects and cursor. Errors: kInvalidArgument
// "issue_query_invalid", "sort_invalid", "field_invalid".
Task<issues::Query> IssueQueryOf(Call& call, const http::Form& form, std::string_view text);

// The ids of a repeated parameter. Errors: kInvalidArgument "group_id_invalid".
Result<std::vector<IssueId>> IssueIdsOf(const http::Form& form, std::string_view name);

// `statsPeriod`, `start` and `end`. Errors: kInvalidArgument "stats_period_invalid",
// "field_invalid".
struct Window {
  std::optional<Timestamp> from = {};
  std::optional<Timestamp> to = {};
};
Result<Window> WindowOf(const http::Form& form, Timestamp now);

// What the body of a PUT wants. Errors: kInvalidArgument "field_invalid", "assignee_invalid",
// "issue_release_unknown" (a commit).
Task<issues::Change> ChangeOf(Call& call, const json::Object& body);

// {issue} of the path, an id or a short id.
Task<issues::Issue> ReadIssue(Call& call);

}  // namespace gatehouse::api
