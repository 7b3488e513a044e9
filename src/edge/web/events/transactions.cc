// Transactions: by name with how long they take, those of one name, and one with its spans.

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/span_tree.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kLookedAt = 2'000;     // of one project
constexpr std::size_t kLookedAtAll = 6'000;  // of all of a page
constexpr std::size_t kLeast = 300;
constexpr std::size_t kMaxNames = 100;
constexpr std::size_t kMaxEventFiles = 50;

struct NamedGroup {
  const projects::Project* project = nullptr;
  eventstore::TransactionGroup group;

  double failure_rate() const {
    return static_cast<double>(group.failed) / static_cast<double>(group.count);
  }
};

void Sort(std::vector<NamedGroup>& groups, std::string_view sort) {
  const auto by = [&groups](auto key) {
    std::ranges::sort(groups, [key](const NamedGroup& a, const NamedGroup& b) {
      if (key(a) != key(b)) return key(a) > key(b);
      return std::tie(b.group.count, a.group.name) < std::tie(a.group.count, b.group.name);
    });
  };
  if (sort == "p95") return by([](const NamedGroup& g) { return g.group.p95; });
  if (sort == "failures") return by([](const NamedGroup& g) { return g.failure_rate(); });
  if (sort == "last") return by([](const NamedGroup& g) { return g.group.last_seen; });
  by([](const NamedGroup& g) { return g.group.count; });
}

void AddNumbers(html::Data& row, const eventstore::TransactionGroup& group) {
  row.Set("COUNT", Grouped(group.count))
      .Set("P50", ShownDuration(group.p50))
      .Set("P75", ShownDuration(group.p75))
      .Set("P95", ShownDuration(group.p95))
      .Set("FAILURES", ShownShare(static_cast<double>(group.failed) /
                                  static_cast<double>(std::max<std::int64_t>(group.count, 1))));
}

std::string PillOf(std::string_view status) {
  return eventstore::IsFailure(status) ? "bad" : status == "ok" ? "ok" : "";
}

std::string ProjectPath(const access::OrgAccess& access, const std::string& slug) {
  return OrgPath(access) + "transactions/" + slug + "/";
}

Task<http::Response> ShowTransactions(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  const Timestamp now = call.request.received;
  Page page("transactions.tpl", "Transactions");
  page.InOrg(access, "transactions").Styles("events.css").Wide();
  html::Data& body = page.body();
  body.Set("ACTION", OrgPath(access) + "transactions/");
  GH_CO_TRY(const Chosen chosen,
            co_await ChooseProjects(site, call, access, projects::kHasTransactions, body));
  const Period period = ChoosePeriod(call, "24h", body);
  const std::string environment = Field(call.query, "environment");
  const std::string wanted = Field(call.query, "query");
  const std::string sort = Field(call.query, "sort");
  body.Set("ENVIRONMENT", environment).Set("QUERY", wanted);
  for (const auto& [id, name] :
       {std::pair("count", "Most frequent"), std::pair("p95", "Slowest"),
        std::pair("failures", "Most failures"), std::pair("last", "Newest")}) {
    html::Data& option = body.Add("SORT_OPTION");
    option.Set("ID", id).Set("NAME", name);
    if (sort == id) option.Show("CHOSEN");
  }
  std::vector<NamedGroup> groups;
  std::size_t cut = 0;
  const std::size_t each = std::clamp(
      kLookedAtAll / std::max<std::size_t>(chosen.projects.size(), 1), kLeast, kLookedAt);
  for (const projects::Project& project : chosen.projects) {
    eventstore::TransactionQuery query{.project_id = project.id.value,
                                       .range = {now - period.length, now + std::chrono::days(1)},
                                       .environment = environment,
                                       .limit = each};
    GH_CO_TRY(auto found, co_await site.d.events->store.Transactions(std::move(query)));
    if (!found.complete) ++cut;
    for (eventstore::TransactionGroup& group : found.groups) {
      if (!wanted.empty() && AsciiLower(group.name).find(AsciiLower(wanted)) == std::string::npos) {
        continue;
      }
      groups.push_back({&project, std::move(group)});
    }
  }
  Sort(groups, sort);
  if (groups.empty()) {
    const bool any = !wanted.empty() || !environment.empty() || !chosen.projects.empty();
    body.Add(any ? "NOTHING" : "EMPTY").Set("PROJECTS_URL", OrgPath(access) + "projects/");
  } else {
    body.Show("FOUND");
  }
  if (cut > 0) body.Add("CUT").Set("LOOKED_AT", Grouped(static_cast<std::int64_t>(each)));
  if (chosen.some_missing) body.Show("MORE_PROJECTS");
  if (groups.size() > kMaxNames) {
    body.Add("MORE_NAMES")
        .Set("REST", Grouped(static_cast<std::int64_t>(groups.size() - kMaxNames)));
    groups.resize(kMaxNames);
  }
  for (const NamedGroup& one : groups) {
    html::Data& row = body.Add("TRANSACTION");
    std::string url = WithQuery(ProjectPath(access, one.project->slug), "name", one.group.name);
    url = WithQuery(std::move(url), "period", period.id);
    row.Set("URL", std::move(url))
        .Set("NAME", one.group.name.empty() ? "(no name)" : one.group.name)
        .Set("SLUG", one.project->slug);
    AddNumbers(row, one.group);
    if (one.group.failed > 0) row.Show("FAILING");
    AddTime(row, "LAST", one.group.last_seen, now);
  }
  co_return co_await site.Show(call, std::move(page));
}

// One of a name, whichever way its SDK sends it.
struct Happened {
  Timestamp time;
  std::string url = {};
  std::string name = {};
  Duration duration = {};
  std::string status = {};
  std::string user = {};
  std::string release = {};
  std::string environment = {};
  std::string trace_id = {};
};

struct NameQuery {
  std::string name;
  std::string environment;
  eventstore::TimeRange range;
  std::size_t limit = 0;
};

Task<std::vector<Slice<Happened>>> Read(Site& site, const access::OrgAccess& access,
                                        const projects::Project& project, NameQuery wanted) {
  std::vector<Slice<Happened>> slices(2);
  eventstore::EventQuery query;
  query.project_id = project.id.value;
  query.kind = eventstore::Kind::kTransaction;
  query.range = wanted.range;
  query.transaction = wanted.name;
  query.environment = wanted.environment;
  query.limit = wanted.limit;
  GH_CO_TRY(const auto events, co_await site.d.events->store.List(std::move(query)));
  slices[0].more = events.next.has_value();
  for (const eventstore::StoredEvent& event : events.events) {
    slices[0].rows.push_back({.time = event.timestamp,
                              .url = ProjectPath(access, project.slug) + event.event_id + "/",
                              .name = event.transaction,
                              .duration = event.duration,
                              .status = std::string(eventstore::TransactionStatus(event)),
                              .user = event.user,
                              .release = event.release,
                              .environment = event.environment,
                              .trace_id = event.trace_id});
  }
  eventstore::ItemQuery items;
  items.project_id = project.id.value;
  items.type = eventstore::kItemSegment;
  items.range = wanted.range;
  items.text = wanted.name;
  items.limit = wanted.environment.empty() ? wanted.limit : kLookedAt / 2;
  GH_CO_TRY(const auto segments, co_await site.d.events->store.ListItems(std::move(items)));
  slices[1].more = segments.next.has_value();
  for (const eventstore::StoredItem& item : segments.items) {
    const auto segment = eventstore::SegmentOf(item);
    if (!segment) continue;
    slices[1].rows.push_back({.time = segment->start,
                              .url = OrgPath(access) + "traces/" + segment->trace_id + "/",
                              .name = segment->name,
                              .duration = segment->duration,
                              .status = segment->status,
                              .release = segment->release,
                              .environment = segment->environment,
                              .trace_id = segment->trace_id});
  }
  co_return slices;
}

Task<http::Response> ShowTransaction(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  GH_CO_TRY(auto project, co_await site.d.events->projects.Get(access.organization.id,
                                                               call.request.Param("project")));
  const Timestamp now = call.request.received;
  const std::string name = Field(call.query, "name");
  const std::string environment = Field(call.query, "environment");
  Page page("transaction_list.tpl", name.empty() ? "Transactions" : name);
  page.InOrg(access, "transactions").Styles("events.css").Wide();
  html::Data& body = page.body();
  const std::string here = ProjectPath(access, project.slug);
  body.Set("ACTION", here)
      .Set("NAME", name)
      .Set("TITLE", name.empty() ? "All transactions" : name)
      .Set("SLUG", project.slug)
      .Set("ENVIRONMENT", environment)
      .Set("LIST_URL", WithQuery(OrgPath(access) + "transactions/", "project", project.slug));
  const Period period = ChoosePeriod(call, "24h", body);
  eventstore::TimeRange range{now - period.length, now + std::chrono::days(1)};
  if (!name.empty()) {
    eventstore::TransactionQuery totals{.project_id = project.id.value,
                                        .range = range,
                                        .transaction = name,
                                        .environment = environment,
                                        .limit = kLookedAt};
    GH_CO_TRY(auto found, co_await site.d.events->store.Transactions(std::move(totals)));
    if (!found.groups.empty()) {
      html::Data& sum = body.Add("SUM");
      AddNumbers(sum, found.groups.front());
      if (!found.complete) sum.Add("CUT").Set("LOOKED_AT", Grouped(kLookedAt));
    }
  }
  const ListCursor from = ListCursor::Parse(Field(call.query, "cursor"));
  if (!from.IsStart()) range.to = std::min(range.to, from.at + Duration(1));
  NameQuery query{.name = name,
                  .environment = environment,
                  .range = range,
                  .limit = std::min(kPerPage + from.skip + 1, std::size_t{1'000})};
  GH_CO_TRY(auto slices, co_await Read(site, access, project, std::move(query)));
  const MergedPage<Happened> list =
      Merge<Happened>(std::move(slices), from, kPerPage, [&](const Happened& one) {
        return (name.empty() || one.name == name) &&
               (environment.empty() || one.environment == environment);
      });
  body.Show(list.rows.empty() ? "EMPTY" : "FOUND");
  for (const Happened& one : list.rows) {
    html::Data& row = body.Add("EVENT");
    row.Set("URL", one.url)
        .Set("DURATION", ShownDuration(one.duration))
        .Set("STATUS", one.status.empty() ? "unknown" : one.status)
        .Set("STATUS_CLASS", PillOf(one.status));
    AddTime(row, "AT", one.time, now);
    if (name.empty()) row.SetIf("OTHER_NAME", one.name);
    row.SetIf("USER", one.user);
    row.SetIf("RELEASE", one.release);
    row.SetIf("IN", one.environment);
    if (IsTraceId(one.trace_id)) {
      row.Add("TRACE")
          .Set("TRACE_URL", OrgPath(access) + "traces/" + one.trace_id + "/")
          .Set("SHORT", one.trace_id.substr(0, 8));
    }
  }
  if (list.next) {
    std::string url = WithQuery(here, "name", name);
    url = WithQuery(std::move(url), "period", period.id);
    if (!environment.empty()) url = WithQuery(std::move(url), "environment", environment);
    body.Add("OLDER").Set("URL", WithQuery(std::move(url), "cursor", list.next->ToString()));
  }
  co_return co_await site.Show(call, std::move(page));
}

// Web vitals and other measurements, with their units.
void AddMeasurements(html::Data& body, const json::Object& event) {
  const json::Object* measurements = json::GetObject(event, "measurements");
  if (measurements == nullptr || measurements->empty()) return;
  html::Data& section = body.Add("MEASUREMENTS");
  for (const auto& [name, value] : *measurements) {
    const json::Object* one = value.if_object();
    const auto number = one ? json::GetNumber(*one, "value") : std::nullopt;
    if (!number) continue;
    std::string unit(json::GetString(*one, "unit").value_or(""));
    std::string text;
    if (unit == "millisecond") {
      text =
          ShownDuration(Duration(static_cast<std::int64_t>(std::clamp(*number * 1e3, 0.0, 1e15))));
    } else if (unit == "second") {
      text =
          ShownDuration(Duration(static_cast<std::int64_t>(std::clamp(*number * 1e6, 0.0, 1e15))));
    } else {
      text = ShownNumber(*number);
      if (unit != "none" && !unit.empty()) text += " " + unit;
    }
    section.Add("MEASUREMENT").Set("KEY", std::string(name)).Set("VALUE", std::move(text));
  }
}

// What belongs to the event besides itself: files and its profile.
Task<void> AddFiles(Site& site, const access::OrgAccess& access, const projects::Project& project,
                    std::string event_id, html::Data& body) {
  const std::string api = "/api/0/projects/" + access.organization.slug + "/" + project.slug + "/";
  html::Data* files = nullptr;
  for (const std::string_view type : {"attachment", "profile"}) {
    eventstore::ItemQuery query;
    query.project_id = project.id.value;
    query.type = type;
    query.event_id = event_id;
    query.limit = kMaxEventFiles;
    GH_CO_TRY(auto found, co_await site.d.events->store.ListItems(std::move(query)));
    for (const eventstore::StoredItem& item : found.items) {
      const bool profile = type == "profile";
      const std::string url =
          profile ? api + "items/profile/" + item.id + "/"
                  : api + "events/" + event_id + "/attachments/" + item.id + "/?download=1";
      if (files == nullptr) files = &body.Add("FILES");
      files->Add("FILE")
          .Set("URL", url)
          .Set("NAME", profile ? "Profile" : std::string(FieldOf(item.fields, "name")))
          .Set("SIZE", std::string(FieldOf(item.fields, "size")) + " bytes");
    }
  }
  co_return Result<void>();
}

Task<http::Response> ShowTransactionEvent(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  GH_CO_TRY(auto project, co_await site.d.events->projects.Get(access.organization.id,
                                                               call.request.Param("project")));
  const std::string id = call.request.Param("event");
  GH_CO_TRY(auto event, co_await site.d.events->store.Get(project.id.value, id));
  if (!event || event->type != "transaction") co_return Fail(Code::kNotFound, "event_not_found");
  const std::string name = event->transaction.empty() ? "(no name)" : event->transaction;
  Page page("transaction.tpl", name);
  page.InOrg(access, "transactions").Styles("events.css").Wide();
  html::Data& body = page.body();
  const std::string_view status = eventstore::TransactionStatus(*event);
  body.Set("TITLE", name)
      .Set("ID", event->event_id)
      .Set("SLUG", project.slug)
      .Set("DURATION", ShownDuration(event->duration))
      .Set("STATUS", status.empty() ? "unknown" : std::string(status))
      .Set("STATUS_CLASS", eventstore::IsFailure(status) ? "bad"
                           : status == "ok"              ? "ok"
                                                         : "")
      .Set("LIST_URL", WithQuery(OrgPath(access) + "transactions/", "project", project.slug))
      .Set("NAME_URL", WithQuery(ProjectPath(access, project.slug), "name", event->transaction));
  AddTime(body, "AT", event->timestamp, call.request.received);
  if (IsTraceId(event->trace_id)) {
    body.Add("TRACE")
        .Set("URL", OrgPath(access) + "traces/" + event->trace_id + "/")
        .Set("TRACE_ID", event->trace_id);
  }
  AddEventTags(body, *event, {}, "", "");
  const std::optional<json::Object> payload = PayloadOf(*event);
  if (payload) {
    SpanTree tree = Arrange(SpansOf(*payload));
    AddSpanTree(body.Add("SPANS"), tree);
    AddMeasurements(body, *payload);
    AddEvent(body, *payload);
  } else {
    body.Show("UNREADABLE");
  }
  GH_CO_TRY_VOID(co_await AddFiles(site, access, project, event->event_id, body));
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterTransactions(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/transactions/", ShowTransactions);
  site.Get(router, "/organizations/{slug}/transactions/{project}/", ShowTransaction);
  site.Get(router, "/organizations/{slug}/transactions/{project}/{event}/", ShowTransactionEvent);
}

}  // namespace gatehouse::web
