// What people write: reports about errors, and feedback without one, in one list.

#include <algorithm>

#include "base/text.h"
#include "edge/web/events/events.h"
#include "edge/web/events/json_text.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "platform/json/json.h"
#include "region/events/issues/search.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxFeedbackFiles = 10;
constexpr std::size_t kMaxFieldText = 4'096;

struct Entry {
  Timestamp time;
  const projects::Project* project = nullptr;
  bool is_report = false;  // about an error
  std::string id = {};     // of the event that carries it, or that it is about
  std::string message = {};
  std::string name = {};
  std::string contact = {};
  std::string url = {};
  std::string source = {};
  std::string replay_id = {};
  std::string about = {};  // the event it is about, "" for none
  std::int64_t issue = 0;
};

Entry EntryOf(const projects::Project& project, const eventstore::StoredItem& item) {
  Entry entry{.time = item.timestamp, .project = &project, .id = item.id, .message = item.text};
  auto payload = json::ParseObject(item.payload, {.max_bytes = 4 << 20, .max_depth = 128});
  if (!payload) return entry;
  const json::Object* contexts = json::GetObject(*payload, "contexts");
  const json::Object* feedback = contexts ? json::GetObject(*contexts, "feedback") : nullptr;
  if (feedback == nullptr) return entry;
  entry.name = CutText(*feedback, "name", kMaxFieldText);
  entry.contact = CutText(*feedback, "contact_email", kMaxFieldText);
  entry.url = CutText(*feedback, "url", kMaxFieldText);
  entry.source = CutText(*feedback, "source", kMaxFieldText);
  if (auto replay = issues::ParseEventId(CutText(*feedback, "replay_id", kMaxFieldText)))
    entry.replay_id = *replay;
  if (auto about = issues::ParseEventId(CutText(*feedback, "associated_event_id", kMaxFieldText))) {
    entry.about = *about;
  }
  return entry;
}

Entry EntryOf(const projects::Project& project, const feedback::Report& report) {
  return {.time = report.created_at,
          .project = &project,
          .is_report = true,
          .id = report.event_id,
          .message = report.comments,
          .name = report.name,
          .contact = report.email,
          .about = report.event_id,
          .issue = report.issue_id.value_or(0)};
}

bool Holds(const Entry& entry, std::string_view lower) {
  if (lower.empty()) return true;
  for (const std::string* text : {&entry.message, &entry.name, &entry.contact, &entry.url}) {
    if (AsciiLower(*text).find(lower) != std::string::npos) return true;
  }
  return false;
}

// Both sources of one project, newest first.
Task<void> Read(Site& site, OrgId organization, const projects::Project& project, ListCursor from,
                std::vector<Slice<Entry>>& slices) {
  const std::size_t limit = std::min<std::size_t>(kPerPage + from.skip + 1, 100);
  feedback::Query query;
  query.project = project.id;
  query.limit = limit;
  if (!from.IsStart()) {
    query.after = feedback::Report{.project = project.id,
                                   .event_id = std::string(32, 'g'),
                                   .name = {},
                                   .email = {},
                                   .comments = {},
                                   .created_at = from.at + Duration(1)};
  }
  GH_CO_TRY(const auto reports, co_await site.d.events->feedback.List(organization, query));
  Slice<Entry>& told = slices.emplace_back();
  told.more = reports.size() == limit;
  for (const feedback::Report& report : reports) told.rows.push_back(EntryOf(project, report));

  eventstore::ItemQuery items;
  items.project_id = project.id.value;
  items.type = "feedback";
  items.limit = limit;
  items.with_payload = true;
  if (!from.IsStart()) items.range.to = from.at + Duration(1);
  GH_CO_TRY(const auto found, co_await site.d.events->store.ListItems(std::move(items)));
  Slice<Entry>& sent = slices.emplace_back();
  sent.more = found.next.has_value();
  for (const eventstore::StoredItem& item : found.items) {
    sent.rows.push_back(EntryOf(project, item));
  }
  co_return Result<void>();
}

// Its error and its files: looked up for the rows of a page only.
Task<void> AddSurroundings(Site& site, const access::OrgAccess& access, Entry entry,
                           html::Data& row) {
  if (entry.issue == 0 && !entry.about.empty()) {
    GH_CO_TRY(const auto event,
              co_await site.d.events->store.Get(entry.project->id.value, entry.about));
    if (event) entry.issue = event->group_id;
  }
  if (entry.issue != 0) {
    row.Add("ISSUE").Set("ISSUE_URL",
                         WithQuery(OrgPath(access) + "issues/" + std::to_string(entry.issue) + "/",
                                   "event", entry.about));
  } else if (!entry.about.empty()) {
    row.Add("ABOUT").Set("EVENT_ID", entry.about);
  }
  if (!entry.replay_id.empty()) {
    row.Add("REPLAY").Set("REPLAY_URL", OrgPath(access) + "replays/" + entry.project->slug + "/" +
                                            entry.replay_id + "/");
  }
  if (entry.is_report) co_return Result<void>();
  eventstore::ItemQuery query;
  query.project_id = entry.project->id.value;
  query.type = "attachment";
  query.event_id = entry.id;
  query.range = {entry.time - std::chrono::hours(24), entry.time + std::chrono::hours(24)};
  query.limit = kMaxFeedbackFiles;
  GH_CO_TRY(const auto files, co_await site.d.events->store.ListItems(std::move(query)));
  for (const eventstore::StoredItem& file : files.items) {
    row.Add("FILE")
        .Set("FILE_URL", "/api/0/projects/" + access.organization.slug + "/" + entry.project->slug +
                             "/events/" + entry.id + "/attachments/" + file.id + "/?download=1")
        .Set("FILE_NAME", std::string(FieldOf(file.fields, "name")));
  }
  co_return Result<void>();
}

Task<http::Response> ShowFeedback(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  const Timestamp now = call.request.received;
  const std::string base = OrgPath(access) + "feedback/";
  Page page("feedback.tpl", "Feedback");
  page.InOrg(access, "feedback").Styles("events.css");
  html::Data& body = page.body();
  const std::string text = Field(call.query, "query");
  body.Set("ACTION", base)
      .Set("QUERY", text)
      .Set("FEEDBACK_URL", base)
      .Set("REPLAYS_URL", OrgPath(access) + "replays/");
  GH_CO_TRY(const Chosen chosen, co_await ChooseProjects(site, call, access, 0, body));
  const ListCursor from = ListCursor::Parse(Field(call.query, "cursor"));
  std::vector<Slice<Entry>> slices;
  for (const projects::Project& project : chosen.projects) {
    GH_CO_TRY_VOID(co_await Read(site, access.organization.id, project, from, slices));
  }
  const std::string lower = AsciiLower(text);
  const MergedPage<Entry> list =
      Merge<Entry>(std::move(slices), from, kPerPage,
                   [&lower](const Entry& entry) { return Holds(entry, lower); });
  if (list.rows.empty()) {
    const bool asked = !text.empty() || !chosen.slug.empty() || !from.IsStart();
    body.Add(asked ? "NOTHING" : "EMPTY").Set("PROJECTS_URL", OrgPath(access) + "projects/");
  }
  for (const Entry& entry : list.rows) {
    html::Data& row = body.Add("ENTRY");
    row.Set("SLUG_OF", entry.project->slug);
    for (const std::string_view line : Split(entry.message, '\n')) {
      row.Add("LINES").Set("ROW", std::string(line));
    }
    row.Set("WHO", !entry.name.empty()      ? entry.name
                   : !entry.contact.empty() ? entry.contact
                                            : "Somebody");
    if (!entry.name.empty()) row.SetIf("CONTACT", entry.contact);
    row.SetIf("PLACE", entry.url);
    row.SetIf("SOURCE", entry.source);
    if (entry.is_report) row.Show("REPORT");
    AddTime(row, "AT", entry.time, now);
    GH_CO_TRY_VOID(co_await AddSurroundings(site, access, entry, row));
  }
  const auto link = [&](const std::string& cursor) {
    std::string url = base;
    for (const char* name : {"query", "project"}) {
      if (std::string value = Field(call.query, name); !value.empty()) {
        url = WithQuery(std::move(url), name, value);
      }
    }
    return cursor.empty() ? url : WithQuery(std::move(url), "cursor", cursor);
  };
  if (!from.IsStart()) body.Add("NEWEST").Set("URL", link(""));
  if (list.next) body.Add("OLDER").Set("URL", link(list.next->ToString()));
  if (chosen.some_missing) body.Show("MORE_PROJECTS");
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterFeedback(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/feedback/", ShowFeedback);
}

}  // namespace gatehouse::web
