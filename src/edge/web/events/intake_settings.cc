// An organization's settings for the intake of all its projects: quotas, crash reports, filters.

#include <array>
#include <charconv>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/filter_form.h"
#include "edge/web/events/rule_problem.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/ingest/settings/project_options.h"

namespace gatehouse::web {

namespace {

struct QuotaField {
  std::string_view name;
  std::string_view label;
  std::string_view help;
};
constexpr std::array kQuotas = {
    QuotaField{"events_per_hour", "Events an hour", "Errors of all projects together."},
    QuotaField{"project_events_per_minute", "Events a minute", "Errors of each project."},
    QuotaField{"check_ins_per_minute", "Check-ins a minute", "Of each project's cron jobs."},
    QuotaField{"attachment_bytes_per_second", "Bytes of attachments a second",
               "Of each project, counted over ten seconds."},
};

std::string PathOf(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/settings/events/";
}

// As the form shows it: "" for 0, and what was typed if it is no number.
std::string NumberText(const json::Value* value) {
  if (value == nullptr) return "";
  if (value->is_string()) return std::string(value->get_string());
  return value->is_int64() && value->get_int64() != 0 ? std::to_string(value->get_int64()) : "";
}

Task<http::Response> SettingsPage(Site& site, Call& call, const access::OrgAccess& access,
                                  json::Object shown, std::vector<ingest::OptionProblem> problems,
                                  std::string error_slug, int status) {
  Page page("intake_settings.tpl", "Event settings");
  page.InOrg(access, "event-settings").Styles("events.css");
  html::Data& body = page.body();
  body.Set("ORGANIZATION", access.organization.name)
      .Set("ACTION", PathOf(access))
      .Set("PRIVACY_URL", PathOf(access) + "privacy/")
      .Set("STATS_URL", "/organizations/" + access.organization.slug + "/stats/");
  if (!error_slug.empty()) AddError(body, error_slug);
  AddProblems(body, problems, shown);
  static const json::Object kNone;
  const json::Object* quotas = json::GetObject(shown, "quotas");
  const json::Object* filters = json::GetObject(shown, "filters");
  if (const json::Object* attachments = json::GetObject(shown, "attachments")) {
    body.Set("CRASH_REPORTS", NumberText(attachments->if_contains("store_crash_reports")));
  }
  for (const QuotaField& field : kQuotas) {
    const std::string text =
        NumberText(quotas == nullptr ? nullptr : quotas->if_contains(field.name));
    body.Add("QUOTA")
        .Set("ID", std::string(field.name))
        .Set("LABEL", std::string(field.label))
        .Set("HELP", std::string(field.help))
        .Set("VALUE", text);
  }
  AddFilterForm(body, filters == nullptr ? kNone : *filters, kNone, false);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowIntakeSettings(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  GH_CO_TRY(const auto settings, co_await site.d.events->intake.Get(access.organization.id));
  co_return co_await SettingsPage(site, call, access, ingest::ToJson(settings), {}, "", 200);
}

// What is no number stays what it is: the service says so.
json::Value NumberOrText(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty()) return nullptr;
  if (error != std::errc() || end != text.data() + text.size()) return json::Value(text);
  return number;
}

Task<http::Response> PostIntakeSettings(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  GH_CO_TRY(const auto before, co_await site.d.events->intake.Get(access.organization.id));
  json::Object quotas;
  for (const QuotaField& field : kQuotas) {
    const std::string name(field.name);
    quotas[name] = NumberOrText(std::string(Trim(Field(call.form, "quota_" + name))));
  }
  json::Object filters = FiltersIn(call.form, false);
  json::Object attachments{
      {"store_crash_reports", NumberOrText(std::string(Trim(Field(call.form, "crash_reports"))))}};
  json::Object typed{
      {"quotas", quotas}, {"filters", filters}, {"attachments", std::move(attachments)}};
  json::Object set;
  for (const auto& [name, value] : filters) {
    if (!value.is_null()) set[name] = value;
  }
  auto problems = ingest::ProblemsOf(json::Object{{"filters", std::move(set)}});
  if (!problems.empty()) {
    co_return co_await SettingsPage(site, call, access, std::move(typed), std::move(problems), "",
                                    400);
  }
  // Only what is another than before is written and audited.
  const json::Object stored = ingest::ToJson(before);
  json::Object change;
  for (const auto& [section, values] : typed) {
    const json::Object& known = stored.at(section).as_object();
    json::Object own;
    for (const auto& [name, value] : values.as_object()) {
      const json::Value* old = known.if_contains(name);
      const bool unset = old == nullptr || (old->is_int64() && old->get_int64() == 0);
      if (value.is_null() ? unset : (old != nullptr && *old == value)) continue;
      own[name] = value;
    }
    if (!own.empty()) change[section] = std::move(own);
  }
  const auto updated = co_await site.d.events->intake.Update(
      access.organization.id, std::move(change), access::CallerOf(call.visitor, access));
  if (updated) co_return Go(PathOf(access), "settings_saved");
  GH_CO_TRY_VOID(co_await Refused(site, call, access, updated.error()));
  co_return co_await SettingsPage(site, call, access, std::move(typed), {},
                                  std::string(updated.error().reason), FormStatus(updated.error()));
}

}  // namespace

void RegisterIntakeSettings(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/settings/events/", ShowIntakeSettings);
  site.Post(router, "/organizations/{slug}/settings/events/", PostIntakeSettings);
}

}  // namespace gatehouse::web
