#pragma once

// Issues: what events of one cause are to people. List, show, and decide about them. Thread-safe.
// Creating and counting issues is saving's business (region/events/save).

#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/task.h"
#include "region/events/issues/search.h"
#include "region/events/save/types.h"
#include "region/orgs/members/service.h"
#include "region/releases/types.h"

namespace gatehouse::issues {

using members::Caller;

struct Issue {
  IssueId id;
  OrgId organization;
  ProjectId project;
  std::string project_slug;
  std::string short_id;  // "SHOP-1A"
  std::string status;    // unresolved, resolved, ignored
  std::string substatus;
  std::int64_t priority = 0;
  std::string type;
  std::string level;
  std::string platform;
  std::string logger;
  std::string title;
  std::string culprit;
  json::Object metadata;
  std::int64_t times_seen = 0;
  Timestamp first_seen;
  Timestamp last_seen;
  std::optional<ReleaseId> first_release = {};
  std::string assignee;
};

enum class Sort { kLastSeen, kFirstSeen, kTimesSeen };

struct Query {
  Terms terms = {};
  std::vector<ProjectId> projects = {};  // empty: all of the organization
  Sort sort = Sort::kLastSeen;
  std::size_t offset = 0;
  std::size_t limit = 25;
};

struct Page {
  std::vector<Issue> issues;
  std::int64_t total = 0;
};

struct Activity {
  std::int64_t id = 0;
  std::string type;  // set_resolved, set_ignored, set_unresolved, set_regression, assigned
  std::optional<UserId> user = {};
  json::Object data;
  Timestamp created_at;
};

struct Change {
  std::optional<std::string> status = {};    // resolved, resolvedInNextRelease, unresolved, ignored
  std::optional<std::string> assignee = {};  // "user:1", "team:2", "" for nobody
};

class Service {
 public:
  virtual ~Service() = default;

  virtual Task<Page> List(OrgId organization, Query query) = 0;
  // By decimal id or short id. Errors: kNotFound "issue_not_found".
  virtual Task<Issue> Get(OrgId organization, std::string id_or_short_id) = 0;
  virtual Task<std::vector<Activity>> Activities(OrgId organization, IssueId issue) = 0;
  virtual Task<std::vector<std::string>> Hashes(OrgId organization, IssueId issue) = 0;

  // REQUIRES event:write. Changes all of them or none; ids of others are passed over. Returns how
  // many were changed. Errors: kInvalidArgument "issue_status_invalid"; kPermissionDenied
  // "forbidden".
  virtual Task<std::int64_t> Update(OrgId organization, std::vector<IssueId> issues, Change change,
                                    Caller caller) = 0;
  // REQUIRES event:admin. New events make a new issue; the events go too.
  virtual Task<void> Delete(OrgId organization, IssueId issue, Caller caller) = 0;
};

}  // namespace gatehouse::issues
