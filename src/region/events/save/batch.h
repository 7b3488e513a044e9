#pragma once

// The events of one transaction. What they have in common (release, environment, issue) is read
// once and written once, at Flush(); the rows are those that saving one after the other leaves.
//
// Lives in the function that Database::Write runs, so that it begins anew when that is run again.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "platform/sql/sql.h"
#include "region/events/save/event_manager.h"
#include "region/events/save/grams.h"
#include "region/events/save/prepare.h"
#include "region/events/save/types.h"
#include "region/releases/store.h"

namespace gatehouse::events {

// One event while it is saved.
struct Work {
  Incoming* incoming = nullptr;
  // Pure, made once.
  std::string event_id = {};
  Timestamp time = {};
  std::vector<Tag> tags = {};
  std::string level = {};
  std::string message = {};
  std::string metadata = {};  // of the issue, JSON

  // What the transaction found; set anew by each run.
  struct Found {
    Saved::Fate fate = Saved::Fate::kSaved;
    bool replay = false;  // counted before a crash
    IssueId issue = {};
    std::string release = {};  // its version, "" for none
    std::string environment = {};
    bool is_new = false;
    bool is_regression = false;
    bool is_new_environment = false;
    std::vector<std::string> stripped = {};  // crash reports beyond the limit
  };
  Found found = {};

  const projects::Project& project() const { return incoming->project; }
};

class SaveBatch {
 public:
  SaveBatch(sql::Tx& tx, IdGenerator& ids, Timestamp now) : tx_(tx), ids_(ids), now_(now) {}

  Result<void> Add(Work& work);
  // After the last one.
  Result<void> Flush();
  std::vector<FirstSeen> TakeFirsts() { return std::move(firsts_); }

 private:
  struct HashOwner {
    std::optional<IssueId> issue;
    bool discards = false;
  };
  // Of an issue that events of the batch belong to.
  struct IssueState {
    OrgId organization;
    std::string status;
    std::string title;
    std::string message;
    std::int64_t level = 0;
    Grams grams = {};  // of title and message as they are in the database
    Timestamp active_at;
    std::int64_t count = 0;  // to add
    Timestamp first = {};
    Timestamp last = {};
    Work* latest = nullptr;  // of those to add
  };
  // When a pair of models was seen together: at first, and at last.
  struct SeenTogether {
    OrgId organization;
    Timestamp first;
    Timestamp last;
  };
  struct SeenRelease {
    releases::Release release;
    std::set<std::string> distributions = {};
  };
  struct SeenProject {
    std::int64_t flags = 0;
    bool has_first_event = false;
  };
  using ModelKey = std::pair<std::int64_t, std::string>;  // project; version, name or hash

  Result<bool> Remember(Work& work, std::optional<IssueId> issue);
  Result<HashOwner*> OwnerOf(const projects::Project& project, const std::string& hash);
  // The first that one of the event's hashes leads to.
  Result<HashOwner> FindOwner(const Work& work);
  Result<void> AssignIssue(Work& work);
  Result<void> Create(Work& work, std::int64_t short_id);
  Result<SeenRelease*> See(Work& work);
  Result<releases::Environment*> Environment(Work& work);
  Result<void> CountIssue(Work& work, const SeenRelease* release);
  Result<void> CheckRegression(Work& work, IssueState& state, const SeenRelease* release);
  Result<bool> IsCovered(Work& work, const SeenRelease* release);
  Result<void> NoteFirsts(Work& work, bool has_release);
  // Which crash reports the issue has no room for (crash_reports.cc).
  Result<void> StripCrashReports(Work& work);
  // An ignored issue whose condition these events have met comes back.
  Result<void> WakeIfDue(IssueId issue, const IssueState& state);
  Result<void> DescribeForSearch(IssueId issue, const IssueState& state);
  static void Together(SeenTogether& seen, Timestamp at);

  sql::Tx& tx_;
  IdGenerator& ids_;
  const Timestamp now_;
  std::map<ModelKey, SeenRelease> releases_;
  std::map<ModelKey, releases::Environment> environments_;
  std::map<ModelKey, HashOwner> hashes_;
  std::map<std::int64_t, IssueState> issues_;
  std::set<std::pair<std::int64_t, std::int64_t>> issue_environments_;
  // project, release, environment
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, SeenTogether> together_;
  // issue, release, environment
  std::map<std::tuple<std::int64_t, std::int64_t, std::string>, SeenTogether> issue_releases_;
  std::map<std::int64_t, SeenProject> projects_;
  std::vector<FirstSeen> firsts_;
};

}  // namespace gatehouse::events
