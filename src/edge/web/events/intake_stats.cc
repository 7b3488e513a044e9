// What became of what was sent: by kind of data, day and reason.

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/ingest/intake/outcomes.h"

namespace gatehouse::web {

namespace {

constexpr std::int64_t kHourMicros = 3'600'000'000;
constexpr int kChartWidth = 720;
constexpr int kChartHeight = 158;
constexpr std::size_t kMaxReasons = 50;

struct OutcomeWords {
  std::string_view id;
  std::string_view label;
  const char* css;
};
// In the order of a column, from its foot on.
constexpr std::array kOutcomes = {
    OutcomeWords{"accepted", "Accepted", "accepted"},
    OutcomeWords{"filtered", "Filtered", "filtered"},
    OutcomeWords{"rate_limited", "Rate limited", "limited"},
    OutcomeWords{"invalid", "Invalid", "invalid"},
    OutcomeWords{"client_discard", "Dropped by the client", "dropped"},
};
constexpr std::size_t kCount = kOutcomes.size();
using Sums = std::array<std::int64_t, kCount>;

struct CategoryWords {
  std::string_view id;
  std::string_view label;
  std::string_view unit;
};
constexpr std::array kCategories = {
    CategoryWords{"error", "Errors", "events"},
    CategoryWords{"default", "Messages", "events"},
    CategoryWords{"security", "Security reports", "reports"},
    CategoryWords{"transaction", "Transactions", "events"},
    CategoryWords{"transaction_indexed", "Transactions kept", "events"},
    CategoryWords{"span", "Spans", "spans"},
    CategoryWords{"span_indexed", "Spans kept", "spans"},
    CategoryWords{"log_item", "Logs", "lines"},
    CategoryWords{"log_byte", "Logs, in bytes", "bytes"},
    CategoryWords{"attachment", "Attachments, in bytes", "bytes"},
    CategoryWords{"attachment_item", "Attachments", "files"},
    CategoryWords{"session", "Sessions", "sessions"},
    CategoryWords{"monitor", "Check-ins", "check-ins"},
    CategoryWords{"feedback", "Feedback", "messages"},
    CategoryWords{"replay", "Replays", "items"},
    CategoryWords{"profile", "Profiles", "profiles"},
    CategoryWords{"profile_chunk", "Profile chunks", "chunks"},
    CategoryWords{"trace_metric", "Metrics", "values"},
    CategoryWords{"metric_bucket", "Metric buckets", "buckets"},
};

CategoryWords WordsOf(std::string_view category) {
  const auto known = std::ranges::find(kCategories, category, &CategoryWords::id);
  return known == kCategories.end() ? CategoryWords{category, category, "items"} : *known;
}

struct Meaning {
  std::string_view reason;
  std::string_view words;
};
constexpr Meaning kMeanings[] = {
    {"ip-address", "From an address that the filters name"},
    {"release-version", "Of a release that the filters name"},
    {"error-message", "With a message that the filters name"},
    {"browser-extensions", "From a browser extension"},
    {"legacy-browsers", "From an old browser"},
    {"localhost", "From a developer's own machine"},
    {"web-crawlers", "From a bot"},
    {"invalid-csp", "A CSP report about a source that the filters name"},
    {"filtered-transaction", "A health check, or another transaction that the filters name"},
    {"chunk-load-error", "A part of a web application that could not be loaded"},
    {"react-hydration-errors", "A hydration error of React"},
    {"crash-report-limit", "Crash reports beyond what an issue keeps"},
    {"discarded-hash", "Of an issue that somebody discarded"},
    {"cors", "From a page whose domain the project does not allow"},
    {"duplicate", "Sent twice"},
    {"project_id", "Key and address name different projects"},
    {"project_state", "The project was removed"},
    {"too_large", "Larger than the limit"},
    {"invalid_json", "Not JSON"},
    {"invalid_transaction", "A transaction without what every transaction has"},
    {"invalid_envelope", "An envelope that cannot be read"},
    {"empty_envelope", "An envelope with nothing in it"},
    {"no_data", "Empty"},
    {"payload", "Not complete, or not of the kind that it says it is"},
    {"invalid_compression", "Compressed in a way that cannot be undone"},
    {"duplicate_item", "A second one of what an envelope has once"},
    {"security_report_type", "A browser's report of an unknown kind"},
    {"missing_minidump_upload", "A crash report without its minidump"},
    {"invalid_minidump", "A minidump that cannot be read"},
    {"process_unreal", "An Unreal crash report that cannot be unpacked"},
    {"timestamp", "From too far in the past or the future"},
    {"event_processor", "Dropped by the application's own event processor"},
    {"before_send", "Dropped by the application's beforeSend"},
    {"sample_rate", "Not chosen by the application's sample rate"},
    {"network_error", "Lost on the way"},
    {"queue_overflow", "The application had too much waiting"},
    {"ratelimit_backoff", "Held back because an earlier answer said so"},
    {"send_error", "The server refused it"},
    {"org_quota", "Over the organization's quota"},
    {"project_quota", "Over the quota of each project"},
    {"key_quota", "Over the key's limit"},
    {"project_abuse_limit", "Over the limit that protects the server"},
    {"monitor_rate_limit", "More check-ins than the quota lets through"},
    {"monitor_limit", "More monitors than a project may have"},
    {"monitor_not_found", "No such monitor, and no schedule to make it from"},
};

std::string_view MeaningOf(std::string_view reason) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.reason == reason) return meaning.words;
  }
  return reason.starts_with("too_large") ? "Larger than the limit" : "";
}

// Everything else that is refused counts as invalid.
std::size_t IndexOf(std::string_view outcome) {
  const auto found = std::ranges::find(kOutcomes, outcome, &OutcomeWords::id);
  if (found != kOutcomes.end()) return static_cast<std::size_t>(found - kOutcomes.begin());
  return outcome == "cardinality_limited" ? 2 : 3;
}

struct Reason {
  std::size_t outcome = 0;
  std::string name;
  std::int64_t quantity = 0;
};

// What the rows say: totals by category, and of one category the series and the reasons.
struct Summary {
  std::string category;  // that was asked for if there is any of it, else the best known
  std::map<std::string, Sums, std::less<>> totals;
  std::vector<Sums> series;
  std::vector<Reason> reasons;
};

struct Scale {
  std::int64_t from = 0;  // hours
  std::int64_t to = 0;
  std::int64_t bucket = 1;

  std::size_t buckets() const { return static_cast<std::size_t>((to - from) / bucket); }
};

Scale ScaleOf(Timestamp now, Duration length) {
  Scale scale;
  const std::int64_t hours = std::max<std::int64_t>(length.count() / kHourMicros, 1);
  scale.bucket = hours > 48 ? 24 : 1;
  scale.to = (now.micros / kHourMicros / scale.bucket + 1) * scale.bucket;
  scale.from = scale.to - std::max(hours, scale.bucket);
  return scale;
}

Summary Summarize(const std::vector<ingest::Outcomes::Row>& rows, const Scale& scale,
                  std::string category) {
  Summary summary;
  for (const auto& row : rows) summary.totals[row.category][IndexOf(row.outcome)] += row.quantity;
  if (category.empty() || !summary.totals.contains(category)) {
    category.clear();
    for (const CategoryWords& words : kCategories) {
      if (category.empty() && summary.totals.contains(words.id)) category = words.id;
    }
    if (category.empty() && !summary.totals.empty()) category = summary.totals.begin()->first;
  }
  summary.category = category;
  summary.series.resize(scale.buckets());
  std::map<std::pair<std::size_t, std::string>, std::int64_t> reasons;
  for (const auto& row : rows) {
    if (row.category != category) continue;
    const std::size_t outcome = IndexOf(row.outcome);
    const auto at = static_cast<std::size_t>((row.hour - scale.from) / scale.bucket);
    if (row.hour >= scale.from && at < summary.series.size()) {
      summary.series[at][outcome] += row.quantity;
    }
    if (outcome != 0) reasons[{outcome, row.reason}] += row.quantity;
  }
  for (const auto& [key, quantity] : reasons) {
    summary.reasons.push_back({key.first, key.second, quantity});
  }
  std::ranges::sort(summary.reasons, std::greater<>(), &Reason::quantity);
  if (summary.reasons.size() > kMaxReasons) summary.reasons.resize(kMaxReasons);
  return summary;
}

std::int64_t SumOf(const Sums& sums) {
  std::int64_t all = 0;
  for (const std::int64_t one : sums) all += one;
  return all;
}

std::string TimeOf(const Scale& scale, std::size_t bucket) {
  const Timestamp begin{(scale.from + static_cast<std::int64_t>(bucket) * scale.bucket) *
                        kHourMicros};
  const std::string text = FormatIso8601(begin);
  return scale.bucket == 1 ? text.substr(0, 10) + " " + text.substr(11, 5) : text.substr(0, 10);
}

void DrawChart(html::Data& chart, const Summary& summary, const Scale& scale) {
  std::int64_t highest = 1;
  for (const Sums& sums : summary.series) highest = std::max(highest, SumOf(sums));
  const int step = std::max(kChartWidth / static_cast<int>(summary.series.size()), 1);
  for (std::size_t i = 0; i < summary.series.size(); ++i) {
    int foot = kChartHeight;
    for (std::size_t outcome = 0; outcome < kCount; ++outcome) {
      const std::int64_t quantity = summary.series[i][outcome];
      if (quantity == 0) continue;
      const int height = std::max(static_cast<int>(static_cast<double>(quantity) /
                                                   static_cast<double>(highest) * kChartHeight),
                                  2);
      foot = std::max(foot - height, 0);
      chart.Add("BAR")
          .Set("CLASS", kOutcomes[outcome].css)
          .Set("X", std::to_string(static_cast<int>(i) * step + 1))
          .Set("Y", std::to_string(foot))
          .Set("WIDTH", std::to_string(std::max(step - 2, 1)))
          .Set("HEIGHT", std::to_string(height))
          .Set("HINT", TimeOf(scale, i) + ": " + std::string(kOutcomes[outcome].label) + " " +
                           Grouped(quantity));
    }
  }
}

Task<http::Response> ShowStats(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:read"));
  Page page("intake_stats.tpl", "Usage");
  page.InOrg(access, "usage").Styles("events.css").Wide();
  html::Data& body = page.body();
  const std::string path = OrgPath(access) + "stats/";
  body.Set("ACTION", path).Set("PROJECTS_URL", OrgPath(access) + "projects/");
  if (access.can("org:write")) {
    body.Add("MAY_SET").Set("SETTINGS_URL", OrgPath(access) + "settings/events/");
  }
  GH_CO_TRY(const Chosen chosen, co_await ChooseProjects(site, call, access, 0, body));
  const Period period = ChoosePeriod(call, "24h", body);
  if (chosen.some_missing) body.Add("SOME_MISSING").Set("LIMIT", std::to_string(kMaxProjects));
  const Scale scale = ScaleOf(call.request.received, period.length);
  std::vector<std::int64_t> ids;
  for (const projects::Project& project : chosen.projects) ids.push_back(project.id.value);
  GH_CO_TRY(const auto rows,
            co_await site.d.events->outcomes.ListBuckets(access.organization.id, std::move(ids),
                                                         scale.from, scale.to, scale.bucket));
  const Summary summary = Summarize(rows, scale, Field(call.query, "category"));
  if (rows.empty()) {
    body.Show("EMPTY");
    co_return co_await site.Show(call, std::move(page));
  }
  const std::string& category = summary.category;
  const Sums& chosen_sums = summary.totals.find(category)->second;
  const CategoryWords words = WordsOf(category);
  html::Data& choice = body.Add("CATEGORY_CHOICE");
  html::Data& table = body.Add("TABLE");
  std::string base = WithQuery(path, "period", period.id);
  if (!chosen.slug.empty()) base = WithQuery(std::move(base), "project", chosen.slug);
  for (const auto& [id, sums] : summary.totals) {
    html::Data& option = choice.Add("CATEGORY_OPTION");
    option.Set("ID", id).Set("LABEL", std::string(WordsOf(id).label));
    if (id == category) option.Show("CHOSEN");
    table.Add("KIND")
        .Set("URL", WithQuery(base, "category", id))
        .Set("LABEL", std::string(WordsOf(id).label))
        .Set("ACCEPTED", Grouped(sums[0]))
        .Set("FILTERED", Grouped(sums[1]))
        .Set("LIMITED", Grouped(sums[2]))
        .Set("INVALID", Grouped(sums[3]))
        .Set("DROPPED", Grouped(sums[4]));
  }
  html::Data& chart = body.Add("CHART");
  chart.Set("CATEGORY_NAME", std::string(words.label))
      .Set("UNIT", std::string(words.unit))
      .Set("EACH", scale.bucket == 1 ? "an hour" : "a day")
      .Set("TOTAL", Grouped(SumOf(chosen_sums)))
      .Set("FROM", TimeOf(scale, 0))
      .Set("TO", TimeOf(scale, scale.buckets() - 1));
  DrawChart(chart, summary, scale);
  for (std::size_t i = 0; i < kCount; ++i) {
    if (chosen_sums[i] == 0 && i != 0) continue;
    chart.Add("OUTCOME")
        .Set("CLASS", kOutcomes[i].css)
        .Set("LABEL", std::string(kOutcomes[i].label))
        .Set("TOTAL", Grouped(chosen_sums[i]))
        .Set("SHARE",
             ShownShare(static_cast<double>(chosen_sums[i]) /
                        static_cast<double>(std::max<std::int64_t>(SumOf(chosen_sums), 1))));
  }
  if (!summary.reasons.empty()) {
    html::Data& reasons = body.Add("REASONS");
    reasons.Set("CATEGORY_NAME", AsciiLower(words.label)).Set("UNIT", std::string(words.unit));
    for (const Reason& reason : summary.reasons) {
      reasons.Add("REASON")
          .Set("LABEL", std::string(kOutcomes[reason.outcome].label))
          .Set("NAME", reason.name.empty() ? "none given" : reason.name)
          .Set("TOTAL", Grouped(reason.quantity))
          .Set("MEANING", std::string(MeaningOf(reason.name)));
    }
  }
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterIntakeStats(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/stats/", ShowStats);
}

}  // namespace gatehouse::web
