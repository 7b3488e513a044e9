// Projects of an organization: list, create; a project's DSN, how to begin, its keys.

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/projects/service.h"

namespace gatehouse::web {

namespace {

std::string BaseOf(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/projects/";
}

// What to paste, by platform: the SDK's package and its three lines.
struct Snippet {
  std::string install;
  std::string code;
};

Snippet SnippetFor(std::string_view platform, const std::string& dsn) {
  if (platform.starts_with("python")) {
    return {"pip install sentry-sdk",
            "import sentry_sdk\n\nsentry_sdk.init(dsn=\"" + dsn + "\")\n"};
  }
  if (platform.starts_with("javascript")) {
    return {
        "npm install @sentry/browser",
        "import * as Sentry from \"@sentry/browser\";\n\nSentry.init({ dsn: \"" + dsn + "\" });\n"};
  }
  return {"npm install @sentry/node",
          "import * as Sentry from \"@sentry/node\";\n\nSentry.init({ dsn: \"" + dsn +
              "\" });\n\nSentry.captureException(new Error(\"hello\"));\n"};
}

Task<http::Response> ListPage(Site& site, Call& call, const access::OrgAccess& access,
                              std::string error_slug, int status) {
  GH_CO_TRY(auto projects, co_await site.d.events->projects.List(access.organization.id));
  Page page("projects.tpl", "Projects");
  page.InOrg(access, "projects");
  html::Data& body = page.body();
  body.Set("ACTION", BaseOf(access));
  if (projects.empty()) body.Show("EMPTY");
  for (const projects::Project& project : projects) {
    html::Data& row = body.Add("PROJECT");
    row.Set("NAME", project.name)
        .Set("SLUG", project.slug)
        .Set("URL", BaseOf(access) + project.slug + "/");
    row.SetIf("PLATFORM", project.platform);
    row.Show(project.first_event_at ? "ACTIVE" : "WAITING");
  }
  if (!error_slug.empty()) AddError(body, error_slug);
  if (access.can("project:write")) {
    body.Add("CREATE")
        .Set("NEW_NAME", Field(call.form, "name"))
        .Set("NEW_SLUG", Field(call.form, "new_slug"));
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
  if (created) co_return Go(BaseOf(access) + created->slug + "/");
  GH_CO_TRY_VOID(co_await Refused(site, call, access, created.error()));
  co_return co_await ListPage(site, call, access, std::string(created.error().reason),
                              FormStatus(created.error()));
}

Task<http::Response> ShowProject(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "project:read"));
  projects::Service& service = site.d.events->projects;
  GH_CO_TRY(auto project,
            co_await service.Get(access.organization.id, call.request.Param("project")));
  GH_CO_TRY(auto keys, co_await service.Keys(access.organization.id, project.id));
  Page page("project.tpl", project.name);
  page.InOrg(access, "projects");
  html::Data& body = page.body();
  body.Set("NAME", project.name)
      .Set("SLUG", project.slug)
      .Set("LIST_URL", BaseOf(access))
      .Set("ISSUES_URL",
           "/organizations/" + access.organization.slug + "/issues/?project=" + project.slug);
  body.Show(project.first_event_at ? "ACTIVE" : "WAITING");
  std::string dsn;
  for (const projects::Key& key : keys) {
    html::Data& row = body.Add("KEY");
    row.Set("LABEL", key.label)
        .Set("PUBLIC", key.public_key)
        .Set("KEY_DSN", projects::Dsn(site.d.events->base_url, key))
        .Set("ACTION", BaseOf(access) + project.slug + "/");
    row.Show(key.is_active ? "ON" : "OFF");
    if (access.can("project:write")) row.Show(key.is_active ? "MAY_DISABLE" : "MAY_ENABLE");
    if (dsn.empty() && key.is_active) dsn = projects::Dsn(site.d.events->base_url, key);
  }
  if (!dsn.empty()) {
    const Snippet snippet = SnippetFor(project.platform, dsn);
    html::Data& begin = body.Add("BEGIN");
    begin.Set("DSN", dsn).Set("INSTALL", snippet.install);
    for (const std::string_view line : Split(Trim(snippet.code), '\n')) {
      begin.Add("LINES").Set("ROW", std::string(line));
    }
  }
  if (access.can("project:write")) {
    body.Add("NEW_KEY").Set("ACTION", BaseOf(access) + project.slug + "/");
  }
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> PostProject(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "project:read"));
  projects::Service& service = site.d.events->projects;
  const auto caller = access::CallerOf(call.visitor, access);
  GH_CO_TRY(auto project,
            co_await service.Get(access.organization.id, call.request.Param("project")));
  const std::string op = Field(call.form, "op");
  const std::string key = Field(call.form, "key");
  if (op == "new_key") {
    GH_CO_TRY_VOID(co_await service.CreateKey(
        access.organization.id, project.id, std::string(Trim(Field(call.form, "label"))), caller));
  } else if (op == "enable" || op == "disable") {
    projects::KeyEdit edit;
    edit.is_active = op == "enable";
    GH_CO_TRY_VOID(
        co_await service.UpdateKey(access.organization.id, project.id, key, edit, caller));
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  co_return Go(BaseOf(access) + project.slug + "/");
}

}  // namespace

void RegisterProjects(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/projects/", ShowProjects);
  site.Post(router, "/organizations/{slug}/projects/", PostProjects);
  site.Get(router, "/organizations/{slug}/projects/{project}/", ShowProject);
  site.Post(router, "/organizations/{slug}/projects/{project}/", PostProject);
}

}  // namespace gatehouse::web
