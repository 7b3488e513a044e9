// …/environments/ of an organization and of a project.

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

Result<projects::Visibility> VisibilityOf(const http::Form& query) {
  const std::string_view text = query.Get("visibility");
  if (text.empty() || text == "visible") return projects::Visibility::kVisible;
  if (text == "hidden") return projects::Visibility::kHidden;
  if (text == "all") return projects::Visibility::kAll;
  return Fail(Code::kInvalidArgument, kVisibilityInvalid);
}

json::Object EncodeEnvironment(const projects::Environment& environment) {
  return {{"id", std::to_string(environment.id)},
          {"name", environment.name},
          {"isHidden", environment.is_hidden}};
}

}  // namespace

Task<http::Response> ListEnvironments(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const projects::Visibility visibility, VisibilityOf(query));
  GH_CO_TRY(const auto environments, co_await call.events().projects.Environments(
                                         call.organization(), std::nullopt, visibility));
  json::Array list;
  for (const projects::Environment& one : environments) {
    list.push_back(json::Object{{"id", std::to_string(one.id)}, {"name", one.name}});
  }
  co_return Reply(std::move(list));
}

Task<http::Response> ListProjectEnvironments(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const projects::Visibility visibility, VisibilityOf(query));
  const std::optional<ProjectId> project = found.project.id;
  GH_CO_TRY(const auto environments,
            co_await call.events().projects.Environments(call.organization(), project, visibility));
  json::Array list;
  for (const projects::Environment& one : environments) list.push_back(EncodeEnvironment(one));
  co_return Reply(std::move(list));
}

Task<http::Response> GetProjectEnvironment(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  const std::optional<ProjectId> project = found.project.id;
  GH_CO_TRY(const auto environments, co_await call.events().projects.Environments(
                                         call.organization(), project, projects::Visibility::kAll));
  for (const projects::Environment& one : environments) {
    if (one.name == call.request.Param("environment")) co_return Reply(EncodeEnvironment(one));
  }
  co_return Fail(Code::kNotFound, kEnvironmentNotFound);
}

Task<http::Response> UpdateProjectEnvironment(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(const bool hidden, RequiredBool(body, "isHidden"));
  GH_CO_TRY(const projects::Environment changed,
            co_await call.events().projects.SetEnvironmentHidden(
                call.organization(), found.project.id, call.request.Param("environment"), hidden,
                call.caller()));
  co_return Reply(EncodeEnvironment(changed));
}

}  // namespace gatehouse::api
