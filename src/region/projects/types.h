#pragma once

// Projects and the keys with which SDKs send to them.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "platform/json/json.h"

namespace gatehouse {

using ProjectId = StrongId<struct ProjectTag>;
using ProjectKeyId = StrongId<struct ProjectKeyTag>;

}  // namespace gatehouse

namespace gatehouse::projects {

// Bits of Project::flags: what has arrived at least once.
inline constexpr std::int64_t kHasTransactions = 1 << 0;
inline constexpr std::int64_t kHasReleases = 1 << 1;
inline constexpr std::int64_t kHasSessions = 1 << 2;
inline constexpr std::int64_t kHasMinifiedStackTrace = 1 << 3;
inline constexpr std::int64_t kHasMonitors = 1 << 4;
inline constexpr std::int64_t kHasFeedbacks = 1 << 5;
inline constexpr std::int64_t kHasLogs = 1 << 6;
inline constexpr std::int64_t kHasReplays = 1 << 7;
inline constexpr std::int64_t kHasProfiles = 1 << 8;

struct Project {
  ProjectId id;
  OrgId organization;
  std::string slug;
  std::string name;
  std::string platform;  // "" if not told: "node", "javascript", …
  bool is_active = true;
  std::int64_t flags = 0;
  std::optional<Timestamp> first_event_at = {};
  // What differs from the defaults. Keys: "grouping.fingerprint_rules", "grouping.stack_rules",
  // "filters", "scrubbing", "allowed_domains", "resolve_age" (hours), "store_crash_reports" (of an
  // issue; -1 all).
  json::Object options = {};
  std::int64_t version = 0;
  Timestamp created_at;

  bool Has(std::int64_t flag) const { return (flags & flag) != 0; }
};

struct Key {
  ProjectKeyId id;
  OrgId organization;
  ProjectId project;
  std::string public_key;  // 32 hexadecimal digits
  std::string label;
  bool is_active = true;
  std::int64_t rate_count = 0;  // 0: no limit
  std::int64_t rate_seconds = 0;
  Timestamp created_at;
};

struct TeamName {
  TeamId id;
  std::string slug;
  std::string name;
};

// What lists show of a project besides itself.
struct Surroundings {
  std::vector<TeamName> teams = {};            // by slug
  std::vector<std::string> environments = {};  // by name, without hidden ones and the empty name
  std::string latest_release = {};             // "" without one
};

using SlugsByMember = std::map<MemberId, std::vector<std::string>>;

struct Environment {
  std::int64_t id = 0;
  std::string name;
  bool is_hidden = false;  // of a project; of an organization: in all of its projects
};
enum class Visibility { kVisible, kHidden, kAll };

// What intake needs to know of a key.
struct Admission {
  Key key;
  Project project;
};

}  // namespace gatehouse::projects
