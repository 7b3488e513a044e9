// /api/0/projects/…, /api/0/organizations/{organization}/projects/ and
// /api/0/teams/{organization}/{team}/projects/.

#include "edge/api/projects.h"

#include <algorithm>

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/paging.h"
#include "edge/api/refusals.h"
#include "edge/api/teams.h"
#include "edge/api/values.h"
#include "region/orgs/errors.h"

namespace gatehouse::api {
namespace {

json::Object EncodeTeam(const projects::TeamName& team) {
  return {{"id", team.id.ToString()}, {"slug", team.slug}, {"name", team.name}};
}

// What both forms share.
json::Object EncodeCore(const Call& call, const projects::Project& project,
                        const projects::Surroundings& around, const std::vector<TeamId>& own) {
  json::Array teams;
  bool is_member = false;
  for (const projects::TeamName& team : around.teams) {
    teams.push_back(EncodeTeam(team));
    is_member = is_member || std::ranges::find(own, team.id) != own.end();
  }
  json::Array access;
  if (call.entered) {
    for (const std::string& scope : call.org().scopes) access.emplace_back(scope);
  }
  json::Object o;
  o["id"] = project.id.ToString();
  o["slug"] = project.slug;
  o["name"] = project.name;
  o["platform"] = project.platform.empty() ? json::Value(nullptr) : json::Value(project.platform);
  o["dateCreated"] = FormatIso8601(project.created_at);
  o["isBookmarked"] = false;
  o["isMember"] = is_member;
  o["features"] = json::Array{"releases", "minidump", "discard-groups"};
  o["firstEvent"] = EncodeTime(project.first_event_at);
  o["firstTransactionEvent"] = project.Has(projects::kHasTransactions);
  o["access"] = std::move(access);
  o["hasAccess"] = true;
  o["hasCustomMetrics"] = false;
  o["hasMinifiedStackTrace"] = project.Has(projects::kHasMinifiedStackTrace);
  o["hasMonitors"] = project.Has(projects::kHasMonitors);
  o["hasProfiles"] = project.Has(projects::kHasProfiles);
  o["hasReplays"] = project.Has(projects::kHasReplays);
  o["hasFeedbacks"] = project.Has(projects::kHasFeedbacks);
  o["hasNewFeedbacks"] = project.Has(projects::kHasFeedbacks);
  o["hasSessions"] = project.Has(projects::kHasSessions);
  o["hasLogs"] = project.Has(projects::kHasLogs);
  for (const char* kind : {"hasInsightsHttp", "hasInsightsDb", "hasInsightsAssets",
                           "hasInsightsAppStart", "hasInsightsScreenLoad", "hasInsightsVitals",
                           "hasInsightsCaches", "hasInsightsQueues", "hasInsightsLlmMonitoring"}) {
    o[kind] = false;
  }
  o["team"] = teams.empty() ? json::Value(nullptr) : teams.front();
  o["teams"] = std::move(teams);
  return o;
}

// The path with the name that the project bears now.
http::Response Moved(const Call& call, const projects::Project& project) {
  std::vector<std::string> parts;
  for (const std::string_view part : Split(call.request.path, '/')) parts.emplace_back(part);
  // /api/0/projects/{organization}/{project}/…
  if (parts.size() > 5) parts[5] = http::PercentEncode(project.slug);
  std::string url = Join(parts, "/");
  if (!call.request.query.empty()) url += "?" + call.request.query;
  json::Object extra{{"url", url}, {"slug", project.slug}};
  http::Response response =
      Reply(json::Object{{"slug", project.slug}, {"detail", json::Object{{"extra", extra}}}}, 302);
  response.headers.Set("Location", url);
  return response;
}

Task<json::Object> ShowProject(Call& call, projects::Project project) {
  std::vector<ProjectId> ids{project.id};
  GH_CO_TRY(const auto around,
            co_await call.events().projects.Around(call.organization(), std::move(ids)));
  GH_CO_TRY(const std::vector<TeamId> own, co_await OwnTeams(call));
  json::Object o = EncodeProject(call, project, around.front(), own);
  o["organization"] = Encode(call.org().organization);
  co_return o;
}

// The answer to a name that is another project's.
http::Response SlugTaken(const Call& call) {
  return FieldError(call.request, "slug", orgs::kSlugTaken,
                    "Another project is already using that slug.", 409);
}

bool Matches(const projects::Project& project, std::string_view query) {
  if (query.empty()) return true;
  for (const std::string_view word : Split(query, ' ')) {
    if (word.empty()) continue;
    const auto [key, value] = SplitOnce(word, ':');
    if (key == "id" && !value.empty()) {
      if (project.id.ToString() != value) return false;
    } else if (key == "slug" && !value.empty()) {
      if (project.slug != value) return false;
    } else if (AsciiLower(project.name).find(AsciiLower(word)) == std::string::npos &&
               project.slug.find(AsciiLower(word)) == std::string::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

Task<FoundProject> ReadProject(Call& call) {
  const std::string named = call.request.Param("project");
  FoundProject found;
  GH_CO_TRY(found.project, co_await call.events().projects.Get(call.organization(), named));
  if (found.project.slug != named && found.project.id.ToString() != named) {
    found.moved = Moved(call, found.project);
  }
  co_return found;
}

Task<std::vector<TeamId>> OwnTeams(Call& call) {
  GH_CO_TRY(const auto teams, co_await call.d.teams.List(call.organization(), call.caller()));
  std::vector<TeamId> own;
  for (const teams::Team& team : teams) {
    if (team.is_member) own.push_back(team.id);
  }
  co_return own;
}

json::Object EncodeSummary(const Call& call, const projects::Project& project,
                           const projects::Surroundings& around, const std::vector<TeamId>& own) {
  json::Object o = EncodeCore(call, project, around, own);
  json::Array environments;
  for (const std::string& name : around.environments) environments.emplace_back(name);
  json::Array platforms;
  if (!project.platform.empty()) platforms.emplace_back(project.platform);
  o["eventProcessing"] = json::Object{{"symbolicationDegraded", false}};
  o["platforms"] = std::move(platforms);
  o["hasUserReports"] = project.Has(projects::kHasFeedbacks);
  o["environments"] = std::move(environments);
  o["latestRelease"] = around.latest_release.empty()
                           ? json::Value(nullptr)
                           : json::Value(json::Object{{"version", around.latest_release}});
  o["latestDeploys"] = nullptr;
  return o;
}

json::Object EncodeProject(const Call& call, const projects::Project& project,
                           const projects::Surroundings& around, const std::vector<TeamId>& own) {
  json::Object o = EncodeSummary(call, project, around, own);
  o["isInternal"] = false;
  o["isPublic"] = false;
  o["avatar"] = json::Object{{"avatarType", "letter_avatar"}, {"avatarUuid", nullptr}};
  o["color"] = "#3f7fbf";
  o["status"] = project.is_active ? "active" : "disabled";
  o["options"] = project.options;
  return o;
}

Task<json::Array> EncodeProjects(Call& call) {
  GH_CO_TRY(const auto all, co_await call.events().projects.List(call.organization()));
  std::vector<ProjectId> ids;
  for (const projects::Project& project : all) ids.push_back(project.id);
  GH_CO_TRY(const auto around,
            co_await call.events().projects.Around(call.organization(), std::move(ids)));
  GH_CO_TRY(const std::vector<TeamId> own, co_await OwnTeams(call));
  json::Array list;
  for (std::size_t i = 0; i < all.size(); ++i) {
    list.push_back(EncodeSummary(call, all[i], around[i], own));
  }
  co_return list;
}

Task<http::Response> ListOrganizationProjects(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(auto all, co_await call.events().projects.List(call.organization()));
  const std::string text(query.Get("query"));
  std::erase_if(all, [&](const projects::Project& p) { return !Matches(p, text); });
  Slice slice{.begin = 0, .end = all.size()};
  if (query.Get("all_projects") != "1") {
    GH_CO_TRY(slice, SliceOf(query, all.size()));
  }
  std::vector<ProjectId> ids;
  for (std::size_t i = slice.begin; i < slice.end; ++i) ids.push_back(all[i].id);
  GH_CO_TRY(const auto around,
            co_await call.events().projects.Around(call.organization(), std::move(ids)));
  GH_CO_TRY(const std::vector<TeamId> own, co_await OwnTeams(call));
  json::Array list;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    list.push_back(EncodeSummary(call, all[i], around[i - slice.begin], own));
  }
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), slice.links);
  response.headers.Set("X-Hits", std::to_string(all.size()));
  co_return response;
}

// Of every organization that the caller may enter with what it has shown.
Task<http::Response> ListProjects(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const auto memberships, co_await call.d.orgs.ListForUser(call.user().id));
  json::Array list;
  for (const orgs::OrgMembership& m : memberships) {
    const auto& session = call.visitor.principal->session;
    if (session && session->OwnProof() == nullptr &&
        session->SsoProof(m.organization.id) == nullptr) {
      continue;
    }
    auto entered = co_await call.d.guard.EnterOrg(call.visitor, m.organization.slug,
                                                  "project:read|project:write|project:admin");
    if (!entered && HttpStatus(entered.error().code) < 500) continue;
    GH_CO_TRY(call.entered, std::move(entered));
    GH_CO_TRY(json::Array projects, co_await EncodeProjects(call));
    for (json::Value& project : projects) {
      project.as_object()["organization"] = Encode(m.organization);
      list.push_back(std::move(project));
    }
  }
  call.entered.reset();
  GH_CO_TRY(const Slice slice, SliceOf(query, list.size()));
  json::Array page;
  for (std::size_t i = slice.begin; i < slice.end; ++i) page.push_back(std::move(list[i]));
  http::Response response = Reply(std::move(page));
  AddLinks(response, call.request, call.d.guard.origin(), slice.links);
  co_return response;
}

Task<http::Response> CreateProject(Call& call) {
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(std::string name, RequiredText(body, "name"));
  GH_CO_TRY(auto slug, OptionalText(body, "slug"));
  GH_CO_TRY(auto platform, OptionalText(body, "platform"));
  auto created = co_await call.events().projects.Create(call.organization(), slug.value_or(""),
                                                        std::move(name), platform.value_or(""),
                                                        call.request.Param("team"), call.caller());
  if (!created && created.error().Is(orgs::kSlugTaken)) co_return SlugTaken(call);
  GH_CO_TRY(projects::Project project, std::move(created));
  GH_CO_TRY(json::Object shown, co_await ShowProject(call, std::move(project)));
  co_return Reply(std::move(shown), 201);
}

Task<http::Response> GetProject(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(json::Object shown, co_await ShowProject(call, std::move(found.project)));
  co_return Reply(std::move(shown));
}

Task<http::Response> UpdateProject(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const json::Object body, call.Body());
  projects::Edit edit;
  GH_CO_TRY(edit.name, OptionalText(body, "name"));
  GH_CO_TRY(edit.slug, OptionalText(body, "slug"));
  GH_CO_TRY(edit.platform, OptionalText(body, "platform"));
  if (const json::Value* options = body.if_contains("options"); options != nullptr) {
    if (!options->is_object()) {
      co_return Fail(Code::kInvalidArgument, kFieldInvalid, "options");
    }
    edit.options = options->as_object();
  }
  auto updated = co_await call.events().projects.Update(call.organization(), found.project.id,
                                                        std::move(edit), call.caller());
  if (!updated && updated.error().Is(orgs::kSlugTaken)) co_return SlugTaken(call);
  GH_CO_TRY(projects::Project changed, std::move(updated));
  GH_CO_TRY(json::Object shown, co_await ShowProject(call, std::move(changed)));
  co_return Reply(std::move(shown));
}

Task<http::Response> DeleteProject(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY_VOID(
      co_await call.events().projects.Delete(call.organization(), found.project.id, call.caller()));
  co_return http::Response::Empty(204);
}

// ---- teams of a project -------------------------------------------------------------------------

Task<http::Response> ListProjectTeams(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const auto slugs,
            co_await call.events().projects.Teams(call.organization(), found.project.id));
  GH_CO_TRY(auto teams, co_await call.d.teams.List(call.organization(), call.caller()));
  std::erase_if(teams, [&](const teams::Team& team) {
    return std::ranges::find(slugs, team.slug) == slugs.end();
  });
  GH_CO_TRY(json::Array list, co_await EncodeTeamsFor(call, std::move(teams)));
  co_return Reply(std::move(list));
}

Task<http::Response> AddProjectTeam(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY_VOID(co_await call.events().projects.AddTeam(
      call.organization(), found.project.id, call.request.Param("team"), call.caller()));
  GH_CO_TRY(json::Object shown, co_await ShowProject(call, std::move(found.project)));
  co_return Reply(std::move(shown), 201);
}

Task<http::Response> RemoveProjectTeam(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY_VOID(co_await call.events().projects.RemoveTeam(
      call.organization(), found.project.id, call.request.Param("team"), call.caller()));
  GH_CO_TRY(json::Object shown, co_await ShowProject(call, std::move(found.project)));
  co_return Reply(std::move(shown));
}

}  // namespace gatehouse::api
