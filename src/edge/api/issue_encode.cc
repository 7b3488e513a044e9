#include "edge/api/issue_encode.h"

#include <algorithm>

#include "base/text.h"
#include "edge/api/encode.h"
#include "edge/api/errors.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

// As far back as an issue is asked whether it was ever unhandled.
constexpr Duration kLookBack = std::chrono::days(90);

std::string_view PriorityName(std::int64_t priority) {
  return priority >= 75 ? "high" : priority >= 50 ? "medium" : "low";
}

void AddUser(std::string_view assignee, std::vector<UserId>& ids) {
  if (!assignee.starts_with("user:")) return;
  if (auto id = UserId::Parse(assignee.substr(5))) ids.push_back(*id);
}

json::Value Actor(const std::optional<UserId>& id, const People& people) {
  const users::User* user = Find(people, id);
  return user == nullptr ? json::Value(nullptr) : json::Value(EncodePerson(*user));
}

}  // namespace

Result<StatsPeriod> CheckStatsPeriod(std::string_view text) {
  if (text.empty() || text == "24h" || text == "14d" || text == "30d") return StatsPeriod(text);
  if (text == "auto") return StatsPeriod("24h");
  return Fail(Code::kInvalidArgument, kStatsPeriodInvalid);
}

eventstore::CountQuery CountsOf(Timestamp now, std::string_view period) {
  eventstore::CountQuery query;
  query.range.to = now;
  if (period == "24h") {
    query.range.from = now - std::chrono::hours(23);
  } else {
    query.bucket_hours = 24;
    query.range.from = now - std::chrono::days(period == "30d" ? 29 : 13);
  }
  return query;
}

Task<std::vector<json::Array>> Buckets(const Call& call, eventstore::CountQuery query) {
  const std::int64_t first = eventstore::FirstBucketHour(query);
  const std::int64_t step = query.bucket_hours;
  GH_CO_TRY(const auto series, co_await call.events().store.Counts(std::move(query)));
  std::vector<json::Array> out;
  for (const eventstore::Series& one : series) {
    json::Array points;
    std::int64_t hour = first;
    for (const std::int64_t count : one.counts) {
      points.push_back(json::Array{hour * 3600, count});
      hour += step;
    }
    out.push_back(std::move(points));
  }
  co_return out;
}

Task<IssueContext> ContextOf(Call& call, const std::vector<issues::Issue>& issues,
                             StatsPeriod period) {
  IssueContext context;
  std::vector<UserId> ids;
  bool has_team = false;
  std::map<ProjectId, std::vector<IssueId>> by_project;
  for (const issues::Issue& issue : issues) {
    AddUser(issue.assignee, ids);
    has_team = has_team || issue.assignee.starts_with("team:");
    if (issue.resolution && issue.resolution->actor) ids.push_back(*issue.resolution->actor);
    if (issue.snooze && issue.snooze->actor) ids.push_back(*issue.snooze->actor);
    by_project[issue.project].push_back(issue.id);
  }
  GH_CO_TRY(context.people, co_await Load(call.d.users, std::move(ids)));
  if (has_team) {
    GH_CO_TRY(auto teams, co_await call.d.teams.List(call.organization(), call.caller()));
    for (teams::Team& team : teams) {
      const TeamId id = team.id;
      context.teams.emplace(id, std::move(team));
    }
  }
  if (!period.empty()) {
    for (const auto& [project, group] : by_project) {
      eventstore::CountQuery query = CountsOf(call.d.clock.Now(), period);
      query.project_id = project.value;
      for (const IssueId id : group) query.group_ids.push_back(id.value);
      GH_CO_TRY(auto points, co_await Buckets(call, std::move(query)));
      for (std::size_t i = 0; i < group.size(); ++i) {
        context.stats.emplace(group[i], std::move(points[i]));
      }
    }
  }
  context.period = std::move(period);
  const Timestamp oldest = call.d.clock.Now() - kLookBack;
  for (const auto& [project, group] : by_project) {
    eventstore::TimeRange range{call.d.clock.Now()};
    std::vector<std::int64_t> groups;
    for (const issues::Issue& issue : issues) {
      if (issue.project != project) continue;
      groups.push_back(issue.id.value);
      range.from = std::min(range.from, issue.first_seen);
    }
    range.from = std::max(range.from, oldest);
    GH_CO_TRY(const auto found,
              co_await call.events().store.GroupsHave(project.value, std::move(groups),
                                                      eventstore::Tag("handled", "no"), range));
    for (const std::int64_t id : found) context.unhandled.insert(IssueId{id});
  }
  co_return context;
}

json::Object EncodeStatusDetails(const issues::Issue& issue, const People& people) {
  json::Object o;
  if (issue.status == "resolved" && issue.resolution) {
    const issues::Resolution& resolution = *issue.resolution;
    if (resolution.type == "in_next_release") {
      o["inNextRelease"] = true;
    } else if (resolution.type == "in_upcoming_release") {
      o["inUpcomingRelease"] = true;
    } else {
      o["inRelease"] = resolution.release;
    }
    o["actor"] = Actor(resolution.actor, people);
  }
  if (issue.status == "ignored" && issue.snooze) {
    const issues::Snooze& snooze = *issue.snooze;
    const auto number = [](const std::optional<std::int64_t>& value) {
      return value ? json::Value(*value) : json::Value(nullptr);
    };
    o["ignoreCount"] = number(snooze.events);
    o["ignoreUntil"] = EncodeTime(snooze.until);
    o["ignoreUserCount"] = number(snooze.users);
    o["ignoreUserWindow"] = number(snooze.user_window_minutes);
    o["ignoreWindow"] = number(snooze.window_minutes);
    o["actor"] = Actor(snooze.actor, people);
  }
  return o;
}

json::Value EncodeAssignee(std::string_view assignee, const IssueContext& context) {
  const auto [kind, text] = SplitOnce(assignee, ':');
  if (kind == "user") {
    const users::User* user = Find(context.people, UserId::Parse(text));
    if (user == nullptr) return nullptr;
    return json::Object{{"type", "user"},
                        {"id", user->id.ToString()},
                        {"name", user->Display()},
                        {"email", user->email}};
  }
  if (kind == "team") {
    const auto id = TeamId::Parse(text);
    const auto found = id ? context.teams.find(*id) : context.teams.end();
    if (found == context.teams.end()) return nullptr;
    return json::Object{
        {"type", "team"}, {"id", found->first.ToString()}, {"name", found->second.slug}};
  }
  return nullptr;
}

json::Object EncodeIssue(const Call& call, const issues::Issue& issue,
                         const IssueContext& context) {
  json::Object o;
  o["id"] = issue.id.ToString();
  o["shareId"] = TextOrNull(issue.share_id);
  o["shortId"] = issue.short_id;
  o["title"] = issue.title;
  o["culprit"] = issue.culprit;
  o["permalink"] = call.d.guard.base_url() + "/organizations/" + call.org().organization.slug +
                   "/issues/" + issue.id.ToString() + "/";
  o["logger"] = TextOrNull(issue.logger);
  o["level"] = issue.level;
  o["status"] = issue.status;
  o["statusDetails"] = EncodeStatusDetails(issue, context.people);
  o["substatus"] = TextOrNull(issue.substatus);
  o["isPublic"] = !issue.share_id.empty();
  o["platform"] = TextOrNull(issue.platform);
  o["project"] = json::Object{{"id", issue.project.ToString()},
                              {"name", issue.project_name},
                              {"slug", issue.project_slug},
                              {"platform", TextOrNull(issue.project_platform)}};
  // Events that are no errors share a type, and say elsewhere what they are.
  const bool incident = issue.type == issues::kMonitorFailure;
  o["type"] = incident ? "generic" : issue.type;
  o["metadata"] = issue.metadata;
  o["numComments"] = issue.comments;
  o["assignedTo"] = EncodeAssignee(issue.assignee, context);
  o["isBookmarked"] = issue.marks.is_bookmarked;
  o["isSubscribed"] = issue.marks.is_subscribed.value_or(false);
  o["subscriptionDetails"] = nullptr;
  if (issue.marks.is_subscribed == true) {
    o["subscriptionDetails"] = json::Object{{"reason", issue.marks.subscription_reason}};
  }
  o["hasSeen"] = issue.marks.has_seen;
  o["annotations"] = json::Array();
  o["issueType"] = incident ? issue.type : "error";
  o["issueCategory"] = incident ? "cron" : "error";
  o["priority"] = PriorityName(issue.priority);
  o["priorityLockedAt"] = EncodeTime(issue.priority_locked_at);
  o["isUnhandled"] = context.unhandled.contains(issue.id);
  o["count"] = std::to_string(issue.times_seen);
  o["userCount"] = issue.users_seen;
  o["firstSeen"] = FormatIso8601(issue.first_seen);
  o["lastSeen"] = FormatIso8601(issue.last_seen);
  if (!context.period.empty()) {
    const auto stats = context.stats.find(issue.id);
    json::Object by_period;
    by_period[context.period] = stats == context.stats.end() ? json::Array() : stats->second;
    o["stats"] = std::move(by_period);
  }
  return o;
}

json::Object EncodeActivity(const issues::Activity& activity, const People& people) {
  json::Object o;
  o["id"] = std::to_string(activity.id);
  o["type"] = activity.type;
  o["user"] = Actor(activity.user, people);
  o["data"] = activity.data;
  o["dateCreated"] = FormatIso8601(activity.created_at);
  return o;
}

}  // namespace gatehouse::api
