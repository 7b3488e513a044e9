#pragma once

// Quotas: at most so many units per window, for a scope and some categories.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"
#include "region/ingest/protocol/category.h"
#include "region/ingest/protocol/rate_limits.h"

namespace gatehouse::ingest {

// Whose data it is.
struct Scoping {
  std::int64_t organization_id = 0;
  std::int64_t project_id = 0;
  std::int64_t key_id = 0;
};

struct Quota {
  std::string id;                        // may be empty if limit is 0
  std::vector<DataCategory> categories;  // empty: every category
  LimitScope scope = LimitScope::kOrganization;
  std::int64_t scope_id = 0;           // 0: whichever it is
  std::optional<std::uint64_t> limit;  // std::nullopt: unlimited, but counted
  std::int64_t window = 0;             // seconds; only 0 if limit is 0
  std::string metric_namespace;        // of metric_bucket quotas
  std::string reason_code;

  bool operator==(const Quota&) const = default;
};

// {"id","categories","scope","scopeId","limit","window","namespace","reasonCode"}. std::nullopt for
// what cannot be enforced: no id or window with a limit other than 0, unknown scope, only unknown
// categories.
std::optional<Quota> ParseQuota(const json::Object& quota);
json::Object ToJson(const Quota& quota);

bool Matches(const Quota& quota, const Scoping& scoping, DataCategory category,
             std::string_view metric_namespace = {});

// The id of the scope that the quota counts in; 0 for the whole organization and for global.
std::int64_t ScopeIdOf(const Quota& quota, const Scoping& scoping);

// What settings say; 0 is unset, a negative number rejects everything.
struct QuotaSettings {
  std::int64_t project_per_minute = 0;
  std::int64_t organization_per_minute = 0;  // of the installation, for each organization
  std::int64_t organization_per_hour = 0;    // of the organization itself
  std::int64_t key_count = 0;
  std::int64_t key_window = 0;  // seconds
  std::int64_t key_id = 0;
  std::int64_t monitor_check_ins_per_minute = 0;  // of one project
  // Per second and project, counted over `abuse_window` seconds.
  std::int64_t abuse_errors = 0;
  std::int64_t abuse_transactions = 0;
  std::int64_t abuse_attachments = 0;  // bytes
  std::int64_t abuse_sessions = 0;
  std::int64_t abuse_window = 10;
};

std::vector<Quota> QuotasOf(const QuotaSettings& settings);

}  // namespace gatehouse::ingest
