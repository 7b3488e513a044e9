// What people decide about issues. Each call is one transaction, which reads the caller's own
// rights first; what the event store has to do follows from the rows it leaves (upkeep.cc).

#include <algorithm>
#include <array>
#include <map>

#include "base/bytes.h"
#include "base/text.h"
#include "region/events/issues/errors.h"
#include "region/events/issues/service_impl.h"
#include "region/events/issues/statements.h"
#include "region/events/issues/store.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/standing.h"
#include "region/releases/policy.h"
#include "region/releases/store.h"

namespace gatehouse::issues {
namespace {

constexpr std::int64_t kMaxIgnore = 1'000'000'000;
constexpr std::size_t kMaxNote = 64 << 10;
constexpr std::size_t kShareBytes = 16;
constexpr Duration kNewFor = std::chrono::days(7);

constexpr std::string_view kResolved = "resolved";
constexpr std::string_view kIgnored = "ignored";
constexpr std::string_view kUnresolved = "unresolved";

// The deprecated names, too.
std::string_view IgnoredSubstatus(std::string_view name) {
  if (name == "until_escalating" || name == "archived_until_escalating") {
    return "archived_until_escalating";
  }
  if (name == "until_condition_met" || name == "archived_until_condition_met") {
    return "archived_until_condition_met";
  }
  if (name == "forever" || name == "archived_forever") return "archived_forever";
  return "";
}

bool IsOpenSubstatus(std::string_view name) {
  return name == "new" || name == "ongoing" || name == "regressed" || name == "escalating";
}

bool HasCondition(const Change& change) {
  return change.ignore_minutes || change.ignore_events || change.ignore_users;
}

// What can be said without a look at the rows.
Result<void> Check(const Change& change) {
  if (change.status) {
    const std::string& status = *change.status;
    if (status != kResolved && status != "resolvedInNextRelease" && status != kIgnored &&
        status != kUnresolved) {
      return Fail(Code::kInvalidArgument, kIssueStatusInvalid, status);
    }
    if (change.substatus && !change.substatus->empty()) {
      const bool good = status == kIgnored      ? !IgnoredSubstatus(*change.substatus).empty()
                        : status == kUnresolved ? IsOpenSubstatus(*change.substatus)
                                                : false;
      if (!good) return Fail(Code::kInvalidArgument, kIssueSubstatusInvalid, *change.substatus);
    }
  } else if (change.substatus) {
    return Fail(Code::kInvalidArgument, kIssueSubstatusInvalid, "without a status");
  }
  for (const auto& number :
       {change.ignore_minutes, change.ignore_events, change.ignore_window_minutes,
        change.ignore_users, change.ignore_user_window_minutes}) {
    if (number && (*number < 1 || *number > kMaxIgnore)) {
      return Fail(Code::kInvalidArgument, kSnoozeInvalid);
    }
  }
  // A week is what "so many within" may span.
  constexpr std::int64_t kMaxWindow = 7 * 24 * 60;
  if (change.ignore_window_minutes.value_or(1) > kMaxWindow ||
      change.ignore_user_window_minutes.value_or(1) > kMaxWindow) {
    return Fail(Code::kInvalidArgument, kSnoozeInvalid);
  }
  if (change.priority && *change.priority != 25 && *change.priority != 50 &&
      *change.priority != 75) {
    return Fail(Code::kInvalidArgument, kIssueStatusInvalid, "priority");
  }
  return {};
}

bool NamesRelease(const Change& change) {
  return change.in_next_release || change.in_upcoming_release || !change.in_release.empty() ||
         change.status == "resolvedInNextRelease";
}

// How many users issues have at this moment; what lists show may be a minute old.
using UsersNow = std::map<IssueId, std::int64_t>;

// One Update while it runs.
class Work {
 public:
  Work(sql::Tx& tx, IdGenerator& ids, Rng& rng, Timestamp now, OrgId organization,
       const Change& change, const Caller& caller, const UsersNow& users_now = {})
      : tx_(tx),
        ids_(ids),
        rng_(rng),
        now_(now),
        organization_(organization),
        change_(change),
        caller_(caller),
        users_now_(users_now) {}

  Result<Changed> Run(const std::vector<Issue>& issues) {
    Changed changed;
    for (const Issue& issue : issues) changed.issues.push_back(issue.id);
    if (change_.assignee) GH_TRY_VOID(CheckAssignee(*change_.assignee));
    if (change_.status && NamesRelease(change_) && SeveralProjects(issues)) {
      return Fail(Code::kInvalidArgument, kIssueManyProjects, "resolve");
    }
    if (change_.merge && SeveralProjects(issues)) {
      return Fail(Code::kInvalidArgument, kIssueManyProjects, "merge");
    }
    for (const Issue& issue : issues) {
      GH_TRY_VOID(Apply(issue, changed));
      if (change_.discard) GH_TRY_VOID(Discard(issue));
    }
    if (change_.merge && !change_.discard && issues.size() > 1) {
      GH_TRY_VOID(Merge(issues, changed));
    }
    if (issues.size() == 1) changed.activity = std::move(activity_);
    return changed;
  }

  Result<Activity> Note(const Issue& issue, std::string_view type, json::Object data) {
    Activity activity{.id = ids_.NextValue(),
                      .type = std::string(type),
                      .user = caller_.actor.user,
                      .data = std::move(data),
                      .created_at = now_};
    GH_TRY_VOID(tx_.Exec(sqls::kAddActivity,
                         {activity.id, issue.organization, issue.project, issue.id, activity.type,
                          activity.user, json::Serialize(activity.data), now_}));
    return activity;
  }

  Result<void> Follow(const Issue& issue, std::string_view reason) {
    if (!caller_.actor.user) return {};
    GH_TRY_VOID(tx_.Exec(sqls::kFollow, {organization_, issue.id, *caller_.actor.user, reason}));
    return {};
  }

 private:
  static bool SeveralProjects(const std::vector<Issue>& issues) {
    return std::ranges::any_of(issues,
                               [&](const Issue& i) { return i.project != issues.front().project; });
  }

  Result<void> CheckAssignee(const std::string& assignee) {
    if (assignee.empty()) return {};
    const auto [kind, text] = SplitOnce(assignee, ':');
    const auto id = UserId::Parse(text);
    if (id && (kind == "user" || kind == "team")) {
      GH_TRY(const sql::Rows rows, tx_.Query(kind == "user" ? sqls::kIsMember : sqls::kIsTeam,
                                             {organization_, id->value}));
      if (!rows.empty()) return {};
    }
    return Fail(Code::kInvalidArgument, kAssigneeInvalid, assignee);
  }

  Result<void> Apply(const Issue& issue, Changed& changed) {
    if (change_.assignee && *change_.assignee != issue.assignee) {
      GH_TRY_VOID(tx_.Exec(sqls::kAssign, {organization_, issue.id, *change_.assignee}));
      GH_TRY_VOID(Note(issue, change_.assignee->empty() ? "unassigned" : "assigned",
                       {{"assignee", *change_.assignee}}));
      if (change_.assignee->starts_with("user:")) {
        const auto user = UserId::Parse(change_.assignee->substr(5));
        GH_TRY_VOID(tx_.Exec(sqls::kFollow,
                             {organization_, issue.id, user.value_or(UserId{}), "assigned"}));
      }
    }
    if (change_.priority && *change_.priority != issue.priority) {
      GH_TRY_VOID(tx_.Exec(sqls::kSetPriority, {organization_, issue.id, *change_.priority, now_}));
      const std::string_view name = *change_.priority == 75   ? "high"
                                    : *change_.priority == 50 ? "medium"
                                                              : "low";
      GH_TRY_VOID(Note(issue, "set_priority", {{"priority", name}}));
    }
    if (change_.is_public) GH_TRY_VOID(Share(issue, changed));
    GH_TRY_VOID(Mark(issue));
    if (!change_.status) return {};
    GH_TRY_VOID(tx_.Exec(sqls::kDropResolution, {organization_, issue.id}));
    GH_TRY_VOID(tx_.Exec(sqls::kDropSnooze, {organization_, issue.id}));
    GH_TRY_VOID(Follow(issue, "status_change"));
    const std::string& status = *change_.status;
    if (status == kIgnored) return Ignore(issue);
    if (status == kUnresolved) return Reopen(issue);
    return Resolve(issue);
  }

  Result<void> Share(const Issue& issue, Changed& changed) {
    if (!*change_.is_public) {
      if (issue.share_id.empty()) return {};
      GH_TRY_VOID(tx_.Exec(sqls::kShare, {organization_, issue.id, ""}));
      return Noted(issue, "set_private", {});
    }
    changed.share_id = issue.share_id;
    if (!issue.share_id.empty()) return {};
    std::array<std::uint8_t, kShareBytes> bytes;
    rng_.Fill(bytes);
    changed.share_id = HexEncode(AsView(bytes));
    GH_TRY_VOID(tx_.Exec(sqls::kShare, {organization_, issue.id, changed.share_id}));
    return Noted(issue, "set_public", {});
  }

  Result<void> Mark(const Issue& issue) {
    if (!caller_.actor.user) return {};
    const UserId user = *caller_.actor.user;
    if (change_.has_seen) {
      GH_TRY_VOID(
          tx_.Exec(sqls::kSee, {organization_, issue.id, user,
                                *change_.has_seen ? sql::Param(now_) : sql::Param(nullptr)}));
    }
    if (change_.is_bookmarked) {
      GH_TRY_VOID(tx_.Exec(sqls::kBookmark,
                           {organization_, issue.id, user, *change_.is_bookmarked ? 1 : 0}));
      if (*change_.is_bookmarked) GH_TRY_VOID(Follow(issue, "bookmark"));
    }
    if (change_.is_subscribed) {
      GH_TRY_VOID(tx_.Exec(sqls::kSubscribe, {organization_, issue.id, user,
                                              *change_.is_subscribed ? 1 : 0, "unknown"}));
    }
    return {};
  }

  Result<void> SetStatus(const Issue& issue, std::string_view status, std::string_view substatus) {
    GH_TRY_VOID(
        tx_.Exec(sqls::kSetStatus, {organization_, issue.id, status, substatus,
                                    status == kResolved ? sql::Param(now_) : sql::Param(nullptr)}));
    return {};
  }
  Result<void> Noted(const Issue& issue, std::string_view type, json::Object data) {
    GH_TRY(activity_, Note(issue, type, std::move(data)));
    return {};
  }

  Result<void> Reopen(const Issue& issue) {
    std::string_view substatus = "ongoing";
    if (issue.status == kIgnored && issue.first_seen + kNewFor > now_) substatus = "new";
    if (change_.substatus && !change_.substatus->empty()) substatus = *change_.substatus;
    GH_TRY_VOID(SetStatus(issue, kUnresolved, substatus));
    return Noted(issue, "set_unresolved", {});
  }

  Result<void> Ignore(const Issue& issue) {
    std::string_view substatus = "archived_forever";
    if (change_.substatus && !change_.substatus->empty()) {
      substatus = IgnoredSubstatus(*change_.substatus);
    }
    json::Object data;
    if (HasCondition(change_)) {
      substatus = "archived_until_condition_met";
      const auto until = change_.ignore_minutes
                             ? std::optional(now_ + std::chrono::minutes(*change_.ignore_minutes))
                             : std::nullopt;
      const auto counted = users_now_.find(issue.id);
      const std::int64_t users = counted != users_now_.end() ? counted->second : issue.users_seen;
      GH_TRY_VOID(tx_.Exec(sqls::kAddSnooze, {issue.id, organization_, until, change_.ignore_events,
                                              change_.ignore_window_minutes, change_.ignore_users,
                                              change_.ignore_user_window_minutes, issue.times_seen,
                                              users, caller_.actor.user, now_}));
      const auto put = [&data](std::string_view key, const std::optional<std::int64_t>& value) {
        if (value) data[key] = *value;
      };
      if (until) data["ignoreUntil"] = FormatIso8601(*until);
      put("ignoreDuration", change_.ignore_minutes);
      put("ignoreCount", change_.ignore_events);
      put("ignoreWindow", change_.ignore_window_minutes);
      put("ignoreUserCount", change_.ignore_users);
      put("ignoreUserWindow", change_.ignore_user_window_minutes);
    }
    GH_TRY_VOID(SetStatus(issue, kIgnored, substatus));
    return Noted(issue, "set_ignored", std::move(data));
  }

  struct NamedRelease {
    ReleaseId id;
    std::string version;
  };

  // The release that the issue is in by now: the highest one that it was seen in, or the one that
  // it was seen in last when versions have no order. std::nullopt: none.
  Result<std::optional<NamedRelease>> CurrentRelease(const Issue& issue) {
    GH_TRY(const sql::Rows rows, tx_.Query(sqls::kReleasesOfIssue, {organization_, issue.id}));
    if (rows.empty()) return std::optional<NamedRelease>();
    std::optional<NamedRelease> found(
        NamedRelease{rows.front().As<ReleaseId>(0), rows.front().String(1)});
    GH_TRY(const auto newest, releases::store::NewestOfProject(tx_, organization_, issue.project));
    if (!releases::FollowsSemanticVersioning(newest)) return found;
    std::optional<releases::SemanticVersion> highest;
    for (const sql::Row row : rows) {
      auto version = releases::ParseSemanticVersion(row.Text(1));
      if (!version || (highest && releases::Compare(*version, *highest) <= 0)) continue;
      highest = std::move(version);
      found = NamedRelease{row.As<ReleaseId>(0), row.String(1)};
    }
    return found;
  }

  Result<void> Resolve(const Issue& issue) {
    GH_TRY_VOID(SetStatus(issue, kResolved, ""));
    if (!NamesRelease(change_)) return Noted(issue, "set_resolved", {});
    json::Object data;
    const bool named = !change_.in_release.empty() && change_.in_release != "latest";
    std::optional<NamedRelease> found;
    if (change_.in_release.empty() && !change_.in_upcoming_release) {
      GH_TRY(found, CurrentRelease(issue));
    }
    if (!found) {
      GH_TRY(
          const sql::Rows rows,
          named ? tx_.Query(sqls::kNamedRelease, {organization_, issue.project, change_.in_release})
                : tx_.Query(sqls::kNewestRelease, {organization_, issue.project}));
      if (rows.empty()) {
        // Without a release there is nothing to be the next of: resolved as it is.
        if (change_.in_release.empty()) return Noted(issue, "set_resolved", {});
        return Fail(Code::kInvalidArgument, kIssueReleaseUnknown, change_.in_release);
      }
      found = NamedRelease{rows.front().As<ReleaseId>(0), rows.front().String(1)};
    }
    const auto& [release, version] = *found;
    std::string_view type = "in_next_release";
    if (change_.in_upcoming_release) type = "in_upcoming_release";
    if (!change_.in_release.empty()) type = "in_release";
    const bool after = change_.in_release.empty();
    GH_TRY_VOID(tx_.Exec(sqls::kAddResolution, {issue.id, organization_, type, release,
                                                after ? version : "", caller_.actor.user, now_}));
    data["version"] = after ? "" : version;
    if (after) data["current_release_version"] = version;
    return Noted(issue, "set_resolved_in_release", std::move(data));
  }

  Result<void> Discard(const Issue& issue) {
    const std::int64_t tombstone = ids_.NextValue();
    GH_TRY_VOID(tx_.Exec(sqls::kAddTombstone, {organization_, issue.id, tombstone, now_}));
    GH_TRY_VOID(tx_.Exec(sqls::kBuryHashes, {organization_, issue.id, tombstone}));
    return SetStatus(issue, "pending_deletion", "");
  }

  Result<void> Merge(const std::vector<Issue>& issues, Changed& changed) {
    const auto bigger = [](const Issue& a, const Issue& b) {
      return std::pair(a.times_seen, a.id.value) < std::pair(b.times_seen, b.id.value);
    };
    const Issue& target = *std::ranges::max_element(issues, bigger);
    json::Array children;
    for (const Issue& child : issues) {
      if (child.id == target.id) continue;
      GH_TRY_VOID(tx_.Exec(sqls::kMoveRedirects, {organization_, child.id, target.id}));
      GH_TRY_VOID(tx_.Exec(sqls::kAddRedirect, {organization_, child.id, target.id}));
      for (const sql::Statement* move :
           {&sqls::kMoveHashes, &sqls::kMergeEnvironments, &sqls::kMergeReleases,
            &sqls::kMoveActivities, &sqls::kMoveReports, &sqls::kMoveCrashReports}) {
        GH_TRY_VOID(tx_.Exec(*move, {organization_, child.id, target.id}));
      }
      GH_TRY_VOID(tx_.Exec(sqls::kAddCounts, {organization_, target.id, child.times_seen,
                                              child.comments, child.first_seen, child.last_seen}));
      GH_TRY_VOID(SetStatus(child, "pending_merge", ""));
      children.push_back(json::Object{{"id", child.id.ToString()}, {"title", child.title}});
      changed.merged.push_back(child.id);
    }
    changed.merged_into = target.id;
    GH_TRY_VOID(Note(target, "merge", {{"issues", std::move(children)}}));
    return {};
  }

  sql::Tx& tx_;
  IdGenerator& ids_;
  Rng& rng_;
  const Timestamp now_;
  const OrgId organization_;
  const Change& change_;
  const Caller& caller_;
  const UsersNow users_now_;
  std::optional<Activity> activity_;
};

Result<void> Demand(sql::Tx& tx, OrgId organization, const Caller& caller, std::string_view scope) {
  GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
  if (!standing.Has(scope)) return Fail(Code::kPermissionDenied, members::kForbidden);
  return {};
}

Result<void> CheckNote(std::string_view text) {
  if (Trim(text).empty() || text.size() > kMaxNote || !IsValidUtf8(text) ||
      text.find('\0') != std::string_view::npos) {
    return Fail(Code::kInvalidArgument, kNoteInvalid);
  }
  return {};
}

audit::Entry EntryOf(OrgId organization, audit::Event event, const Caller& caller) {
  audit::Entry entry;
  entry.organization = organization;
  entry.event = event;
  entry.actor = caller.actor.user;
  entry.actor_label = caller.actor.label;
  entry.ip = caller.actor.ip;
  entry.correlation_id = caller.actor.correlation_id;
  return entry;
}

// That these issues are no more. Their titles are not told: they may be what had to go.
Result<void> NoteGone(sql::Tx& tx, const audit::Log& audit, OrgId organization, audit::Event event,
                      const std::vector<Issue>& issues, const Caller& caller) {
  constexpr std::size_t kMaxNamed = 50;
  if (issues.empty()) return {};
  audit::Entry entry = EntryOf(organization, event, caller);
  std::string names;
  for (std::size_t i = 0; i < std::min(issues.size(), kMaxNamed); ++i) {
    names += (names.empty() ? "" : ", ") + issues[i].short_id;
  }
  if (issues.size() > kMaxNamed) {
    names += " and " + std::to_string(issues.size() - kMaxNamed) + " more";
  }
  if (issues.size() == 1) entry.target_object = issues.front().id.value;
  entry.data = {{"issues", issues.size()}, {"short_ids", std::move(names)}};
  GH_TRY_VOID(audit.Record(tx, entry));
  return {};
}

// The comment, if the caller wrote it.
Result<Activity> OwnNote(sql::Tx& tx, OrgId organization, IssueId issue, std::int64_t note,
                         const Caller& caller) {
  GH_TRY_VOID(Demand(tx, organization, caller, "event:write"));
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kNote, {organization, issue, note}));
  if (rows.empty()) return Fail(Code::kNotFound, kNoteNotFound);
  Activity activity = store::ReadActivity(rows.front());
  if (!caller.actor.user || activity.user != caller.actor.user) {
    return Fail(Code::kPermissionDenied, members::kForbidden);
  }
  return activity;
}

}  // namespace

Task<Changed> ServiceImpl::Update(OrgId organization, std::vector<IssueId> issues, Change change,
                                  Caller caller) {
  GH_CO_TRY_VOID(Check(change));
  UsersNow users_now;
  if (change.status == kIgnored && change.ignore_users && !change.ignore_user_window_minutes) {
    GH_CO_TRY(const std::vector<Issue> found,
              co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
                return store::FindMany(tx, organization, issues);
              }));
    std::map<ProjectId, std::vector<std::int64_t>> by_project;
    for (const Issue& issue : found) by_project[issue.project].push_back(issue.id.value);
    const eventstore::TimeRange range{d_.clock.Now() - kUserWindow};
    for (const auto& [project, ids] : by_project) {
      GH_CO_TRY(const auto users, co_await d_.store.DistinctUsersOf(project.value, ids, range));
      for (std::size_t i = 0; i < ids.size(); ++i) users_now[IssueId{ids[i]}] = users[i];
    }
  }
  GH_CO_TRY(
      Changed changed,
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Changed> {
        GH_TRY_VOID(
            Demand(tx, organization, caller, change.discard ? "event:admin" : "event:write"));
        GH_TRY(const std::vector<Issue> found, store::FindMany(tx, organization, issues));
        if (found.empty()) return Changed{};
        if (change.discard) {
          GH_TRY_VOID(
              NoteGone(tx, d_.audit, organization, audit::Event::kIssueDiscard, found, caller));
        }
        Work work(tx, d_.ids, d_.rng, d_.clock.Now(), organization, change, caller, users_now);
        return work.Run(found);
      }));
  if (change.discard || changed.merged_into) {
    // What fails here is gone on with by the periodic work; the decision stands.
    (void)co_await FinishPending();
  }
  co_return changed;
}

Task<std::int64_t> ServiceImpl::Delete(OrgId organization, std::vector<IssueId> issues,
                                       Caller caller) {
  GH_CO_TRY(
      const std::int64_t deleted,
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::int64_t> {
        GH_TRY_VOID(Demand(tx, organization, caller, "event:admin"));
        GH_TRY(const std::vector<Issue> found, store::FindMany(tx, organization, issues));
        for (const Issue& issue : found) {
          // Events that come from now on make a new issue.
          GH_TRY_VOID(tx.Exec(sqls::kDropHashes, {organization, issue.id}));
          GH_TRY_VOID(
              tx.Exec(sqls::kSetStatus, {organization, issue.id, "pending_deletion", "", nullptr}));
        }
        GH_TRY_VOID(
            NoteGone(tx, d_.audit, organization, audit::Event::kIssueDelete, found, caller));
        return static_cast<std::int64_t>(found.size());
      }));
  if (deleted > 0) (void)co_await FinishPending();
  co_return deleted;
}

Task<std::int64_t> ServiceImpl::Unmerge(OrgId organization, IssueId issue,
                                        std::vector<std::string> hashes, Caller caller) {
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::int64_t> {
        GH_TRY_VOID(Demand(tx, organization, caller, "event:write"));
        GH_TRY(const Issue found, store::Find(tx, organization, issue));
        GH_TRY(const sql::Rows rows, tx.Query(sqls::kHashes, {organization, found.id}));
        std::vector<std::string> taken;
        for (const sql::Row row : rows) {
          const std::string hash = row.String(0);
          if (std::ranges::find(hashes, hash) != hashes.end()) taken.push_back(hash);
        }
        // The last one stays: without it nothing would be this issue's.
        if (taken.size() == rows.size() && !taken.empty()) taken.pop_back();
        if (taken.empty()) return std::int64_t{0};
        json::Array list;
        for (const std::string& hash : taken) {
          GH_TRY_VOID(tx.Exec(sqls::kDropHash, {organization, found.id, hash}));
          list.emplace_back(hash);
        }
        const Change none;
        Work work(tx, d_.ids, d_.rng, d_.clock.Now(), organization, none, caller);
        GH_TRY_VOID(work.Note(found, "unmerge_source", {{"fingerprints", std::move(list)}}));
        return static_cast<std::int64_t>(taken.size());
      });
}

Task<void> ServiceImpl::RemoveAttachment(OrgId organization, ProjectId project,
                                         std::string event_id, std::string attachment,
                                         Caller caller) {
  constexpr const char* kType = "attachment";
  eventstore::ItemQuery query{.project_id = project.value,
                              .type = kType,
                              .event_id = event_id,
                              .id = attachment,
                              .limit = 1};
  GH_CO_TRY(const eventstore::ItemPage page, co_await d_.store.ListItems(std::move(query)));
  // First the note: what cannot be noted does not happen.
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY_VOID(Demand(tx, organization, caller, "event:admin"));
        GH_TRY(const sql::Rows slug, tx.Query(sqls::kProjectSlug, {organization, project}));
        if (slug.empty() || page.items.empty()) {
          return Fail(Code::kNotFound, kAttachmentNotFound);
        }
        audit::Entry entry = EntryOf(organization, audit::Event::kAttachmentRemove, caller);
        entry.data = {{"project_slug", slug.front().String(0)},
                      {"event_id", event_id},
                      {"attachment", attachment}};
        for (const auto& [name, value] : page.items.front().fields) {
          if (name == "attachment_type") entry.data["type"] = value;
        }
        GH_TRY_VOID(d_.audit.Record(tx, entry));
        GH_TRY_VOID(tx.Exec(sqls::kForgetCrashReport, {organization, project, attachment}));
        return {};
      }));
  GH_CO_TRY_VOID(co_await d_.store.DeleteItem(project.value, kType, attachment));
  co_return Result<void>();
}

Task<Activity> ServiceImpl::AddNote(OrgId organization, IssueId issue, std::string text,
                                    Caller caller) {
  GH_CO_TRY_VOID(CheckNote(text));
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Activity> {
        GH_TRY_VOID(Demand(tx, organization, caller, "event:write"));
        GH_TRY(const Issue found, store::Find(tx, organization, issue));
        const Change none;
        Work work(tx, d_.ids, d_.rng, d_.clock.Now(), organization, none, caller);
        GH_TRY(Activity note, work.Note(found, "note", {{"text", text}}));
        GH_TRY_VOID(tx.Exec(sqls::kCountComments, {organization, found.id, 1}));
        GH_TRY_VOID(work.Follow(found, "comment"));
        return note;
      });
}

Task<Activity> ServiceImpl::EditNote(OrgId organization, IssueId issue, std::int64_t note,
                                     std::string text, Caller caller) {
  GH_CO_TRY_VOID(CheckNote(text));
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Activity> {
        GH_TRY(Activity found, OwnNote(tx, organization, issue, note, caller));
        found.data["text"] = text;
        GH_TRY_VOID(tx.Exec(sqls::kEditNote, {organization, note, json::Serialize(found.data)}));
        return found;
      });
}

Task<void> ServiceImpl::RemoveNote(OrgId organization, IssueId issue, std::int64_t note,
                                   Caller caller) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(OwnNote(tx, organization, issue, note, caller));
    GH_TRY_VOID(tx.Exec(sqls::kDropNote, {organization, note}));
    GH_TRY_VOID(tx.Exec(sqls::kCountComments, {organization, issue, -1}));
    return {};
  });
}

}  // namespace gatehouse::issues
