#include "region/ingest/settings/settings.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/check.h"
#include "region/ingest/settings/errors.h"
#include "region/ingest/settings/statements.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/standing.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxSeen = 10'000;
constexpr std::int64_t kMaxQuota = 1'000'000'000'000;
constexpr std::size_t kMaxList = 1'000;
constexpr std::size_t kMaxEntry = 1'000;

struct QuotaName {
  std::string_view key;
  std::int64_t OrganizationSettings::* member;
};
constexpr std::array kQuotas = {
    QuotaName{"events_per_hour", &OrganizationSettings::events_per_hour},
    QuotaName{"project_events_per_minute", &OrganizationSettings::project_events_per_minute},
    QuotaName{"check_ins_per_minute", &OrganizationSettings::check_ins_per_minute},
    QuotaName{"attachment_bytes_per_second", &OrganizationSettings::attachment_bytes_per_second}};

struct ListName {
  std::string_view key;
  std::vector<std::string> FilterSettings::* member;
};
constexpr std::array kLists = {
    ListName{"ip_addresses", &FilterSettings::ip_addresses},
    ListName{"releases", &FilterSettings::releases},
    ListName{"error_messages", &FilterSettings::error_messages},
    ListName{"csp_disallowed_sources", &FilterSettings::csp_disallowed_sources},
    ListName{"ignore_transactions", &FilterSettings::ignore_transactions}};

struct FlagName {
  std::string_view key;
  bool FilterSettings::* member;
};
constexpr std::array kFlags = {
    FlagName{"browser_extensions", &FilterSettings::browser_extensions},
    FlagName{"localhost", &FilterSettings::localhost},
    FlagName{"web_crawlers", &FilterSettings::web_crawlers},
    FlagName{"filtered_transactions", &FilterSettings::filtered_transactions},
    FlagName{"chunk_load_error", &FilterSettings::chunk_load_error},
    FlagName{"react_hydration_errors", &FilterSettings::react_hydration_errors}};
constexpr std::string_view kBrowsers = "legacy_browsers";
constexpr std::string_view kGeneric = "generic";
constexpr std::size_t kMaxGeneric = 100;
constexpr std::size_t kMaxId = 64;
constexpr std::string_view kCrashReports = "store_crash_reports";
constexpr std::array kScrubFlags = {"scrubData", "scrubDefaults", "scrubIpAddresses"};
constexpr std::array kScrubLists = {"sensitiveFields", "excludeFields"};
constexpr std::string_view kScrubRules = "piiConfig";
constexpr std::size_t kMaxScrubRules = 64 * 1024;

std::vector<std::string> TextsOf(const json::Array& list) {
  std::vector<std::string> out;
  for (const json::Value& value : list) {
    if (value.is_string()) out.emplace_back(value.get_string());
  }
  return out;
}

std::unexpected<Error> Invalid(std::string_view name) {
  return Fail(Code::kInvalidArgument, kIntakeSettingsInvalid, std::string(name));
}

bool IsList(const json::Value& value) {
  if (!value.is_array() || value.get_array().size() > kMaxList) return false;
  return std::ranges::all_of(value.get_array(), [](const json::Value& entry) {
    return entry.is_string() && entry.get_string().size() <= kMaxEntry;
  });
}

// The id is what outcomes name as their reason.
bool IsFilterId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxId && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// [{"id", "enabled", "condition"}]
Result<void> CheckGeneric(const json::Value& value) {
  if (!value.is_array() || value.get_array().size() > kMaxGeneric) return Invalid(kGeneric);
  std::set<std::string> ids;
  for (const json::Value& entry : value.get_array()) {
    const json::Object* filter = entry.if_object();
    if (filter == nullptr) return Invalid(kGeneric);
    for (const auto& [name, part] : *filter) {
      if (name != "id" && name != "condition" && (name != "enabled" || !part.is_bool())) {
        return Invalid(std::string(kGeneric) + "." + std::string(name));
      }
    }
    const std::string_view id = json::GetString(*filter, "id").value_or("");
    if (!IsFilterId(id) || !ids.emplace(id).second) return Invalid("generic.id");
    const json::Object* condition = json::GetObject(*filter, "condition");
    if (condition == nullptr) return Invalid("generic.condition");
    GH_TRY_VOID(Condition::Parse(*condition));
  }
  return {};
}

Result<void> CheckFilter(std::string_view key, const json::Value& value) {
  if (std::ranges::find(kFlags, key, &FlagName::key) != kFlags.end()) {
    return value.is_bool() ? Result<void>() : Invalid(key);
  }
  if (key == kGeneric) return CheckGeneric(value);
  const bool list =
      key == kBrowsers || std::ranges::find(kLists, key, &ListName::key) != kLists.end();
  return list && IsList(value) ? Result<void>() : Invalid(key);
}

// What is on; those whose ids are taken already are left out.
void AddGeneric(const json::Object& filters, FilterSettings& out, std::set<std::string>& taken) {
  const json::Array* list = json::GetArray(filters, kGeneric);
  if (list == nullptr) return;
  for (const json::Value& entry : *list) {
    const json::Object* filter = entry.if_object();
    if (filter == nullptr) continue;
    std::string id(json::GetString(*filter, "id").value_or(""));
    const json::Object* tree = json::GetObject(*filter, "condition");
    if (id.empty() || tree == nullptr || !taken.insert(id).second) continue;
    if (!json::GetBool(*filter, "enabled").value_or(true)) continue;
    if (auto condition = Condition::Parse(*tree)) {
      out.generic.push_back({std::move(id), std::move(*condition)});
    }
  }
}

bool IsShortList(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr || value->is_null() || IsList(*value);
}

Result<void> CheckAttachments(const json::Object& attachments) {
  for (const auto& [name, value] : attachments) {
    if (name != kCrashReports) return Invalid(name);
    GH_TRY_VOID(CheckCrashReports(value));
  }
  return {};
}

// As an organization's are: what is not set is not demanded.
Result<events::scrub::Settings> DemandsOf(const json::Object& scrubbing) {
  GH_TRY(events::scrub::Settings demands, events::scrub::ParseSettings(scrubbing));
  demands.scrub_data = json::GetBool(scrubbing, "scrubData").value_or(false);
  demands.scrub_defaults = json::GetBool(scrubbing, "scrubDefaults").value_or(false);
  return demands;
}

// `own`: lists replace the defaults; else they are added to what is there.
void Apply(const json::Object& filters, bool own, FilterSettings& out) {
  for (const ListName& name : kLists) {
    const json::Array* list = json::GetArray(filters, name.key);
    if (list == nullptr) continue;
    std::vector<std::string>& texts = out.*name.member;
    if (own) texts.clear();
    std::ranges::move(TextsOf(*list), std::back_inserter(texts));
  }
  for (const FlagName& name : kFlags) {
    out.*name.member = json::GetBool(filters, name.key).value_or(out.*name.member);
  }
  if (const json::Array* browsers = json::GetArray(filters, kBrowsers)) {
    out.legacy_browsers.clear();
    for (std::string& browser : TextsOf(*browsers)) out.legacy_browsers.insert(std::move(browser));
  }
}

Result<OrganizationSettings> Find(sql::Tx& tx, OrgId organization) {
  GH_TRY(const sql::Rows rows, tx.Query(settings::sqls::kFind, {organization}));
  if (rows.empty()) return OrganizationSettings{};
  OrganizationSettings out;
  if (auto stored = json::ParseObject(rows.front().Text(0))) {
    // Checked when it was set; what a later version wrote is as nothing.
    if (auto read = ReadSettings(*stored)) out = std::move(*read);
  }
  out.version = rows.front().Int(1);
  return out;
}

}  // namespace

Result<void> CheckFilters(const json::Object& filters) {
  for (const auto& [name, filter] : filters) GH_TRY_VOID(CheckFilter(name, filter));
  return {};
}

Result<void> CheckScrubbing(const json::Object& scrubbing) {
  for (const char* list : kScrubLists) {
    if (!IsShortList(scrubbing, list)) return Invalid(std::string("scrubbing.") + list);
  }
  const json::Value* rules = scrubbing.if_contains(kScrubRules);
  if (rules != nullptr && json::Serialize(*rules).size() > kMaxScrubRules) {
    return Invalid("scrubbing.piiConfig");
  }
  GH_TRY(const auto settings, events::scrub::ParseSettings(scrubbing));
  GH_TRY_VOID(events::scrub::Rules::Compile(settings));
  return {};
}

Result<void> CheckCrashReports(const json::Value& count) {
  if (!count.is_int64() || count.get_int64() < -1 || count.get_int64() > kMaxCrashReports) {
    return Invalid(kCrashReports);
  }
  return {};
}

json::Object ToJson(const OrganizationSettings& settings) {
  json::Object quotas;
  for (const QuotaName& name : kQuotas) quotas[name.key] = settings.*name.member;
  return {{"quotas", std::move(quotas)},
          {"filters", settings.filters},
          {"scrubbing", settings.scrubbing},
          {"attachments", json::Object{{kCrashReports, settings.store_crash_reports}}}};
}

Result<OrganizationSettings> ReadSettings(const json::Object& settings) {
  OrganizationSettings out;
  for (const auto& [key, value] : settings) {
    if (!value.is_object()) return Invalid(key);
    if (key == "filters") {
      GH_TRY_VOID(CheckFilters(value.get_object()));
      out.filters = value.get_object();
    } else if (key == "scrubbing") {
      for (const auto& [name, part] : value.get_object()) {
        const bool known = std::ranges::find(kScrubFlags, name) != kScrubFlags.end() ||
                           std::ranges::find(kScrubLists, name) != kScrubLists.end() ||
                           name == kScrubRules;
        if (!known) return Invalid(name);
      }
      GH_TRY_VOID(CheckScrubbing(value.get_object()));
      out.scrubbing = value.get_object();
    } else if (key == "attachments") {
      GH_TRY_VOID(CheckAttachments(value.get_object()));
      out.store_crash_reports =
          json::GetInt(value.get_object(), kCrashReports).value_or(out.store_crash_reports);
    } else if (key == "quotas") {
      for (const auto& [name, quota] : value.get_object()) {
        const auto known = std::ranges::find(kQuotas, std::string_view(name), &QuotaName::key);
        if (known == kQuotas.end() || !quota.is_int64()) return Invalid(name);
        const std::int64_t number = quota.get_int64();
        if (number < -1 || number > kMaxQuota) return Invalid(name);
        out.*known->member = number;
      }
    } else {
      return Invalid(key);
    }
  }
  return out;
}

FilterSettings FilterSettingsOf(const json::Object& options, const json::Object& of_organization) {
  FilterSettings settings;
  const json::Object* own = json::GetObject(options, "filters");
  if (own != nullptr) Apply(*own, true, settings);
  FilterSettings below = settings;
  Apply(of_organization, false, below);
  // What the project says of itself holds; the lists are those of both.
  if (own != nullptr) {
    for (const FlagName& name : kFlags) {
      if (own->contains(name.key)) below.*name.member = settings.*name.member;
    }
    if (own->contains(kBrowsers)) below.legacy_browsers = settings.legacy_browsers;
  }
  // One of the project's, even one that is off, stands for the organization's of the same id.
  std::set<std::string> taken;
  if (own != nullptr) AddGeneric(*own, below, taken);
  AddGeneric(of_organization, below, taken);
  return below;
}

events::scrub::Rules ScrubRulesOf(const json::Object& options,
                                  const json::Object& of_organization) {
  events::scrub::Settings own;
  if (const json::Object* wanted = json::GetObject(options, "scrubbing")) {
    if (auto parsed = events::scrub::ParseSettings(*wanted)) own = std::move(*parsed);
  }
  if (!of_organization.empty()) {
    if (auto demands = DemandsOf(of_organization)) {
      if (auto both = events::scrub::Rules::Compile(*demands, own)) return std::move(*both);
      if (auto alone = events::scrub::Rules::Compile(*demands, {})) return std::move(*alone);
    }
  }
  if (auto compiled = events::scrub::Rules::Compile(own)) return std::move(*compiled);
  auto defaults = events::scrub::Rules::Compile(events::scrub::Settings{});
  GH_CHECK(defaults.has_value());
  return std::move(*defaults);
}

std::int64_t CrashReportsOf(const json::Object& options, const OrganizationSettings& organization) {
  return json::GetInt(options, kCrashReports).value_or(organization.store_crash_reports);
}

Task<OrganizationSettings> Settings::Get(OrgId organization) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization),
                                  [&](sql::Tx& tx) { return Find(tx, organization); });
}

Task<OrganizationSettings> Settings::Update(OrgId organization, json::Object change,
                                            members::Caller caller) {
  auto updated = co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<OrganizationSettings> {
        GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
        if (!standing.Has("org:write")) return Fail(Code::kPermissionDenied, members::kForbidden);
        GH_TRY(const OrganizationSettings before, Find(tx, organization));
        if (change.empty()) return before;
        json::Object after = ToJson(before);
        for (const auto& [section, values] : change) {
          if (!values.is_object()) return Invalid(section);
          json::Value* stored = after.if_contains(section);
          if (stored == nullptr) return Invalid(section);
          json::Object& into = stored->as_object();
          for (const auto& [name, value] : values.get_object()) {
            if (value.is_null()) {
              into.erase(name);
            } else {
              into[name] = value;
            }
          }
        }
        GH_TRY(OrganizationSettings read, ReadSettings(after));
        const std::string text = json::Serialize(ToJson(read));
        GH_TRY_VOID(tx.Exec(settings::sqls::kPut, {organization, text, d_.clock.Now()}));
        audit::Entry entry;
        entry.organization = organization;
        entry.event = audit::Event::kOrgEdit;
        entry.actor = caller.actor.user;
        entry.actor_label = caller.actor.label;
        entry.ip = caller.actor.ip;
        entry.correlation_id = caller.actor.correlation_id;
        entry.target_object = organization.value;
        for (const auto& [section, values] : change) {
          for (const auto& [name, value] : values.get_object()) {
            // Rules can be long, and have a key in them.
            entry.data[std::string(section) + "." + std::string(name)] =
                name == kScrubRules && !value.is_null() ? "changed"
                                                        : "to " + json::Serialize(value);
          }
        }
        GH_TRY_VOID(d_.audit.Record(tx, entry));
        read.version = before.version + 1;
        return read;
      });
  std::lock_guard lock(mutex_);
  ++generation_;
  seen_.clear();
  co_return updated;
}

Task<std::shared_ptr<const OrganizationSettings>> Settings::Of(OrgId organization) {
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    const auto known = seen_.find(organization.value);
    if (known != seen_.end() && d_.clock.Monotonic() < known->second.until) {
      co_return known->second.settings;
    }
  }
  GH_CO_TRY(OrganizationSettings read, co_await Get(organization));
  auto settings = std::make_shared<const OrganizationSettings>(std::move(read));
  std::lock_guard lock(mutex_);
  if (generation == generation_) {
    if (seen_.size() >= kMaxSeen) seen_.clear();
    seen_[organization.value] = {settings, d_.clock.Monotonic() + d_.life};
  }
  co_return settings;
}

}  // namespace gatehouse::ingest
