// Events of a project and of an issue, one event, why it is where it is, and the look-ups by id.

#include <algorithm>

#include "edge/api/errors.h"
#include "edge/api/event_encode.h"
#include "edge/api/handlers.h"
#include "edge/api/issue_encode.h"
#include "edge/api/issue_query.h"
#include "edge/api/paging.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"
#include "region/events/grouping/grouping.h"
#include "region/events/grouping/project_config.h"
#include "region/events/issues/errors.h"
#include "region/events/issues/event_search.h"

namespace gatehouse::api {
namespace {

constexpr std::size_t kMaxAttachments = 100;
// As far back as events of an issue are listed, when nobody says.
constexpr Duration kWindow = std::chrono::days(90);
constexpr std::size_t kRecommendedAmong = 20;

std::unexpected<Error> NotFound() { return Fail(Code::kNotFound, kEventNotFound); }

// The page of events that the request asks for, as it asks for it.
Task<http::Response> Page(Call& call, http::Form form, eventstore::EventQuery query) {
  GH_CO_TRY(query.limit, PageSizeOf(form));
  GH_CO_TRY(const auto cursor, PageCursorOf(form));
  // The row of a cursor is told from the first one's by being one more.
  query.after = StoreCursorOf(cursor);
  const bool full = form.Get("full") == "1" || form.Get("full") == "true";
  query.with_payload = full;
  GH_CO_TRY(const eventstore::EventPage page, co_await call.events().store.List(std::move(query)));
  json::Array list;
  for (const eventstore::StoredEvent& event : page.events) {
    if (!full) {
      list.push_back(EncodeSimpleEvent(event));
      continue;
    }
    auto payload = PayloadOf(event);
    if (payload) list.push_back(EncodeFullEvent(event, *payload));
  }
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), StoreLinks(cursor, page.next));
  co_return response;
}

Task<json::Object> Detailed(Call& call, eventstore::StoredEvent event) {
  GH_CO_TRY(const json::Object payload, PayloadOf(event));
  json::Object o = EncodeFullEvent(event, payload);
  GH_CO_TRY(const auto around,
            co_await call.events().store.Around(event.project_id, event.event_id));
  const auto id = [](const std::string& text) {
    return text.empty() ? json::Value(nullptr) : json::Value(text);
  };
  o["previousEventID"] = id(around.previous);
  o["nextEventID"] = id(around.next);
  eventstore::ItemQuery of_event{.project_id = event.project_id,
                                 .type = "attachment",
                                 .event_id = event.event_id,
                                 .limit = kMaxAttachments,
                                 .with_payload = true};
  GH_CO_TRY(const auto files, co_await call.events().store.ListItems(std::move(of_event)));
  json::Array attachments;
  for (const eventstore::StoredItem& file : files.items) {
    json::Object shown = EncodeAttachment(file);
    const std::string_view type = json::GetString(shown, "type").value_or("");
    if (type == "event.minidump" || type == "event.applecrashreport") o["crashFile"] = shown;
    attachments.push_back(std::move(shown));
  }
  o["attachments"] = std::move(attachments);
  o["userReport"] = nullptr;
  o["sdkUpdates"] = json::Array();
  o["resolvedWith"] = json::Array();
  co_return o;
}

// The event of {event} in the project.
Task<eventstore::StoredEvent> ReadEvent(Call& call, ProjectId project) {
  const auto id = issues::ParseEventId(call.request.Param("event"));
  if (!id) co_return NotFound();
  GH_CO_TRY(auto event, co_await call.events().store.Get(project.value, *id));
  if (!event) co_return NotFound();
  co_return std::move(*event);
}

// Of the newest ones, the one that people can do most with.
Task<std::optional<eventstore::StoredEvent>> Pick(Call& call, eventstore::EventQuery query,
                                                  std::string_view which) {
  query.limit = which == "recommended" ? kRecommendedAmong : 1;
  if (which == "oldest") query.order = eventstore::Order::kOldestFirst;
  query.with_payload = true;
  GH_CO_TRY(auto page, co_await call.events().store.List(std::move(query)));
  if (page.events.empty()) co_return std::optional<eventstore::StoredEvent>();
  const auto score = [](const eventstore::StoredEvent& event) {
    const bool replay = std::ranges::any_of(
        event.tags, [](const eventstore::Tag& tag) { return tag.first == "replayId"; });
    return (replay ? 2 : 0) + (event.trace_id.empty() ? 0 : 1);
  };
  auto best = std::ranges::max_element(
      page.events, [&](const auto& a, const auto& b) { return score(a) < score(b); });
  co_return std::optional(std::move(*best));
}

}  // namespace

// ---- of a project -------------------------------------------------------------------------------

Task<http::Response> ListEvents(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(const Window window, WindowOf(form, call.d.clock.Now()));
  eventstore::EventQuery query;
  query.project_id = found.project.id.value;
  query.text = std::string(form.Get("query"));
  if (window.from) query.range.from = *window.from;
  if (window.to) query.range.to = *window.to;
  co_return co_await Page(call, form, std::move(query));
}

Task<http::Response> GetEvent(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(auto event, co_await ReadEvent(call, found.project.id));
  GH_CO_TRY(json::Object o, co_await Detailed(call, std::move(event)));
  co_return Reply(std::move(o));
}

Task<http::Response> GetEventJson(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const auto event, co_await ReadEvent(call, found.project.id));
  GH_CO_TRY(json::Object payload, PayloadOf(event));
  payload["event_id"] = event.event_id;
  payload["project"] = found.project.id.value;
  payload["datetime"] = FormatIso8601(event.timestamp);
  co_return Reply(std::move(payload));
}

Task<http::Response> GetGroupingInfo(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const auto event, co_await ReadEvent(call, found.project.id));
  GH_CO_TRY(json::Object payload, PayloadOf(event));
  const grouping::Config config = grouping::ConfigOf(found.project.options);
  co_return Reply(grouping::Explain(grouping::Group(payload, config)));
}

Task<http::Response> GetProjectStats(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form form, call.Query());
  const std::string_view resolution = form.Get("resolution");
  if (!resolution.empty() && resolution != "1h" && resolution != "1d") {
    co_return Fail(Code::kInvalidArgument, kFieldInvalid, "resolution");
  }
  eventstore::CountQuery query = CountsOf(call.d.clock.Now(), resolution == "1d" ? "30d" : "24h");
  query.project_id = found.project.id.value;
  for (const std::string_view name : {"since", "until"}) {
    const std::string_view text = form.Get(name);
    if (text.empty()) continue;
    const auto seconds = StrongId<struct SecondsTag>::Parse(text.substr(0, text.find('.')));
    if (!seconds || seconds->value > INT64_MAX / 2'000'000) {
      co_return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(name));
    }
    (name == "since" ? query.range.from : query.range.to) = Timestamp::FromSeconds(seconds->value);
  }
  if (query.range.from >= query.range.to) {
    co_return Fail(Code::kInvalidArgument, kFieldInvalid, "since");
  }
  GH_CO_TRY(auto points, co_await Buckets(call, std::move(query)));
  co_return Reply(std::move(points.front()));
}

// ---- of an issue --------------------------------------------------------------------------------

Task<http::Response> ListIssueEvents(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(const Window window, WindowOf(form, call.d.clock.Now()));
  eventstore::EventQuery query;
  query.project_id = issue.project.value;
  query.group_id = issue.id.value;
  query.range.from = window.from.value_or(call.d.clock.Now() - kWindow);
  if (window.to) query.range.to = *window.to;
  query.environment = std::string(form.Get("environment"));
  const std::string text(form.Get("query"));
  if (const auto id = issues::ParseEventId(text)) {
    GH_CO_TRY(const auto event, co_await call.events().store.Get(issue.project.value, *id));
    json::Array list;
    if (event && event->group_id == issue.id.value) list.push_back(EncodeSimpleEvent(*event));
    http::Response response = Reply(std::move(list));
    AddLinks(response, call.request, call.d.guard.origin(), {});
    co_return response;
  }
  GH_CO_TRY(const issues::Terms terms, issues::ParseQuery(text, call.d.clock.Now()));
  GH_CO_TRY_VOID(issues::NarrowEvents(terms, query));
  co_return co_await Page(call, form, std::move(query));
}

Task<http::Response> GetIssueEvent(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const http::Form form, call.Query());
  const std::string which = call.request.Param("event");
  std::optional<eventstore::StoredEvent> event;
  if (which == "latest" || which == "oldest" || which == "recommended") {
    eventstore::EventQuery query;
    query.project_id = issue.project.value;
    query.group_id = issue.id.value;
    query.environment = std::string(form.Get("environment"));
    GH_CO_TRY(event, co_await Pick(call, std::move(query), which));
  } else if (const auto id = issues::ParseEventId(which)) {
    GH_CO_TRY(event, co_await call.events().store.Get(issue.project.value, *id));
    if (event && event->group_id != issue.id.value) event.reset();
  }
  if (!event) co_return NotFound();
  GH_CO_TRY(json::Object o, co_await Detailed(call, std::move(*event)));
  co_return Reply(std::move(o));
}

// ---- look-ups -----------------------------------------------------------------------------------

Task<http::Response> FindEventId(Call& call) {
  const auto id = issues::ParseEventId(call.request.Param("event"));
  if (!id) co_return Fail(Code::kInvalidArgument, kEventIdInvalid);
  GH_CO_TRY(const auto all, co_await call.events().projects.List(call.organization()));
  for (const projects::Project& project : all) {
    GH_CO_TRY(auto event, co_await call.events().store.Get(project.id.value, *id));
    if (!event) continue;
    json::Object o{{"organizationSlug", call.org().organization.slug},
                   {"projectSlug", project.slug},
                   {"groupId", nullptr},
                   {"eventId", event->event_id}};
    if (event->group_id != 0) o["groupId"] = std::to_string(event->group_id);
    GH_CO_TRY(o["event"], co_await Detailed(call, std::move(*event)));
    co_return Reply(std::move(o));
  }
  co_return NotFound();
}

Task<http::Response> FindShortId(Call& call) {
  const std::string text = call.request.Param("short_id");
  if (!issues::ParseShortId(text)) co_return Fail(Code::kNotFound, issues::kIssueNotFound);
  GH_CO_TRY(issues::Issue issue,
            co_await call.events().issues.Get(call.organization(), text, call.user().id));
  std::vector<issues::Issue> one{issue};
  GH_CO_TRY(const IssueContext context, co_await ContextOf(call, one, ""));
  co_return Reply(json::Object{{"organizationSlug", call.org().organization.slug},
                               {"projectSlug", issue.project_slug},
                               {"groupId", issue.id.ToString()},
                               {"group", EncodeIssue(call, issue, context)},
                               {"shortId", issue.short_id}});
}

}  // namespace gatehouse::api
