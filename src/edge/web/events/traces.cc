// A trace: every transaction, span, error and log of it, of all projects, as one tree by time.

#include <algorithm>

#include "base/text.h"
#include "edge/web/events/events.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/span_tree.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxEvents = 100;  // of a project and kind
constexpr std::size_t kItemsRead = 1'000;
constexpr int kScans = 3;  // of a project and type of items
constexpr Duration kAround = std::chrono::minutes(30);
constexpr Duration kUnknown = std::chrono::hours(24);

// What has been found of a trace so far.
struct TraceFindings {
  std::vector<Span> spans;
  std::vector<std::string> projects;  // slugs
  std::int64_t transactions = 0;
  std::int64_t errors = 0;
  std::int64_t logs = 0;
  std::int64_t single_spans = 0;
  bool cut = false;  // not everything was looked at

  void Add(Span span) {
    if (std::ranges::find(projects, span.project) == projects.end()) {
      projects.push_back(span.project);
    }
    spans.push_back(std::move(span));
  }
};

Task<void> AddEvents(Site& site, const access::OrgAccess& access, const projects::Project& project,
                     std::string trace, TraceFindings& found) {
  eventstore::EventQuery query;
  query.project_id = project.id.value;
  query.trace_id = std::move(trace);
  query.limit = kMaxEvents;
  query.with_payload = true;
  query.kind = eventstore::Kind::kTransaction;
  eventstore::EventQuery errors = query;
  GH_CO_TRY(const auto transactions, co_await site.d.events->store.List(std::move(query)));
  found.cut = found.cut || transactions.next.has_value();
  for (const eventstore::StoredEvent& event : transactions.events) {
    ++found.transactions;
    const std::string url =
        OrgPath(access) + "transactions/" + project.slug + "/" + event.event_id + "/";
    auto payload =
        json::ParseObject(event.payload, {.max_bytes = event.payload.size() + 1, .max_depth = 128});
    if (!payload) continue;
    std::vector<Span> spans = SpansOf(*payload);
    // More than a page shows need not be looked at.
    if (spans.size() > kMaxSpans) {
      spans.resize(kMaxSpans);
      found.cut = true;
    }
    for (Span& span : spans) {
      span.project = project.slug;
      if (span.kind == "transaction") span.url = url;
      found.Add(std::move(span));
    }
  }
  errors.kind = eventstore::Kind::kError;
  GH_CO_TRY(const auto failures, co_await site.d.events->store.List(std::move(errors)));
  found.cut = found.cut || failures.next.has_value();
  for (const eventstore::StoredEvent& event : failures.events) {
    ++found.errors;
    Span span{.parent = event.span_id,
              .start = event.timestamp,
              .end = event.timestamp,
              .kind = "error",
              .text = event.title,
              .project = project.slug};
    if (event.group_id != 0) {
      span.url = WithQuery(OrgPath(access) + "issues/" + std::to_string(event.group_id) + "/",
                           "event", event.event_id);
    }
    found.Add(std::move(span));
  }
  co_return Result<void>();
}

Timestamp Seconds(const json::Object& item, std::string_view key, Timestamp otherwise) {
  const auto seconds = json::GetNumber(item, key);
  if (!seconds || *seconds <= 0 || *seconds > 1e11) return otherwise;
  return Timestamp{static_cast<std::int64_t>(*seconds * 1e6)};
}

// Spans and logs that were sent by themselves. The store knows them by time alone, so only a
// bounded number of those around the trace is looked at.
Task<void> AddItems(Site& site, const projects::Project& project, std::string trace,
                    eventstore::TimeRange range, TraceFindings& found) {
  for (const std::string_view type : {"span", "log"}) {
    eventstore::ItemQuery query;
    query.project_id = project.id.value;
    query.type = type;
    query.range = range;
    query.limit = kItemsRead;
    query.with_payload = true;
    for (int scan = 0; scan < kScans; ++scan) {
      eventstore::ItemQuery next = query;
      GH_CO_TRY(const auto page, co_await site.d.events->store.ListItems(std::move(next)));
      for (const eventstore::StoredItem& item : page.items) {
        if (FieldOf(item.fields, "trace_id") != trace) continue;
        if (found.spans.size() >= 4 * kMaxSpans) {
          found.cut = true;
          break;
        }
        auto payload = json::ParseObject(item.payload);
        if (!payload) continue;
        Span span{.start = item.timestamp,
                  .end = item.timestamp,
                  .kind = std::string(type),
                  .text = std::string(TruncateUtf8(item.text, 300)),
                  .project = project.slug};
        if (type == "span") {
          ++found.single_spans;
          // The top of what a service did.
          if (json::GetBool(*payload, "is_segment").value_or(false)) span.kind = "transaction";
          if (const json::Object* attributes = json::GetObject(*payload, "attributes")) {
            if (const json::Object* op = json::GetObject(*attributes, "sentry.op")) {
              span.op = json::GetString(*op, "value").value_or("");
            }
          }
          span.id = json::GetString(*payload, "span_id").value_or("");
          span.parent = json::GetString(*payload, "parent_span_id").value_or("");
          span.end = Seconds(*payload, "end_timestamp", item.timestamp);
          span.status = FieldOf(item.fields, "status");
        } else {
          ++found.logs;
          span.parent = json::GetString(*payload, "span_id").value_or("");
          span.op = FieldOf(item.fields, "level");
        }
        found.Add(std::move(span));
      }
      query.after = page.next;
      if (!page.next) break;
    }
    found.cut = found.cut || query.after.has_value();
  }
  co_return Result<void>();
}

Task<http::Response> ShowTrace(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  const std::string trace = call.request.Param("trace");
  if (!IsTraceId(trace)) co_return Fail(Code::kNotFound, "not_found", "trace id");
  Page page("trace.tpl", "Trace " + trace.substr(0, 8));
  page.InOrg(access, "transactions").Styles("events.css").Wide();
  html::Data& body = page.body();
  body.Set("TRACE_ID", trace).Set("LIST_URL", OrgPath(access) + "transactions/");
  GH_CO_TRY(auto all, co_await site.d.events->projects.List(access.organization.id));
  TraceFindings found;
  if (all.size() > kMaxProjects) {
    // Those that trace come first.
    std::ranges::sort(all, [](const projects::Project& a, const projects::Project& b) {
      const bool traces = a.Has(projects::kHasTransactions);
      if (traces != b.Has(projects::kHasTransactions)) return traces;
      return a.slug < b.slug;
    });
    all.resize(kMaxProjects);
    found.cut = true;
  }
  for (const projects::Project& project : all) {
    GH_CO_TRY_VOID(co_await AddEvents(site, access, project, trace, found));
  }
  const Timestamp now = call.request.received;
  eventstore::TimeRange range{now - kUnknown, now + kAround};
  if (!found.spans.empty()) {
    range = {Timestamp{INT64_MAX}, Timestamp{0}};
    for (const Span& span : found.spans) {
      range.from = std::min(range.from, span.start - kAround);
      range.to = std::max(range.to, span.end + kAround);
    }
  }
  for (const projects::Project& project : all) {
    GH_CO_TRY_VOID(co_await AddItems(site, project, trace, range, found));
  }
  if (found.cut) body.Show("CUT");
  if (found.spans.empty()) {
    body.Show("EMPTY");
    co_return co_await site.Show(call, std::move(page));
  }
  const auto count = [&body](std::int64_t number, const char* one, const char* many) {
    if (number > 0) body.Add("COUNTED").Set("TEXT", Counted(number, one, many));
  };
  count(found.transactions, "transaction", "transactions");
  count(found.single_spans, "span by itself", "spans by themselves");
  count(found.errors, "error", "errors");
  count(found.logs, "log line", "log lines");
  count(static_cast<std::int64_t>(found.projects.size()), "project", "projects");
  const bool one_project = found.projects.size() == 1;
  for (Span& span : found.spans) {
    if (one_project) span.project.clear();
  }
  const SpanTree tree = Arrange(std::move(found.spans));
  AddTime(body, "AT", tree.start, now);
  AddSpanTree(body.Add("SPANS"), tree);
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterTraces(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/traces/{trace}/", ShowTrace);
}

}  // namespace gatehouse::web
