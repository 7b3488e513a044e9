// A project's settings: name and domains, teams, removal; and its keys.

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/project_pages.h"
#include "edge/web/events/snippets.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "platform/json/text.h"
#include "region/projects/service.h"

namespace gatehouse::web {

namespace {

// A whole number of a form; 0 for an empty field. Errors: kInvalidArgument "bad_request".
Result<std::int64_t> WholeNumber(const http::Form& form, std::string_view name) {
  const std::string text(Trim(Field(form, name)));
  if (text.empty()) return 0;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Fail(Code::kInvalidArgument, "bad_request", std::string(name));
  }
  return number;
}

// ---- general ------------------------------------------------------------------------------------

Task<http::Response> GeneralPage(Site& site, Call& call, ProjectVisit visit, std::string error_slug,
                                 int status) {
  projects::Service& service = site.d.events->projects;
  const projects::Project& project = visit.project;
  GH_CO_TRY(const auto slugs,
            co_await service.Teams(visit.access.organization.id, visit.project.id));
  GH_CO_TRY(const auto teams,
            co_await site.d.teams.List(visit.access.organization.id,
                                       access::CallerOf(call.visitor, visit.access)));
  GH_CO_TRY(const auto intake, co_await site.d.events->intake.Get(visit.access.organization.id));
  Page page("project_general.tpl", project.name + ": settings");
  page.InOrg(visit.access, "projects").Styles("events.css");
  html::Data& body = page.body();
  AddProjectHead(body, visit, "general");
  if (!error_slug.empty()) AddError(body, error_slug);
  // What was typed stays when it was refused.
  const bool typed = !error_slug.empty() && Field(call.form, "op") == "general";
  const auto shown = [&](std::string_view field, std::string stored) {
    return typed ? Field(call.form, field) : std::move(stored);
  };
  body.Set("ACTION", visit.Path() + "settings/")
      .Set("FORM_NAME", shown("name", project.name))
      .Set("FORM_SLUG", shown("new_slug", project.slug))
      .Set("FORM_PLATFORM", shown("platform", project.platform))
      .Set("RESOLVE_AGE",
           shown("resolve_age",
                 std::to_string(json::GetInt(project.options, "resolve_age").value_or(0))));
  const auto crash_reports = json::GetInt(project.options, "store_crash_reports");
  body.Set("CRASH_REPORTS",
           shown("crash_reports", crash_reports ? std::to_string(*crash_reports) : std::string()))
      .Set("CRASH_REPORTS_ELSE", std::to_string(intake.store_crash_reports));
  AddLines(body, "DOMAIN",
           shown("domains", ListText(json::TextsOf(project.options, "allowed_domains"))));
  for (const Snippet& snippet : Snippets()) {
    body.Add("PLATFORM")
        .Set("ID", std::string(snippet.platform))
        .Set("LABEL", std::string(snippet.name));
  }
  if (slugs.empty()) body.Show("NO_TEAM");
  html::Data* add = nullptr;
  for (const teams::Team& team : teams) {
    const bool has = std::ranges::find(slugs, team.slug) != slugs.end();
    if (!has && add == nullptr) {
      add = &body.Add("ADD_TEAM");
      add->Set("ACTION", visit.Path() + "settings/");
    }
    html::Data& row = has ? body.Add("TEAM") : add->Add("OTHER");
    row.Set("TEAM_NAME", team.name).Set("TEAM_SLUG", team.slug);
  }
  if (visit.access.can("project:admin")) body.Show("REMOVE");
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowGeneral(Site& site, Call& call) {
  GH_CO_TRY(ProjectVisit visit, co_await EnterProject(site, call, "project:write"));
  co_return co_await GeneralPage(site, call, std::move(visit), "", 200);
}

Result<projects::Edit> GeneralEdit(const http::Form& form) {
  projects::Edit edit;
  edit.name = std::string(Trim(Field(form, "name")));
  edit.slug = AsciiLower(Trim(Field(form, "new_slug")));
  edit.platform = AsciiLower(Trim(Field(form, "platform")));
  json::Array domains;
  for (const std::string& domain : ListIn(Field(form, "domains"))) domains.emplace_back(domain);
  edit.options["allowed_domains"] =
      domains.empty() ? json::Value(nullptr) : json::Value(std::move(domains));
  GH_TRY(const std::int64_t age, WholeNumber(form, "resolve_age"));
  edit.options["resolve_age"] = age == 0 ? json::Value(nullptr) : json::Value(age);
  edit.options["store_crash_reports"] = nullptr;
  if (!Trim(Field(form, "crash_reports")).empty()) {
    GH_TRY(edit.options["store_crash_reports"], WholeNumber(form, "crash_reports"));
  }
  return edit;
}

// What has not changed is not written, nor audited.
void KeepSame(const projects::Project& project, projects::Edit& edit) {
  if (edit.name == project.name) edit.name.reset();
  if (edit.slug == project.slug) edit.slug.reset();
  if (edit.platform == project.platform) edit.platform.reset();
  std::vector<std::string> same;
  for (const auto& [name, value] : edit.options) {
    const json::Value* stored = project.options.if_contains(name);
    if (stored == nullptr ? value.is_null() : *stored == value) same.emplace_back(name);
  }
  for (const std::string& name : same) edit.options.erase(name);
}

Task<http::Response> PostGeneral(Site& site, Call& call) {
  const std::string op = Field(call.form, "op");
  GH_CO_TRY(ProjectVisit visit,
            co_await EnterProject(site, call, op == "remove" ? "project:admin" : "project:write"));
  projects::Service& service = site.d.events->projects;
  const OrgId organization = visit.access.organization.id;
  const ProjectId id = visit.project.id;
  const auto caller = access::CallerOf(call.visitor, visit.access);
  Result<void> done;
  if (op == "general") {
    GH_CO_TRY(projects::Edit edit, GeneralEdit(call.form));
    KeepSame(visit.project, edit);
    auto updated = co_await service.Update(organization, id, std::move(edit), caller);
    if (updated) {
      visit.project = std::move(*updated);
    } else {
      done = std::unexpected(updated.error());
    }
  } else if (op == "add_team") {
    done = co_await service.AddTeam(organization, id, Field(call.form, "team"), caller);
  } else if (op == "remove_team") {
    done = co_await service.RemoveTeam(organization, id, Field(call.form, "team"), caller);
  } else if (op == "remove") {
    if (Trim(Field(call.form, "confirm")) != visit.project.slug) {
      co_return co_await GeneralPage(site, call, std::move(visit), "confirmation_wrong", 400);
    }
    done = co_await service.Delete(organization, id, caller);
    if (done) {
      co_return Go("/organizations/" + visit.access.organization.slug + "/projects/",
                   "project_removed");
    }
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  if (done) co_return Go(visit.Path() + "settings/", "settings_saved");
  GH_CO_TRY_VOID(co_await Refused(site, call, visit.access, done.error()));
  co_return co_await GeneralPage(site, call, std::move(visit), std::string(done.error().reason),
                                 FormStatus(done.error()));
}

// ---- keys ---------------------------------------------------------------------------------------

Task<http::Response> KeysPage(Site& site, Call& call, ProjectVisit visit, std::string error_slug,
                              int status) {
  GH_CO_TRY(const auto keys,
            co_await site.d.events->projects.Keys(visit.access.organization.id, visit.project.id));
  Page page("project_keys.tpl", visit.project.name + ": keys");
  page.InOrg(visit.access, "projects").Styles("events.css");
  html::Data& body = page.body();
  AddProjectHead(body, visit, "keys");
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("ACTION", visit.Path() + "settings/keys/");
  std::string origin = site.d.events->base_url;
  if (origin.ends_with('/')) origin.pop_back();
  const std::string api = origin + "/api/" + visit.project.id.ToString() + "/";
  for (const projects::Key& key : keys) {
    html::Data& row = body.Add("KEY");
    row.Set("LABEL", key.label)
        .Set("PUBLIC", key.public_key)
        .Set("KEY_DSN", projects::Dsn(site.d.events->base_url, key))
        .Set("COUNT", key.rate_count > 0 ? std::to_string(key.rate_count) : "")
        .Set("SECONDS", key.rate_count > 0 ? std::to_string(key.rate_seconds) : "");
    row.Show(key.is_active ? "ON" : "OFF");
    const std::pair<const char*, std::string> addresses[] = {
        {"Security reports (CSP)", api + "security/?sentry_key=" + key.public_key},
        {"Network errors (NEL)", api + "nel/?sentry_key=" + key.public_key},
        {"Minidumps", api + "minidump/?sentry_key=" + key.public_key},
        {"Unreal Engine", api + "unreal/" + key.public_key + "/"},
        {"Crons", api + "cron/MONITOR/" + key.public_key + "/"},
        {"OTLP traces", api + "integration/otlp/v1/traces/"},
        {"OTLP logs", api + "integration/otlp/v1/logs/"},
        {"Tunnel", origin + "/tunnel"},
    };
    for (const auto& [what, url] : addresses) {
      row.Add("ADDRESS").Set("WHAT_FOR", what).Set("ADDRESS_URL", url);
    }
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowKeys(Site& site, Call& call) {
  GH_CO_TRY(ProjectVisit visit, co_await EnterProject(site, call, "project:write"));
  co_return co_await KeysPage(site, call, std::move(visit), "", 200);
}

// One with the same name and limits; the old one goes on until somebody disables it.
Task<void> Rotate(projects::Service& service, OrgId organization, ProjectId project,
                  std::string public_key, members::Caller caller) {
  GH_CO_TRY(const auto keys, co_await service.Keys(organization, project));
  const auto old = std::ranges::find(keys, public_key, &projects::Key::public_key);
  if (old == keys.end()) co_return Fail(Code::kNotFound, "project_key_not_found");
  projects::KeyEdit limits;
  limits.rate_count = old->rate_count;
  limits.rate_seconds = old->rate_seconds;
  GH_CO_TRY_VOID(co_await service.CreateKey(organization, project, old->label, std::move(limits),
                                            std::move(caller)));
  co_return Result<void>();
}

Task<void> ChangeKey(Site& site, Call& call, const ProjectVisit& visit) {
  projects::Service& service = site.d.events->projects;
  const OrgId organization = visit.access.organization.id;
  const ProjectId project = visit.project.id;
  const auto caller = access::CallerOf(call.visitor, visit.access);
  const std::string op = Field(call.form, "op");
  const std::string key = Field(call.form, "key");
  projects::KeyEdit edit;
  if (op == "new") {
    GH_CO_TRY_VOID(co_await service.CreateKey(
        organization, project, std::string(Trim(Field(call.form, "label"))), caller));
    co_return Result<void>();
  }
  if (op == "rotate") co_return co_await Rotate(service, organization, project, key, caller);
  if (op == "delete") co_return co_await service.DeleteKey(organization, project, key, caller);
  if (op == "enable" || op == "disable") {
    edit.is_active = op == "enable";
  } else if (op == "save") {
    edit.label = std::string(Trim(Field(call.form, "label")));
    GH_CO_TRY(edit.rate_count, WholeNumber(call.form, "count"));
    GH_CO_TRY(edit.rate_seconds, WholeNumber(call.form, "seconds"));
    if (*edit.rate_count == 0) edit.rate_seconds = 0;
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  GH_CO_TRY_VOID(co_await service.UpdateKey(organization, project, key, std::move(edit), caller));
  co_return Result<void>();
}

Task<http::Response> PostKeys(Site& site, Call& call) {
  GH_CO_TRY(ProjectVisit visit, co_await EnterProject(site, call, "project:write"));
  const auto done = co_await ChangeKey(site, call, visit);
  if (done) co_return Go(visit.Path() + "settings/keys/", "keys_saved");
  GH_CO_TRY_VOID(co_await Refused(site, call, visit.access, done.error()));
  co_return co_await KeysPage(site, call, std::move(visit), std::string(done.error().reason),
                              FormStatus(done.error()));
}

}  // namespace

void RegisterProjectSettings(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/projects/{project}/settings/", ShowGeneral);
  site.Post(router, "/organizations/{slug}/projects/{project}/settings/", PostGeneral);
  site.Get(router, "/organizations/{slug}/projects/{project}/settings/keys/", ShowKeys);
  site.Post(router, "/organizations/{slug}/projects/{project}/settings/keys/", PostKeys);
}

}  // namespace gatehouse::web
