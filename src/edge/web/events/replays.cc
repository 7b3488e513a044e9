// Session replays as they are stored: which there are, and the parts of one to download.

#include <algorithm>
#include <set>

#include "base/text.h"
#include "edge/web/events/events.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "platform/json/json.h"
#include "region/events/issues/search.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kSegmentsRead = 200;  // segments of a project for one page
constexpr std::size_t kMaxSegments = 200;
constexpr std::size_t kMaxLinks = 20;

struct Replay {
  Timestamp time;
  const projects::Project* project = nullptr;
  std::string id;
  eventstore::StoredItem item;
};

std::vector<std::string> Texts(const json::Object& object, std::string_view key) {
  std::vector<std::string> out;
  const json::Array* list = json::GetArray(object, key);
  if (list == nullptr) return out;
  for (const json::Value& value : *list) {
    if (value.is_string() && out.size() < kMaxLinks) {
      out.emplace_back(TruncateUtf8(value.get_string(), 300));
    }
  }
  return out;
}

json::Object ReplayPayload(const eventstore::StoredItem& item) {
  auto payload = json::ParseObject(item.payload, {.max_bytes = 4 << 20, .max_depth = 128});
  return payload ? std::move(*payload) : json::Object();
}

std::string ReplayIdOf(const eventstore::StoredItem& item) {
  if (auto id = issues::ParseEventId(std::string(FieldOf(item.fields, "replay_id")))) return *id;
  return item.event_id;
}

void AddSummary(html::Data& row, const json::Object& payload) {
  const std::vector<std::string> urls = Texts(payload, "urls");
  if (!urls.empty()) row.Add("PLACE").Set("URL_TEXT", urls.front());
  const json::Object* user = json::GetObject(payload, "user");
  if (user == nullptr) return;
  for (const char* key : {"id", "username", "email", "ip_address"}) {
    const auto value = json::GetString(*user, key);
    if (!value || value->empty()) continue;
    row.Add("USER").Set("NAME_OF", std::string(*value));
    return;
  }
}

Task<http::Response> ShowReplays(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  const Timestamp now = call.request.received;
  const std::string base = OrgPath(access) + "replays/";
  Page page("replays.tpl", "Replays");
  page.InOrg(access, "feedback").Styles("events.css");
  html::Data& body = page.body();
  body.Set("ACTION", base)
      .Set("REPLAYS_URL", base)
      .Set("FEEDBACK_URL", OrgPath(access) + "feedback/");
  GH_CO_TRY(const Chosen chosen,
            co_await ChooseProjects(site, call, access, projects::kHasReplays, body));
  const ListCursor from = ListCursor::Parse(Field(call.query, "cursor"));
  std::vector<Slice<Replay>> slices;
  std::set<std::pair<std::int64_t, std::string>> seen;
  for (const projects::Project& project : chosen.projects) {
    eventstore::ItemQuery query;
    query.project_id = project.id.value;
    query.type = "replay_event";
    query.limit = std::min(kSegmentsRead + from.skip, std::size_t{1'000});
    query.with_payload = true;
    if (!from.IsStart()) query.range.to = from.at + Duration(1);
    GH_CO_TRY(auto found, co_await site.d.events->store.ListItems(std::move(query)));
    Slice<Replay>& slice = slices.emplace_back();
    slice.more = found.next.has_value();
    for (eventstore::StoredItem& item : found.items) {
      const Timestamp at = item.timestamp;
      std::string id = ReplayIdOf(item);
      slice.rows.push_back({at, &project, std::move(id), std::move(item)});
    }
  }
  // Segments of one replay are one row; one that began on an earlier page may show once more.
  const MergedPage<Replay> list =
      Merge<Replay>(std::move(slices), from, kPerPage, [&seen](const Replay& replay) {
        return !replay.id.empty() && seen.emplace(replay.project->id.value, replay.id).second;
      });
  if (list.rows.empty()) {
    body.Add(chosen.slug.empty() && from.IsStart() ? "EMPTY" : "NOTHING")
        .Set("PROJECTS_URL", OrgPath(access) + "projects/");
  }
  for (const Replay& replay : list.rows) {
    html::Data& row = body.Add("REPLAY");
    row.Set("URL", base + replay.project->slug + "/" + replay.id + "/")
        .Set("SLUG_OF", replay.project->slug)
        .Set("SHORT", replay.id.substr(0, 8));
    AddTime(row, "AT", replay.time, now);
    AddSummary(row, ReplayPayload(replay.item));
  }
  const std::string here = chosen.slug.empty() ? base : WithQuery(base, "project", chosen.slug);
  if (!from.IsStart()) body.Add("NEWEST").Set("URL", here);
  if (list.next) body.Add("OLDER").Set("URL", WithQuery(here, "cursor", list.next->ToString()));
  co_return co_await site.Show(call, std::move(page));
}

Task<std::vector<eventstore::StoredItem>> PartsOf(Site& site, ProjectId project, std::string type,
                                                  std::string replay, bool with_payload) {
  eventstore::ItemQuery query;
  query.project_id = project.value;
  query.type = std::move(type);
  query.event_id = std::move(replay);
  query.limit = kMaxSegments;
  query.with_payload = with_payload;
  GH_CO_TRY(auto found, co_await site.d.events->store.ListItems(std::move(query)));
  co_return std::move(found.items);
}

Task<http::Response> ShowReplay(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  const Timestamp now = call.request.received;
  GH_CO_TRY(const auto project, co_await site.d.events->projects.Get(
                                    access.organization.id, call.request.Param("project")));
  const auto id = issues::ParseEventId(call.request.Param("replay"));
  if (!id) co_return Fail(Code::kNotFound, "item_not_found", "replay id");
  GH_CO_TRY(const auto segments, co_await PartsOf(site, project.id, "replay_event", *id, true));
  GH_CO_TRY(const auto recordings,
            co_await PartsOf(site, project.id, "replay_recording", *id, false));
  GH_CO_TRY(const auto videos, co_await PartsOf(site, project.id, "replay_video", *id, false));
  if (segments.empty() && recordings.empty() && videos.empty()) {
    co_return Fail(Code::kNotFound, "item_not_found", "no such replay");
  }
  Page page("replay.tpl", "Replay " + id->substr(0, 8));
  page.InOrg(access, "feedback").Styles("events.css");
  html::Data& body = page.body();
  body.Set("REPLAY_ID", *id)
      .Set("SLUG_OF", project.slug)
      .Set("LIST_URL", OrgPath(access) + "replays/");
  std::set<std::string> urls;
  std::set<std::string> errors;
  std::set<std::string> traces;
  for (const eventstore::StoredItem& segment : segments) {
    const json::Object payload = ReplayPayload(segment);
    for (std::string& url : Texts(payload, "urls")) urls.insert(std::move(url));
    for (std::string& error : Texts(payload, "error_ids")) errors.insert(std::move(error));
    for (std::string& trace : Texts(payload, "trace_ids")) traces.insert(std::move(trace));
  }
  if (!segments.empty()) {
    AddSummary(body, ReplayPayload(segments.back()));
    AddTime(body, "AT", segments.back().timestamp, now);
  }
  std::size_t shown = 0;
  for (const std::string& url : urls) {
    if (++shown <= kMaxLinks) body.Add("VISITED").Set("URL_TEXT", url);
  }
  shown = 0;
  for (const std::string& error : errors) {
    const auto event_id = issues::ParseEventId(error);
    if (!event_id || ++shown > kMaxLinks) continue;
    GH_CO_TRY(const auto event, co_await site.d.events->store.Get(project.id.value, *event_id));
    if (!event || event->group_id == 0) continue;
    body.Add("ERROR_OF")
        .Set("TITLE_OF", event->title)
        .Set("URL", WithQuery(OrgPath(access) + "issues/" + std::to_string(event->group_id) + "/",
                              "event", event->event_id));
  }
  shown = 0;
  for (const std::string& trace : traces) {
    if (!IsTraceId(trace) || ++shown > kMaxLinks) continue;
    body.Add("TRACE").Set("TRACE_ID", trace).Set("URL", OrgPath(access) + "traces/" + trace + "/");
  }
  const std::string items =
      "/api/0/projects/" + access.organization.slug + "/" + project.slug + "/items/";
  for (const auto* list : {&segments, &recordings, &videos}) {
    for (const eventstore::StoredItem& item : *list) {
      html::Data& row = body.Add("PART");
      row.Set("TYPE", item.type)
          .Set("URL", items + item.type + "/" + item.id + "/")
          .Set("SIZE", std::string(FieldOf(item.fields, "size")) + " bytes");
      row.SetIf("SEGMENT", std::string(FieldOf(item.fields, "segment_id")));
      AddTime(row, "AT", item.timestamp, now);
    }
  }
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterReplays(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/replays/", ShowReplays);
  site.Get(router, "/organizations/{slug}/replays/{project}/{replay}/", ShowReplay);
}

}  // namespace gatehouse::web
