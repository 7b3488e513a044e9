#pragma once

// Values of issues.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/json/json.h"
#include "region/events/issues/search.h"
#include "region/events/save/types.h"
#include "region/orgs/members/service.h"
#include "region/releases/types.h"

namespace gatehouse::issues {

using members::Caller;

// Under which condition an ignored issue comes back.
struct Snooze {
  std::optional<Timestamp> until = {};
  std::optional<std::int64_t> events = {};  // so many more, or so many within the window
  std::optional<std::int64_t> window_minutes = {};
  std::optional<std::int64_t> users = {};
  std::optional<std::int64_t> user_window_minutes = {};
  std::int64_t events_then = 0;
  std::int64_t users_then = 0;
  std::optional<UserId> actor = {};
};

// How a resolved issue was resolved, when a release was named.
struct Resolution {
  std::string type;     // in_release, in_next_release, in_upcoming_release
  std::string release;  // its version, "" if it is gone
  std::optional<UserId> actor = {};
};

// What the one who looks has to do with an issue.
struct Marks {
  bool has_seen = false;
  bool is_bookmarked = false;
  std::optional<bool> is_subscribed = {};  // absent: never said
  std::string subscription_reason = {};
};

struct Issue {
  IssueId id;
  OrgId organization;
  ProjectId project;
  std::string project_slug;
  std::string project_name;
  std::string project_platform;
  std::string short_id;  // "SHOP-1A"
  std::string status;    // unresolved, resolved, ignored
  std::string substatus;
  std::int64_t priority = 0;  // 25 low, 50 medium, 75 high
  std::optional<Timestamp> priority_locked_at = {};
  std::string type;
  std::string level;
  std::string platform;
  std::string logger;
  std::string title;
  std::string culprit;
  json::Object metadata;
  std::int64_t times_seen = 0;
  std::int64_t users_seen = 0;  // of the last thirty days, at most a minute behind
  std::int64_t comments = 0;
  std::string share_id;  // "": not public
  Timestamp first_seen;
  Timestamp last_seen;
  std::optional<ReleaseId> first_release = {};
  std::string assignee;  // "user:1", "team:2", ""
  Marks marks = {};
  std::optional<Snooze> snooze = {};
  std::optional<Resolution> resolution = {};
};

enum class Sort { kLastSeen, kFirstSeen, kTimesSeen, kUsersSeen };

// Where a page begins: behind the issue with this sort key and id; `back`: before it.
struct Position {
  std::int64_t key = 0;
  std::int64_t id = 0;
  bool back = false;
};

struct Query {
  Terms terms = {};
  std::vector<ProjectId> projects = {};  // empty: all of the organization
  std::vector<IssueId> ids = {};         // not empty: these, and nothing else counts but projects
  // Tags are looked for in this time; an issue must have been seen in it, when it is given.
  std::optional<Timestamp> from = {};
  std::optional<Timestamp> to = {};
  std::vector<std::string> environments = {};  // seen in one of them
  Sort sort = Sort::kLastSeen;
  std::optional<Position> after = {};
  std::size_t offset = 0;
  std::size_t limit = 25;
  std::optional<UserId> viewer = {};
};

struct Page {
  std::vector<Issue> issues;
  // Counted to a thousand at most, and of a search as far as it looked.
  std::int64_t total = 0;
  bool total_is_exact = true;
  bool has_previous = false;
  bool has_next = false;
  // Of the two ends. A search looks at a bounded number of issues: a page may be short, even empty,
  // and still have a next.
  Position previous = {};
  Position next = {};
};

struct Activity {
  std::int64_t id = 0;
  std::string type;  // set_resolved, set_ignored, set_unresolved, set_regression, assigned, note, …
  std::optional<UserId> user = {};
  json::Object data;
  Timestamp created_at;
};

// What saving has noted of releases.
struct ReleaseSpan {
  std::string first;  // versions, "" without one
  std::string last;
};

struct Change {
  // resolved, unresolved, ignored; resolvedInNextRelease
  std::optional<std::string> status = {};
  std::optional<std::string> substatus = {};
  // With resolved: in the next release, in the one after what is being made now, in this one (a
  // version or "latest").
  bool in_next_release = false;
  bool in_upcoming_release = false;
  std::string in_release = {};
  // With ignored.
  std::optional<std::int64_t> ignore_minutes = {};
  std::optional<std::int64_t> ignore_events = {};
  std::optional<std::int64_t> ignore_window_minutes = {};
  std::optional<std::int64_t> ignore_users = {};
  std::optional<std::int64_t> ignore_user_window_minutes = {};

  std::optional<std::string> assignee = {};  // "user:1", "team:2", "" for nobody
  std::optional<std::int64_t> priority = {};
  std::optional<bool> has_seen = {};
  std::optional<bool> is_bookmarked = {};
  std::optional<bool> is_subscribed = {};
  std::optional<bool> is_public = {};
  bool merge = false;    // all into the one with the most events
  bool discard = false;  // and take no more of their events
};

struct Changed {
  std::vector<IssueId> issues = {};  // those that exist; merged and discarded ones included
  std::optional<IssueId> merged_into = {};
  std::vector<IssueId> merged = {};
  std::string share_id = {};
  std::optional<Activity> activity = {};  // of a single resolution that names a release
};

}  // namespace gatehouse::issues
