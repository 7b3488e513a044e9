#include "region/ingest/quotas/quota.h"

#include <algorithm>
#include <charconv>

namespace gatehouse::ingest {
namespace {

constexpr LimitScope kScopes[] = {LimitScope::kOrganization, LimitScope::kProject, LimitScope::kKey,
                                  LimitScope::kGlobal};

std::vector<DataCategory> ErrorCategories() {
  return {DataCategory::kDefault, DataCategory::kError, DataCategory::kSecurity};
}

// Appends nothing for 0 and a reject-all quota for a negative setting.
void Add(std::vector<Quota>& out, Quota quota, std::int64_t per_window, std::int64_t window) {
  if (per_window == 0 || window <= 0) return;
  if (per_window < 0) {
    quota.id.clear();
    quota.limit = 0;
    quota.reason_code = "disabled";
  } else {
    quota.limit = static_cast<std::uint64_t>(per_window);
    quota.window = window;
  }
  out.push_back(std::move(quota));
}

}  // namespace

std::optional<Quota> ParseQuota(const json::Object& in) {
  Quota out;
  out.id = json::GetString(in, "id").value_or("");
  out.reason_code = json::GetString(in, "reasonCode").value_or("");
  out.metric_namespace = json::GetString(in, "namespace").value_or("");
  if (const json::Array* categories = json::GetArray(in, "categories")) {
    for (const json::Value& each : *categories) {
      if (!each.is_string()) continue;
      const auto& name = each.get_string();
      if (auto category = CategoryByName({name.data(), name.size()})) {
        out.categories.push_back(*category);
      }
    }
    if (!categories->empty() && out.categories.empty()) return std::nullopt;
  }
  std::string_view scope = json::GetString(in, "scope").value_or("organization");
  auto found = std::ranges::find(kScopes, scope, ScopeName);
  if (found == std::end(kScopes)) return std::nullopt;
  out.scope = *found;
  if (auto id = json::GetInt(in, "scopeId")) {
    out.scope_id = *id;
  } else if (auto text = json::GetString(in, "scopeId")) {
    auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), out.scope_id);
    if (ec != std::errc() || end != text->data() + text->size()) return std::nullopt;
  }
  const json::Value* limit = in.if_contains("limit");
  if (limit != nullptr && !limit->is_null()) {
    auto number = json::GetInt(in, "limit");
    if (!number || *number < 0) return std::nullopt;
    out.limit = static_cast<std::uint64_t>(*number);
  }
  out.window = json::GetInt(in, "window").value_or(0);
  if (out.limit != 0 && (out.id.empty() || out.window <= 0)) return std::nullopt;
  return out;
}

json::Object ToJson(const Quota& quota) {
  json::Object out;
  if (!quota.id.empty()) out["id"] = quota.id;
  json::Array categories;
  for (DataCategory category : quota.categories) {
    categories.push_back(json::Value(CategoryName(category)));
  }
  out["categories"] = std::move(categories);
  out["scope"] = ScopeName(quota.scope);
  if (quota.scope_id != 0) out["scopeId"] = quota.scope_id;
  out["limit"] = quota.limit ? json::Value(*quota.limit) : json::Value(nullptr);
  if (quota.window != 0) out["window"] = quota.window;
  if (!quota.metric_namespace.empty()) out["namespace"] = quota.metric_namespace;
  if (!quota.reason_code.empty()) out["reasonCode"] = quota.reason_code;
  return out;
}

bool Matches(const Quota& quota, const Scoping& scoping, DataCategory category,
             std::string_view metric_namespace) {
  if (category == DataCategory::kInternal) return false;
  if (!quota.categories.empty() &&
      std::ranges::find(quota.categories, category) == quota.categories.end()) {
    return false;
  }
  if (!quota.metric_namespace.empty() && quota.metric_namespace != metric_namespace) return false;
  if (quota.scope_id == 0) return true;
  switch (quota.scope) {
    case LimitScope::kOrganization:
      return quota.scope_id == scoping.organization_id;
    case LimitScope::kProject:
      return quota.scope_id == scoping.project_id;
    case LimitScope::kKey:
      return quota.scope_id == scoping.key_id;
    case LimitScope::kGlobal:
      return true;
  }
  return false;
}

std::int64_t ScopeIdOf(const Quota& quota, const Scoping& scoping) {
  switch (quota.scope) {
    case LimitScope::kProject:
      return scoping.project_id;
    case LimitScope::kKey:
      return scoping.key_id;
    case LimitScope::kOrganization:
    case LimitScope::kGlobal:
      return 0;
  }
  return 0;
}

std::vector<Quota> QuotasOf(const QuotaSettings& settings) {
  std::vector<Quota> out;
  auto quota = [](std::string id, std::vector<DataCategory> categories, LimitScope scope,
                  std::string reason) {
    Quota made;
    made.id = std::move(id);
    made.categories = std::move(categories);
    made.scope = scope;
    made.reason_code = std::move(reason);
    return made;
  };
  Add(out, quota("p", ErrorCategories(), LimitScope::kProject, "project_quota"),
      settings.project_per_minute, 60);
  // Of the two limits of an organization the lower one per minute holds.
  std::int64_t minute = settings.organization_per_minute;
  std::int64_t hour = settings.organization_per_hour;
  Quota organization = quota("o", ErrorCategories(), LimitScope::kOrganization, "org_quota");
  if (hour != 0 && (minute == 0 || hour < 0 || (minute > 0 && hour < minute * 60))) {
    Add(out, std::move(organization), hour, 3600);
  } else {
    Add(out, std::move(organization), minute, 60);
  }
  Quota key = quota("k", ErrorCategories(), LimitScope::kKey, "key_quota");
  key.scope_id = settings.key_id;
  Add(out, std::move(key), settings.key_count, settings.key_window);
  Add(out, quota("mrl", {DataCategory::kMonitor}, LimitScope::kProject, "monitor_rate_limit"),
      settings.monitor_check_ins_per_minute, 60);

  struct Abuse {
    std::string_view id;
    std::vector<DataCategory> categories;
    std::int64_t per_second;
  };
  for (Abuse& abuse :
       std::vector<Abuse>{{"pae", ErrorCategories(), settings.abuse_errors},
                          {"pati", {DataCategory::kTransaction}, settings.abuse_transactions},
                          {"paa", {DataCategory::kAttachment}, settings.abuse_attachments},
                          {"pas", {DataCategory::kSession}, settings.abuse_sessions}}) {
    std::int64_t window = std::max<std::int64_t>(settings.abuse_window, 1);
    Add(out,
        quota(std::string(abuse.id), std::move(abuse.categories), LimitScope::kProject,
              "project_abuse_limit"),
        abuse.per_second > 0 ? abuse.per_second * window : abuse.per_second, window);
  }
  return out;
}

}  // namespace gatehouse::ingest
