// Paths that older clients ask for: an issue without its organization, parts of a release under one
// of its projects, and the reprocessing that there is no need for.

#include <algorithm>

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/projects.h"
#include "edge/api/releases.h"
#include "edge/api/routes.h"
#include "region/events/issues/errors.h"
#include "region/releases/errors.h"

namespace gatehouse::api {
namespace {

// The path names no organization: it is that of the caller's which has the issue. What the door
// asks of others is asked here; where the issue is not, nobody is asked and nothing is noted.
Task<void> EnterByIssue(Call& call) {
  const std::string text = call.request.Param("issue");
  const auto unknown = [] { return Fail(Code::kNotFound, issues::kIssueNotFound); };
  if (!IssueId::Parse(text)) co_return unknown();
  GH_CO_TRY(const auto memberships, co_await call.d.orgs.ListForUser(call.user().id));
  for (const orgs::OrgMembership& one : memberships) {
    const auto issue = co_await call.events().issues.Get(one.organization.id, text, call.user().id);
    if (!issue && issue.error().code == Code::kNotFound) continue;
    if (!issue) co_return std::unexpected(issue.error());
    GH_CO_TRY(call.entered,
              co_await call.d.guard.EnterOrg(call.visitor, one.organization.slug, kEventRead));
    co_return Result<void>();
  }
  co_return unknown();
}

// The path's release has to be one of the path's project; the answer if the project has moved.
Task<std::optional<http::Response>> EnterRelease(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return std::move(found.moved);
  GH_CO_TRY(const releases::Detail detail, co_await call.events().releases.Get(
                                               call.organization(), call.request.Param("version")));
  if (std::ranges::none_of(detail.projects, [&](const releases::ReleaseProject& one) {
        return one.project.id == found.project.id;
      })) {
    co_return Fail(Code::kNotFound, releases::kReleaseNotFound);
  }
  co_return std::optional<http::Response>();
}

// What the organization's own route does, once the release is known to be the project's.
Task<http::Response> UnderProject(Call& call, Handler of_organization) {
  GH_CO_TRY(auto moved, co_await EnterRelease(call));
  if (moved) co_return *std::move(moved);
  co_return co_await of_organization(call);
}

}  // namespace

Task<http::Response> GetIssueById(Call& call) {
  GH_CO_TRY_VOID(co_await EnterByIssue(call));
  co_return co_await GetIssue(call);
}

Task<http::Response> ListEventsOfIssueById(Call& call) {
  GH_CO_TRY_VOID(co_await EnterByIssue(call));
  co_return co_await ListIssueEvents(call);
}

Task<http::Response> ListProjectReleaseFiles(Call& call) {
  return UnderProject(call, ListReleaseFiles);
}

Task<http::Response> UploadProjectReleaseFile(Call& call) {
  return UnderProject(call, UploadReleaseFile);
}

Task<http::Response> ListProjectReleaseCommits(Call& call) {
  return UnderProject(call, ListReleaseCommits);
}

// Events are processed with the files that are there when they come; none waits for others.
Task<http::Response> GetReprocessing(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  co_return Reply(json::Object{{"project", found.project.slug},
                               {"hasIssues", false},
                               {"numIssues", 0},
                               {"lastSeen", nullptr},
                               {"resolveableIssues", 0},
                               {"hasMoreResolveableIssues", false},
                               {"issuesProcessing", 0},
                               {"signedLink", nullptr}});
}

Task<http::Response> Reprocess(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  co_return Reply(json::Object());
}

}  // namespace gatehouse::api
