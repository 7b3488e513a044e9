#include "edge/api/release_health.h"

#include <algorithm>
#include <map>

#include "edge/api/errors.h"
#include "region/events/issues/search.h"

namespace gatehouse::api {
namespace {

constexpr Duration kDay = std::chrono::hours(24);
constexpr Duration kLongest = std::chrono::hours(24 * 91);
// What makes a release adopted: a tenth of the sessions of a day.
constexpr double kAdopted = 0.1;

struct WantedHealth {
  bool health = false;
  bool stages = false;
  bool users = false;  // what the series counts
  Duration summary = std::chrono::hours(24 * 14);
  Duration series = kDay;
  std::string series_name = "24h";
  std::optional<std::string> environment = {};
};

Result<Duration> PeriodOf(std::string_view text) {
  const auto period = issues::ParsePeriod(text);
  if (!period || *period <= Duration::zero() || *period > kLongest) {
    return Fail(Code::kInvalidArgument, kStatsPeriodInvalid, std::string(text));
  }
  return *period;
}

bool IsOn(const http::Form& form, std::string_view name) {
  const std::string_view value = form.Get(name);
  return value == "1" || value == "true";
}

Result<WantedHealth> WantedOf(const http::Form& form) {
  WantedHealth wanted{.health = IsOn(form, "health"), .stages = IsOn(form, "adoptionStages")};
  if (!wanted.health && !wanted.stages) return wanted;
  if (form.Has("summaryStatsPeriod")) {
    GH_TRY(wanted.summary, PeriodOf(form.Get("summaryStatsPeriod")));
  }
  if (form.Has("healthStatsPeriod")) {
    wanted.series_name = form.Get("healthStatsPeriod");
    GH_TRY(wanted.series, PeriodOf(wanted.series_name));
  }
  const std::string_view stat = form.Get("healthStat");
  if (!stat.empty() && stat != "sessions" && stat != "users") {
    return Fail(Code::kInvalidArgument, kFieldInvalid, "healthStat");
  }
  wanted.users = stat == "users";
  std::size_t environments = 0;
  for (const auto& [name, value] : form.all()) {
    if (name != "environment") continue;
    wanted.environment = value;
    ++environments;
  }
  // Of several together nothing is counted: then of all.
  if (environments > 1) wanted.environment.reset();
  return wanted;
}

// A number of hours that divides the series into at most about two hundred points.
std::int64_t BucketOf(Duration period) {
  return period <= std::chrono::hours(24 * 3) ? 1 : period <= std::chrono::hours(24 * 30) ? 24 : 72;
}

double Share(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? 0 : std::min(static_cast<double>(part) / static_cast<double>(whole), 1.0);
}

json::Value Percent(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? json::Value(nullptr) : json::Value(Share(part, whole) * 100);
}

// Null of sessions that did not tell how long they took, and of those counted before their
// durations were kept.
json::Value Seconds(std::optional<Duration> duration) {
  return duration ? json::Value(static_cast<double>(duration->count()) / 1e6)
                  : json::Value(nullptr);
}

// What is known of one project.
struct ProjectHealth {
  std::map<std::string, sessions::Counts> summary;
  std::map<std::string, sessions::Group> series;
  std::vector<Timestamp> buckets;
  std::map<std::string, sessions::Counts> lately;  // the last day
  sessions::Counts all_lately;
  // Sessions of a day, and those of a release in it, by environment.
  std::map<std::string, std::vector<std::int64_t>> days;
  std::map<std::pair<std::string, std::string>, std::vector<std::int64_t>> release_days;
};

Task<ProjectHealth> HealthOf(Call& call, ProjectId project, WantedHealth wanted) {
  const Timestamp now = call.d.clock.Now();
  const auto ask = [&](Duration period, std::int64_t bucket_hours) {
    sessions::Query query;
    query.projects.push_back(project);
    query.from = now - period;
    query.to = now;
    query.environment = wanted.environment;
    query.bucket_hours = bucket_hours;
    query.by_release = true;
    return query;
  };
  ProjectHealth health;
  sessions::Service& service = call.events().sessions;
  GH_CO_TRY(auto lately, co_await service.Ask(call.organization(), ask(kDay, 0)));
  for (sessions::Group& group : lately.groups) {
    health.all_lately.Merge(group.totals);
    health.lately[group.release] = std::move(group.totals);
  }
  if (wanted.health) {
    GH_CO_TRY(auto summary, co_await service.Ask(call.organization(), ask(wanted.summary, 0)));
    for (sessions::Group& group : summary.groups) {
      health.summary[group.release] = std::move(group.totals);
    }
    GH_CO_TRY(auto series, co_await service.Ask(call.organization(),
                                                ask(wanted.series, BucketOf(wanted.series))));
    health.buckets = std::move(series.buckets);
    for (sessions::Group& group : series.groups) {
      health.series[group.release] = std::move(group);
    }
  }
  if (wanted.stages) {
    sessions::Query by_day = ask(wanted.summary, 24);
    by_day.by_environment = true;
    GH_CO_TRY(const auto days, co_await service.Ask(call.organization(), std::move(by_day)));
    for (const sessions::Group& group : days.groups) {
      std::vector<std::int64_t>& all = health.days[group.environment];
      all.resize(days.buckets.size());
      std::vector<std::int64_t>& own = health.release_days[{group.release, group.environment}];
      for (std::size_t i = 0; i < group.series.size(); ++i) {
        all[i] += group.series[i].sessions;
        own.push_back(group.series[i].sessions);
      }
    }
  }
  co_return health;
}

json::Object EncodeHealth(const ProjectHealth& health, const WantedHealth& wanted,
                          const std::string& version) {
  const auto summary = health.summary.find(version);
  const bool known = summary != health.summary.end();
  const sessions::Counts none;
  const sessions::Counts& all = known ? summary->second : none;
  const auto lately_at = health.lately.find(version);
  const sessions::Counts& lately = lately_at == health.lately.end() ? none : lately_at->second;
  const std::int64_t users = all.users.Count();
  json::Array points;
  const auto series = health.series.find(version);
  for (std::size_t i = 0; i < health.buckets.size(); ++i) {
    std::int64_t count = 0;
    if (series != health.series.end()) {
      const sessions::Counts& counts = series->second.series[i];
      count = wanted.users ? counts.users.Count() : counts.sessions;
    }
    points.push_back(json::Array{health.buckets[i].Seconds(), count});
  }
  const std::int64_t project_sessions = health.all_lately.sessions;
  const std::int64_t project_users = health.all_lately.users.Count();
  json::Object o;
  o["hasHealthData"] = known && all.sessions > 0;
  o["adoption"] = Percent(lately.users.Count(), project_users);
  o["sessionsAdoption"] = Percent(lately.sessions, project_sessions);
  o["crashFreeSessions"] =
      all.sessions > 0 ? json::Value(all.CrashFreeSessions() * 100) : json::Value(nullptr);
  o["crashFreeUsers"] = users > 0 ? json::Value(all.CrashFreeUsers() * 100) : json::Value(nullptr);
  o["totalSessions"] = all.sessions;
  o["totalSessions24h"] = lately.sessions;
  o["totalProjectSessions24h"] = project_sessions;
  o["totalUsers"] = users;
  o["totalUsers24h"] = lately.users.Count();
  o["totalProjectUsers24h"] = project_users;
  o["sessionsCrashed"] = all.crashed;
  o["sessionsErrored"] = std::max<std::int64_t>(all.Errored() - all.crashed, 0);
  o["durationP50"] = Seconds(all.duration_parts.Percentile(0.5));
  o["durationP90"] = Seconds(all.duration_parts.Percentile(0.9));
  o["stats"] = json::Object{{wanted.series_name, std::move(points)}};
  return o;
}

json::Object Stages(const ProjectHealth& health, const std::string& version) {
  json::Object stages;
  for (const auto& [environment, all] : health.days) {
    const auto own = health.release_days.find({version, environment});
    if (own == health.release_days.end() || all.empty()) continue;
    bool was_adopted = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      was_adopted = was_adopted || Share(own->second[i], all[i]) >= kAdopted;
    }
    const bool is_adopted = Share(own->second.back(), all.back()) >= kAdopted;
    const std::string_view stage = is_adopted               ? "adopted"
                                   : was_adopted            ? "replaced"
                                   : own->second.back() > 0 ? "low_adoption"
                                                            : "not_adopted";
    stages[environment] =
        json::Object{{"stage", stage}, {"adopted", nullptr}, {"unadopted", nullptr}};
  }
  return stages;
}

}  // namespace

Task<json::Array> WithHealth(Call& call, json::Array releases) {
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(const WantedHealth wanted, WantedOf(form));
  if (!wanted.health && !wanted.stages) co_return releases;
  std::map<std::int64_t, ProjectHealth> known;
  for (json::Value& release : releases) {
    json::Object& object = release.as_object();
    const std::string version(json::GetString(object, "version").value_or(""));
    json::Value* projects = object.if_contains("projects");
    if (projects == nullptr) continue;
    for (json::Value& value : projects->as_array()) {
      json::Object& project = value.as_object();
      const std::int64_t id = json::GetInt(project, "id").value_or(0);
      auto at = known.find(id);
      if (at == known.end()) {
        GH_CO_TRY(ProjectHealth health, co_await HealthOf(call, ProjectId{id}, wanted));
        at = known.emplace(id, std::move(health)).first;
      }
      if (wanted.health) {
        json::Object data = EncodeHealth(at->second, wanted, version);
        project["hasHealthData"] = data["hasHealthData"];
        project["healthData"] = std::move(data);
      }
      if (wanted.stages) project["adoptionStages"] = Stages(at->second, version);
    }
  }
  co_return releases;
}

}  // namespace gatehouse::api
