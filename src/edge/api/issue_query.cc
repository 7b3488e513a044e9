#include "edge/api/issue_query.h"

#include <algorithm>

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"
#include "region/events/issues/errors.h"

namespace gatehouse::api {
namespace {

std::unexpected<Error> InvalidField(std::string_view field) {
  return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(field));
}

std::vector<std::string> AllOf(const http::Form& form, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& [key, value] : form.all()) {
    if (key == name) out.push_back(value);
  }
  return out;
}

bool HasParam(const Call& call, std::string_view name) {
  return std::ranges::any_of(call.request.params,
                             [&](const auto& param) { return param.first == name; });
}

// Who is meant by an address, a user name, or "#team". "" for nobody of here: the service says no.
Task<std::string> PersonOf(Call& call, std::string text) {
  if (text.empty() || text == "none" || text == "any" || text.starts_with("user:") ||
      text.starts_with("team:")) {
    co_return text;
  }
  if (text == "me") co_return "user:" + call.user().id.ToString();
  if (text == "my_teams") {
    GH_CO_TRY(const auto own, co_await OwnTeams(call));
    co_return own.empty() ? std::string("user:0") : "team:" + own.front().ToString();
  }
  if (text.starts_with('#')) {
    GH_CO_TRY(const auto teams, co_await call.d.teams.List(call.organization(), call.caller()));
    for (const teams::Team& team : teams) {
      if (team.slug == std::string_view(text).substr(1)) co_return "team:" + team.id.ToString();
    }
    co_return std::string("team:0");
  }
  if (UserId::Parse(text)) co_return "user:" + text;
  GH_CO_TRY(const auto ids, co_await call.d.users.FindByAnyEmail(text));
  for (const UserId id : ids) {
    GH_CO_TRY(const auto member, co_await call.d.orgs.CheckMembership(call.organization(), id));
    if (member) co_return "user:" + id.ToString();
  }
  co_return std::string("user:0");
}

Task<void> NamePeople(Call& call, issues::Terms& terms) {
  for (issues::Term& term : terms.terms) {
    const bool bookmarks = term.field == issues::Field::kBookmarked;
    if (!bookmarks && term.field != issues::Field::kAssigned) continue;
    for (std::string& value : term.values) {
      GH_CO_TRY(std::string person, co_await PersonOf(call, value));
      value = bookmarks && person.starts_with("user:") ? person.substr(5) : std::move(person);
    }
  }
  co_return Result<void>();
}

Result<std::optional<std::int64_t>> OptionalNumber(const json::Object& body, std::string_view key) {
  const json::Value* value = body.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto number = json::GetInt(body, key);
  if (!number) return InvalidField(key);
  return number;
}

Result<void> TakeDetails(const json::Object& body, issues::Change& change) {
  const json::Value* value = body.if_contains("statusDetails");
  if (value != nullptr && !value->is_null()) {
    if (!value->is_object()) return InvalidField("statusDetails");
    const json::Object& details = value->as_object();
    GH_TRY(const auto next, OptionalBool(details, "inNextRelease"));
    GH_TRY(const auto upcoming, OptionalBool(details, "inUpcomingRelease"));
    GH_TRY(const auto release, OptionalText(details, "inRelease"));
    change.in_next_release = next.value_or(false);
    change.in_upcoming_release = upcoming.value_or(false);
    change.in_release = release.value_or("");
    const json::Value* commit = details.if_contains("inCommit");
    if (commit != nullptr && !commit->is_null()) {
      return Fail(Code::kInvalidArgument, issues::kIssueReleaseUnknown, "inCommit");
    }
    GH_TRY(change.ignore_minutes, OptionalNumber(details, "ignoreDuration"));
    GH_TRY(change.ignore_events, OptionalNumber(details, "ignoreCount"));
    GH_TRY(change.ignore_window_minutes, OptionalNumber(details, "ignoreWindow"));
    GH_TRY(change.ignore_users, OptionalNumber(details, "ignoreUserCount"));
    GH_TRY(change.ignore_user_window_minutes, OptionalNumber(details, "ignoreUserWindow"));
  }
  // The older names, beside the status.
  for (const char* name : {"snoozeDuration", "ignoreDuration"}) {
    GH_TRY(const auto minutes, OptionalNumber(body, name));
    if (minutes && !change.ignore_minutes) change.ignore_minutes = minutes;
  }
  return {};
}

}  // namespace

Task<Projects> ProjectsOf(Call& call, const http::Form& form) {
  Projects projects;
  if (HasParam(call, "project")) {
    GH_CO_TRY(const auto project, co_await call.events().projects.Get(
                                      call.organization(), call.request.Param("project")));
    projects.ids.push_back(project.id);
    co_return projects;
  }
  const std::vector<std::string> named = AllOf(form, "project");
  if (named.empty() || std::ranges::find(named, "-1") != named.end()) co_return projects;
  GH_CO_TRY(const auto all, co_await call.events().projects.List(call.organization()));
  for (const std::string& text : named) {
    const auto id = ProjectId::Parse(text);
    if (!id) co_return InvalidField("project");
    const bool here =
        std::ranges::any_of(all, [&](const projects::Project& p) { return p.id == *id; });
    if (here) projects.ids.push_back(*id);
  }
  projects.none = projects.ids.empty();
  co_return projects;
}

Result<Window> WindowOf(const http::Form& form, Timestamp now) {
  Window window;
  if (const std::string_view period = form.Get("statsPeriod"); !period.empty()) {
    const auto length = issues::ParsePeriod(period);
    if (!length) return Fail(Code::kInvalidArgument, kStatsPeriodInvalid);
    window.from = now - *length;
    return window;
  }
  const auto take = [&form](std::string_view name) -> Result<std::optional<Timestamp>> {
    std::string text(form.Get(name));
    if (text.empty()) return std::nullopt;
    if (const std::size_t dot = text.find('.'); dot != std::string::npos) text.resize(dot);
    if (text.size() == 19) text += 'Z';
    const auto time = ParseTime(text);
    if (!time) return InvalidField(name);
    return time;
  };
  GH_TRY(window.from, take("start"));
  GH_TRY(window.to, take("end"));
  if (window.from && window.to && *window.from >= *window.to) return InvalidField("start");
  return window;
}

Task<issues::Query> IssueQueryOf(Call& call, const http::Form& form, std::string_view text) {
  issues::Query query;
  GH_CO_TRY(query.terms, issues::ParseQuery(text, call.d.clock.Now()));
  GH_CO_TRY_VOID(co_await NamePeople(call, query.terms));
  query.environments = AllOf(form, "environment");
  std::erase(query.environments, "");
  const std::string_view sort = form.Get("sort");
  if (sort == "new" || sort == "inbox") {
    query.sort = issues::Sort::kFirstSeen;
  } else if (sort == "freq" || sort == "trends") {
    query.sort = issues::Sort::kTimesSeen;
  } else if (sort == "user") {
    query.sort = issues::Sort::kUsersSeen;
  } else if (!sort.empty() && sort != "date") {
    co_return Fail(Code::kInvalidArgument, kSortInvalid);
  }
  query.viewer = call.user().id;
  co_return query;
}

Result<std::vector<IssueId>> IssueIdsOf(const http::Form& form, std::string_view name) {
  std::vector<IssueId> ids;
  for (const std::string& text : AllOf(form, name)) {
    const auto id = IssueId::Parse(text);
    if (!id) return Fail(Code::kInvalidArgument, kGroupInvalid);
    ids.push_back(*id);
  }
  return ids;
}

Task<issues::Change> ChangeOf(Call& call, const json::Object& body) {
  issues::Change change;
  GH_CO_TRY(change.status, OptionalText(body, "status"));
  // What older clients call it.
  if (change.status == "muted") change.status = "ignored";
  GH_CO_TRY(change.substatus, OptionalText(body, "substatus"));
  GH_CO_TRY_VOID(TakeDetails(body, change));
  GH_CO_TRY(change.has_seen, OptionalBool(body, "hasSeen"));
  GH_CO_TRY(change.is_bookmarked, OptionalBool(body, "isBookmarked"));
  GH_CO_TRY(change.is_subscribed, OptionalBool(body, "isSubscribed"));
  GH_CO_TRY(change.is_public, OptionalBool(body, "isPublic"));
  GH_CO_TRY(const auto discard, OptionalBool(body, "discard"));
  change.discard = discard.value_or(false);
  // "1" is what some clients send.
  if (const json::Value* merge = body.if_contains("merge")) {
    change.merge = merge->is_bool() ? merge->as_bool() : !merge->is_null();
  }
  GH_CO_TRY(const auto priority, OptionalText(body, "priority"));
  if (priority) {
    if (*priority != "high" && *priority != "medium" && *priority != "low") {
      co_return InvalidField("priority");
    }
    change.priority = *priority == "high" ? 75 : *priority == "medium" ? 50 : 25;
  }
  if (const json::Value* assignee = body.if_contains("assignedTo")) {
    std::string text;
    if (assignee->is_string()) {
      text = std::string(assignee->as_string());
    } else if (assignee->is_int64()) {
      text = std::to_string(assignee->as_int64());
    } else if (!assignee->is_null()) {
      co_return InvalidField("assignedTo");
    }
    GH_CO_TRY(change.assignee, co_await PersonOf(call, std::move(text)));
    if (change.assignee == "none" || change.assignee == "any") {
      co_return Fail(Code::kInvalidArgument, issues::kAssigneeInvalid);
    }
  }
  co_return change;
}

Task<issues::Issue> ReadIssue(Call& call) {
  co_return co_await call.events().issues.Get(call.organization(), call.request.Param("issue"),
                                              call.user().id);
}

}  // namespace gatehouse::api
