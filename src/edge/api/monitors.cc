// /api/0/organizations/{organization}/monitors/…: monitored jobs and their runs.

#include "edge/api/cursor.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"
#include "region/monitors/errors.h"
#include "region/monitors/policy.h"

namespace gatehouse::api {
namespace {

std::string Hyphenated(const std::string& guid) {
  if (guid.size() != 32) return guid;
  return guid.substr(0, 8) + "-" + guid.substr(8, 4) + "-" + guid.substr(12, 4) + "-" +
         guid.substr(16, 4) + "-" + guid.substr(20);
}

// A public id as it was given, with or without hyphens; a slug as it is.
std::string PlainId(std::string_view text) {
  std::string plain(text);
  if (plain.size() == 36) std::erase(plain, '-');
  return plain.size() == 32 ? plain : std::string(text);
}

json::Object EncodeEnvironment(const monitors::Environment& environment) {
  return {{"name", environment.name},
          {"status", environment.status},
          {"isMuted", environment.is_muted},
          {"lastCheckIn", EncodeTime(environment.last_check_in)},
          {"nextCheckIn", EncodeTime(environment.next_check_in)},
          {"nextCheckInLatest", EncodeTime(environment.next_latest)}};
}

json::Object EncodeMonitor(const monitors::Monitor& monitor, const projects::Project& project) {
  json::Array environments;
  for (const monitors::Environment& one : monitor.environments) {
    environments.push_back(EncodeEnvironment(one));
  }
  return {{"id", Hyphenated(monitor.guid)},
          {"slug", monitor.slug},
          {"name", monitor.name},
          {"type", "cron_job"},
          {"status", monitor.is_active ? "active" : "disabled"},
          {"isMuted", monitor.is_muted},
          {"config", monitors::ShowConfig(monitor.config)},
          {"owner",
           monitor.config.owner.empty() ? json::Value(nullptr) : json::Value(monitor.config.owner)},
          {"dateCreated", FormatIso8601(monitor.created_at)},
          {"environments", std::move(environments)},
          {"project",
           json::Object{{"id", project.id.ToString()},
                        {"slug", project.slug},
                        {"name", project.name},
                        {"platform", project.platform.empty() ? json::Value(nullptr)
                                                              : json::Value(project.platform)}}}};
}

json::Object EncodeCheckIn(const monitors::CheckIn& check_in) {
  return {{"id", Hyphenated(check_in.guid)},
          {"environment", check_in.environment},
          {"status", check_in.status},
          {"duration", check_in.duration_millis ? json::Value(*check_in.duration_millis)
                                                : json::Value(nullptr)},
          {"dateCreated", FormatIso8601(check_in.created_at)},
          {"expectedTime", EncodeTime(check_in.expected_at)}};
}

// A project that the request names, by slug or id; its absence is for the caller to judge.
Task<std::optional<projects::Project>> NamedProject(Call& call, std::string named) {
  if (named.empty()) co_return std::optional<projects::Project>();
  GH_CO_TRY(projects::Project project,
            co_await call.events().projects.Get(call.organization(), std::move(named)));
  co_return std::optional<projects::Project>(std::move(project));
}

Task<monitors::Monitor> ReadMonitor(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const auto project, co_await NamedProject(call, std::string(query.Get("project"))));
  co_return co_await call.events().monitors.Get(
      call.organization(), PlainId(call.request.Param("monitor")),
      project ? std::optional(project->id) : std::nullopt);
}

Task<http::Response> Show(Call& call, monitors::Monitor monitor, int status) {
  GH_CO_TRY(const projects::Project project,
            co_await call.events().projects.Get(call.organization(), monitor.project.ToString()));
  co_return Reply(EncodeMonitor(monitor, project), status);
}

// std::nullopt: the body has none.
Result<std::optional<monitors::Config>> ConfigOf(const json::Object& body) {
  const json::Value* value = body.if_contains("config");
  if (value == nullptr) return std::optional<monitors::Config>();
  auto config = value->is_object() ? monitors::ReadConfig(value->get_object()) : std::nullopt;
  if (!config) return Fail(Code::kInvalidArgument, monitors::kMonitorConfigInvalid);
  return config;
}

}  // namespace

Task<http::Response> ListMonitors(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const auto cursor, CursorOf(query));
  const auto after = cursor ? std::optional(MonitorId{*cursor}) : std::nullopt;
  GH_CO_TRY(const auto found,
            co_await call.events().monitors.List(call.organization(), after, kPage));
  GH_CO_TRY(const auto all, co_await call.events().projects.List(call.organization()));
  json::Array list;
  for (const monitors::Monitor& monitor : found) {
    for (const projects::Project& project : all) {
      if (project.id == monitor.project) list.push_back(EncodeMonitor(monitor, project));
    }
  }
  http::Response response = Reply(std::move(list));
  AddCursor(response, call.request,
            found.size() == kPage ? std::optional(found.back().id.value) : std::nullopt);
  co_return response;
}

Task<http::Response> CreateMonitor(Call& call) {
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(std::string name, RequiredText(body, "name"));
  GH_CO_TRY(const auto slug, OptionalText(body, "slug"));
  GH_CO_TRY(std::string named, RequiredText(body, "project"));
  GH_CO_TRY(auto config, ConfigOf(body));
  if (!config) co_return Fail(Code::kInvalidArgument, monitors::kMonitorConfigInvalid);
  GH_CO_TRY(const auto project, co_await NamedProject(call, std::move(named)));
  if (!project) co_return Fail(Code::kInvalidArgument, kFieldRequired, "project");
  GH_CO_TRY(monitors::Monitor monitor, co_await call.events().monitors.Create(
                                           call.organization(), project->id, slug.value_or(""),
                                           std::move(name), std::move(*config), call.caller()));
  co_return co_await Show(call, std::move(monitor), 201);
}

Task<http::Response> GetMonitor(Call& call) {
  GH_CO_TRY(monitors::Monitor monitor, co_await ReadMonitor(call));
  co_return co_await Show(call, std::move(monitor), 200);
}

Task<http::Response> UpdateMonitor(Call& call) {
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(const monitors::Monitor monitor, co_await ReadMonitor(call));
  monitors::Edit edit;
  GH_CO_TRY(edit.name, OptionalText(body, "name"));
  GH_CO_TRY(edit.slug, OptionalText(body, "slug"));
  GH_CO_TRY(edit.config, ConfigOf(body));
  GH_CO_TRY(const auto status, OptionalText(body, "status"));
  if (status) {
    if (*status != "active" && *status != "disabled") {
      co_return Fail(Code::kInvalidArgument, kFieldInvalid, "status");
    }
    edit.is_active = *status == "active";
  }
  GH_CO_TRY(edit.is_muted, OptionalBool(body, "isMuted"));
  GH_CO_TRY(monitors::Monitor changed,
            co_await call.events().monitors.Update(call.organization(), monitor.id, std::move(edit),
                                                   call.caller()));
  co_return co_await Show(call, std::move(changed), 200);
}

Task<http::Response> DeleteMonitor(Call& call) {
  GH_CO_TRY(const monitors::Monitor monitor, co_await ReadMonitor(call));
  // Of some environments, if the query names them: then the monitor stays.
  GH_CO_TRY(const http::Form query, call.Query());
  bool named = false;
  for (const auto& [name, value] : query.all()) {
    if (name != "environment") continue;
    named = true;
    GH_CO_TRY_VOID(co_await call.events().monitors.DeleteEnvironment(
        call.organization(), monitor.id, value, call.caller()));
  }
  if (named) co_return http::Response::Empty(202);
  GH_CO_TRY_VOID(
      co_await call.events().monitors.Delete(call.organization(), monitor.id, call.caller()));
  co_return http::Response::Empty(202);
}

Task<http::Response> UpdateMonitorEnvironment(Call& call) {
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(const monitors::Monitor monitor, co_await ReadMonitor(call));
  GH_CO_TRY(const auto muted, OptionalBool(body, "isMuted"));
  if (!muted) co_return Fail(Code::kInvalidArgument, kFieldRequired, "isMuted");
  GH_CO_TRY(const monitors::Environment changed,
            co_await call.events().monitors.Mute(call.organization(), monitor.id,
                                                 std::string(call.request.Param("environment")),
                                                 *muted, call.caller()));
  co_return Reply(EncodeEnvironment(changed));
}

Task<http::Response> DeleteMonitorEnvironment(Call& call) {
  GH_CO_TRY(const monitors::Monitor monitor, co_await ReadMonitor(call));
  GH_CO_TRY_VOID(co_await call.events().monitors.DeleteEnvironment(
      call.organization(), monitor.id, std::string(call.request.Param("environment")),
      call.caller()));
  co_return http::Response::Empty(202);
}

Task<http::Response> ListCheckIns(Call& call) {
  GH_CO_TRY(const monitors::Monitor monitor, co_await ReadMonitor(call));
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const auto cursor, CursorOf(query));
  std::optional<std::string> environment;
  if (query.Has("environment")) environment = std::string(query.Get("environment"));
  GH_CO_TRY(const auto found,
            co_await call.events().monitors.CheckInsOf(call.organization(), monitor.id,
                                                       std::move(environment), cursor, kPage));
  json::Array list;
  for (const monitors::CheckIn& check_in : found) list.push_back(EncodeCheckIn(check_in));
  http::Response response = Reply(std::move(list));
  AddCursor(response, call.request,
            found.size() == kPage ? std::optional(found.back().id) : std::nullopt);
  co_return response;
}

}  // namespace gatehouse::api
