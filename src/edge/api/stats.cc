// …/sessions/ and …/stats_v2/: release health, and what became of what was sent, over time.
// …/intake-settings/: what bounds it.

#include <algorithm>
#include <map>
#include <numeric>

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/issue_query.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"
#include "region/events/issues/search.h"

namespace gatehouse::api {
namespace {

constexpr std::int64_t kMaxBuckets = 1'000;
constexpr Duration kDefaultPeriod = std::chrono::hours(24);
constexpr Duration kLongestPeriod = std::chrono::hours(24 * 91);

std::vector<std::string> AllGiven(const http::Form& form, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& [key, value] : form.all()) {
    if (key == name && !value.empty()) out.push_back(value);
  }
  return out;
}

bool Has(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

// The period and its buckets, in whole hours.
struct Span {
  std::int64_t from = 0;  // hours
  std::int64_t to = 0;    // exclusive
  std::int64_t width = 1;

  std::size_t buckets() const { return static_cast<std::size_t>((to - from + width - 1) / width); }
  std::size_t BucketOf(std::int64_t hour) const {
    return static_cast<std::size_t>((hour - from) / width);
  }
};

Result<Span> SpanOf(const http::Form& form, Timestamp now) {
  GH_TRY(const Window window, WindowOf(form, now));
  const Timestamp to = window.to.value_or(now);
  const Timestamp from = window.from.value_or(to - kDefaultPeriod);
  if (to <= from || to - from > kLongestPeriod) {
    return Fail(Code::kInvalidArgument, kFieldInvalid, "start");
  }
  Duration interval = std::chrono::hours(1);
  if (const std::string_view text = form.Get("interval"); !text.empty()) {
    const auto parsed = issues::ParsePeriod(text);
    if (!parsed || *parsed < std::chrono::hours(1)) {
      return Fail(Code::kInvalidArgument, kFieldInvalid, "interval");
    }
    interval = *parsed;
  }
  Span span;
  span.width = interval.count() / sessions::kHourMicros;
  span.from = from.micros / sessions::kHourMicros / span.width * span.width;
  span.to = (to.micros + sessions::kHourMicros - 1) / sessions::kHourMicros;
  if (static_cast<std::int64_t>(span.buckets()) > kMaxBuckets) {
    return Fail(Code::kInvalidArgument, kFieldInvalid, "interval");
  }
  return span;
}

json::Array IntervalsOf(const Span& span) {
  json::Array out;
  for (std::int64_t hour = span.from; hour < span.to; hour += span.width) {
    out.emplace_back(FormatIso8601({hour * sessions::kHourMicros}));
  }
  return out;
}

// The ids of the projects that the request names, or all of them.
Task<std::vector<ProjectId>> ProjectIds(Call& call, const http::Form& form) {
  GH_CO_TRY(const Projects wanted, co_await ProjectsOf(call, form));
  if (wanted.none) co_return std::vector<ProjectId>();
  if (!wanted.ids.empty()) co_return wanted.ids;
  GH_CO_TRY(const auto all, co_await call.events().projects.List(call.organization()));
  std::vector<ProjectId> ids;
  for (const projects::Project& project : all) ids.push_back(project.id);
  co_return ids;
}

constexpr std::string_view kOfDuration = "(session.duration)";

// Of the percentiles of durations: p50 is 0.5, max is 1.
std::optional<double> ShareOf(std::string_view field) {
  static constexpr std::pair<std::string_view, double> kShares[] = {
      {"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1}};
  for (const auto& [name, share] : kShares) {
    if (field.starts_with(name) && field.substr(name.size()) == kOfDuration) return share;
  }
  return std::nullopt;
}

// `status`: of a group by session status, else "".
json::Value FieldOf(const sessions::Counts& counts, std::string_view field,
                    std::string_view status) {
  const bool users = field.ends_with("(user)");
  const std::int64_t crashed = users ? counts.users_crashed.Count() : counts.crashed;
  const std::int64_t abnormal = users ? counts.users_abnormal.Count() : counts.abnormal;
  const std::int64_t unhandled = users ? counts.users_unhandled.Count() : counts.unhandled;
  const std::int64_t errored = users ? counts.users_errored.Count() : counts.Errored();
  const std::int64_t all = users ? counts.users.Count() : counts.sessions;
  const auto own = [](std::int64_t number) { return std::max<std::int64_t>(number, 0); };
  if (field == "sum(session)" || field == "count_unique(user)") {
    if (status == "healthy") return own(all - errored);
    if (status == "errored") return own(errored - crashed - abnormal - unhandled);
    if (status == "crashed") return crashed;
    if (status == "abnormal") return abnormal;
    if (status == "unhandled") return unhandled;
    return all;
  }
  // Rates of nothing are not known.
  if (all == 0 && (field.find("rate") != std::string_view::npos)) return nullptr;
  const auto share = [&](std::int64_t part) {
    return std::clamp(static_cast<double>(part) / static_cast<double>(all), 0.0, 1.0);
  };
  if (field.starts_with("crash_free_rate(")) return 1 - share(crashed);
  if (field.starts_with("crash_rate(")) return share(crashed);
  if (field.starts_with("errored_rate(")) return share(errored);
  if (field.starts_with("abnormal_rate(")) return share(abnormal);
  if (field.starts_with("unhandled_rate(")) return share(unhandled);
  if (field.ends_with(kOfDuration)) {
    // How long those took that ended in one way is not kept apart.
    if (!status.empty() && status != "healthy") return nullptr;
    if (field.starts_with("avg(")) {
      if (counts.durations == 0) return nullptr;
      return static_cast<double>(counts.duration.count()) / 1000.0 /
             static_cast<double>(counts.durations);
    }
    const auto at = counts.duration_parts.Percentile(ShareOf(field).value_or(1));
    return at ? json::Value(static_cast<double>(at->count()) / 1000.0) : json::Value(nullptr);
  }
  return nullptr;
}

bool IsSessionField(std::string_view field) {
  if (field == "avg(session.duration)" || field == "sum(session)" ||
      field == "count_unique(user)" || ShareOf(field)) {
    return true;
  }
  const std::size_t open = field.find('(');
  if (open == std::string_view::npos) return false;
  const std::string_view of = field.substr(open);
  const std::string_view name = field.substr(0, open);
  return (of == "(session)" || of == "(user)") &&
         (name == "crash_free_rate" || name == "crash_rate" || name == "errored_rate" ||
          name == "abnormal_rate" || name == "unhandled_rate");
}

}  // namespace

Task<http::Response> GetSessionStats(Call& call) {
  GH_CO_TRY(const http::Form form, call.Query());
  const std::vector<std::string> fields = AllGiven(form, "field");
  if (fields.empty()) co_return Fail(Code::kInvalidArgument, kFieldRequired, "field");
  if (!std::ranges::all_of(fields, [](const auto& field) { return IsSessionField(field); })) {
    co_return Fail(Code::kInvalidArgument, kFieldInvalid, "field");
  }
  const std::vector<std::string> by = AllGiven(form, "groupBy");
  for (const std::string& one : by) {
    if (one != "project" && one != "release" && one != "environment" && one != "session.status") {
      co_return Fail(Code::kInvalidArgument, kFieldInvalid, "groupBy");
    }
  }
  GH_CO_TRY(const Span span, SpanOf(form, call.d.clock.Now()));
  sessions::Query query{.from = {span.from * sessions::kHourMicros},
                        .to = {span.to * sessions::kHourMicros},
                        .bucket_hours = span.width,
                        .by_project = Has(by, "project"),
                        .by_release = Has(by, "release"),
                        .by_environment = Has(by, "environment")};
  GH_CO_TRY(query.projects, co_await ProjectIds(call, form));
  if (form.Has("environment")) query.environment = std::string(form.Get("environment"));
  for (const std::string_view word : Split(form.Get("query"), ' ')) {
    auto [key, value] = SplitOnce(word, ':');
    if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
    if (key == "release") query.release = std::string(value);
    if (key == "environment") query.environment = std::string(value);
  }
  GH_CO_TRY(const sessions::Answer answer,
            co_await call.events().sessions.Ask(call.organization(), std::move(query)));
  json::Array groups;
  const bool by_status = Has(by, "session.status");
  const std::vector<std::string_view> statuses =
      by_status
          ? std::vector<std::string_view>{"abnormal", "crashed", "errored", "healthy", "unhandled"}
          : std::vector<std::string_view>{""};
  for (const sessions::Group& group : answer.groups) {
    for (const std::string_view status : statuses) {
      json::Object named;
      if (Has(by, "project")) named["project"] = group.project.value;
      if (Has(by, "release")) named["release"] = group.release;
      if (Has(by, "environment")) named["environment"] = group.environment;
      if (by_status) named["session.status"] = status;
      json::Object totals;
      json::Object series;
      for (const std::string& field : fields) {
        totals[field] = FieldOf(group.totals, field, status);
        json::Array values;
        for (const sessions::Counts& counts : group.series) {
          values.push_back(FieldOf(counts, field, status));
        }
        series[field] = std::move(values);
      }
      groups.push_back(json::Object{
          {"by", std::move(named)}, {"totals", std::move(totals)}, {"series", std::move(series)}});
    }
  }
  co_return Reply(json::Object{{"start", FormatIso8601({span.from * sessions::kHourMicros})},
                               {"end", FormatIso8601({span.to * sessions::kHourMicros})},
                               {"query", form.Get("query")},
                               {"intervals", IntervalsOf(span)},
                               {"groups", std::move(groups)}});
}

Task<http::Response> GetOutcomeStats(Call& call) {
  GH_CO_TRY(const http::Form form, call.Query());
  const std::vector<std::string> fields = AllGiven(form, "field");
  if (fields.empty()) co_return Fail(Code::kInvalidArgument, kFieldRequired, "field");
  for (const std::string& field : fields) {
    if (field != "sum(quantity)" && field != "sum(times_seen)") {
      co_return Fail(Code::kInvalidArgument, kFieldInvalid, "field");
    }
  }
  const std::vector<std::string> by = AllGiven(form, "groupBy");
  for (const std::string& one : by) {
    if (one != "outcome" && one != "category" && one != "reason" && one != "project") {
      co_return Fail(Code::kInvalidArgument, kFieldInvalid, "groupBy");
    }
  }
  GH_CO_TRY(const Span span, SpanOf(form, call.d.clock.Now()));
  GH_CO_TRY(const auto ids, co_await ProjectIds(call, form));
  std::vector<std::int64_t> numbers;
  for (const ProjectId id : ids) numbers.push_back(id.value);
  GH_CO_TRY(const auto rows, co_await call.events().outcomes.ListRange(
                                 call.organization(), std::move(numbers), span.from, span.to));
  const std::vector<std::string> outcomes = AllGiven(form, "outcome");
  const std::vector<std::string> categories = AllGiven(form, "category");
  const std::vector<std::string> reasons = AllGiven(form, "reason");
  using Name = std::tuple<std::int64_t, std::string, std::string, std::string>;
  std::map<Name, std::vector<std::int64_t>> groups;
  for (const ingest::Outcomes::Row& row : rows) {
    if ((!outcomes.empty() && !Has(outcomes, row.outcome)) ||
        (!categories.empty() && !Has(categories, row.category)) ||
        (!reasons.empty() && !Has(reasons, row.reason))) {
      continue;
    }
    std::vector<std::int64_t>& series =
        groups[{Has(by, "project") ? row.project : 0, Has(by, "outcome") ? row.outcome : "",
                Has(by, "category") ? row.category : "", Has(by, "reason") ? row.reason : ""}];
    series.resize(span.buckets());
    series[span.BucketOf(row.hour)] += row.quantity;
  }
  json::Array list;
  for (const auto& [name, series] : groups) {
    const auto& [project, outcome, category, reason] = name;
    json::Object named;
    if (Has(by, "project")) named["project"] = project;
    if (Has(by, "outcome")) named["outcome"] = outcome;
    if (Has(by, "category")) named["category"] = category;
    if (Has(by, "reason")) named["reason"] = reason;
    json::Object totals;
    json::Object all;
    for (const std::string& field : fields) {
      totals[field] = std::accumulate(series.begin(), series.end(), std::int64_t{0});
      all[field] = json::Array(series.begin(), series.end());
    }
    list.push_back(json::Object{
        {"by", std::move(named)}, {"totals", std::move(totals)}, {"series", std::move(all)}});
  }
  co_return Reply(json::Object{{"start", FormatIso8601({span.from * sessions::kHourMicros})},
                               {"end", FormatIso8601({span.to * sessions::kHourMicros})},
                               {"intervals", IntervalsOf(span)},
                               {"groups", std::move(list)}});
}

Task<http::Response> GetIntakeSettings(Call& call) {
  GH_CO_TRY(const ingest::OrganizationSettings settings,
            co_await call.events().intake.Get(call.organization()));
  co_return Reply(ingest::ToJson(settings));
}

Task<http::Response> UpdateIntakeSettings(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(
      const ingest::OrganizationSettings settings,
      co_await call.events().intake.Update(call.organization(), std::move(body), call.caller()));
  co_return Reply(ingest::ToJson(settings));
}

}  // namespace gatehouse::api
