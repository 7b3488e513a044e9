// …/issues/ of an organization and of a project: the list, and changes of many at once.

#include <algorithm>

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/issue_encode.h"
#include "edge/api/issue_query.h"
#include "edge/api/paging.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

constexpr std::size_t kMaxBulk = 1000;
constexpr std::size_t kBulkPage = 100;
constexpr std::size_t kMaxLooked = 50;
// What a list shows when nobody says.
constexpr std::string_view kDefaultQuery = "is:unresolved issue.priority:[high, medium]";

bool OfProject(const Call& call) {
  return std::ranges::any_of(call.request.params,
                             [](const auto& param) { return param.first == "project"; });
}

std::string QueryText(const http::Form& form) {
  return form.Has("query") ? std::string(form.Get("query")) : std::string(kDefaultQuery);
}

http::Response EmptyList(const Call& call) {
  http::Response response = Reply(json::Array());
  AddLinks(response, call.request, call.d.guard.origin(), {});
  response.headers.Set("X-Hits", "0");
  return response;
}

// One issue that the query names itself: by the id of an event, or by its short id.
struct Hit {
  std::optional<issues::Issue> issue = {};
  std::optional<eventstore::StoredEvent> event = {};
};

Task<Hit> DirectHit(Call& call, const http::Form& form, std::string text, Projects projects) {
  Hit hit;
  const auto get = [&call](std::string id) {
    return call.events().issues.Get(call.organization(), std::move(id), call.user().id);
  };
  if (form.Get("shortIdLookup") == "1" && issues::ParseShortId(Trim(text))) {
    auto issue = co_await get(std::string(Trim(text)));
    if (issue) hit.issue = std::move(*issue);
    if (!issue && issue.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(issue).error());
    }
    co_return hit;
  }
  const auto event_id = issues::ParseEventId(text);
  if (!event_id) co_return hit;
  if (projects.ids.empty()) {
    GH_CO_TRY(const auto all, co_await call.events().projects.List(call.organization()));
    for (const auto& project : all) projects.ids.push_back(project.id);
  }
  if (projects.ids.size() > kMaxLooked) projects.ids.resize(kMaxLooked);
  for (const ProjectId project : projects.ids) {
    GH_CO_TRY(auto event, co_await call.events().store.Get(project.value, *event_id));
    if (!event || event->group_id == 0) continue;
    auto issue = co_await get(std::to_string(event->group_id));
    if (!issue) continue;
    hit.issue = std::move(*issue);
    hit.event = std::move(event);
    break;
  }
  co_return hit;
}

struct Shape {
  StatsPeriod period = {};
  bool lifetime = true;
  bool filtered = true;
};

Result<Shape> ShapeOf(const Call& call, const http::Form& form) {
  Shape shape;
  if (OfProject(call)) {
    const std::string_view period = form.Has("statsPeriod") ? form.Get("statsPeriod") : "24h";
    if (period == "30d") return Fail(Code::kInvalidArgument, kStatsPeriodInvalid);
    GH_TRY(shape.period, CheckStatsPeriod(period));
  } else {
    const std::string_view period =
        form.Has("groupStatsPeriod") ? form.Get("groupStatsPeriod") : "24h";
    GH_TRY(shape.period, CheckStatsPeriod(period));
  }
  for (const auto& [name, value] : form.all()) {
    if (name != "collapse") continue;
    if (value == "stats") shape.period.clear();
    if (value == "lifetime") shape.lifetime = false;
    if (value == "filtered") shape.filtered = false;
  }
  return shape;
}

Task<json::Array> Encoded(Call& call, std::vector<issues::Issue> issues, Shape shape) {
  GH_CO_TRY(const IssueContext context, co_await ContextOf(call, issues, shape.period));
  json::Array list;
  for (const issues::Issue& issue : issues) {
    json::Object o = EncodeIssue(call, issue, context);
    if (shape.lifetime) {
      o["lifetime"] = json::Object{{"stats", nullptr},
                                   {"count", std::to_string(issue.times_seen)},
                                   {"userCount", issue.users_seen},
                                   {"firstSeen", FormatIso8601(issue.first_seen)},
                                   {"lastSeen", FormatIso8601(issue.last_seen)}};
    }
    if (shape.filtered) o["filtered"] = nullptr;
    list.push_back(std::move(o));
  }
  co_return list;
}

// The issues that a bulk request means: those it names, or those that its query finds.
Task<std::vector<IssueId>> Meant(Call& call, const http::Form& form) {
  GH_CO_TRY(std::vector<IssueId> ids, IssueIdsOf(form, "id"));
  GH_CO_TRY(const Projects projects, co_await ProjectsOf(call, form));
  if (projects.none) co_return std::vector<IssueId>();
  issues::Query query;
  if (ids.empty()) {
    std::string text = QueryText(form);
    if (const std::string_view status = form.Get("status"); !status.empty()) {
      text = "is:" + std::string(status);
    }
    GH_CO_TRY(query, co_await IssueQueryOf(call, form, text));
    GH_CO_TRY(const Window window, WindowOf(form, call.d.clock.Now()));
    query.from = window.from;
    query.to = window.to;
  } else {
    query.ids = std::move(ids);
  }
  query.projects = projects.ids;
  query.limit = kBulkPage;
  std::vector<IssueId> found;
  while (found.size() < kMaxBulk) {
    GH_CO_TRY(const issues::Page page,
              co_await call.events().issues.List(call.organization(), query));
    for (const issues::Issue& issue : page.issues) found.push_back(issue.id);
    if (!page.has_next) break;
    query.after = page.next;
  }
  co_return found;
}

// What has changed, and nothing else.
Task<json::Object> Delta(Call& call, issues::Change change, issues::Changed changed) {
  json::Object o;
  std::vector<issues::Issue> one;
  if (!changed.issues.empty() && (change.status || change.assignee)) {
    auto issue = co_await call.events().issues.Get(
        call.organization(), changed.issues.front().ToString(), call.user().id);
    if (issue) one.push_back(std::move(*issue));
  }
  GH_CO_TRY(const IssueContext context, co_await ContextOf(call, one, ""));
  if (change.status && !one.empty()) {
    o["status"] = one.front().status;
    o["substatus"] =
        one.front().substatus.empty() ? json::Value(nullptr) : json::Value(one.front().substatus);
    o["statusDetails"] = EncodeStatusDetails(one.front(), context.people);
  }
  if (change.assignee) {
    o["assignedTo"] =
        one.empty() ? json::Value(nullptr) : EncodeAssignee(one.front().assignee, context);
  }
  if (change.priority) {
    o["priority"] = *change.priority == 75 ? "high" : *change.priority == 50 ? "medium" : "low";
  }
  if (change.has_seen) o["hasSeen"] = *change.has_seen;
  if (change.is_bookmarked) o["isBookmarked"] = *change.is_bookmarked;
  if (change.is_subscribed) {
    o["isSubscribed"] = *change.is_subscribed;
    o["subscriptionDetails"] = json::Object{{"reason", "unknown"}};
  }
  if (change.is_public) {
    o["isPublic"] = *change.is_public;
    o["shareId"] = changed.share_id.empty() ? json::Value(nullptr) : json::Value(changed.share_id);
  }
  if (changed.merged_into) {
    json::Array children;
    for (const IssueId id : changed.merged) children.emplace_back(id.ToString());
    o["merge"] = json::Object{{"parent", changed.merged_into->ToString()},
                              {"children", std::move(children)}};
  }
  if (changed.activity && changed.activity->type == "set_resolved_in_release") {
    o["activity"] = EncodeActivity(*changed.activity, context.people);
  }
  co_return o;
}

}  // namespace

Task<http::Response> ListIssues(Call& call) {
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(const Projects projects, co_await ProjectsOf(call, form));
  if (projects.none) co_return EmptyList(call);
  GH_CO_TRY(const Shape shape, ShapeOf(call, form));
  GH_CO_TRY(const std::size_t limit, PageSizeOf(form));
  GH_CO_TRY(const auto cursor, PageCursorOf(form));
  const std::string text = QueryText(form);

  GH_CO_TRY(Hit hit, co_await DirectHit(call, form, text, projects));
  if (hit.issue) {
    std::vector<issues::Issue> one;
    one.push_back(std::move(*hit.issue));
    GH_CO_TRY(json::Array list, co_await Encoded(call, std::move(one), shape));
    if (hit.event) {
      json::Object& issue = list.front().as_object();
      issue["matchingEventId"] = hit.event->event_id;
      issue["matchingEventEnvironment"] = hit.event->environment.empty()
                                              ? json::Value(nullptr)
                                              : json::Value(hit.event->environment);
    }
    http::Response response = Reply(std::move(list));
    AddLinks(response, call.request, call.d.guard.origin(), {});
    response.headers.Set("X-Sentry-Direct-Hit", "1");
    response.headers.Set("X-Hits", "1");
    co_return response;
  }

  issues::Query query;
  GH_CO_TRY(std::vector<IssueId> groups, IssueIdsOf(form, "group"));
  if (groups.empty()) {
    GH_CO_TRY(query, co_await IssueQueryOf(call, form, text));
    // Of a project, `statsPeriod` chooses the counts alone.
    if (!OfProject(call)) {
      GH_CO_TRY(const Window window, WindowOf(form, call.d.clock.Now()));
      query.from = window.from;
      query.to = window.to;
    }
  } else {
    query.ids = std::move(groups);
    query.viewer = call.user().id;
  }
  query.projects = projects.ids;
  query.limit = limit;
  if (cursor && *cursor != PageCursor{}) {
    query.after = issues::Position{cursor->value, cursor->offset, cursor->is_prev};
  }
  GH_CO_TRY(issues::Page page, co_await call.events().issues.List(call.organization(), query));
  const Links links{.previous = {page.previous.key, page.previous.id, true},
                    .has_previous = page.has_previous,
                    .next = {page.next.key, page.next.id, false},
                    .has_next = page.has_next};
  const std::optional<std::int64_t> total =
      page.total_is_exact ? std::optional(page.total) : std::nullopt;
  GH_CO_TRY(json::Array list, co_await Encoded(call, std::move(page.issues), shape));
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), links);
  if (total) response.headers.Set("X-Hits", std::to_string(*total));
  response.headers.Set("X-Max-Hits", "1000");
  co_return response;
}

Task<http::Response> UpdateIssues(Call& call) {
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(const issues::Change change, co_await ChangeOf(call, body));
  GH_CO_TRY(std::vector<IssueId> ids, co_await Meant(call, form));
  if (ids.empty()) co_return http::Response::Empty(204);
  GH_CO_TRY(issues::Changed changed,
            co_await call.events().issues.Update(call.organization(), std::move(ids), change,
                                                 call.caller()));
  if (changed.issues.empty() || change.discard) co_return http::Response::Empty(204);
  GH_CO_TRY(json::Object delta, co_await Delta(call, change, std::move(changed)));
  co_return Reply(std::move(delta));
}

Task<http::Response> DeleteIssues(Call& call) {
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(std::vector<IssueId> ids, co_await Meant(call, form));
  if (!ids.empty()) {
    GH_CO_TRY_VOID(
        co_await call.events().issues.Delete(call.organization(), std::move(ids), call.caller()));
  }
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
