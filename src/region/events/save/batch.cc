#include "region/events/save/batch.h"

#include <algorithm>

#include "platform/json/text.h"
#include "region/events/save/resolution.h"
#include "region/events/save/search_rows.h"
#include "region/events/save/statements.h"
#include "region/events/save/wake.h"
#include "region/releases/policy.h"

namespace gatehouse::events {
namespace {

constexpr Duration kSeenStep = std::chrono::seconds(60);
constexpr Duration kRegressionGap = std::chrono::seconds(5);

}  // namespace

Result<void> SaveBatch::Add(Work& work) {
  work.found = {};
  const bool transaction = work.incoming->is_transaction;
  HashOwner owner;
  if (!transaction) {
    GH_TRY(owner, FindOwner(work));
  }
  GH_TRY(const bool counted, Remember(work, owner.issue));
  if (work.found.fate != Saved::Fate::kSaved) return {};
  if (!counted && !transaction) {
    if (owner.issue) {
      work.found.issue = *owner.issue;
    } else if (owner.discards) {
      work.found.fate = Saved::Fate::kDiscarded;
      return {};
    }
  }

  GH_TRY(SeenRelease * release, See(work));
  GH_TRY(releases::Environment * environment, Environment(work));
  if (release) work.found.release = release->release.version;
  work.found.environment = environment->name;
  if (counted) return StripCrashReports(work);

  if (!transaction) {
    GH_TRY_VOID(AssignIssue(work));
    if (work.found.fate != Saved::Fate::kSaved) return {};
  }
  const OrgId organization = work.project().organization;
  if (release) {
    Together(together_
                 .try_emplace(
                     {work.project().id.value, release->release.id.value, environment->id.value},
                     SeenTogether{organization, work.time, work.time})
                 .first->second,
             work.time);
  }
  if (!transaction) {
    GH_TRY_VOID(CountIssue(work, release));
    const IssueId issue = work.found.issue;
    if (issue_environments_.emplace(issue.value, environment->id.value).second) {
      const sql::Param first = release ? sql::Param(release->release.id) : sql::Param(nullptr);
      GH_TRY(
          const std::int64_t fresh,
          tx_.Exec(sqls::kIssueEnvironment, {organization, issue, environment->id, first, now_}));
      work.found.is_new_environment = fresh == 1;
    }
    if (release) {
      Together(issue_releases_
                   .try_emplace({issue.value, release->release.id.value, environment->name},
                                SeenTogether{organization, work.time, work.time})
                   .first->second,
               work.time);
      if (work.found.is_new) {
        GH_TRY_VOID(releases::store::CountNewGroup(tx_, organization, release->release.id,
                                                   work.project().id));
      }
      if (work.found.is_new_environment) {
        // The pair has to be there to be counted in.
        GH_TRY_VOID(releases::store::SeeTogether(tx_, organization, work.project().id,
                                                 release->release.id, environment->id, work.time));
        GH_TRY_VOID(releases::store::CountNewIssue(tx_, organization, work.project().id,
                                                   release->release.id, environment->id));
      }
    }
  }
  GH_TRY_VOID(StripCrashReports(work));
  return NoteFirsts(work, release != nullptr);
}

void SaveBatch::Together(SeenTogether& seen, Timestamp at) { seen.last = std::max(seen.last, at); }

// true: it was counted before a crash. Sets the fate of a duplicate, and the issue of a known one.
Result<bool> SaveBatch::Remember(Work& work, std::optional<IssueId> issue) {
  const projects::Project& project = work.project();
  const std::int64_t source = work.incoming->source;
  GH_TRY(const std::int64_t fresh, tx_.Exec(sqls::kRemember, {project.organization, project.id,
                                                              work.event_id, issue, source, now_}));
  if (fresh != 0) return false;
  GH_TRY(const sql::Rows rows, tx_.Query(sqls::kRemembered, {project.id, work.event_id}));
  const sql::Row row = rows.front();
  if (row.Int(1) == source) {
    work.found.replay = true;
    if (auto known = row.OptAs<IssueId>(0)) {
      work.found.issue = *known;
    } else if (!work.incoming->is_transaction) {
      work.found.fate = Saved::Fate::kDiscarded;
    }
    return true;
  }
  if (row.Time(2) + kDuplicateWindow > now_) {
    work.found.fate = Saved::Fate::kDuplicate;
    return false;
  }
  GH_TRY_VOID(tx_.Exec(sqls::kRememberAgain, {project.id, work.event_id, source, now_, issue}));
  return false;
}

Result<SaveBatch::HashOwner*> SaveBatch::OwnerOf(const projects::Project& project,
                                                 const std::string& hash) {
  const auto [at, added] = hashes_.try_emplace({project.id.value, hash});
  if (added) {
    GH_TRY(const sql::Rows rows, tx_.Query(sqls::kHash, {project.id, hash}));
    if (!rows.empty()) {
      at->second.issue = rows.front().OptAs<IssueId>(0);
      at->second.discards = !at->second.issue && !rows.front().IsNull(1);
    }
  }
  return &at->second;
}

Result<SaveBatch::HashOwner> SaveBatch::FindOwner(const Work& work) {
  for (const std::string& hash : work.incoming->grouping.hashes) {
    GH_TRY(HashOwner * owner, OwnerOf(work.project(), hash));
    if (owner->issue || owner->discards) return *owner;
  }
  return HashOwner{};
}

Result<void> SaveBatch::AssignIssue(Work& work) {
  const projects::Project& project = work.project();
  if (work.found.issue.value == 0) {
    // The row of the project is taken now: whoever made the issue meanwhile is seen by this look.
    GH_TRY(const sql::Rows next, tx_.Query(sqls::kNextShortId, {project.organization, project.id}));
    if (next.empty()) return Fail(Code::kNotFound, "project_not_found");
    for (const std::string& hash : work.incoming->grouping.hashes) {
      hashes_.erase({project.id.value, hash});
    }
    GH_TRY(const HashOwner owner, FindOwner(work));
    if (owner.discards) {
      work.found.fate = Saved::Fate::kDiscarded;
      return {};
    }
    if (owner.issue) {
      work.found.issue = *owner.issue;
    } else {
      GH_TRY_VOID(Create(work, next.front().Int(0)));
    }
    GH_TRY_VOID(tx_.Exec(sqls::kRememberIssue, {project.id, work.event_id, work.found.issue}));
  }
  for (const std::string& hash : work.incoming->grouping.hashes) {
    GH_TRY(HashOwner * owner, OwnerOf(project, hash));
    if (owner->discards || owner->issue == work.found.issue) continue;
    GH_TRY_VOID(
        tx_.Exec(sqls::kPutHash, {project.organization, project.id, hash, work.found.issue}));
    owner->issue = work.found.issue;
  }
  return {};
}

Result<void> SaveBatch::Create(Work& work, std::int64_t short_id) {
  const grouping::Headline& headline = work.incoming->grouping.headline;
  const projects::Project& project = work.project();
  work.found.issue = ids_.Next<IssueId>();
  work.found.is_new = true;
  const auto release = releases_.find({project.id.value, work.found.release});
  const sql::Param first = work.found.release.empty() || release == releases_.end()
                               ? sql::Param(nullptr)
                               : sql::Param(release->second.release.id);
  GH_TRY_VOID(tx_.Exec(
      sqls::kInsertIssue,
      {work.found.issue, project.organization, project.id, short_id, PriorityOf(work.level),
       headline.type, LevelNumber(work.level), json::TextOf(work.incoming->event, "platform"),
       json::TextOf(work.incoming->event, "logger"), CutTitle(headline.title), headline.culprit,
       work.message, work.metadata, work.time, first}));
  const Grams grams = GramsOfIssue(work.message, CutTitle(headline.title));
  GH_TRY_VOID(AddSearchRow(tx_, {.issue = work.found.issue,
                                 .organization = project.organization,
                                 .level = LevelNumber(work.level),
                                 .type = headline.type,
                                 .platform = json::TextOf(work.incoming->event, "platform"),
                                 .logger = json::TextOf(work.incoming->event, "logger"),
                                 .grams = grams}));
  issues_.emplace(work.found.issue.value, IssueState{.organization = project.organization,
                                                     .status = "unresolved",
                                                     .title = std::string(CutTitle(headline.title)),
                                                     .message = work.message,
                                                     .level = LevelNumber(work.level),
                                                     .grams = grams,
                                                     .active_at = work.time,
                                                     .first = work.time,
                                                     .last = work.time});
  return {};
}

// nullptr: the event has none. A name that is no release was refused by normalization; what another
// writer let through is saved without one.
Result<SaveBatch::SeenRelease*> SaveBatch::See(Work& work) {
  const json::Object& event = work.incoming->event;
  const std::string_view version = json::TextOf(event, "release");
  if (version.empty() || !releases::IsValidVersion(version)) return nullptr;
  const auto [at, added] = releases_.try_emplace({work.project().id.value, std::string(version)});
  if (added) {
    GH_TRY(releases::store::Seen seen,
           releases::store::GetOrCreate(tx_, ids_, work.project(), version, work.time));
    at->second.release = std::move(seen.release);
  }
  const std::string_view dist = json::TextOf(event, "dist");
  if (!dist.empty() && at->second.distributions.emplace(dist).second) {
    GH_TRY_VOID(releases::store::SeeDistribution(tx_, ids_, at->second.release, dist, work.time));
  }
  return &at->second;
}

Result<releases::Environment*> SaveBatch::Environment(Work& work) {
  std::string_view name = json::TextOf(work.incoming->event, "environment");
  if (!releases::IsValidEnvironment(name)) name = "";
  const auto [at, added] = environments_.try_emplace({work.project().id.value, std::string(name)});
  if (added) {
    GH_TRY(at->second, releases::store::SeeEnvironment(tx_, ids_, work.project(), name, work.time));
  }
  return &at->second;
}

Result<void> SaveBatch::CountIssue(Work& work, const SeenRelease* release) {
  if (work.found.is_new) return {};
  const OrgId organization = work.project().organization;
  const IssueId issue = work.found.issue;
  auto at = issues_.find(issue.value);
  if (at == issues_.end()) {
    GH_TRY(const sql::Rows rows, tx_.Query(sqls::kIssue, {organization, issue}));
    if (rows.empty()) return Fail(Code::kInternal, "internal", "an issue without a row");
    const sql::Row row = rows.front();
    at = issues_
             .emplace(issue.value, IssueState{.organization = organization,
                                              .status = row.String(0),
                                              .title = row.String(2),
                                              .message = row.String(3),
                                              .level = row.Int(4),
                                              .grams = GramsOfIssue(row.Text(3), row.Text(2)),
                                              .active_at = row.Time(1),
                                              .first = work.time,
                                              .last = work.time})
             .first;
  }
  IssueState& state = at->second;
  ++state.count;
  state.first = std::min(state.first, work.time);
  state.last = std::max(state.last, work.time);
  state.latest = &work;
  const std::string_view title = work.incoming->grouping.headline.title;
  if (!IsPlaceholderTitle(title) || IsPlaceholderTitle(state.title)) {
    state.title = CutTitle(title);
  }
  if (state.status == "resolved") GH_TRY_VOID(CheckRegression(work, state, release));
  return {};
}

Result<bool> SaveBatch::IsCovered(Work& work, const SeenRelease* release) {
  const OrgId organization = work.project().organization;
  GH_TRY(const sql::Rows how, tx_.Query(sqls::kResolution, {work.found.issue}));
  if (how.empty()) return false;
  Resolution resolution{
      .type = how.front().String(0), .release = {}, .current_version = how.front().String(2)};
  if (auto id = how.front().OptAs<ReleaseId>(1)) {
    GH_TRY(resolution.release, releases::store::FindById(tx_, organization, *id));
  }
  std::optional<releases::Release> current;
  if (!resolution.current_version.empty()) {
    if (auto named = releases::store::Find(tx_, organization, resolution.current_version)) {
      current = std::move(*named);
    } else if (named.error().code != Code::kNotFound) {
      return std::unexpected(std::move(named).error());
    }
  }
  GH_TRY(const auto newest, releases::store::NewestOfProject(tx_, organization, work.project().id));
  return Covers(resolution, current,
                release ? std::optional(release->release) : std::optional<releases::Release>(),
                releases::FollowsSemanticVersioning(newest));
}

Result<void> SaveBatch::CheckRegression(Work& work, IssueState& state, const SeenRelease* release) {
  GH_TRY(const bool covered, IsCovered(work, release));
  if (covered) return {};
  const OrgId organization = work.project().organization;
  const Timestamp at = std::max(work.time, state.active_at);
  GH_TRY(const std::int64_t changed,
         tx_.Exec(sqls::kRegress, {organization, work.found.issue, at, at - kRegressionGap}));
  if (changed != 1) return {};
  work.found.is_regression = true;
  state.status = "unresolved";
  state.active_at = at;
  GH_TRY_VOID(tx_.Exec(sqls::kDropResolution, {work.found.issue}));
  const json::Object data = {{"event_id", work.event_id}, {"version", work.found.release}};
  GH_TRY_VOID(
      tx_.Exec(sqls::kActivity, {ids_.NextValue(), organization, work.project().id,
                                 work.found.issue, "set_regression", json::Serialize(data), now_}));
  return {};
}

Result<void> SaveBatch::NoteFirsts(Work& work, bool has_release) {
  const projects::Project& project = work.project();
  const bool transaction = work.incoming->is_transaction;
  std::int64_t flags = 0;
  if (has_release) flags |= projects::kHasReleases;
  if (transaction) flags |= projects::kHasTransactions;
  if (!transaction && !project.Has(projects::kHasMinifiedStackTrace) &&
      HasMinifiedFrames(work.incoming->event)) {
    flags |= projects::kHasMinifiedStackTrace;
  }
  flags &= ~project.flags;
  bool first_event = !transaction && !project.first_event_at;
  if (flags == 0 && !first_event) return {};
  // What intake knows of the project can be some seconds old: the row decides.
  const auto [at, added] = projects_.try_emplace(project.id.value);
  SeenProject& seen = at->second;
  if (added) {
    GH_TRY(const sql::Rows rows, tx_.Query(sqls::kFirsts, {project.organization, project.id}));
    if (rows.empty()) return {};
    seen = {.flags = rows.front().Int(0), .has_first_event = !rows.front().IsNull(1)};
  }
  flags &= ~seen.flags;
  first_event = first_event && !seen.has_first_event;
  if (flags == 0 && !first_event) return {};
  GH_TRY_VOID(
      tx_.Exec(sqls::kNoteFirsts, {project.organization, project.id, flags,
                                   first_event ? sql::Param(work.time) : sql::Param(nullptr)}));
  seen.flags |= flags;
  seen.has_first_event = seen.has_first_event || first_event;
  if (first_event) firsts_.push_back({project.id, "first_event_received"});
  if ((flags & projects::kHasTransactions) != 0) {
    firsts_.push_back({project.id, "first_transaction_received"});
  }
  if ((flags & projects::kHasMinifiedStackTrace) != 0) {
    firsts_.push_back({project.id, "first_event_with_minified_stack_trace_received"});
  }
  return {};
}

Result<void> SaveBatch::Flush() {
  for (const auto& [key, seen] : together_) {
    const auto& [project, release, environment] = key;
    GH_TRY_VOID(releases::store::SeeTogether(tx_, seen.organization, ProjectId{project},
                                             ReleaseId{release}, EnvironmentId{environment},
                                             seen.first));
    if (seen.last <= seen.first) continue;
    GH_TRY_VOID(releases::store::SeeTogether(tx_, seen.organization, ProjectId{project},
                                             ReleaseId{release}, EnvironmentId{environment},
                                             seen.last));
  }
  for (const auto& [key, seen] : issue_releases_) {
    const auto& [issue, release, environment] = key;
    GH_TRY_VOID(tx_.Exec(sqls::kIssueRelease, {seen.organization, issue, release, environment,
                                               seen.first, seen.first - kSeenStep}));
    if (seen.last <= seen.first) continue;
    GH_TRY_VOID(tx_.Exec(sqls::kIssueRelease, {seen.organization, issue, release, environment,
                                               seen.last, seen.last - kSeenStep}));
  }
  for (const auto& [issue, state] : issues_) {
    if (state.count == 0) continue;
    const Work& latest = *state.latest;
    GH_TRY_VOID(tx_.Exec(sqls::kCountIssue,
                         {state.organization, issue, state.last, LevelNumber(latest.level),
                          latest.incoming->grouping.headline.culprit, state.title, latest.message,
                          latest.metadata, state.first, state.count}));
    if (state.status == "ignored") GH_TRY_VOID(WakeIfDue(IssueId{issue}, state));
    GH_TRY_VOID(DescribeForSearch(IssueId{issue}, state));
  }
  return {};
}

// Conditions that need the event store (so many within a window, so many users) are looked at by
// the periodic work on issues.
Result<void> SaveBatch::WakeIfDue(IssueId issue, const IssueState& state) {
  GH_TRY(const sql::Rows rows, tx_.Query(sqls::kSnooze, {state.organization, issue}));
  if (rows.empty()) return {};
  const sql::Row row = rows.front();
  std::string_view substatus;
  if (const auto until = row.OptTime(0); until && *until <= now_) substatus = "ongoing";
  const auto wanted = row.OptInt(1);
  if (wanted && row.IsNull(2) && row.Int(3) >= *wanted) substatus = "escalating";
  if (substatus.empty()) return {};
  GH_TRY_VOID(
      Wake(tx_, ids_, state.organization, state.latest->project().id, issue, substatus, now_));
  return {};
}

// Searches look through rows of their own, which are written only when something changed.
Result<void> SaveBatch::DescribeForSearch(IssueId issue, const IssueState& state) {
  const std::int64_t level = LevelNumber(state.latest->level);
  if (level != state.level) {
    GH_TRY_VOID(tx_.Exec(sqls::kSearchLevel, {state.organization, issue, level}));
  }
  const std::string& latest = state.latest->message;
  const Grams grams = GramsOfIssue(latest.empty() ? state.message : latest, state.title);
  if (grams == state.grams) return {};
  return SetGrams(tx_, state.organization, issue, grams);
}

}  // namespace gatehouse::events
