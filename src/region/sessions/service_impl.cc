#include "region/sessions/service_impl.h"

#include <algorithm>

#include "region/sessions/store.h"

namespace gatehouse::sessions {
namespace {

constexpr std::int64_t kAdoptionHours = 24;
constexpr double kAdopted = 0.1;

std::int64_t HourOf(Timestamp time) { return std::max<std::int64_t>(time.micros, 0) / kHourMicros; }
std::int64_t HourAfter(Timestamp time) {
  return (std::max<std::int64_t>(time.micros, 0) + kHourMicros - 1) / kHourMicros;
}

double Share(std::int64_t part, std::int64_t all) {
  return all <= 0 ? 0 : std::min(static_cast<double>(part) / static_cast<double>(all), 1.0);
}

// What one release did, over the whole question and over its last day.
struct Seen {
  Counts all;
  Counts lately;
  bool was_adopted = false;  // on some day of the question
  std::map<std::int64_t, std::int64_t> by_day;
};

}  // namespace

Task<Answer> ServiceImpl::Ask(OrgId organization, Query query) {
  const std::int64_t end = HourAfter(query.to);
  const bool whole = query.bucket_hours == 0;
  const std::int64_t width =
      std::max<std::int64_t>(whole ? end - HourOf(query.from) : query.bucket_hours, 1);
  const std::int64_t first = whole ? HourOf(query.from) : HourOf(query.from) / width * width;
  Answer answer;
  for (std::int64_t hour = first; hour < end; hour += width) {
    answer.buckets.push_back({hour * kHourMicros});
  }
  GH_CO_TRY(answer.groups,
            co_await d_.db.Read(
                sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Group>> {
                  std::map<std::tuple<ProjectId, std::string, std::string>, Group> groups;
                  for (const ProjectId project : query.projects) {
                    GH_TRY(const std::vector<store::Row> rows,
                           store::List(tx, organization, project,
                                       {.from_hour = first,
                                        .to_hour = end,
                                        .release = query.release,
                                        .environment = query.environment}));
                    for (const store::Row& row : rows) {
                      const ProjectId by_project = query.by_project ? project : ProjectId{};
                      const std::string by_release = query.by_release ? row.release : "";
                      const std::string by_environment =
                          query.by_environment ? row.environment : "";
                      Group& group = groups[{by_project, by_release, by_environment}];
                      if (group.series.empty()) {
                        group.project = by_project;
                        group.release = by_release;
                        group.environment = by_environment;
                        group.series.resize(answer.buckets.size());
                      }
                      group.totals.Merge(row.counts);
                      group.series[static_cast<std::size_t>((row.hour - first) / width)].Merge(
                          row.counts);
                    }
                  }
                  std::vector<Group> out;
                  for (auto& [key, group] : groups) out.push_back(std::move(group));
                  return out;
                }));
  co_return answer;
}

Task<std::vector<Health>> ServiceImpl::ReleaseHealth(OrgId organization, ProjectId project,
                                                     std::vector<std::string> releases,
                                                     Timestamp from, Timestamp to) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Health>> {
        const std::int64_t end = HourAfter(to);
        GH_TRY(const std::vector<store::Row> rows,
               store::List(tx, organization, project, {.from_hour = HourOf(from), .to_hour = end}));
        std::map<std::string, Seen> seen;
        std::map<std::int64_t, std::int64_t> all_by_day;
        Counts lately;
        for (const store::Row& row : rows) {
          Seen& one = seen[row.release];
          one.all.Merge(row.counts);
          one.by_day[row.hour / 24] += row.counts.sessions;
          all_by_day[row.hour / 24] += row.counts.sessions;
          if (row.hour < end - kAdoptionHours) continue;
          one.lately.Merge(row.counts);
          lately.Merge(row.counts);
        }
        std::vector<Health> out;
        for (auto& [release, one] : seen) {
          if (!releases.empty() && std::ranges::find(releases, release) == releases.end()) continue;
          for (const auto& [day, sessions] : one.by_day) {
            one.was_adopted = one.was_adopted || Share(sessions, all_by_day[day]) >= kAdopted;
          }
          Adoption adoption{.sessions = Share(one.lately.sessions, lately.sessions),
                            .users = Share(one.lately.users.Count(), lately.users.Count()),
                            .stage = {}};
          if (adoption.sessions >= kAdopted) {
            adoption.stage = "adopted";
          } else if (one.was_adopted) {
            adoption.stage = "replaced";
          } else {
            adoption.stage = one.lately.sessions > 0 ? "low_adoption" : "not_adopted";
          }
          out.push_back({project, release, std::move(one.all), std::move(adoption)});
        }
        return out;
      });
}

Task<bool> ServiceImpl::HasSessions(OrgId organization, ProjectId project, std::string release) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::HasSessions(tx, organization, project, release);
  });
}

Task<std::int64_t> ServiceImpl::DropOld() {
  const std::int64_t before =
      HourOf(d_.clock.Now()) - static_cast<std::int64_t>(d_.retention_days) * 24;
  // All: every organization's.
  co_return co_await d_.db.Write(sql::Tenant::All(),
                                 [&](sql::Tx& tx) { return store::DropOld(tx, before); });
}

}  // namespace gatehouse::sessions
