// The list of issues: search, filters, and what is done to many at once.

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/issue_filter.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "platform/http/url.h"
#include "region/events/issues/errors.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxBulk = 100;
constexpr std::size_t kMaxChoices = 200;
// Projects that one look for an event's id asks.
constexpr std::size_t kMaxLooked = 50;
constexpr int kHours = 24;
constexpr int kSparkWidth = 96;
constexpr int kSparkHeight = 24;

struct View {
  std::string_view label;
  std::string_view query;
};
constexpr std::array kViews = {View{"Unresolved", "is:unresolved"},
                               View{"For review", "is:for_review"},
                               View{"Mine", "is:unresolved assigned:me"},
                               View{"Bookmarked", "bookmarks:me"},
                               View{"Archived", "is:archived"},
                               View{"Resolved", "is:resolved"},
                               View{"All", ""}};

struct Choice {
  std::string_view id;
  std::string_view label;
};
constexpr std::array kSorts = {Choice{"", "Last seen"}, Choice{"new", "First seen"},
                               Choice{"freq", "Events"}, Choice{"user", "Users"}};
constexpr std::array kSeenWithin = {Choice{"", "Any time"},    Choice{"1h", "Last hour"},
                                    Choice{"24h", "24 hours"}, Choice{"7d", "7 days"},
                                    Choice{"14d", "14 days"},  Choice{"30d", "30 days"},
                                    Choice{"90d", "90 days"}};

template <class Choices>
void AddChoices(html::Data& body, const char* section, const Choices& choices,
                std::string_view chosen) {
  for (const Choice& choice : choices) {
    html::Data& option = body.Add(section);
    option.Set("ID", std::string(choice.id)).Set("LABEL", std::string(choice.label));
    if (choice.id == chosen) option.Show("SELECTED");
  }
}

Task<void> FillFilter(Site& site, const access::OrgAccess& access, const IssueFilter& filter,
                      html::Data& body) {
  const std::string base = IssuesOf(access);
  body.Set("ACTION", base).Set("QUERY", filter.text);
  for (const View& view : kViews) {
    html::Data& link = body.Add("VIEW");
    link.Set("URL", filter.Url(base, view.query)).Set("LABEL", std::string(view.label));
    if (filter.text == view.query) link.Show("CURRENT");
  }
  AddChoices(body, "SORT", kSorts, filter.sort);
  AddChoices(body, "PERIOD", kSeenWithin, filter.period);
  GH_CO_TRY(const auto projects, co_await site.d.events->projects.List(access.organization.id));
  bool listed = !filter.project;
  const auto add_project = [&](const projects::Project& project) {
    html::Data& option = body.Add("PROJECT");
    option.Set("ID", project.slug).Set("LABEL", project.slug);
    if (!filter.project || filter.project->id != project.id) return;
    option.Show("SELECTED");
    listed = true;
  };
  for (std::size_t i = 0; i < projects.size() && i < kMaxChoices; ++i) add_project(projects[i]);
  if (!listed) add_project(*filter.project);
  const std::optional<ProjectId> of =
      filter.project ? std::optional(filter.project->id) : std::nullopt;
  GH_CO_TRY(const auto environments,
            co_await site.d.events->projects.Environments(access.organization.id, of,
                                                          projects::Visibility::kVisible));
  listed = filter.environment.empty();
  const auto add_environment = [&](const std::string& name) {
    html::Data& option = body.Add("ENVIRONMENT");
    option.Set("ID", name).Set("LABEL", name);
    if (name != filter.environment) return;
    option.Show("SELECTED");
    listed = true;
  };
  for (std::size_t i = 0; i < environments.size() && i < kMaxChoices; ++i) {
    add_environment(environments[i].name);
  }
  if (!listed) add_environment(filter.environment);
  if (projects.empty()) {
    body.Add("NO_PROJECTS")
        .Set("PROJECTS_URL", "/organizations/" + access.organization.slug + "/projects/");
  }
  co_return Result<void>();
}

// The last day of each issue by the hour: one question for each project of the page.
Task<std::map<std::int64_t, std::vector<std::int64_t>>> LastDay(
    Site& site, Timestamp now, const std::vector<issues::Issue>& list, std::string environment) {
  std::map<ProjectId, std::vector<std::int64_t>> by_project;
  for (const issues::Issue& issue : list) by_project[issue.project].push_back(issue.id.value);
  std::map<std::int64_t, std::vector<std::int64_t>> counts;
  for (auto& [project, ids] : by_project) {
    eventstore::CountQuery query;
    query.project_id = project.value;
    query.group_ids = std::move(ids);
    query.environment = environment;
    query.range = {now - std::chrono::hours(kHours - 1), now};
    GH_CO_TRY(auto series, co_await site.d.events->store.Counts(std::move(query)));
    for (eventstore::Series& one : series) counts[one.group_id] = std::move(one.counts);
  }
  co_return counts;
}

void FillRow(html::Data& row, const issues::Issue& issue, const std::string& base,
             const std::vector<std::int64_t>& hours, const Names& names, Timestamp now) {
  row.Set("ID", issue.id.ToString())
      .Set("URL", base + issue.id.ToString() + "/")
      .Set("TITLE", issue.title)
      .Set("SHORT_ID", issue.short_id)
      .Set("PROJECT_NAME", issue.project_slug)
      .Set("EVENTS", Grouped(issue.times_seen))
      .Set("EVENTS_WORD", issue.times_seen == 1 ? "event" : "events")
      .Set("USERS", Grouped(issue.users_seen))
      .Set("USERS_WORD", issue.users_seen == 1 ? "user" : "users");
  row.SetIf("CULPRIT", issue.culprit);
  row.SetIf("ASSIGNEE", names.Assignee(issue.assignee));
  if (issue.comments > 0) {
    row.Add("COMMENTS").Set("COUNT", Counted(issue.comments, "comment", "comments"));
  }
  AddTime(row, "FIRST", issue.first_seen, now);
  AddTime(row, "LAST", issue.last_seen, now);
  AddPills(row, issue);
  std::int64_t total = 0;
  for (const std::int64_t count : hours) total += count;
  row.Set("SPARK", Bars(hours, kSparkWidth, kSparkHeight))
      .Set("SPARK_WORDS", Counted(total, "event", "events") + " in the last 24 hours");
}

Task<http::Response> ListPage(Site& site, Call& call, const access::OrgAccess& access,
                              IssueFilter filter, std::string error_slug, int status) {
  const Timestamp now = call.request.received;
  Page page("issues.tpl", "Issues");
  page.InOrg(access, "issues").Styles("events.css");
  html::Data& body = page.body();
  GH_CO_TRY_VOID(co_await FillFilter(site, access, filter, body));
  auto query = co_await QueryOf(site, call, access, filter);
  issues::Page list;
  bool read = false;
  if (query) {
    query->limit = kPerPage;
    auto found = co_await site.d.events->issues.List(access.organization.id, std::move(*query));
    if (found) {
      list = std::move(*found);
      read = true;
    } else if (found.error().code == Code::kInvalidArgument) {
      error_slug = found.error().reason;
    } else {
      co_return std::unexpected(std::move(found).error());
    }
  } else if (query.error().code == Code::kInvalidArgument) {
    error_slug = query.error().reason;
  } else {
    co_return std::unexpected(std::move(query).error());
  }
  if (!read) status = 400;
  if (!error_slug.empty()) AddError(body, error_slug);

  std::vector<std::string> assignees;
  for (const issues::Issue& issue : list.issues) assignees.push_back(issue.assignee);
  GH_CO_TRY(const Names names, co_await LoadNames(site, call, access, std::move(assignees), {}));
  GH_CO_TRY(const auto hours, co_await LastDay(site, now, list.issues, filter.environment));

  body.Set("TOTAL", (list.total_is_exact ? "" : "at least ") + Grouped(list.total));
  const std::string base = IssuesOf(access);
  if (list.issues.empty()) {
    if (read) body.Show(list.has_next ? "GO_ON" : "EMPTY");
  } else {
    html::Data& form = body.Add("LIST");
    form.Set("ACTION", base).Set("BACK", call.request.query);
    if (call.request.method == http::Method::kPost) form.Set("BACK", Field(call.form, "back"));
    if (access.can("event:write")) form.Show("MAY_WRITE");
    if (access.can("event:admin")) form.Show("MAY_DELETE");
    for (const issues::Issue& issue : list.issues) {
      const auto found = hours.find(issue.id.value);
      html::Data& row = form.Add("ISSUE");
      FillRow(row, issue, base, found == hours.end() ? std::vector<std::int64_t>() : found->second,
              names, now);
      if (access.can("event:write")) row.Show("PICK");
    }
  }
  const auto link = [&](const issues::Position& at) {
    return WithQuery(
        filter.Url(base), "cursor",
        std::to_string(at.key) + ":" + std::to_string(at.id) + (at.back ? ":1" : ":0"));
  };
  if (list.has_previous) body.Add("NEWER").Set("URL", link(list.previous));
  if (list.has_next) body.Add("OLDER").Set("URL", link(list.next));
  co_return co_await site.Show(call, std::move(page), status);
}

// Where a search leads that names one issue: its short id, or the id of an event.
Task<std::string> Direct(Site& site, const access::OrgAccess& access, const IssueFilter& filter) {
  const std::string text(Trim(filter.text));
  if (issues::ParseShortId(text) && text.find(' ') == std::string::npos) {
    auto issue = co_await site.d.events->issues.Get(access.organization.id, text);
    if (issue) co_return IssuesOf(access) + issue->id.ToString() + "/";
    if (issue.error().code != Code::kNotFound) co_return std::unexpected(issue.error());
  }
  const auto event_id = issues::ParseEventId(text);
  if (!event_id) co_return std::string();
  GH_CO_TRY(const auto projects, co_await site.d.events->projects.List(access.organization.id));
  for (std::size_t i = 0; i < projects.size() && i < kMaxLooked; ++i) {
    GH_CO_TRY(const auto event, co_await site.d.events->store.Get(projects[i].id.value, *event_id));
    if (!event || event->group_id == 0) continue;
    co_return IssuesOf(access) + std::to_string(event->group_id) + "/events/" + *event_id + "/";
  }
  co_return std::string();
}

Task<http::Response> ShowIssues(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  GH_CO_TRY(IssueFilter filter, co_await ReadIssueFilter(site, access, call.query));
  GH_CO_TRY(std::string direct, co_await Direct(site, access, filter));
  if (!direct.empty()) co_return Go(std::move(direct));
  co_return co_await ListPage(site, call, access, std::move(filter), "", 200);
}

// ---- many at once -------------------------------------------------------------------------------

std::vector<IssueId> ChosenIssues(const http::Form& form) {
  std::vector<IssueId> ids;
  for (const auto& [name, value] : form.all()) {
    const auto id = name == "id" ? IssueId::Parse(value) : std::nullopt;
    if (id && ids.size() < kMaxBulk) ids.push_back(*id);
  }
  return ids;
}

// The list as it was, from the hidden field of its form.
std::string BackTo(const access::OrgAccess& access, const http::Form& form) {
  const std::string base = IssuesOf(access);
  const std::string query = Field(form, "back");
  if (query.empty()) return base;
  return http::SafeLocalPath(base + "?" + query).value_or(base);
}

Task<http::Response> Confirm(Site& site, Call& call, const access::OrgAccess& access,
                             const std::vector<IssueId>& ids) {
  if (!access.can("event:admin")) co_return Fail(Code::kPermissionDenied, "forbidden", "delete");
  Page page("issue_confirm.tpl", "Delete issues");
  page.InOrg(access, "issues").Styles("events.css");
  html::Data& body = page.body();
  body.Set("TITLE",
           "Delete " + Counted(static_cast<std::int64_t>(ids.size()), "issue", "issues") + "?")
      .Set("ACTION", IssuesOf(access))
      .Set("OP", "delete")
      .Set("BACK", Field(call.form, "back"))
      .Set("BACK_URL", BackTo(access, call.form))
      .Set("LABEL", "Delete for good");
  body.Show("DELETE");
  issues::Query query;
  query.ids = ids;
  query.limit = kMaxBulk;
  GH_CO_TRY(const auto list, co_await site.d.events->issues.List(access.organization.id, query));
  for (const issues::Issue& issue : list.issues) {
    body.Add("CHOSEN")
        .Set("ID", issue.id.ToString())
        .Set("SHORT_ID", issue.short_id)
        .Set("NAME", issue.title);
  }
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> PostIssues(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  std::vector<IssueId> ids = ChosenIssues(call.form);
  const std::string back = BackTo(access, call.form);
  const std::string op = Field(call.form, "op");
  if (ids.empty()) co_return Go(back, "issues_none");
  if (op == "delete" && Field(call.form, "confirmed") != "yes") {
    co_return co_await Confirm(site, call, access, ids);
  }
  const auto caller = access::CallerOf(call.visitor, access);
  issues::Service& service = site.d.events->issues;
  std::string_view flash = "issues_changed";
  std::optional<Error> refusal;
  if (op == "delete") {
    auto done = co_await service.Delete(access.organization.id, std::move(ids), caller);
    if (!done) refusal = done.error();
    flash = "issues_deleted";
  } else {
    issues::Change change;
    if (op == "resolve") {
      change.status = "resolved";
    } else if (op == "archive") {
      change.status = "ignored";
    } else if (op == "reopen") {
      change.status = "unresolved";
    } else if (op == "mine") {
      change.assignee = "user:" + call.user().id.ToString();
    } else if (op == "merge") {
      if (ids.size() < 2) co_return Go(back, "issues_one");
      change.merge = true;
      flash = "issues_merged";
    } else {
      co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
    }
    auto done =
        co_await service.Update(access.organization.id, std::move(ids), std::move(change), caller);
    if (!done) refusal = done.error();
  }
  if (!refusal) co_return Go(back, flash);
  const int status = FormStatus(*refusal);
  GH_CO_TRY_VOID(co_await Refused(site, call, access, *refusal));
  GH_CO_TRY(http::Form query, http::Form::Parse(Field(call.form, "back")));
  GH_CO_TRY(IssueFilter filter, co_await ReadIssueFilter(site, access, std::move(query)));
  co_return co_await ListPage(site, call, access, std::move(filter), std::string(refusal->reason),
                              status);
}

}  // namespace

void RegisterIssues(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/issues/", ShowIssues);
  site.Post(router, "/organizations/{slug}/issues/", PostIssues);
}

}  // namespace gatehouse::web
