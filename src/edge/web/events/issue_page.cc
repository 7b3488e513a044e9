#include "edge/web/events/issue_page.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "region/events/issues/errors.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxPeople = 100;

struct Tab {
  std::string_view id;
  std::string_view label;
  std::string_view path;
};
constexpr std::array kTabs = {Tab{"issue", "Issue", ""},
                              Tab{"events", "All events", "events/"},
                              Tab{"activity", "Activity", "activity/"},
                              Tab{"tags", "Tags", "tags/"},
                              Tab{"similar", "Similar issues", "similar/"},
                              Tab{"hashes", "Merged hashes", "hashes/"},
                              Tab{"grouping", "Grouping", "grouping/"}};

std::string_view PriorityName(std::int64_t priority) {
  return priority >= 75 ? "High" : priority >= 50 ? "Medium" : "Low";
}

// How it was resolved, or until when it is archived.
void FillState(html::Data& head, const issues::Issue& issue, const Names& names, Timestamp now) {
  const auto by = [&](html::Data& data, const std::optional<UserId>& actor) {
    if (actor) data.Add("BY").Set("WHO", names.people().Name(*actor));
  };
  if (issue.status == "resolved" && issue.resolution) {
    const issues::Resolution& how = *issue.resolution;
    const char* section = how.type == "in_next_release"       ? "NEXT_RELEASE"
                          : how.type == "in_upcoming_release" ? "UPCOMING_RELEASE"
                                                              : "IN_RELEASE";
    html::Data& data = head.Add(section);
    data.Set("RELEASE", how.release);
    if (!how.release.empty()) data.Show("NAMED");
    by(data, how.actor);
  }
  if (issue.status != "ignored") return;
  if (issue.substatus == "archived_until_escalating") head.Show("UNTIL_ESCALATING");
  if (!issue.snooze) return;
  const issues::Snooze& snooze = *issue.snooze;
  html::Data& data = head.Add("SNOOZE");
  if (snooze.until) AddTime(data, "UNTIL", *snooze.until, now);
  const auto within = [](html::Data& at, const std::optional<std::int64_t>& minutes) {
    if (minutes) at.Add("WITHIN").Set("MINUTES", Counted(*minutes, "minute", "minutes"));
  };
  if (snooze.events) {
    html::Data& at = data.Add("UNTIL_EVENTS");
    at.Set("COUNT", Counted(*snooze.events, "more event", "more events"));
    within(at, snooze.window_minutes);
  }
  if (snooze.users) {
    html::Data& at = data.Add("UNTIL_USERS");
    at.Set("COUNT", Counted(*snooze.users, "more user", "more users"));
    within(at, snooze.user_window_minutes);
  }
  by(data, snooze.actor);
}

// Everybody and every team that it can be assigned to, or the first so many.
Task<void> FillAssignees(Site& site, Call& call, const OpenIssue& open, html::Data& form) {
  const OrgId organization = open.access.organization.id;
  GH_CO_TRY(const auto members,
            co_await site.d.orgs.ListMembers(organization, std::nullopt, kMaxPeople));
  const auto add = [&](const char* section, const std::string& id, const std::string& name) {
    html::Data& option = form.Add(section);
    option.Set("ID", id).Set("LABEL", name);
    if (id == open.issue.assignee) option.Show("SELECTED");
  };
  for (const orgs::Member& member : members.members) {
    if (!member.user) continue;
    add("PERSON", "user:" + member.user->ToString(),
        member.name.empty() ? member.email : member.name);
  }
  GH_CO_TRY(const auto teams,
            co_await site.d.teams.List(organization, access::CallerOf(call.visitor, open.access)));
  if (!teams.empty()) form.Show("TEAMS");
  for (std::size_t i = 0; i < teams.size() && i < kMaxPeople; ++i) {
    add("TEAM", "team:" + teams[i].id.ToString(), "#" + teams[i].slug);
  }
  if (members.total > static_cast<std::int64_t>(kMaxPeople)) form.Show("BY_ADDRESS");
  co_return Result<void>();
}

Task<void> FillActions(Site& site, Call& call, const OpenIssue& open, const Names& names,
                       html::Data& head) {
  const issues::Issue& issue = open.issue;
  html::Data& acts = head.Add("ACTS");
  acts.Set("ACTION", open.Url()).Set("CSRF", site.d.guard.CsrfToken(call.visitor));
  if (issue.status == "unresolved") {
    acts.Show("RESOLVE");
  } else {
    acts.Show("REOPEN");
  }
  if (issue.status != "ignored") acts.Show("ARCHIVE");
  acts.Set("PRIORITY", std::string(PriorityName(issue.priority)));
  const std::string assigned = names.Assignee(issue.assignee);
  acts.Set("ASSIGNED", assigned.empty() ? "Nobody" : assigned);
  if (issue.assignee != "user:" + call.user().id.ToString()) acts.Show("TAKE");
  if (!issue.assignee.empty()) acts.Show("DROP");
  acts.Show(issue.marks.is_bookmarked ? "UNMARK" : "MARK");
  acts.Show(issue.marks.is_subscribed.value_or(false) ? "UNFOLLOW" : "FOLLOW");
  if (open.may_delete()) acts.Show("MAY_DELETE");
  GH_CO_TRY_VOID(co_await FillAssignees(site, call, open, acts));
  co_return Result<void>();
}

}  // namespace

Task<OpenIssue> EnterIssue(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  GH_CO_TRY(auto issue, co_await site.d.events->issues.Get(
                            access.organization.id, call.request.Param("issue"), call.user().id));
  OpenIssue open{std::move(access), std::move(issue)};
  co_return open;
}

Task<void> FillHead(Site& site, Call& call, const OpenIssue& open, html::Data& body,
                    std::string_view tab, std::string event) {
  const issues::Issue& issue = open.issue;
  const Timestamp now = call.request.received;
  html::Data& head = body.Include("HEAD", "issue_head.tpl");
  head.Set("LIST_URL", IssuesOf(open.access))
      .Set("PROJECT_URL", "/organizations/" + open.access.organization.slug + "/projects/" +
                              issue.project_slug + "/")
      .Set("PROJECT", issue.project_slug)
      .Set("SHORT_ID", issue.short_id)
      .Set("TITLE", issue.title)
      .Set("EVENTS", Counted(issue.times_seen, "event", "events"))
      .Set("USERS", Counted(issue.users_seen, "user", "users"));
  head.SetIf("CULPRIT", issue.culprit);
  AddPills(head, issue);
  GH_CO_TRY(const auto span,
            co_await site.d.events->issues.Releases(open.access.organization.id, issue.id));
  const auto seen = [&](const char* section, Timestamp time, const std::string& release) {
    html::Data& data = head.Add(section);
    AddTime(data, "AT", time, now);
    if (release.empty()) return;
    html::Data& in = data.Add("IN");
    in.Set("RELEASE", release);
    const auto term = release.find_first_of("*\\\"") == std::string::npos
                          ? std::optional("release:\"" + release + "\"")
                          : std::nullopt;
    in.Set("URL", WithQuery(IssuesOf(open.access), "query", term.value_or("")));
  };
  seen("FIRST", issue.first_seen, span.first);
  seen("LAST", issue.last_seen, span.last);

  std::vector<UserId> people;
  if (issue.resolution && issue.resolution->actor) people.push_back(*issue.resolution->actor);
  if (issue.snooze && issue.snooze->actor) people.push_back(*issue.snooze->actor);
  std::vector<std::string> assignees{issue.assignee};
  GH_CO_TRY(const Names names,
            co_await LoadNames(site, call, open.access, std::move(assignees), std::move(people)));
  FillState(head, issue, names, now);
  if (open.may_write()) {
    GH_CO_TRY_VOID(co_await FillActions(site, call, open, names, head));
  } else if (!issue.assignee.empty()) {
    head.Add("ASSIGNED_TO").Set("WHO", names.Assignee(issue.assignee));
  }
  for (const Tab& one : kTabs) {
    html::Data& link = head.Add("TAB");
    std::string url = open.Url();
    if (one.id == "grouping" && !event.empty()) url += "events/" + event + "/";
    url += one.path;
    std::string label(one.label);
    if (one.id == "activity" && issue.comments > 0) {
      label += " (" + Grouped(issue.comments) + ")";
    }
    link.Set("URL", std::move(url)).Set("LABEL", std::move(label));
    if (one.id == tab) link.Show("CURRENT");
  }
  co_return Result<void>();
}

std::string EventParam(const Call& call) {
  for (const auto& [name, value] : call.request.params) {
    if (name == "event") return value;
  }
  return {};
}

Task<std::optional<eventstore::StoredEvent>> EventOf(Site& site, Call& call,
                                                     const OpenIssue& open) {
  const std::string wanted = EventParam(call);
  eventstore::EventStore& store = site.d.events->store;
  if (!wanted.empty() && wanted != "latest" && wanted != "oldest") {
    const auto id = issues::ParseEventId(wanted);
    std::optional<eventstore::StoredEvent> event;
    if (id) {
      GH_CO_TRY(event, co_await store.Get(open.issue.project.value, *id));
    }
    if (!event || event->group_id != open.issue.id.value) {
      co_return Fail(Code::kNotFound, "event_not_found");
    }
    co_return event;
  }
  eventstore::EventQuery query;
  query.project_id = open.issue.project.value;
  query.group_id = open.issue.id.value;
  query.limit = 1;
  query.with_payload = true;
  if (wanted == "oldest") query.order = eventstore::Order::kOldestFirst;
  GH_CO_TRY(auto page, co_await store.List(std::move(query)));
  if (page.events.empty()) co_return std::optional<eventstore::StoredEvent>();
  co_return std::optional(std::move(page.events.front()));
}

Page IssueFrame(std::string_view body_template, const OpenIssue& open) {
  Page page(body_template, open.issue.title);
  page.InOrg(open.access, "issues").Styles("events.css");
  return page;
}

}  // namespace gatehouse::web
