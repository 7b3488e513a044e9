#pragma once

// What an organization sets for the intake of all its projects: quotas, filters, what is scrubbed,
// what is kept of crashes.
// {"quotas": {"events_per_hour", "project_events_per_minute", "check_ins_per_minute",
// "attachment_bytes_per_second"}, "filters": {…}}; 0 is no limit, a negative number takes nothing.
// A filter that a project sets itself holds there; lists of both are added up. Conditions of one's
// own are {"generic": [{"id", "enabled", "condition"}]} (filters/condition.h).
// "scrubbing" is what no project can switch off: {"scrubData", "scrubDefaults", "scrubIpAddresses",
// "sensitiveFields", "excludeFields", "piiConfig"}; switches are off when they are not set, lists
// and rules are added to those of each project.
// "attachments" is {"store_crash_reports"}: how many crash reports (minidumps and the like) an
// issue keeps, 0 none, -1 any number; a project's own "store_crash_reports" holds against it.
//
// Thread-safe. Rights are decided here, in the transaction that acts.

#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "core/audit/audit.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"
#include "region/events/scrub/rules.h"
#include "region/ingest/filters/filters.h"
#include "region/orgs/members/service.h"

namespace gatehouse::ingest {

struct OrganizationSettings {
  std::int64_t events_per_hour = 0;
  std::int64_t project_events_per_minute = 0;    // of each project
  std::int64_t check_ins_per_minute = 0;         // of each project
  std::int64_t attachment_bytes_per_second = 0;  // of each project
  json::Object filters = {};
  json::Object scrubbing = {};
  std::int64_t store_crash_reports = 0;
  std::int64_t version = 0;  // 0: nothing was ever set
};

json::Object ToJson(const OrganizationSettings& settings);
// Of an organization or a project. Errors: kInvalidArgument "intake_settings_invalid" (a name that
// is unknown, a value of another type or beyond its bounds), "filter_condition_invalid".
Result<void> CheckFilters(const json::Object& filters);
// As the option "scrubbing" of a project is. Errors: kInvalidArgument "intake_settings_invalid" and
// those of scrub::ParseSettings and scrub::Rules::Compile.
Result<void> CheckScrubbing(const json::Object& scrubbing);
// How many crash reports an issue may keep. Errors: kInvalidArgument "intake_settings_invalid".
inline constexpr std::int64_t kMaxCrashReports = 100;
Result<void> CheckCrashReports(const json::Value& count);
// Errors: those of the checks above, for quotas too.
Result<OrganizationSettings> ReadSettings(const json::Object& settings);

// A project's filters, with its organization's below them. `options`: of the project.
FilterSettings FilterSettingsOf(const json::Object& options, const json::Object& of_organization);
// What is scrubbed from a project's events. What cannot be read is as if it was not set.
events::scrub::Rules ScrubRulesOf(const json::Object& options, const json::Object& of_organization);
// How many crash reports an issue of the project keeps; -1 is any number.
std::int64_t CrashReportsOf(const json::Object& options, const OrganizationSettings& organization);

// What is given by reference must outlive it.
class Settings {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    const audit::Log& audit;
    Duration life = std::chrono::seconds(10);
  };
  explicit Settings(Parts parts) : d_(parts) {}

  Task<OrganizationSettings> Get(OrgId organization);
  // Replaces what is named in `change` (of each section every name by itself; null takes one
  // back). REQUIRES org:write. Audited (org.edit). Errors: those of ReadSettings; kPermissionDenied
  // "forbidden".
  Task<OrganizationSettings> Update(OrgId organization, json::Object change,
                                    members::Caller caller);

  // For intake: remembered for ten seconds at most; a change through this is seen at once.
  Task<std::shared_ptr<const OrganizationSettings>> Of(OrgId organization);

 private:
  struct Seen {
    std::shared_ptr<const OrganizationSettings> settings;
    Duration until{};  // monotonic
  };

  const Parts d_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Seen> seen_;
  // Raised by every change, so that what was read before it is not remembered after it.
  std::uint64_t generation_ = 0;
};

}  // namespace gatehouse::ingest
