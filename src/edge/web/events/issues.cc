// Issues: the list with its search, and one issue with its newest event.

#include <algorithm>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/events/issues/service.h"
#include "region/eventstore/event_store.h"
#include "region/projects/service.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kPerPage = 25;

std::string BaseOf(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/issues/";
}

std::string Times(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " event" : " events");
}

// "key:id:back" of a link of ours; what is none begins at the beginning.
std::optional<issues::Position> PositionOf(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  const auto key = StrongId<struct KeyTag>::Parse(parts[0]);
  const auto id = IssueId::Parse(parts[1]);
  if (!id) return std::nullopt;
  return issues::Position{key ? key->value : 0, id->value, parts[2] == "1"};
}

Task<http::Response> ShowIssues(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  const std::string text = call.query.Has("query") ? Field(call.query, "query") : "is:unresolved";
  issues::Query query;
  query.limit = kPerPage;
  query.after = PositionOf(Field(call.query, "cursor"));
  const std::string sort = Field(call.query, "sort");
  if (sort == "new") query.sort = issues::Sort::kFirstSeen;
  if (sort == "freq") query.sort = issues::Sort::kTimesSeen;
  const std::string project = Field(call.query, "project");
  if (!project.empty()) {
    GH_CO_TRY(auto found, co_await site.d.events->projects.Get(access.organization.id, project));
    query.projects.push_back(found.id);
  }
  Page page("issues.tpl", "Issues");
  page.InOrg(access, "issues");
  html::Data& body = page.body();
  body.Set("ACTION", BaseOf(access)).Set("QUERY", text).Set("PROJECT_SLUG", project);
  body.Set("PROJECTS_URL", "/organizations/" + access.organization.slug + "/projects/");
  auto terms = issues::ParseQuery(text, call.request.received);
  int status = 200;
  issues::Page list;
  if (terms) {
    query.terms = std::move(*terms);
    if (access.member.user) issues::ReplaceMe(query.terms, *access.member.user);
    GH_CO_TRY(list, co_await site.d.events->issues.List(access.organization.id, query));
  } else {
    AddError(body, terms.error().reason);
    status = 400;
  }
  if (terms && list.issues.empty()) body.Show("EMPTY");
  body.Set("TOTAL", (list.total_is_exact ? "" : "at least ") + std::to_string(list.total));
  for (const issues::Issue& issue : list.issues) {
    html::Data& row = body.Add("ISSUE");
    row.Set("URL", BaseOf(access) + issue.id.ToString() + "/")
        .Set("TITLE", issue.title)
        .Set("SHORT_ID", issue.short_id)
        .Set("LEVEL", issue.level)
        .Set("LEVEL_CLASS", std::string(LevelPill(issue.level)))
        .Set("COUNT", Times(issue.times_seen))
        .Set("WHEN", FormatHuman(issue.last_seen));
    row.SetIf("CULPRIT", issue.culprit);
    if (issue.substatus == "new") row.Show("NEW");
    if (issue.substatus == "regressed") row.Show("REGRESSED");
    if (issue.status == "resolved") row.Show("RESOLVED");
    if (issue.status == "ignored") row.Show("IGNORED");
  }
  const auto link = [&](const issues::Position& at) {
    std::string url = WithQuery(BaseOf(access), "query", text);
    if (!project.empty()) url = WithQuery(std::move(url), "project", project);
    if (!sort.empty()) url = WithQuery(std::move(url), "sort", sort);
    return WithQuery(
        std::move(url), "cursor",
        std::to_string(at.key) + ":" + std::to_string(at.id) + (at.back ? ":1" : ":0"));
  };
  if (list.has_previous) body.Add("NEWER").Set("URL", link(list.previous));
  if (list.has_next) body.Add("OLDER").Set("URL", link(list.next));
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowIssue(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  GH_CO_TRY(auto issue, co_await site.d.events->issues.Get(access.organization.id,
                                                           call.request.Param("issue")));
  const std::string here = BaseOf(access) + issue.id.ToString() + "/";
  Page page("issue.tpl", issue.title);
  page.InOrg(access, "issues");
  page.Wide();
  html::Data& body = page.body();
  body.Set("TITLE", issue.title)
      .Set("SHORT_ID", issue.short_id)
      .Set("LEVEL", issue.level)
      .Set("LEVEL_CLASS", std::string(LevelPill(issue.level)))
      .Set("COUNT", Times(issue.times_seen))
      .Set("FIRST", FormatHuman(issue.first_seen))
      .Set("LAST", FormatHuman(issue.last_seen))
      .Set("LIST_URL", BaseOf(access));
  body.SetIf("CULPRIT", issue.culprit);
  if (access.can("event:write")) {
    const bool open = issue.status == "unresolved";
    const auto act = [&](const char* section) { body.Add(section).Set("ACTION", here); };
    if (open) {
      act("RESOLVE");
      act("IGNORE");
    } else {
      act("REOPEN");
    }
  }
  if (issue.status == "resolved") body.Show("RESOLVED");
  if (issue.status == "ignored") body.Show("IGNORED");
  if (issue.substatus == "regressed") body.Show("REGRESSED");

  eventstore::EventQuery query;
  query.project_id = issue.project.value;
  query.group_id = issue.id.value;
  query.limit = 1;
  query.with_payload = true;
  const std::string wanted = Field(call.query, "event");
  std::optional<eventstore::StoredEvent> event;
  if (!wanted.empty()) {
    GH_CO_TRY(event, co_await site.d.events->store.Get(issue.project.value, wanted));
    if (event && event->group_id != issue.id.value) event.reset();
  }
  if (!event) {
    GH_CO_TRY(auto newest, co_await site.d.events->store.List(query));
    if (!newest.events.empty()) event = std::move(newest.events.front());
  }
  if (!event) {
    body.Show("NO_EVENT");
    co_return co_await site.Show(call, std::move(page));
  }
  html::Data& shown = body.Add("EVENT");
  shown.Set("ID", event->event_id).Set("WHEN", FormatHuman(event->timestamp));
  GH_CO_TRY(auto around,
            co_await site.d.events->store.Around(issue.project.value, event->event_id));
  if (!around.previous.empty()) {
    shown.Add("PREVIOUS").Set("URL", WithQuery(here, "event", around.previous));
  }
  if (!around.next.empty()) shown.Add("NEXT").Set("URL", WithQuery(here, "event", around.next));
  AddEvent(shown, *event);
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> PostIssue(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  GH_CO_TRY(auto issue, co_await site.d.events->issues.Get(access.organization.id,
                                                           call.request.Param("issue")));
  issues::Change change;
  change.status = Field(call.form, "status");
  std::vector<IssueId> ids{issue.id};
  GH_CO_TRY_VOID(co_await site.d.events->issues.Update(access.organization.id, std::move(ids),
                                                       std::move(change),
                                                       access::CallerOf(call.visitor, access)));
  co_return Go(BaseOf(access) + issue.id.ToString() + "/");
}

}  // namespace

void RegisterIssues(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/issues/", ShowIssues);
  site.Get(router, "/organizations/{slug}/issues/{issue}/", ShowIssue);
  site.Post(router, "/organizations/{slug}/issues/{issue}/", PostIssue);
}

}  // namespace gatehouse::web
