// The events of an issue as a table, one event as JSON, and why an event is in its issue.

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/events.h"
#include "edge/web/events/issue_page.h"
#include "edge/web/events/json_lines.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/when.h"
#include "edge/web/organization.h"
#include "region/events/grouping/project_config.h"
#include "region/events/issues/event_search.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxTree = 600;
constexpr std::size_t kMaxLeaf = 300;
constexpr std::size_t kMaxIndent = 9;

// ---- all events ---------------------------------------------------------------------------------

struct SearchResult {
  eventstore::EventPage page;
  std::string error_slug;
};

Task<SearchResult> Search(Site& site, Call& call, const OpenIssue& open, std::string text) {
  SearchResult found;
  eventstore::EventStore& store = site.d.events->store;
  eventstore::EventQuery query;
  query.project_id = open.issue.project.value;
  query.group_id = open.issue.id.value;
  query.limit = kPerPage;
  query.after = eventstore::Cursor::Parse(Field(call.query, "cursor"));
  if (const auto id = issues::ParseEventId(text)) {
    GH_CO_TRY(auto event, co_await store.Get(open.issue.project.value, *id));
    if (event && event->group_id == open.issue.id.value) {
      found.page.events.push_back(std::move(*event));
    }
    co_return found;
  }
  const auto terms = issues::ParseQuery(text, call.request.received);
  if (!terms) {
    found.error_slug = terms.error().reason;
    co_return found;
  }
  if (const auto narrowed = issues::NarrowEvents(*terms, query); !narrowed) {
    found.error_slug = narrowed.error().reason;
    co_return found;
  }
  GH_CO_TRY(found.page, co_await store.List(std::move(query)));
  co_return found;
}

Task<http::Response> ShowEvents(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  const std::string text(Trim(Field(call.query, "query")));
  GH_CO_TRY(const SearchResult found, co_await Search(site, call, open, text));
  Page page = IssueFrame("issue_events.tpl", open);
  html::Data& body = page.body();
  GH_CO_TRY_VOID(co_await FillHead(site, call, open, body, "events", ""));
  const std::string here = open.Url() + "events/";
  body.Set("ACTION", here).Set("QUERY", text);
  if (!found.error_slug.empty()) AddError(body, found.error_slug);
  if (found.page.events.empty()) {
    if (found.error_slug.empty()) body.Show(found.page.next ? "GO_ON" : "EMPTY");
  } else {
    body.Show("TABLE");
  }
  for (const eventstore::StoredEvent& event : found.page.events) {
    html::Data& row = body.Add("EVENT");
    row.Set("URL", here + event.event_id + "/")
        .Set("ID", event.event_id.substr(0, 8))
        .Set("MESSAGE", event.title.empty() ? event.message : event.title)
        .Set("RELEASE", event.release.empty() ? "–" : event.release)
        .Set("ENVIRONMENT", event.environment.empty() ? "–" : event.environment)
        .Set("USER", event.user.empty() ? "–" : event.user);
    AddTime(row, "AT", event.timestamp, call.request.received);
  }
  const auto link = [&](const std::string& cursor) {
    std::string url = text.empty() ? here : WithQuery(here, "query", text);
    return cursor.empty() ? url : WithQuery(std::move(url), "cursor", cursor);
  };
  if (call.query.Has("cursor")) body.Add("NEWEST").Set("URL", link(""));
  if (found.page.next) body.Add("OLDER").Set("URL", link(found.page.next->ToString()));
  co_return co_await site.Show(call, std::move(page), found.error_slug.empty() ? 200 : 400);
}

// ---- one event as JSON --------------------------------------------------------------------------

Task<http::Response> ShowJson(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  GH_CO_TRY(const auto event, co_await EventOf(site, call, open));
  if (!event) co_return Fail(Code::kNotFound, "event_not_found");
  Page page = IssueFrame("issue_json.tpl", open);
  html::Data& body = page.body();
  body.Set("ISSUE_URL", open.Url())
      .Set("SHORT_ID", open.issue.short_id)
      .Set("EVENT_URL", open.Url() + "events/" + event->event_id + "/")
      .Set("ID", event->event_id)
      .Set("RAW_URL",
           ApiOf(open.access, open.issue.project_slug) + "events/" + event->event_id + "/json/")
      .Set("FILE", event->event_id + ".json");
  if (const auto payload = PayloadOf(*event)) {
    JsonLines lines = LinesOf(json::Value(*payload));
    html::Data& text = body.Add("TEXT");
    for (std::string& line : lines.lines) text.Add("LINES").Set("ROW", std::move(line));
    if (lines.cut) text.Show("CUT");
  } else {
    body.Show("UNREADABLE");
  }
  co_return co_await site.Show(call, std::move(page));
}

// ---- grouping -----------------------------------------------------------------------------------

struct Tree {
  html::Data& variant;
  std::size_t rows = 0;
};

void AddComponent(Tree& tree, const json::Object& component, std::size_t depth) {
  if (tree.rows >= kMaxTree) return;
  const json::Array* values = json::GetArray(component, "values");
  const auto hint = json::GetString(component, "hint").value_or("");
  // What is empty and says nothing says nothing.
  if ((values == nullptr || values->empty()) && hint.empty()) return;
  ++tree.rows;
  html::Data& row = tree.variant.Add("NODE");
  row.Set("DEPTH", std::to_string(std::min(depth, kMaxIndent)))
      .Set("NAME", std::string(json::GetString(component, "name").value_or("")));
  if (json::GetBool(component, "contributes").value_or(false)) {
    row.Show("COUNTS");
  } else {
    row.Show("SILENT");
  }
  if (!hint.empty()) row.Add("HINT").Set("WHY", std::string(hint));
  if (values == nullptr) return;
  for (const json::Value& value : *values) {
    if (const json::Object* inner = value.if_object()) {
      AddComponent(tree, *inner, depth + 1);
    } else {
      row.Add("LEAF").Set("TEXT", Shown(value, kMaxLeaf));
    }
  }
}

void AddVariant(html::Data& body, const json::Object& variant, bool unfolded) {
  const auto text = [&variant](std::string_view key) {
    return std::string(json::GetString(variant, key).value_or(""));
  };
  html::Data& section = body.Add("VARIANT");
  section.Set("NAME", text("key")).Set("KIND", text("description"));
  const std::string hash = text("hash");
  if (!hash.empty()) section.Add("HASHED").Set("HASH", hash);
  section.Show(json::GetBool(variant, "contributes").value_or(false) ? "USED" : "UNUSED");
  for (const auto& [key, label] :
       {std::pair("matched_rule", "Rule"), std::pair("values", "Fingerprint"),
        std::pair("client_values", "Sent by the SDK")}) {
    if (const json::Value* value = variant.if_contains(key)) {
      section.Add("SOURCE").Set("LABEL", label).Set("TEXT", Shown(*value, 1000));
    }
  }
  if (const json::Object* component = json::GetObject(variant, "component")) {
    Tree tree{section.Add("TREE"), 0};
    if (unfolded) tree.variant.Show("UNFOLDED");
    AddComponent(tree, *component, 0);
    if (tree.rows >= kMaxTree) section.Show("CUT");
  }
}

Task<http::Response> ShowGrouping(Site& site, Call& call) {
  GH_CO_TRY(const OpenIssue open, co_await EnterIssue(site, call));
  GH_CO_TRY(const auto event, co_await EventOf(site, call, open));
  Page page = IssueFrame("issue_grouping.tpl", open);
  html::Data& body = page.body();
  GH_CO_TRY_VOID(co_await FillHead(site, call, open, body, "grouping",
                                   EventParam(call).empty() || !event ? "" : event->event_id));
  auto payload = event ? PayloadOf(*event) : std::nullopt;
  if (!payload) {
    body.Show("NO_EVENT");
    co_return co_await site.Show(call, std::move(page));
  }
  GH_CO_TRY(const auto project, co_await site.d.events->projects.Get(
                                    open.access.organization.id, open.issue.project.ToString()));
  const json::Object why =
      grouping::Explain(grouping::Group(*payload, grouping::ConfigOf(project.options)));
  html::Data& shown = body.Add("WHY");
  shown.Set("ID", event->event_id)
      .Set("EVENT_URL", open.Url() + "events/" + event->event_id + "/")
      .Set("CONFIG", std::string(json::GetString(why, "config").value_or("")))
      .Set("RAW_URL", ApiOf(open.access, open.issue.project_slug) + "events/" + event->event_id +
                          "/grouping-info/");
  if (const auto hash = json::GetString(why, "primary_hash")) {
    shown.Add("PRIMARY").Set("HASH", std::string(*hash));
  }
  if (const json::Object* variants = json::GetObject(why, "variants")) {
    // Those that decide come first, and the first of them open.
    bool first = true;
    for (const bool used : {true, false}) {
      for (const auto& [name, value] : *variants) {
        const json::Object* variant = value.if_object();
        if (variant == nullptr) continue;
        const bool counts = json::GetBool(*variant, "contributes").value_or(false);
        if (counts == used) AddVariant(shown, *variant, std::exchange(first, false));
      }
    }
  }
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterIssueEvents(Site& site, http::Router& router) {
  const std::string issue = "/organizations/{slug}/issues/{issue}/";
  site.Get(router, issue + "events/", ShowEvents);
  site.Get(router, issue + "events/{event}/json/", ShowJson);
  site.Get(router, issue + "events/{event}/grouping/", ShowGrouping);
  site.Get(router, issue + "grouping/", ShowGrouping);
}

}  // namespace gatehouse::web
