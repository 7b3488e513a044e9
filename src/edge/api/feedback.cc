// …/user-feedback/, …/user-reports/: what people wrote about errors.

#include "base/text.h"
#include "edge/access/errors.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/issue_query.h"
#include "edge/api/paging.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"
#include "region/ingest/protocol/dsn.h"
#include "region/ingest/protocol/user_report.h"
#include "region/projects/errors.h"

namespace gatehouse::api {
namespace {

json::Object EncodeReport(const feedback::Report& report) {
  return {{"id", report.event_id},
          {"eventID", report.event_id},
          {"name", report.name},
          {"email", report.email},
          {"comments", report.comments},
          {"dateCreated", FormatIso8601(report.created_at)},
          {"user", nullptr},
          {"event", json::Object{{"id", report.event_id}, {"eventID", report.event_id}}},
          {"issue", report.issue_id
                        ? json::Value(json::Object{{"id", std::to_string(*report.issue_id)}})
                        : json::Value(nullptr)}};
}

Task<http::Response> ListReports(Call& call, feedback::Query query) {
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(const auto cursor, PageCursorOf(form));
  GH_CO_TRY(query.limit, PageSizeOf(form));
  // Reports of one microsecond are told apart by nothing: the list goes on behind all of them.
  if (cursor && cursor->value > 0) {
    query.after = feedback::Report{.project = {},
                                   .event_id = std::string(32, 'g'),
                                   .name = {},
                                   .email = {},
                                   .comments = {},
                                   .created_at = Timestamp{cursor->value}};
  }
  GH_CO_TRY(const auto found, co_await call.events().feedback.List(call.organization(), query));
  json::Array list;
  for (const feedback::Report& report : found) list.push_back(EncodeReport(report));
  Links links{.has_previous = cursor.has_value()};
  links.has_next = found.size() == query.limit;
  if (links.has_next) links.next = {found.back().created_at.micros, 0, false};
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), links);
  co_return response;
}

// The key of "Authorization: DSN <dsn>".
std::optional<std::string> DsnKey(const http::Request& request) {
  const auto [scheme, rest] = SplitOnce(request.headers.Get("Authorization"), ' ');
  if (!EqualsIgnoreCase(scheme, "DSN")) return {};
  auto dsn = ingest::Dsn::Parse(Trim(rest));
  return dsn ? std::optional(dsn->public_key) : std::optional<std::string>("");
}

// Where the report goes, for whoever may send one: an SDK with its DSN, or a member.
Task<projects::Project> Addressee(Call& call, std::optional<std::string> key) {
  const std::string named = call.request.Param("project");
  if (!key) co_return co_await call.events().projects.Get(call.organization(), named);
  GH_CO_TRY(auto admission, co_await call.events().projects.Admit(std::move(*key)));
  if (!admission || !admission->key.is_active || !admission->project.is_active) {
    co_return Fail(Code::kUnauthenticated, access::kLoginRequired, "dsn");
  }
  projects::Project& project = admission->project;
  GH_CO_TRY(const orgs::Organization organization, co_await call.d.orgs.Get(project.organization));
  const std::string of = call.request.Param("organization");
  if ((organization.slug != of && organization.id.ToString() != of) ||
      (project.slug != named && project.id.ToString() != named)) {
    co_return Fail(Code::kNotFound, projects::kProjectNotFound);
  }
  co_return std::move(project);
}

}  // namespace

Task<http::Response> ListUserFeedback(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  co_return co_await ListReports(call, {.project = found.project.id});
}

Task<http::Response> ListIssueUserReports(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  co_return co_await ListReports(call, {.project = issue.project, .issue_id = issue.id.value});
}

Task<http::Response> SubmitUserFeedback(Call& call) {
  std::optional<std::string> key = DsnKey(call.request);
  const bool by_dsn = key.has_value();
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(const projects::Project project, co_await Addressee(call, std::move(key)));
  GH_CO_TRY(const std::string event, RequiredText(body, "event_id"));
  const auto id = ingest::EventId::Parse(event);
  if (!id) co_return Fail(Code::kInvalidArgument, kFieldInvalid, "event_id");
  GH_CO_TRY(const std::string name, RequiredText(body, "name"));
  GH_CO_TRY(const std::string email, RequiredText(body, "email"));
  GH_CO_TRY(const std::string comments, RequiredText(body, "comments"));
  GH_CO_TRY(
      const feedback::Report report,
      co_await call.events().feedback.Submit(
          {.organization = project.organization,
           .project = project.id,
           .report = {.event_id = *id,
                      .name = std::string(TruncateUtf8(name, 128)),
                      .email = std::string(TruncateUtf8(email, 75)),
                      .comments = std::string(TruncateUtf8(comments, ingest::kMaxFeedbackMessage))},
           .received = call.d.clock.Now()}));
  if (by_dsn) co_return http::Response::Empty(200);
  co_return Reply(EncodeReport(report));
}

}  // namespace gatehouse::api
