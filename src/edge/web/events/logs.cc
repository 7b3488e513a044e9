// Logs and metrics: what applications write down, newest first.

#include <algorithm>

#include "base/text.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "platform/json/json.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kLinesPerPage = 50;
constexpr std::size_t kMaxLinesRead = 1'000;
constexpr std::size_t kMaxAttributes = 60;
constexpr std::size_t kMaxLineText = 4'000;

struct Line {
  Timestamp time;
  const projects::Project* project = nullptr;
  eventstore::StoredItem item;
};

std::string_view LevelClass(std::string_view level) {
  if (level == "error" || level == "fatal") return "bad";
  return level == "warn" ? "warn" : "";
}

json::Object LogOf(const eventstore::StoredItem& item) {
  auto payload = json::ParseObject(item.payload, {.max_bytes = 1 << 20, .max_depth = 64});
  return payload ? std::move(*payload) : json::Object();
}

// The value of a typed attribute.
const json::Value* Attribute(const json::Object& payload, std::string_view name) {
  const json::Object* attributes = json::GetObject(payload, "attributes");
  const json::Object* one = attributes ? json::GetObject(*attributes, name) : nullptr;
  return one ? one->if_contains("value") : nullptr;
}

std::string TextAttribute(const json::Object& payload, std::string_view name) {
  const json::Value* value = Attribute(payload, name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// What the page is asked for.
struct Wanted {
  std::string text;
  std::string level;
  std::string environment;
  std::string trace;

  // Filters that the store does not know.
  bool Narrows() const { return !level.empty() || !environment.empty() || !trace.empty(); }
  bool Likes(const eventstore::StoredItem& item) const {
    if (!level.empty() && FieldOf(item.fields, "level") != level) return false;
    if (!trace.empty() && FieldOf(item.fields, "trace_id") != trace) return false;
    return environment.empty() || TextAttribute(LogOf(item), "sentry.environment") == environment;
  }
};

void AddTrace(html::Data& row, const access::OrgAccess& access, std::string_view trace) {
  if (!IsTraceId(trace)) return;
  row.Add("TRACE")
      .Set("TRACE_URL", OrgPath(access) + "traces/" + std::string(trace) + "/")
      .Set("SHORT", std::string(trace.substr(0, 8)));
}

void AddAttributes(html::Data& row, const json::Object& payload) {
  const json::Object* attributes = json::GetObject(payload, "attributes");
  if (attributes == nullptr || attributes->empty()) return;
  html::Data& section = row.Add("ATTRIBUTES");
  std::size_t shown = 0;
  for (const auto& [name, value] : *attributes) {
    const json::Object* one = value.if_object();
    const json::Value* inner = one ? one->if_contains("value") : nullptr;
    if (inner == nullptr || ++shown > kMaxAttributes) continue;
    section.Add("FIELD")
        .Set("KEY", std::string(name))
        .Set("VALUE", inner->is_double() ? ShownNumber(inner->get_double()) : Shown(*inner, 1'000));
  }
}

void AddLog(html::Data& row, const access::OrgAccess& access, const Line& line) {
  const json::Object payload = LogOf(line.item);
  const std::string level(FieldOf(line.item.fields, "level"));
  row.Set("LEVEL", level).Set("LEVEL_CLASS", std::string(LevelClass(level)));
  for (const std::string_view text : Split(TruncateUtf8(line.item.text, kMaxLineText), '\n')) {
    row.Add("LINES").Set("ROW", std::string(text));
  }
  row.SetIf("ENVIRONMENT_OF", TextAttribute(payload, "sentry.environment"));
  row.SetIf("RELEASE_OF", TextAttribute(payload, "sentry.release"));
  AddTrace(row, access, FieldOf(line.item.fields, "trace_id"));
  AddAttributes(row, payload);
}

std::string ShownValue(const json::Value& value) {
  return value.is_double() ? ShownNumber(value.get_double()) : Shown(value, 100);
}

void AddMetric(html::Data& row, const access::OrgAccess& access, const Line& line) {
  const json::Object payload = LogOf(line.item);
  row.Set("NAME", line.item.text).Set("TYPE", std::string(FieldOf(line.item.fields, "type")));
  std::string unit(json::GetString(payload, "unit").value_or(""));
  if (unit == "none") unit.clear();
  row.Set("UNIT", unit);
  std::string value;
  if (const json::Value* one = payload.if_contains("value")) {
    if (const json::Array* many = one->if_array()) {
      for (std::size_t i = 0; i < many->size() && i < 5; ++i) {
        value += (i == 0 ? "" : ", ") + ShownValue((*many)[i]);
      }
      if (many->size() > 5) value += ", …";
    } else {
      value = ShownValue(*one);
    }
  }
  row.Set("VALUE_OF", value);
  AddTrace(row, access, FieldOf(line.item.fields, "trace_id"));
  if (const json::Object* tags = json::GetObject(payload, "tags"); tags && !tags->empty()) {
    AddFields(row.Add("ATTRIBUTES"), "FIELD", *tags, kMaxAttributes);
  } else {
    AddAttributes(row, payload);
  }
}

Task<http::Response> ShowLogs(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  const bool metrics = Field(call.query, "tab") == "metrics";
  const Timestamp now = call.request.received;
  const std::string base = OrgPath(access) + "logs/";
  Page page("logs.tpl", metrics ? "Metrics" : "Logs");
  page.InOrg(access, "logs").Styles("events.css").Wide();
  html::Data& body = page.body();
  body.Set("ACTION", base).Set("LOGS_URL", base).Set("METRICS_URL", base + "?tab=metrics");
  body.Show(metrics ? "ON_METRICS" : "ON_LOGS");
  GH_CO_TRY(const Chosen chosen,
            co_await ChooseProjects(site, call, access, metrics ? 0 : projects::kHasLogs, body));
  const Period period = ChoosePeriod(call, "24h", body);
  const Wanted wanted{.text = Field(call.query, "query"),
                      .level = metrics ? "" : Field(call.query, "level"),
                      .environment = Field(call.query, "environment"),
                      .trace = Field(call.query, "trace")};
  body.Set("QUERY", wanted.text).Set("ENVIRONMENT", wanted.environment);
  body.SetIf("TRACE_FILTER", wanted.trace);
  for (const char* level : {"trace", "debug", "info", "warn", "error", "fatal"}) {
    html::Data& option = body.Add("LEVEL_OPTION");
    option.Set("ID", level);
    if (wanted.level == level) option.Show("CHOSEN");
  }
  const ListCursor from = ListCursor::Parse(Field(call.query, "cursor"));
  std::vector<Slice<Line>> slices;
  for (const projects::Project& project : chosen.projects) {
    const std::vector<std::string_view> types =
        metrics ? std::vector<std::string_view>{"trace_metric", "statsd"}
                : std::vector<std::string_view>{"log"};
    for (const std::string_view type : types) {
      eventstore::ItemQuery query;
      query.project_id = project.id.value;
      query.type = type;
      query.text = wanted.text;
      query.range = {now - period.length, now + std::chrono::days(1)};
      if (!from.IsStart()) query.range.to = std::min(query.range.to, from.at + Duration(1));
      query.limit =
          wanted.Narrows() ? kMaxLinesRead : std::min(kLinesPerPage + from.skip + 1, kMaxLinesRead);
      query.with_payload = true;
      GH_CO_TRY(auto found, co_await site.d.events->store.ListItems(std::move(query)));
      Slice<Line>& slice = slices.emplace_back();
      slice.more = found.next.has_value();
      for (eventstore::StoredItem& item : found.items) {
        const Timestamp at = item.timestamp;
        slice.rows.push_back({at, &project, std::move(item)});
      }
    }
  }
  const MergedPage<Line> list =
      Merge<Line>(std::move(slices), from, kLinesPerPage,
                  [&](const Line& line) { return wanted.Likes(line.item); });
  if (list.rows.empty()) {
    const bool asked = wanted.Narrows() || !wanted.text.empty() || !from.IsStart() ||
                       (!chosen.projects.empty() && !metrics);
    body.Add(asked     ? "NOTHING"
             : metrics ? "NO_METRICS"
                       : "NO_LOGS")
        .Set("PROJECTS_URL", OrgPath(access) + "projects/");
  }
  html::Data* rows = list.rows.empty() ? nullptr : &body.Add(metrics ? "METRICS" : "LOGS");
  for (const Line& line : list.rows) {
    html::Data& row = rows->Add("ROW_OF");
    row.Set("SLUG", line.project->slug);
    AddTime(row, "AT", line.time, now);
    if (metrics) {
      AddMetric(row, access, line);
    } else {
      AddLog(row, access, line);
    }
  }
  if (chosen.some_missing) body.Show("MORE_PROJECTS");
  const auto link = [&](const std::string& cursor) {
    std::string url = base;
    for (const char* name :
         {"tab", "query", "project", "period", "level", "environment", "trace"}) {
      if (std::string value = Field(call.query, name); !value.empty()) {
        url = WithQuery(std::move(url), name, value);
      }
    }
    return cursor.empty() ? url : WithQuery(std::move(url), "cursor", cursor);
  };
  if (!from.IsStart()) body.Add("NEWEST").Set("URL", link(""));
  if (list.next) body.Add("OLDER").Set("URL", link(list.next->ToString()));
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterLogs(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/logs/", ShowLogs);
}

}  // namespace gatehouse::web
