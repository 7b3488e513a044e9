#pragma once

// What people write about an error that they met: one report per event. Thread-safe. Who may ask is
// the caller's to decide. (Feedback without an error is an item of the event store.)

#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/task.h"
#include "platform/sql/sql.h"
#include "region/ingest/protocol/user_report.h"
#include "region/projects/types.h"

namespace gatehouse::feedback {

struct Report {
  ProjectId project;
  std::string event_id;                       // 32 lower-case hex
  std::optional<std::int64_t> issue_id = {};  // once the event is known
  std::string name;
  std::string email;
  std::string comments;
  Timestamp created_at;
};

// Where the event is, as far as the event store knows.
struct EventPlace {
  std::int64_t issue_id = 0;
  Timestamp timestamp;
};

// A report as intake hands it on.
struct Arrived {
  OrgId organization;
  ProjectId project;
  ingest::UserReport report;
  Timestamp received;
};

enum class Fate {
  kTaken,
  kIgnored,  // empty, or what a program writes that nobody sat at
  kFrozen,   // the event is older than half an hour, or the report than five minutes
};

struct Query {
  std::optional<ProjectId> project = {};
  std::optional<std::int64_t> issue_id = {};
  std::optional<Report> after = {};  // the last one of the page before
  std::size_t limit = 25;
};

class Service {
 public:
  virtual ~Service() = default;

  // Newest first.
  virtual Task<std::vector<Report>> List(OrgId organization, Query query) = 0;
  // Errors: kInvalidArgument "feedback_invalid", kConflict "feedback_frozen".
  virtual Task<Report> Submit(Arrived arrived) = 0;
  // Gives reports the issue of an event that came after them. For a periodic job.
  virtual Task<std::int64_t> LinkLate() = 0;
};

// In the caller's transaction, for intake; again changes nothing. `place`: of an event that the
// store holds already. REQUIRES: a transaction that may see the organization.
Result<Fate> Take(sql::Tx& tx, const Arrived& arrived, const std::optional<EventPlace>& place);

}  // namespace gatehouse::feedback
