// Attachments of events, and every other item that a project has sent: lists and contents.

#include <algorithm>

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/event_encode.h"
#include "edge/api/handlers.h"
#include "edge/api/issue_query.h"
#include "edge/api/paging.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"
#include "platform/crypto/hash.h"
#include "region/events/issues/search.h"
#include "region/ingest/protocol/multipart.h"

namespace gatehouse::api {
namespace {

// Items that one search looks through, and what a page of it may read.
constexpr int kMaxPages = 10;
constexpr std::size_t kScan = 500;

std::string_view FieldOf(const eventstore::StoredItem& item, std::string_view name) {
  for (const auto& [key, value] : item.fields) {
    if (key == name) return value;
  }
  return {};
}

bool IsType(std::string_view type) {
  return !type.empty() && type.size() <= 40 &&
         std::ranges::all_of(type, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

json::Object EncodeItem(const eventstore::StoredItem& item) {
  json::Object fields;
  for (const auto& [key, value] : item.fields) fields[key] = value;
  json::Object o{
      {"id", item.id},
      {"type", item.type},
      {"eventID", item.event_id.empty() ? json::Value(nullptr) : json::Value(item.event_id)},
      {"timestamp", FormatIso8601(item.timestamp)},
      {"text", item.text},
      {"fields", std::move(fields)},
      {"size", static_cast<std::int64_t>(item.payload.size())}};
  auto payload = json::Parse(item.payload, {.max_bytes = 64 * 1024, .max_depth = 64});
  o["payload"] = payload ? std::move(*payload) : json::Value(nullptr);
  return o;
}

// Content of strangers: never shown in the browser, whatever it says it is.
http::Response Download(const eventstore::StoredItem& item, std::string_view name) {
  http::Response response{200, {}, item.payload};
  response.headers.Set("Content-Type", "application/octet-stream");
  response.headers.Set("Content-Disposition",
                       "attachment; filename=\"" + ingest::CleanFileName(name) + "\"");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  response.headers.Set("Content-Security-Policy", "default-src 'none'; sandbox");
  return response;
}

Task<eventstore::StoredItem> ReadItem(Call& call, ProjectId project, std::string type,
                                      std::string id, std::string event) {
  eventstore::ItemQuery query{.project_id = project.value,
                              .type = std::move(type),
                              .event_id = std::move(event),
                              .id = std::move(id),
                              .limit = 1,
                              .with_payload = true};
  GH_CO_TRY(auto page, co_await call.events().store.ListItems(std::move(query)));
  if (page.items.empty()) co_return Fail(Code::kNotFound, kItemNotFound);
  co_return std::move(page.items.front());
}

// "level:error trace:… other words": words look into the text, the rest into fields.
struct Search {
  std::string text;
  std::vector<eventstore::Tag> fields;

  bool Matches(const eventstore::StoredItem& item) const {
    return std::ranges::all_of(
        fields, [&](const auto& field) { return FieldOf(item, field.first) == field.second; });
  }
};

Search ParseSearch(std::string_view query) {
  Search search;
  for (std::string_view word : Split(query, ' ')) {
    if (word.empty()) continue;
    auto [key, value] = SplitOnce(word, ':');
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (key == "trace") key = "trace_id";
    if (key == "severity") key = "level";
    if (key == "level" || key == "trace_id" || key == "status" || key == "release" ||
        key == "environment" || key == "monitor") {
      search.fields.emplace_back(key, value);
    } else if (!word.starts_with("project:")) {
      search.text += (search.text.empty() ? "" : " ") + std::string(word);
    }
  }
  return search;
}

struct Found {
  std::vector<eventstore::StoredItem> items;
  std::optional<eventstore::Cursor> next;
};

Task<Found> Find(Call& call, eventstore::ItemQuery query, Search search) {
  const std::size_t wanted = query.limit;
  query.text = search.text;
  if (!search.fields.empty()) query.limit = kScan;
  Found found;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    eventstore::ItemQuery now = query;
    GH_CO_TRY(auto page, co_await call.events().store.ListItems(std::move(now)));
    for (eventstore::StoredItem& item : page.items) {
      if (found.items.size() < wanted && search.Matches(item)) {
        found.items.push_back(std::move(item));
      }
    }
    found.next = page.next;
    query.after = page.next;
    if (search.fields.empty() || !page.next || found.items.size() >= wanted) break;
  }
  co_return found;
}

// One row of a table of logs or spans, in the columns that were asked for.
json::Object RowOf(const eventstore::StoredItem& item, const projects::Project& project,
                   const std::vector<std::string>& columns) {
  auto payload = json::ParseObject(item.payload, {.max_bytes = 4 << 20, .max_depth = 64});
  json::Object row;
  for (const std::string& column : columns) {
    if (column == "sentry.item_id" || column == "id") {
      row[column] = item.id;
    } else if (column == "timestamp") {
      row[column] = FormatIso8601(item.timestamp);
    } else if (column == "message" || column == "log.body" || column == "span.name") {
      row[column] = item.text;
    } else if (column == "trace") {
      row[column] = FieldOf(item, "trace_id");
    } else if (column == "severity" || column == "log.severity_text") {
      row[column] = FieldOf(item, "level");
    } else if (column == "project" || column == "project.name") {
      row[column] = project.slug;
    } else {
      json::Value value(nullptr);
      if (payload) {
        if (const json::Value* own = payload->if_contains(column); own && !own->is_structured()) {
          value = *own;
        } else if (const json::Object* attributes = json::GetObject(*payload, "attributes")) {
          const json::Object* attribute = json::GetObject(*attributes, column);
          const json::Value* inner = attribute ? attribute->if_contains("value") : nullptr;
          if (inner) value = *inner;
        }
      }
      row[column] = std::move(value);
    }
  }
  return row;
}

}  // namespace

json::Object EncodeAttachment(const eventstore::StoredItem& item) {
  // As a header would bear it: it ends where a line does.
  std::string_view mimetype = FieldOf(item, "content_type");
  mimetype = Trim(mimetype.substr(0, mimetype.find_first_of("\r\n")));
  json::Object headers;
  if (!mimetype.empty()) headers["Content-Type"] = mimetype;
  return {{"id", item.id},
          {"event_id", item.event_id},
          {"type", FieldOf(item, "attachment_type")},
          {"name", FieldOf(item, "name")},
          {"mimetype", mimetype.empty() ? "application/octet-stream" : mimetype},
          {"dateCreated", FormatIso8601(item.timestamp)},
          {"size", static_cast<std::int64_t>(item.payload.size())},
          {"headers", std::move(headers)},
          {"sha1", crypto::Sha1Hex(item.payload)}};
}

// ---- attachments --------------------------------------------------------------------------------

namespace {

// The event of {event} in the project of {project}, or where that one is now.
struct PlaceOfEvent {
  ProjectId project;
  std::string event;
  std::optional<http::Response> moved;
};

Task<PlaceOfEvent> ReadPlaceOfEvent(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  PlaceOfEvent place{.project = found.project.id, .event = {}, .moved = std::move(found.moved)};
  if (place.moved) co_return place;
  auto event = issues::ParseEventId(call.request.Param("event"));
  if (!event) co_return Fail(Code::kNotFound, kEventNotFound);
  place.event = *std::move(event);
  co_return place;
}

// Of one event, behind what is there.
Task<void> AddAttachments(Call& call, std::int64_t project, std::string event, json::Array& list) {
  eventstore::ItemQuery query{.project_id = project,
                              .type = "attachment",
                              .event_id = std::move(event),
                              .limit = 100,
                              .with_payload = true};
  GH_CO_TRY(auto page, co_await call.events().store.ListItems(std::move(query)));
  for (const eventstore::StoredItem& item : page.items) list.push_back(EncodeAttachment(item));
  co_return Result<void>();
}

}  // namespace

Task<http::Response> ListEventAttachments(Call& call) {
  GH_CO_TRY(PlaceOfEvent at, co_await ReadPlaceOfEvent(call));
  if (at.moved) co_return *std::move(at.moved);
  json::Array list;
  GH_CO_TRY_VOID(co_await AddAttachments(call, at.project.value, at.event, list));
  co_return Reply(std::move(list));
}

// A page is that of so many of the issue's events, newest first.
Task<http::Response> ListIssueAttachments(Call& call) {
  GH_CO_TRY(const issues::Issue issue, co_await ReadIssue(call));
  GH_CO_TRY(const http::Form form, call.Query());
  GH_CO_TRY(const auto cursor, PageCursorOf(form));
  eventstore::EventQuery events{.project_id = issue.project.value, .group_id = issue.id.value};
  GH_CO_TRY(events.limit, PageSizeOf(form));
  events.after = StoreCursorOf(cursor);
  GH_CO_TRY(const eventstore::EventPage page, co_await call.events().store.List(std::move(events)));
  json::Array list;
  for (const eventstore::StoredEvent& event : page.events) {
    GH_CO_TRY_VOID(co_await AddAttachments(call, issue.project.value, event.event_id, list));
  }
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), StoreLinks(cursor, page.next));
  co_return response;
}

Task<http::Response> GetEventAttachment(Call& call) {
  GH_CO_TRY(PlaceOfEvent at, co_await ReadPlaceOfEvent(call));
  if (at.moved) co_return *std::move(at.moved);
  GH_CO_TRY(const auto item, co_await ReadItem(call, at.project, "attachment",
                                               call.request.Param("attachment"), at.event));
  GH_CO_TRY(const http::Form form, call.Query());
  if (form.Has("download")) co_return Download(item, FieldOf(item, "name"));
  co_return Reply(EncodeAttachment(item));
}

Task<http::Response> DeleteEventAttachment(Call& call) {
  GH_CO_TRY(PlaceOfEvent at, co_await ReadPlaceOfEvent(call));
  if (at.moved) co_return *std::move(at.moved);
  // Of this event: another one's is not found under it.
  GH_CO_TRY_VOID(co_await call.events().issues.RemoveAttachment(
      call.organization(), at.project, at.event, call.request.Param("attachment"), call.caller()));
  co_return http::Response::Empty(204);
}

// ---- any items ----------------------------------------------------------------------------------

Task<http::Response> ListItems(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form form, call.Query());
  const std::string type(form.Get("type"));
  if (!IsType(type)) co_return Fail(Code::kInvalidArgument, kFieldInvalid, "type");
  GH_CO_TRY(const Window window, WindowOf(form, call.d.clock.Now()));
  GH_CO_TRY(const auto cursor, PageCursorOf(form));
  eventstore::ItemQuery query{
      .project_id = found.project.id.value, .type = type, .with_payload = true};
  GH_CO_TRY(query.limit, PageSizeOf(form));
  if (window.from) query.range.from = *window.from;
  if (window.to) query.range.to = *window.to;
  query.after = StoreCursorOf(cursor);
  GH_CO_TRY(const Found page, co_await Find(call, query, ParseSearch(form.Get("query"))));
  json::Array list;
  for (const eventstore::StoredItem& item : page.items) list.push_back(EncodeItem(item));
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), StoreLinks(cursor, page.next));
  co_return response;
}

Task<http::Response> GetItem(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  const std::string type = call.request.Param("type");
  if (!IsType(type)) co_return Fail(Code::kNotFound, kItemNotFound);
  GH_CO_TRY(const auto item,
            co_await ReadItem(call, found.project.id, type, call.request.Param("item"), ""));
  co_return Download(item, type + "-" + item.id);
}

Task<http::Response> SearchEvents(Call& call) {
  GH_CO_TRY(const http::Form form, call.Query());
  const std::string dataset(form.Get("dataset"));
  const std::string type = dataset == "spans" ? "span" : "log";
  if (dataset != "logs" && dataset != "ourlogs" && dataset != "spans") {
    co_return Fail(Code::kInvalidArgument, kFieldInvalid, "dataset");
  }
  std::vector<std::string> columns;
  for (const auto& [name, value] : form.all()) {
    if (name == "field" && !value.empty()) columns.push_back(value);
  }
  if (columns.empty()) columns = {"sentry.item_id", "timestamp", "severity", "message", "trace"};
  if (columns.size() > 50) co_return Fail(Code::kInvalidArgument, kFieldInvalid, "field");
  GH_CO_TRY(const Window window, WindowOf(form, call.d.clock.Now()));
  GH_CO_TRY(const Projects wanted, co_await ProjectsOf(call, form));
  GH_CO_TRY(const std::size_t limit, PageSizeOf(form));
  GH_CO_TRY(const auto all, co_await call.events().projects.List(call.organization()));

  struct Hit {
    Timestamp time;
    json::Object row;
  };
  std::vector<Hit> hits;
  for (const projects::Project& project : all) {
    if (wanted.none ||
        (!wanted.ids.empty() && std::ranges::find(wanted.ids, project.id) == wanted.ids.end())) {
      continue;
    }
    eventstore::ItemQuery query{
        .project_id = project.id.value, .type = type, .limit = limit, .with_payload = true};
    if (window.from) query.range.from = *window.from;
    if (window.to) query.range.to = *window.to;
    GH_CO_TRY(const Found page, co_await Find(call, query, ParseSearch(form.Get("query"))));
    for (const eventstore::StoredItem& item : page.items) {
      hits.push_back({item.timestamp, RowOf(item, project, columns)});
    }
  }
  std::ranges::sort(hits, [](const Hit& a, const Hit& b) { return a.time > b.time; });
  json::Array data;
  for (std::size_t i = 0; i < std::min(limit, hits.size()); ++i) {
    data.push_back(std::move(hits[i].row));
  }
  json::Object fields;
  json::Object units;
  for (const std::string& column : columns) {
    fields[column] = column == "timestamp" ? "date" : "string";
    units[column] = nullptr;
  }
  http::Response response = Reply(json::Object{{"data", std::move(data)},
                                               {"meta", json::Object{{"fields", std::move(fields)},
                                                                     {"units", std::move(units)},
                                                                     {"dataset", dataset}}}});
  AddLinks(response, call.request, call.d.guard.origin(), Links{});
  co_return response;
}

}  // namespace gatehouse::api
