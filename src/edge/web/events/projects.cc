// Projects of an organization: list, create; one project with the way to begin sending.

#include <algorithm>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/project_pages.h"
#include "edge/web/events/snippets.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/projects/service.h"

namespace gatehouse::web {

namespace {

std::string ProjectsPath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/projects/";
}

// The choices of a list; `chosen` is one of them.
void AddPlatforms(html::Data& form, std::string_view chosen) {
  for (const Snippet& snippet : Snippets()) {
    html::Data& option = form.Add("PLATFORM");
    option.Set("ID", std::string(snippet.platform)).Set("LABEL", std::string(snippet.name));
    if (snippet.platform == chosen) option.Show("CHOSEN");
  }
}

Task<http::Response> ListPage(Site& site, Call& call, const access::OrgAccess& access,
                              std::string error_slug, int status) {
  GH_CO_TRY(auto projects, co_await site.d.events->projects.List(access.organization.id));
  Page page("projects.tpl", "Projects");
  page.InOrg(access, "projects");
  html::Data& body = page.body();
  body.Set("ACTION", ProjectsPath(access))
      .Set("STATS_URL", "/organizations/" + access.organization.slug + "/stats/");
  if (projects.empty()) body.Show("EMPTY");
  for (const projects::Project& project : projects) {
    html::Data& row = body.Add("PROJECT");
    row.Set("NAME", project.name)
        .Set("SLUG", project.slug)
        .Set("URL", ProjectsPath(access) + project.slug + "/");
    row.SetIf("PLATFORM", project.platform);
    row.Show(HasReceived(project) ? "ACTIVE" : "WAITING");
  }
  if (!error_slug.empty()) AddError(body, error_slug);
  if (access.can("project:write")) {
    html::Data& form = body.Add("CREATE");
    form.Set("NEW_NAME", Field(call.form, "name")).Set("NEW_SLUG", Field(call.form, "new_slug"));
    AddPlatforms(form, call.form.Has("platform") ? Field(call.form, "platform") : "node");
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowProjects(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "project:read"));
  co_return co_await ListPage(site, call, access, "", 200);
}

Task<http::Response> PostProjects(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "project:read"));
  auto created = co_await site.d.events->projects.Create(
      access.organization.id, AsciiLower(Trim(Field(call.form, "new_slug"))),
      std::string(Trim(Field(call.form, "name"))), Field(call.form, "platform"), "",
      access::CallerOf(call.visitor, access));
  if (created) co_return Go(ProjectsPath(access) + created->slug + "/");
  GH_CO_TRY_VOID(co_await Refused(site, call, access, created.error()));
  co_return co_await ListPage(site, call, access, std::string(created.error().reason),
                              FormStatus(created.error()));
}

void AddSnippet(html::Data& body, const std::string& here, std::string_view platform,
                const std::string& dsn) {
  const Snippet& snippet = SnippetFor(platform);
  html::Data& begin = body.Add("BEGIN");
  begin.Set("DSN", dsn).Set("HERE", here).Set("PLACE", std::string(snippet.place));
  AddPlatforms(begin, snippet.platform);
  for (const std::string& line : SnippetLines(snippet.install, dsn)) {
    begin.Add("INSTALL").Set("COMMAND", line);
  }
  for (const std::string& line : SnippetLines(snippet.code, dsn))
    begin.Add("LINES").Set("ROW", line);
}

Task<http::Response> ShowProject(Site& site, Call& call) {
  GH_CO_TRY(ProjectVisit visit, co_await EnterProject(site, call, "project:read"));
  projects::Service& service = site.d.events->projects;
  const projects::Project& project = visit.project;
  GH_CO_TRY(const auto keys, co_await service.Keys(visit.access.organization.id, visit.project.id));
  GH_CO_TRY(const auto teams,
            co_await service.Teams(visit.access.organization.id, visit.project.id));
  Page page("project.tpl", project.name);
  page.InOrg(visit.access, "projects").Styles("events.css");
  html::Data& body = page.body();
  AddProjectHead(body, visit, "overview");
  body.Set("HERE", visit.Path())
      .Set("STATS_URL", WithQuery("/organizations/" + visit.access.organization.slug + "/stats/",
                                  "project", project.slug));
  const auto active = std::ranges::find(keys, true, &projects::Key::is_active);
  if (HasReceived(project)) {
    html::Data& notice = body.Add("ACTIVE");
    if (project.first_event_at) {
      notice.Add("FIRST").Set("WHEN", FormatHuman(*project.first_event_at));
    }
  } else if (active != keys.end()) {
    body.Show("WAITING");
  }
  const std::string asked = Field(call.query, "platform");
  if (active == keys.end()) {
    html::Data& notice = body.Add("NO_KEY");
    if (visit.access.can("project:write")) {
      notice.Add("MAY_KEY").Set("KEYS_URL", visit.Path() + "settings/keys/");
    }
  } else {
    AddSnippet(body, visit.Path(), asked.empty() ? project.platform : asked,
               projects::Dsn(site.d.events->base_url, *active));
  }
  html::Data& about = body.Add("ABOUT");
  about.Set("PLATFORM_NAME", project.platform.empty() ? "not set" : project.platform)
      .Set("TEAMS", teams.empty() ? "none" : Join(teams, ", "))
      .Set("KEYS", std::to_string(std::ranges::count(keys, true, &projects::Key::is_active)) +
                       " enabled, " + std::to_string(keys.size()) + " in all");
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterProjects(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/projects/", ShowProjects);
  site.Post(router, "/organizations/{slug}/projects/", PostProjects);
  site.Get(router, "/organizations/{slug}/projects/{project}/", ShowProject);
}

}  // namespace gatehouse::web
