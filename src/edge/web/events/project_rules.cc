// What a project keeps, scrubs and groups: filters, privacy, grouping rules.

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/filter_form.h"
#include "edge/web/events/privacy_form.h"
#include "edge/web/events/project_pages.h"
#include "edge/web/events/rule_problem.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/ingest/settings/project_options.h"
#include "region/projects/service.h"

namespace gatehouse::web {

namespace {

// One of the three pages: which options it is about, and how they are shown and read.
struct RulePage {
  const char* id;
  const char* template_name;
  const char* title;
  // `below`: what the organization sets.
  void (*show)(html::Data& body, const json::Object& options, const json::Object& below);
  json::Object ingest::OrganizationSettings::* below;
  json::Object (*read)(const http::Form& form);
};

std::string TextOf(const json::Object& options, std::string_view name) {
  return std::string(json::GetString(options, name).value_or(""));
}

const json::Object& ObjectOf(const json::Object& options, std::string_view name) {
  static const json::Object kNone;
  const json::Object* found = json::GetObject(options, name);
  return found == nullptr ? kNone : *found;
}

// ---- filters ------------------------------------------------------------------------------------

void ShowFilters(html::Data& body, const json::Object& options, const json::Object& below) {
  AddFilterForm(body, ObjectOf(options, "filters"), below, true);
}

json::Object ReadFilters(const http::Form& form) {
  json::Object set;
  for (const auto& [name, value] : FiltersIn(form, true)) {
    if (!value.is_null()) set[name] = value;
  }
  return {{"filters", set.empty() ? json::Value(nullptr) : json::Value(std::move(set))}};
}

// ---- privacy ------------------------------------------------------------------------------------

void ShowPrivacy(html::Data& body, const json::Object& options, const json::Object& below) {
  AddPrivacyForm(body, ObjectOf(options, "scrubbing"), below, true);
}

json::Object ReadPrivacy(const http::Form& form) {
  json::Object scrubbing = PrivacyIn(form, true);
  return {
      {"scrubbing", scrubbing.empty() ? json::Value(nullptr) : json::Value(std::move(scrubbing))}};
}

// ---- grouping -----------------------------------------------------------------------------------

void ShowGrouping(html::Data& body, const json::Object& options, const json::Object&) {
  AddLines(body, "FINGERPRINTS", TextOf(options, "grouping.fingerprint_rules"));
  AddLines(body, "STACKS", TextOf(options, "grouping.stack_rules"));
}

// Without the line ends of browsers.
json::Value RulesIn(const http::Form& form, std::string_view name) {
  std::string text = Field(form, name);
  std::erase(text, '\r');
  return Trim(text).empty() ? json::Value(nullptr) : json::Value(text);
}

json::Object ReadGrouping(const http::Form& form) {
  return {{"grouping.fingerprint_rules", RulesIn(form, "fingerprint_rules")},
          {"grouping.stack_rules", RulesIn(form, "stack_rules")}};
}

// ---- all three ----------------------------------------------------------------------------------

constexpr RulePage kFilters{"filters",
                            "project_filters.tpl",
                            "filters",
                            ShowFilters,
                            &ingest::OrganizationSettings::filters,
                            ReadFilters};
constexpr RulePage kPrivacy{"privacy",
                            "project_privacy.tpl",
                            "privacy",
                            ShowPrivacy,
                            &ingest::OrganizationSettings::scrubbing,
                            ReadPrivacy};
constexpr RulePage kGrouping{"grouping",
                             "project_grouping.tpl",
                             "grouping",
                             ShowGrouping,
                             &ingest::OrganizationSettings::filters,
                             ReadGrouping};

// `options`: what the form shows, which may be what was just refused.
Task<http::Response> RulesPage(Site& site, Call& call, const ProjectVisit& visit,
                               const RulePage& rules, json::Object options,
                               std::vector<ingest::OptionProblem> problems,
                               std::string error_slug) {
  GH_CO_TRY(const auto organization,
            co_await site.d.events->intake.Get(visit.access.organization.id));
  Page page(rules.template_name, visit.project.name + ": " + rules.title);
  page.InOrg(visit.access, "projects").Styles("events.css");
  html::Data& body = page.body();
  AddProjectHead(body, visit, rules.id);
  if (!error_slug.empty()) AddError(body, error_slug);
  AddProblems(body, problems, options);
  body.Set("ACTION", visit.Path() + "settings/" + rules.id + "/");
  rules.show(body, options, organization.*rules.below);
  const int status = problems.empty() && error_slug.empty() ? 200 : 400;
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowRules(Site& site, Call& call, const RulePage& rules) {
  GH_CO_TRY(ProjectVisit visit, co_await EnterProject(site, call, "project:write"));
  json::Object options = visit.project.options;
  co_return co_await RulesPage(site, call, visit, rules, std::move(options), {}, "");
}

Task<http::Response> PostRules(Site& site, Call& call, const RulePage& rules) {
  GH_CO_TRY(ProjectVisit visit, co_await EnterProject(site, call, "project:write"));
  projects::Edit edit;
  edit.options = rules.read(call.form);
  auto problems = ingest::ProblemsOf(edit.options);
  if (!problems.empty()) {
    json::Object typed = edit.options;
    co_return co_await RulesPage(site, call, visit, rules, std::move(typed), std::move(problems),
                                 "");
  }
  json::Object typed = edit.options;
  const auto updated = co_await site.d.events->projects.Update(
      visit.access.organization.id, visit.project.id, std::move(edit),
      access::CallerOf(call.visitor, visit.access));
  if (updated) co_return Go(visit.Path() + "settings/" + rules.id + "/", "settings_saved");
  GH_CO_TRY_VOID(co_await Refused(site, call, visit.access, updated.error()));
  co_return co_await RulesPage(site, call, visit, rules, std::move(typed), {},
                               std::string(updated.error().reason));
}

Task<http::Response> GetFilters(Site& site, Call& call) { return ShowRules(site, call, kFilters); }
Task<http::Response> PostFilters(Site& site, Call& call) { return PostRules(site, call, kFilters); }
Task<http::Response> GetPrivacy(Site& site, Call& call) { return ShowRules(site, call, kPrivacy); }
Task<http::Response> PostPrivacy(Site& site, Call& call) { return PostRules(site, call, kPrivacy); }
Task<http::Response> GetGrouping(Site& site, Call& call) {
  return ShowRules(site, call, kGrouping);
}
Task<http::Response> PostGrouping(Site& site, Call& call) {
  return PostRules(site, call, kGrouping);
}

}  // namespace

void RegisterProjectRules(Site& site, http::Router& router) {
  const std::string base = "/organizations/{slug}/projects/{project}/settings/";
  site.Get(router, base + "filters/", GetFilters);
  site.Post(router, base + "filters/", PostFilters);
  site.Get(router, base + "privacy/", GetPrivacy);
  site.Post(router, base + "privacy/", PostPrivacy);
  site.Get(router, base + "grouping/", GetGrouping);
  site.Post(router, base + "grouping/", PostGrouping);
}

}  // namespace gatehouse::web
