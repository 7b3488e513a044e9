#include "edge/web/events/issue_filter.h"

#include <algorithm>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/event_view.h"

namespace gatehouse::web {

namespace {

// "key:id:back" of a link of ours; what is none begins at the beginning.
std::optional<issues::Position> PositionOf(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  const auto key = StrongId<struct KeyTag>::Parse(parts[0]);
  const auto id = IssueId::Parse(parts[1]);
  if (!id) return std::nullopt;
  return issues::Position{key ? key->value : 0, id->value, parts[2] == "1"};
}

Task<void> NamePeople(Site& site, Call& call, const access::OrgAccess& access,
                      issues::Terms& terms) {
  for (issues::Term& term : terms.terms) {
    const bool bookmarks = term.field == issues::Field::kBookmarked;
    if (!bookmarks && term.field != issues::Field::kAssigned) continue;
    for (std::string& value : term.values) {
      GH_CO_TRY(std::string person, co_await AssigneeOf(site, call, access, value));
      value = bookmarks && person.starts_with("user:") ? person.substr(5) : std::move(person);
    }
  }
  co_return Result<void>();
}

}  // namespace

std::string IssuesOf(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/issues/";
}

std::string ApiOf(const access::OrgAccess& access, std::string_view project_slug) {
  return "/api/0/projects/" + access.organization.slug + "/" + std::string(project_slug) + "/";
}

std::string IssueFilter::Url(const std::string& base, std::string_view query) const {
  std::string url = WithQuery(base, "query", query);
  if (project) url = WithQuery(std::move(url), "project", project->slug);
  if (!environment.empty()) url = WithQuery(std::move(url), "environment", environment);
  if (!period.empty()) url = WithQuery(std::move(url), "statsPeriod", period);
  if (!sort.empty()) url = WithQuery(std::move(url), "sort", sort);
  return url;
}

Task<IssueFilter> ReadIssueFilter(Site& site, const access::OrgAccess& access, http::Form query) {
  IssueFilter filter;
  filter.text = query.Has("query") ? Field(query, "query") : "is:unresolved";
  filter.environment = Field(query, "environment");
  filter.sort = Field(query, "sort");
  filter.period = Field(query, "statsPeriod");
  filter.cursor = Field(query, "cursor");
  if (const std::string project = Field(query, "project"); !project.empty()) {
    GH_CO_TRY(filter.project,
              co_await site.d.events->projects.Get(access.organization.id, project));
  }
  co_return filter;
}

Task<issues::Query> QueryOf(Site& site, Call& call, const access::OrgAccess& access,
                            const IssueFilter& filter) {
  const Timestamp now = call.request.received;
  issues::Query query;
  GH_CO_TRY(query.terms, issues::ParseQuery(filter.text, now));
  GH_CO_TRY_VOID(co_await NamePeople(site, call, access, query.terms));
  if (filter.project) query.projects.push_back(filter.project->id);
  if (!filter.environment.empty()) query.environments.push_back(filter.environment);
  if (filter.sort == "new") query.sort = issues::Sort::kFirstSeen;
  if (filter.sort == "freq") query.sort = issues::Sort::kTimesSeen;
  if (filter.sort == "user") query.sort = issues::Sort::kUsersSeen;
  if (const auto period = issues::ParsePeriod(filter.period)) query.from = now - *period;
  query.after = PositionOf(filter.cursor);
  query.viewer = call.user().id;
  co_return query;
}

Task<std::string> AssigneeOf(Site& site, Call& call, const access::OrgAccess& access,
                             std::string text) {
  if (text.empty() || text == "none" || text == "any" || text.starts_with("user:") ||
      text.starts_with("team:")) {
    co_return text;
  }
  if (text == "me") co_return "user:" + call.user().id.ToString();
  if (text == "my_teams" || text.starts_with('#')) {
    GH_CO_TRY(const auto teams, co_await site.d.teams.List(access.organization.id,
                                                           access::CallerOf(call.visitor, access)));
    for (const teams::Team& team : teams) {
      const bool meant =
          text == "my_teams" ? team.is_member : team.slug == std::string_view(text).substr(1);
      if (meant) co_return "team:" + team.id.ToString();
    }
    co_return std::string("team:0");
  }
  if (UserId::Parse(text)) co_return "user:" + text;
  auto found = co_await site.d.users.FindByAnyEmail(std::move(text));
  if (!found && found.error().code != Code::kInvalidArgument) {
    co_return std::unexpected(std::move(found).error());
  }
  std::vector<UserId> ids;
  if (found) ids = std::move(*found);
  for (const UserId id : ids) {
    GH_CO_TRY(const auto member, co_await site.d.orgs.CheckMembership(access.organization.id, id));
    if (member) co_return "user:" + id.ToString();
  }
  co_return std::string("user:0");
}

std::string Names::Assignee(std::string_view assignee) const {
  const auto [kind, text] = SplitOnce(assignee, ':');
  if (kind == "user") {
    const auto id = UserId::Parse(text);
    return id ? people_.Name(*id) : "";
  }
  const auto id = TeamId::Parse(text);
  if (kind != "team" || !id) return {};
  const auto found = teams_.find(*id);
  return found == teams_.end() ? "a team that is gone" : "#" + found->second;
}

Task<Names> LoadNames(Site& site, Call& call, const access::OrgAccess& access,
                      std::vector<std::string> assignees, std::vector<UserId> users) {
  bool has_team = false;
  for (const std::string& assignee : assignees) {
    has_team = has_team || assignee.starts_with("team:");
    if (!assignee.starts_with("user:")) continue;
    if (const auto id = UserId::Parse(std::string_view(assignee).substr(5))) users.push_back(*id);
  }
  std::map<TeamId, std::string> names;
  if (has_team) {
    GH_CO_TRY(const auto teams, co_await site.d.teams.List(access.organization.id,
                                                           access::CallerOf(call.visitor, access)));
    for (const teams::Team& team : teams) names.emplace(team.id, team.slug);
  }
  GH_CO_TRY(People people, co_await LoadPeople(site.d.users, std::move(users)));
  co_return Names(std::move(people), std::move(names));
}

void AddPills(html::Data& data, const issues::Issue& issue) {
  const auto pill = [&data](std::string_view css, std::string_view word) {
    data.Add("PILL").Set("CLASS", std::string(css)).Set("WORD", std::string(word));
  };
  pill(LevelPill(issue.level), issue.level);
  if (issue.status == "resolved") pill("ok", "Resolved");
  if (issue.status == "ignored") pill("", "Archived");
  if (issue.status == "unresolved") {
    if (issue.substatus == "new") pill("ok", "New");
    if (issue.substatus == "regressed") pill("warn", "Came back");
    if (issue.substatus == "escalating") pill("warn", "Escalating");
  }
  if (issue.priority >= 75) pill("warn", "High priority");
  if (issue.priority < 50) pill("", "Low priority");
  if (issue.marks.is_bookmarked) pill("", "Bookmarked");
}

}  // namespace gatehouse::web
