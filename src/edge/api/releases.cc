// /api/0/organizations/{organization}/releases/…, …/repos/, and the older
// /api/0/projects/{organization}/{project}/releases/….

#include "edge/api/releases.h"

#include <algorithm>

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/paging.h"
#include "edge/api/projects.h"
#include "edge/api/refusals.h"
#include "edge/api/release_health.h"
#include "edge/api/values.h"
#include "platform/http/url.h"
#include "region/ingest/protocol/time_text.h"
#include "region/projects/errors.h"
#include "region/releases/errors.h"

namespace gatehouse::api {
namespace {

constexpr json::Limits kLargeBody{.max_bytes = 16u << 20};
constexpr std::size_t kMaxRef = 250;
constexpr std::size_t kMaxDeployName = 64;

std::string VersionOf(const Call& call) { return call.request.Param("version"); }

Result<std::optional<Timestamp>> OptionalTime(const json::Object& body, std::string_view key) {
  const json::Value* value = body.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto time = value->is_string() ? ingest::ParseRfc3339(value->as_string()) : std::nullopt;
  if (!time) return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(key));
  return time;
}

Result<std::optional<std::string>> BoundedText(const json::Object& body, std::string_view key,
                                               std::size_t most) {
  GH_TRY(auto text, OptionalText(body, key));
  if (text && (text->size() > most || HasControl(*text))) {
    return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(key));
  }
  return text;
}

// Only what a page can link to without harm.
Result<std::optional<std::string>> OptionalUrl(const json::Object& body, std::string_view key) {
  GH_TRY(auto text, BoundedText(body, key, 2048));
  if (text && !text->empty()) {
    const auto url = http::ParseUrl(*text);
    if (!url) return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(key));
  }
  return text;
}

Result<releases::Commit> CommitOf(const json::Object& object) {
  releases::Commit commit{.id = {}, .repository = {}};
  GH_TRY(commit.id, RequiredText(object, "id"));
  const auto read = [&object](std::string_view key, std::string& into) -> Result<void> {
    GH_TRY(auto text, OptionalText(object, key));
    if (text) into = *std::move(text);
    return {};
  };
  GH_TRY_VOID(read("repository", commit.repository));
  GH_TRY_VOID(read("message", commit.message));
  GH_TRY_VOID(read("author_name", commit.author_name));
  GH_TRY_VOID(read("author_email", commit.author_email));
  GH_TRY(const auto at, OptionalTime(object, "timestamp"));
  commit.at = at.value_or(Timestamp{});
  if (const json::Value* changes = object.if_contains("patch_set");
      changes != nullptr && !changes->is_null()) {
    if (!changes->is_array()) return Fail(Code::kInvalidArgument, kFieldInvalid, "patch_set");
    for (const json::Value& one : changes->as_array()) {
      if (!one.is_object()) return Fail(Code::kInvalidArgument, kFieldInvalid, "patch_set");
      GH_TRY(std::string path, RequiredText(one.as_object(), "path"));
      GH_TRY(const std::string type, RequiredText(one.as_object(), "type"));
      commit.changes.push_back({std::move(path), type.size() == 1 ? type[0] : '?'});
    }
  }
  return commit;
}

Result<std::optional<std::vector<releases::Commit>>> CommitsOf(const json::Object& body,
                                                               Timestamp now) {
  const json::Value* value = body.if_contains("commits");
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_array()) return Fail(Code::kInvalidArgument, kFieldInvalid, "commits");
  std::vector<releases::Commit> commits;
  for (const json::Value& one : value->as_array()) {
    if (!one.is_object()) return Fail(Code::kInvalidArgument, kFieldInvalid, "commits");
    GH_TRY(releases::Commit commit, CommitOf(one.as_object()));
    if (commit.at.micros == 0) commit.at = now;
    commits.push_back(std::move(commit));
  }
  return std::optional(std::move(commits));
}

Result<std::optional<std::vector<releases::Ref>>> RefsOf(const json::Object& body) {
  const json::Value* value = body.if_contains("refs");
  const bool older = value == nullptr || value->is_null();
  if (older) value = body.if_contains("headCommits");
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_array()) return Fail(Code::kInvalidArgument, kFieldInvalid, "refs");
  std::vector<releases::Ref> refs;
  for (const json::Value& one : value->as_array()) {
    if (!one.is_object()) return Fail(Code::kInvalidArgument, kFieldInvalid, "refs");
    const json::Object& object = one.as_object();
    releases::Ref ref{.repository = {}, .commit = {}};
    GH_TRY(ref.repository, RequiredText(object, "repository"));
    GH_TRY(ref.commit, RequiredText(object, older ? "currentId" : "commit"));
    refs.push_back(std::move(ref));
  }
  return std::optional(std::move(refs));
}

Result<releases::Edit> EditOf(const Call& call, const json::Object& body) {
  releases::Edit edit;
  GH_TRY(edit.ref, BoundedText(body, "ref", kMaxRef));
  GH_TRY(edit.url, OptionalUrl(body, "url"));
  GH_TRY(edit.released_at, OptionalTime(body, "dateReleased"));
  GH_TRY(edit.commits, CommitsOf(body, call.d.clock.Now()));
  GH_TRY(edit.refs, RefsOf(body));
  GH_TRY(const auto status, OptionalText(body, "status"));
  if (status) {
    if (*status != "open" && *status != "archived") {
      return Fail(Code::kInvalidArgument, kFieldInvalid, "status");
    }
    edit.is_open = *status == "open";
  }
  return edit;
}

http::Response NotAllowed(const Call& call, const Error& error) {
  return FieldError(call.request, "version", error.reason,
                    "Release with name " + Printable(error.detail, 200) + " is not allowed");
}

std::string ProviderJoined(const Error& error) {
  return "Invalid repository names: " + Printable(error.detail, 64);
}

// What the service refused of a release that is written, in the documented words.
Result<http::Response> Refuse(const Call& call, const Error& error) {
  if (error.Is(releases::kReleaseInvalid)) return NotAllowed(call, error);
  if (error.Is(releases::kRepositoryUnknown)) {
    return FieldError(call.request, "refs", error.reason, ProviderJoined(error));
  }
  if (error.Is(releases::kCommitInvalid)) {
    return FieldError(call.request, "commits", error.reason,
                      "A commit's " + Printable(error.detail, 32) + " is not valid.");
  }
  return std::unexpected(error);
}

Task<http::Response> Create(Call& call, json::Object body,
                            std::vector<projects::Project> projects) {
  GH_CO_TRY(releases::Edit edit, EditOf(call, body));
  const json::Value* version = body.if_contains("version");
  if (version == nullptr || !version->is_string() || version->as_string().empty()) {
    co_return Fail(Code::kInvalidArgument, kFieldRequired, "version");
  }
  std::string name(version->as_string());
  std::string agent(call.request.headers.Get("User-Agent"));
  auto created = co_await call.events().releases.Create(
      call.organization(), std::move(name), std::move(projects), std::move(edit), std::move(agent));
  if (!created) co_return Refuse(call, created.error());
  co_return Reply(Encode(created->detail), created->is_new ? 201 : 208);
}

Task<http::Response> Change(Call& call, std::string version, const json::Object& body, int status) {
  GH_CO_TRY(releases::Edit edit, EditOf(call, body));
  auto updated = co_await call.events().releases.Update(call.organization(), std::move(version),
                                                        std::move(edit));
  if (!updated) co_return Refuse(call, updated.error());
  co_return Reply(Encode(*updated), status);
}

// `project` of the query: ids or slugs; -1 and nothing mean all.
Task<std::vector<ProjectId>> ProjectFilter(Call& call, const http::Form& query) {
  std::vector<std::string> wanted;
  for (const auto& [name, value] : query.all()) {
    if ((name == "project" || name == "projectSlug") && value != "-1") wanted.push_back(value);
  }
  GH_CO_TRY(const auto projects, co_await ReadProjects(call, wanted));
  if (projects.size() != wanted.size()) {
    co_return Fail(Code::kNotFound, projects::kProjectNotFound);
  }
  std::vector<ProjectId> ids;
  for (const projects::Project& project : projects) ids.push_back(project.id);
  co_return ids;
}

Task<http::Response> List(Call& call, std::vector<ProjectId> projects) {
  GH_CO_TRY(const http::Form query, call.Query());
  releases::Query wanted{.text = std::string(query.Get("query")), .projects = std::move(projects)};
  const std::string_view status = query.Has("status") ? query.Get("status") : "open";
  if (status == "open" || status == "archived") {
    wanted.is_open = status == "open";
  } else if (status.empty()) {
    wanted.is_open = std::nullopt;
  } else {
    co_return Fail(Code::kInvalidArgument, releases::kReleaseStatusUnknown);
  }
  const std::string_view sort = query.Get("sort");
  wanted.by_version = sort == "semver" || sort == "build";
  if (!sort.empty() && sort != "date" && !wanted.by_version) {
    co_return Fail(Code::kInvalidArgument, releases::kReleaseSortUnknown);
  }
  for (const auto& [name, value] : query.all()) {
    if (name == "environment") wanted.environments.push_back(value);
  }
  GH_CO_TRY(const std::size_t size, PageSizeOf(query));
  GH_CO_TRY(const auto cursor, PageCursorOf(query));
  const std::int64_t offset = cursor ? cursor->offset : 0;
  wanted.offset = static_cast<std::size_t>(offset);
  wanted.limit = size + 1;
  GH_CO_TRY(auto found,
            co_await call.events().releases.List(call.organization(), std::move(wanted)));
  const bool more = found.size() > size;
  if (more) found.pop_back();
  json::Array list;
  for (const releases::Detail& detail : found) list.push_back(Encode(detail));
  GH_CO_TRY(list, co_await WithHealth(call, std::move(list)));
  http::Response response = Reply(std::move(list));
  const auto step = static_cast<std::int64_t>(size);
  AddLinks(response, call.request, call.events().base_url,
           {.previous = {.value = 0,
                         .offset = std::max<std::int64_t>(0, offset - step),
                         .is_prev = true},
            .has_previous = offset > 0,
            .next = {.value = 0, .offset = offset + step},
            .has_next = more});
  co_return response;
}

Task<http::Response> ReplyWithHealth(Call& call, json::Object release) {
  json::Array one;
  one.push_back(std::move(release));
  GH_CO_TRY(json::Array list, co_await WithHealth(call, std::move(one)));
  co_return Reply(std::move(list.front().as_object()));
}

// The release of the path, if it is one of the project of the path.
Task<releases::Detail> OfProject(Call& call, ProjectId project) {
  GH_CO_TRY(releases::Detail detail,
            co_await call.events().releases.Get(call.organization(), VersionOf(call)));
  if (std::ranges::none_of(detail.projects, [&](const releases::ReleaseProject& one) {
        return one.project.id == project;
      })) {
    co_return Fail(Code::kNotFound, releases::kReleaseNotFound);
  }
  co_return detail;
}

}  // namespace

Result<json::Object> LargeBody(const Call& call) {
  return json::ParseObject(call.request.body, kLargeBody);
}

Task<std::vector<projects::Project>> ReadProjects(Call& call, std::vector<std::string> slugs) {
  std::vector<projects::Project> found;
  for (const std::string& slug : slugs) {
    auto project = co_await call.events().projects.Get(call.organization(), slug);
    if (!project && project.error().code == Code::kNotFound) {
      co_return std::vector<projects::Project>();
    }
    if (!project) co_return std::unexpected(project.error());
    found.push_back(std::move(*project));
  }
  co_return found;
}

// ---- of the organization ------------------------------------------------------------------------

Task<http::Response> ListReleases(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(auto projects, co_await ProjectFilter(call, query));
  co_return co_await List(call, std::move(projects));
}

Task<http::Response> CreateRelease(Call& call) {
  GH_CO_TRY(json::Object body, LargeBody(call));
  GH_CO_TRY(const auto slugs, OptionalTexts(body, "projects"));
  if (!slugs || slugs->empty()) {
    // Without a project nothing can be created; sentry-cli archives and restores this way.
    const std::string version(json::GetString(body, "version").value_or(""));
    auto known = co_await call.events().releases.Get(call.organization(), version);
    if (!known && known.error().code != Code::kNotFound) co_return std::unexpected(known.error());
    if (!known) co_return Fail(Code::kInvalidArgument, kFieldRequired, "projects");
    co_return co_await Change(call, version, body, 208);
  }
  GH_CO_TRY(auto projects, co_await ReadProjects(call, *slugs));
  if (projects.empty()) {
    co_return FieldError(call.request, "projects", projects::kProjectNotFound,
                         "Invalid project slugs");
  }
  co_return co_await Create(call, std::move(body), std::move(projects));
}

Task<http::Response> GetRelease(Call& call) {
  GH_CO_TRY(const releases::Detail detail,
            co_await call.events().releases.Get(call.organization(), VersionOf(call)));
  co_return co_await ReplyWithHealth(call, Encode(detail));
}

Task<http::Response> UpdateRelease(Call& call) {
  GH_CO_TRY(const json::Object body, LargeBody(call));
  co_return co_await Change(call, VersionOf(call), body, 200);
}

Task<http::Response> DeleteRelease(Call& call) {
  GH_CO_TRY_VOID(co_await call.events().releases.Remove(call.organization(), VersionOf(call),
                                                        call.caller().actor));
  co_return http::Response::Empty(204);
}

Task<http::Response> ListReleaseCommits(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const releases::Detail detail,
            co_await call.events().releases.Get(call.organization(), VersionOf(call)));
  GH_CO_TRY(const Slice slice, SliceOf(query, detail.commits.size()));
  json::Array list;
  for (std::size_t i = slice.begin; i < slice.end; ++i) list.push_back(Encode(detail.commits[i]));
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.events().base_url, slice.links);
  co_return response;
}

Task<http::Response> GetPreviousRelease(Call& call) {
  GH_CO_TRY(const auto previous, co_await call.events().releases.PreviousWithCommits(
                                     call.organization(), VersionOf(call)));
  co_return Reply(previous ? Encode(*previous) : json::Object());
}

Task<http::Response> GetReleaseMeta(Call& call) {
  GH_CO_TRY(const releases::Detail detail,
            co_await call.events().releases.Get(call.organization(), VersionOf(call)));
  GH_CO_TRY(const auto files,
            co_await call.events().artifacts.ListReleaseFiles(
                call.organization(), detail.release.id, std::string(), std::nullopt, 10'000));
  const json::Object release = Encode(detail);
  std::size_t changed = 0;
  for (const releases::Commit& commit : detail.commits) changed += commit.changes.size();
  json::Object meta;
  meta["version"] = detail.release.version;
  meta["versionInfo"] = release.at("versionInfo");
  meta["projects"] = release.at("projects");
  meta["newGroups"] = release.at("newGroups");
  meta["deployCount"] = detail.deploy_count;
  meta["commitCount"] = detail.commits.size();
  meta["commitFilesChanged"] = changed;
  meta["released"] = FormatIso8601(detail.release.EffectiveDate());
  meta["releaseFileCount"] = files.size();
  meta["bundleId"] = nullptr;
  co_return Reply(std::move(meta));
}

// ---- deploys and repositories -------------------------------------------------------------------

Task<http::Response> ListDeploys(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const auto deploys,
            co_await call.events().releases.Deploys(call.organization(), VersionOf(call)));
  GH_CO_TRY(const Slice slice, SliceOf(query, deploys.size()));
  json::Array list;
  for (std::size_t i = slice.begin; i < slice.end; ++i) list.push_back(Encode(deploys[i]));
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.events().base_url, slice.links);
  co_return response;
}

Task<http::Response> CreateDeploy(Call& call) {
  GH_CO_TRY(const json::Object body, call.Body());
  releases::Deploy deploy;
  GH_CO_TRY(deploy.environment, RequiredText(body, "environment"));
  GH_CO_TRY(auto name, BoundedText(body, "name", kMaxDeployName));
  GH_CO_TRY(auto url, OptionalUrl(body, "url"));
  GH_CO_TRY(deploy.started_at, OptionalTime(body, "dateStarted"));
  GH_CO_TRY(const auto finished, OptionalTime(body, "dateFinished"));
  deploy.name = name.value_or("");
  deploy.url = url.value_or("");
  deploy.finished_at = finished.value_or(Timestamp{});
  GH_CO_TRY(const auto slugs, OptionalTexts(body, "projects"));
  std::vector<ProjectId> projects;
  if (slugs && !slugs->empty()) {
    GH_CO_TRY(const auto found, co_await ReadProjects(call, *slugs));
    if (found.empty()) {
      co_return Fail(Code::kInvalidArgument, releases::kReleaseProjectInvalid);
    }
    for (const projects::Project& project : found) projects.push_back(project.id);
  }
  GH_CO_TRY(const releases::Deploy made,
            co_await call.events().releases.AddDeploy(call.organization(), VersionOf(call),
                                                      std::move(deploy), std::move(projects)));
  co_return Reply(Encode(made), 201);
}

Task<http::Response> ListRepositories(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const auto repositories,
            co_await call.events().releases.Repositories(call.organization()));
  GH_CO_TRY(const Slice slice, SliceOf(query, repositories.size()));
  json::Array list;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    const releases::Repository& one = repositories[i];
    list.push_back(json::Object{{"id", std::to_string(one.id)},
                                {"name", one.name},
                                {"provider", {{"id", "unknown"}, {"name", "Unknown Provider"}}},
                                {"url", one.url ? json::Value(*one.url) : json::Value(nullptr)},
                                {"status", "active"},
                                {"dateCreated", FormatIso8601(one.created_at)},
                                {"integrationId", nullptr},
                                {"externalSlug", nullptr}});
  }
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.events().base_url, slice.links);
  co_return response;
}

// ---- of a project -------------------------------------------------------------------------------

Task<http::Response> ListProjectReleases(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  std::vector<ProjectId> projects(1, found.project.id);
  co_return co_await List(call, std::move(projects));
}

Task<http::Response> CreateProjectRelease(Call& call) {
  GH_CO_TRY(json::Object body, LargeBody(call));
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  std::vector<projects::Project> projects(1, std::move(found.project));
  co_return co_await Create(call, std::move(body), std::move(projects));
}

Task<http::Response> GetProjectRelease(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const releases::Detail detail, co_await OfProject(call, found.project.id));
  co_return co_await ReplyWithHealth(call, Encode(detail));
}

Task<http::Response> UpdateProjectRelease(Call& call) {
  GH_CO_TRY_VOID(LargeBody(call));
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY_VOID(co_await OfProject(call, found.project.id));
  co_return co_await UpdateRelease(call);
}

Task<http::Response> DeleteProjectRelease(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY_VOID(co_await OfProject(call, found.project.id));
  co_return co_await DeleteRelease(call);
}

}  // namespace gatehouse::api
