#include "region/events/save/event_manager.h"

#include <utility>

#include "region/events/save/prepare.h"
#include "region/events/save/resolution.h"
#include "region/events/save/statements.h"
#include "region/releases/policy.h"
#include "region/releases/store.h"

namespace gatehouse::events {
namespace {

constexpr Duration kDuplicateWindow = std::chrono::hours(1);
constexpr Duration kSeenStep = std::chrono::seconds(60);
constexpr Duration kRegressionGap = std::chrono::seconds(5);
constexpr std::size_t kMaxTitle = 255;

std::string Text(const json::Object& object, std::string_view key) {
  return std::string(json::GetString(object, key).value_or(""));
}

std::string TraceField(const json::Object& event, std::string_view key) {
  const json::Object* contexts = json::GetObject(event, "contexts");
  const json::Object* trace = contexts ? json::GetObject(*contexts, "trace") : nullptr;
  return trace ? Text(*trace, key) : "";
}

std::string Cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  text.resize(limit);
  return text;
}

// The event comes again when the transaction is re-run: nothing is taken out of it for good.
std::string SerializeWithout(json::Object& event, std::initializer_list<std::string_view> keys) {
  std::vector<std::pair<std::string_view, json::Value>> taken;
  for (const std::string_view key : keys) {
    const auto found = event.find(key);
    if (found == event.end()) continue;
    taken.emplace_back(key, std::move(found->value()));
    event.erase(found);
  }
  std::string text = json::Serialize(event);
  for (auto& [key, value] : taken) event.emplace(key, std::move(value));
  return text;
}

}  // namespace

// One event while it is saved.
struct EventManager::Work {
  Incoming& incoming;
  const projects::Project& project;
  std::string event_id;
  Timestamp time;
  std::vector<Tag> tags = {};
  std::string level = {};
  std::string message = {};
  std::optional<releases::Release> release = {};
  bool release_is_new_here = false;
  releases::Environment environment = {};
  IssueId issue = {};
  bool replay = false;     // counted before a crash
  bool discarded = false;  // by a tombstone
  bool is_new = false;
  bool is_regression = false;
  bool is_new_environment = false;
};

Task<std::vector<Saved>> EventManager::Save(std::vector<Incoming> batch) {
  std::vector<FirstSeen> firsts;
  // All: a batch holds events of many organizations. Each statement names its own.
  GH_CO_TRY(
      std::vector<Saved> saved,
      co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::vector<Saved>> {
        firsts.clear();
        std::vector<Saved> out;
        out.reserve(batch.size());
        for (Incoming& incoming : batch) {
          GH_TRY(Saved one, SaveOne(tx, incoming, firsts));
          out.push_back(std::move(one));
        }
        return out;
      }));
  if (d_.on_first) {
    for (const FirstSeen& first : firsts) d_.on_first(first);
  }
  co_return saved;
}

Task<std::int64_t> EventManager::ForgetOld() {
  const Timestamp before = d_.clock.Now() - kDuplicateWindow;
  // All: the window is the same for everybody.
  co_return co_await d_.db.Write(sql::Tenant::All(),
                                 [&](sql::Tx& tx) { return tx.Exec(sqls::kForgetOld, {before}); });
}

Result<Saved> EventManager::SaveOne(sql::Tx& tx, Incoming& incoming,
                                    std::vector<FirstSeen>& firsts) const {
  Work work{.incoming = incoming,
            .project = incoming.project,
            .event_id = Text(incoming.event, "event_id"),
            .time = TimeOf(incoming.event, incoming.received)};
  const Timestamp now = d_.clock.Now();
  GH_TRY(const std::int64_t fresh,
         tx.Exec(sqls::kRemember, {work.project.organization, work.project.id, work.event_id,
                                   incoming.source, now}));
  if (fresh == 0) {
    GH_TRY(const sql::Rows rows, tx.Query(sqls::kRemembered, {work.project.id, work.event_id}));
    const sql::Row row = rows.front();
    if (row.Int(1) == incoming.source) {
      work.replay = true;
      if (auto issue = row.OptAs<IssueId>(0)) work.issue = *issue;
    } else if (row.Time(2) + kDuplicateWindow > now) {
      return Saved{.fate = Saved::Fate::kDuplicate, .stored = {}, .message = {}};
    } else {
      GH_TRY_VOID(
          tx.Exec(sqls::kRememberAgain, {work.project.id, work.event_id, incoming.source, now}));
    }
  }

  work.tags = PrepareTags(incoming.event);
  work.level = Text(incoming.event, "level");
  GH_TRY_VOID(SaveModels(tx, work));
  if (!incoming.is_transaction) {
    grouping::Store(incoming.grouping, incoming.event);
    const grouping::Headline& headline = incoming.grouping.headline;
    work.message = SearchMessage(incoming.event, headline.metadata, headline.culprit);
    if (!work.replay) GH_TRY_VOID(AssignIssue(tx, work));
    if (work.discarded) return Saved{.fate = Saved::Fate::kDiscarded, .stored = {}, .message = {}};
  } else {
    work.message = Text(incoming.event, "transaction");
  }
  if (!work.replay) {
    GH_TRY_VOID(Count(tx, work));
    GH_TRY_VOID(NoteFirsts(tx, work, firsts));
  }
  return Finish(work);
}

Result<void> EventManager::SaveModels(sql::Tx& tx, Work& work) const {
  const json::Object& event = work.incoming.event;
  const std::string version = Text(event, "release");
  // A name that is no release was refused by normalization; what another writer let through is
  // saved without one.
  if (!version.empty() && releases::IsValidVersion(version)) {
    GH_TRY(releases::store::Seen seen,
           releases::store::GetOrCreate(tx, d_.ids, work.project, version, work.time));
    work.release = std::move(seen.release);
    work.release_is_new_here = seen.linked;
    const std::string dist = Text(event, "dist");
    if (!dist.empty()) {
      GH_TRY_VOID(releases::store::SeeDistribution(tx, d_.ids, *work.release, dist, work.time));
    }
  }
  std::string environment = Text(event, "environment");
  if (!releases::IsValidEnvironment(environment)) environment.clear();
  GH_TRY(work.environment,
         releases::store::SeeEnvironment(tx, d_.ids, work.project, environment, work.time));
  return {};
}

Result<void> EventManager::AssignIssue(sql::Tx& tx, Work& work) const {
  const grouping::Grouping& grouping = work.incoming.grouping;
  const OrgId organization = work.project.organization;
  const auto find = [&]() -> Result<std::optional<IssueId>> {
    for (const std::string& hash : grouping.hashes) {
      GH_TRY(const sql::Rows rows, tx.Query(sqls::kHash, {work.project.id, hash}));
      if (rows.empty()) continue;
      if (auto issue = rows.front().OptAs<IssueId>(0)) return issue;
      if (!rows.front().IsNull(1)) {
        work.discarded = true;
        return std::nullopt;
      }
    }
    return std::nullopt;
  };
  GH_TRY(std::optional<IssueId> found, find());
  if (work.discarded) return {};
  if (!found) {
    // The row of the project is taken now: whoever made the issue meanwhile is seen by this look.
    GH_TRY(const sql::Rows next, tx.Query(sqls::kNextShortId, {organization, work.project.id}));
    if (next.empty()) return Fail(Code::kNotFound, "project_not_found");
    GH_TRY(found, find());
    if (work.discarded) return {};
    if (!found) {
      const grouping::Headline& headline = grouping.headline;
      work.issue = d_.ids.Next<IssueId>();
      work.is_new = true;
      GH_TRY_VOID(tx.Exec(
          sqls::kInsertIssue,
          {work.issue, organization, work.project.id, next.front().Int(0), PriorityOf(work.level),
           headline.type, LevelNumber(work.level), Text(work.incoming.event, "platform"),
           Text(work.incoming.event, "logger"), Cut(headline.title, kMaxTitle), headline.culprit,
           work.message, json::Serialize(headline.metadata), work.time,
           work.release ? sql::Param(work.release->id) : sql::Param(nullptr)}));
    }
  }
  if (found) work.issue = *found;
  for (const std::string& hash : grouping.hashes) {
    GH_TRY_VOID(tx.Exec(sqls::kPutHash, {organization, work.project.id, hash, work.issue}));
  }
  GH_TRY_VOID(tx.Exec(sqls::kRememberIssue, {work.project.id, work.event_id, work.issue}));
  return {};
}

Result<void> EventManager::Count(sql::Tx& tx, Work& work) const {
  const OrgId organization = work.project.organization;
  if (work.release) {
    GH_TRY_VOID(releases::store::SeeTogether(tx, organization, work.project.id, work.release->id,
                                             work.environment.id, work.time));
  }
  if (work.incoming.is_transaction) return {};

  if (!work.is_new) {
    GH_TRY(const sql::Rows rows, tx.Query(sqls::kIssue, {organization, work.issue}));
    if (rows.empty()) return Fail(Code::kInternal, "internal", "an issue without a row");
    const grouping::Headline& headline = work.incoming.grouping.headline;
    const std::string kept = rows.front().String(2);
    const bool keep = IsPlaceholderTitle(headline.title) && !IsPlaceholderTitle(kept);
    GH_TRY_VOID(
        tx.Exec(sqls::kCountIssue, {organization, work.issue, work.time, LevelNumber(work.level),
                                    headline.culprit, keep ? kept : Cut(headline.title, kMaxTitle),
                                    work.message, json::Serialize(headline.metadata)}));
    if (rows.front().Text(0) == "resolved") {
      GH_TRY(const sql::Rows how, tx.Query(sqls::kResolution, {work.issue}));
      bool covered = false;
      if (!how.empty()) {
        Resolution resolution{
            .type = how.front().String(0), .release = {}, .current_version = how.front().String(2)};
        if (auto id = how.front().OptAs<ReleaseId>(1)) {
          GH_TRY(resolution.release, releases::store::FindById(tx, organization, *id));
        }
        std::optional<releases::Release> current;
        if (!resolution.current_version.empty()) {
          if (auto named = releases::store::Find(tx, organization, resolution.current_version)) {
            current = std::move(*named);
          } else if (named.error().code != Code::kNotFound) {
            return std::unexpected(std::move(named).error());
          }
        }
        GH_TRY(const auto newest,
               releases::store::NewestOfProject(tx, organization, work.project.id));
        covered =
            Covers(resolution, current, work.release, releases::FollowsSemanticVersioning(newest));
      }
      if (!covered) {
        const Timestamp at = std::max(work.time, rows.front().Time(1));
        GH_TRY(const std::int64_t changed,
               tx.Exec(sqls::kRegress, {organization, work.issue, at, at - kRegressionGap}));
        work.is_regression = changed == 1;
      }
      if (work.is_regression) {
        GH_TRY_VOID(tx.Exec(sqls::kDropResolution, {work.issue}));
        const json::Object data = {{"event_id", work.event_id},
                                   {"version", work.release ? work.release->version : ""}};
        GH_TRY_VOID(
            tx.Exec(sqls::kActivity, {d_.ids.NextValue(), organization, work.project.id, work.issue,
                                      "set_regression", json::Serialize(data), d_.clock.Now()}));
      }
    }
  }

  const sql::Param release = work.release ? sql::Param(work.release->id) : sql::Param(nullptr);
  GH_TRY(const std::int64_t new_environment,
         tx.Exec(sqls::kIssueEnvironment,
                 {organization, work.issue, work.environment.id, release, d_.clock.Now()}));
  work.is_new_environment = new_environment == 1;
  if (!work.release) return {};
  if (work.is_new) {
    GH_TRY_VOID(
        releases::store::CountNewGroup(tx, organization, work.release->id, work.project.id));
  }
  if (work.is_new_environment) {
    GH_TRY_VOID(releases::store::CountNewIssue(tx, organization, work.project.id, work.release->id,
                                               work.environment.id));
  }
  GH_TRY_VOID(
      tx.Exec(sqls::kIssueRelease, {organization, work.issue, work.release->id,
                                    work.environment.name, work.time, work.time - kSeenStep}));
  return {};
}

Result<void> EventManager::NoteFirsts(sql::Tx& tx, Work& work,
                                      std::vector<FirstSeen>& firsts) const {
  projects::Project& project = work.incoming.project;
  std::int64_t flags = 0;
  if (work.release) flags |= projects::kHasReleases;
  if (work.incoming.is_transaction) flags |= projects::kHasTransactions;
  if (!work.incoming.is_transaction && HasMinifiedFrames(work.incoming.event)) {
    flags |= projects::kHasMinifiedStackTrace;
  }
  flags &= ~project.flags;
  const bool first_event = !work.incoming.is_transaction && !project.first_event_at;
  if (flags == 0 && !first_event) return {};
  GH_TRY_VOID(
      tx.Exec(sqls::kNoteFirsts, {project.organization, project.id, flags,
                                  first_event ? sql::Param(work.time) : sql::Param(nullptr)}));
  // The next event of the batch has read the project before this one was saved.
  const auto note = [&](std::string_view signal) {
    for (const FirstSeen& first : firsts) {
      if (first.project == project.id && first.signal == signal) return;
    }
    firsts.push_back({project.id, std::string(signal)});
  };
  if (first_event) note("first_event_received");
  if ((flags & projects::kHasTransactions) != 0) note("first_transaction_received");
  if ((flags & projects::kHasMinifiedStackTrace) != 0) {
    note("first_event_with_minified_stack_trace_received");
  }
  return {};
}

Saved EventManager::Finish(Work& work) const {
  const bool transaction = work.incoming.is_transaction;
  const grouping::Headline& headline = work.incoming.grouping.headline;
  json::Object& event = work.incoming.event;

  Saved saved{.fate = Saved::Fate::kSaved, .stored = {}, .message = {}};
  saved.is_new = work.is_new;
  saved.is_regression = work.is_regression;
  eventstore::StoredEvent& stored = saved.stored;
  stored.project_id = work.project.id.value;
  stored.event_id = work.event_id;
  stored.timestamp = work.time;
  stored.received = work.incoming.received;
  stored.type = transaction ? "transaction" : headline.type;
  stored.group_id = work.issue.value;
  stored.primary_hash = std::string(work.incoming.grouping.Primary());
  if (work.release) stored.release = work.release->version;
  stored.environment = work.environment.name;
  stored.dist = Text(event, "dist");
  stored.user = UserTag(event);
  stored.level = work.level;
  stored.platform = Text(event, "platform");
  stored.transaction = Text(event, "transaction");
  stored.title = transaction ? stored.transaction : headline.title;
  stored.culprit = transaction ? std::string() : headline.culprit;
  stored.message = work.message;
  stored.trace_id = TraceField(event, "trace_id");
  stored.span_id = TraceField(event, "span_id");
  if (transaction) {
    if (auto start = json::GetNumber(event, "start_timestamp")) {
      stored.duration =
          std::chrono::microseconds(work.time.micros - static_cast<std::int64_t>(*start * 1e6));
    }
  }
  stored.tags = std::move(work.tags);
  stored.payload = json::Serialize(event);

  stream::InsertMessage& message = saved.message;
  if (!transaction) message.group_id = work.issue.value;
  message.event_id = work.event_id;
  message.organization_id = work.project.organization.value;
  message.project_id = work.project.id.value;
  message.message = work.message;
  message.platform = stored.platform;
  message.datetime = work.time;
  message.received = work.incoming.received;
  message.data = SerializeWithout(event, {"debug_meta", "_meta"});
  message.primary_hash = stored.primary_hash;
  message.retention_days = d_.retention_days;
  message.is_new = work.is_new;
  message.is_regression = work.is_regression;
  message.is_new_group_environment = work.is_new_environment;
  message.queue = transaction ? stream::kQueueTransactions : stream::kQueueErrors;
  if (!transaction) {
    message.group_states = {{.id = work.issue.value,
                             .is_new = work.is_new,
                             .is_regression = work.is_regression,
                             .is_new_group_environment = work.is_new_environment}};
  }
  return saved;
}

}  // namespace gatehouse::events
