// Issues: the list with its search, and one issue with its newest event.

#include <algorithm>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/events/issues/service.h"
#include "region/eventstore/event_store.h"
#include "region/projects/service.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kPerPage = 25;
constexpr std::size_t kMaxFrames = 50;
constexpr std::size_t kMaxCrumbs = 30;

std::string BaseOf(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/issues/";
}

std::string Text(const json::Object& object, std::string_view key) {
  return std::string(json::GetString(object, key).value_or(""));
}

// A value as people read it: texts as they are, everything else as JSON.
std::string Shown(const json::Value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::Serialize(value);
}

std::string Times(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " event" : " events");
}

std::string_view LevelPill(std::string_view level) {
  if (level == "fatal" || level == "error") return "bad";
  return level == "warning" ? "warn" : "";
}

// A line of code keeps its indentation and still breaks where the page ends.
std::string Indented(std::string_view line) {
  const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
  std::string out;
  for (std::size_t i = 0; i < blanks; ++i) out += "\u00a0";
  return out + std::string(line.substr(blanks));
}

void AddRows(html::Data& data, std::string_view text) {
  for (const std::string_view line : Split(text, '\n'))
    data.Add("LINES").Set("ROW", Indented(line));
}

// "key:id:back" of a link of ours; what is none begins at the beginning.
std::optional<issues::Position> PositionOf(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  const auto key = StrongId<struct KeyTag>::Parse(parts[0]);
  const auto id = IssueId::Parse(parts[1]);
  if (!id) return std::nullopt;
  return issues::Position{key ? key->value : 0, id->value, parts[2] == "1"};
}

Task<http::Response> ShowIssues(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  const std::string text = call.query.Has("query") ? Field(call.query, "query") : "is:unresolved";
  issues::Query query;
  query.limit = kPerPage;
  query.after = PositionOf(Field(call.query, "cursor"));
  const std::string sort = Field(call.query, "sort");
  if (sort == "new") query.sort = issues::Sort::kFirstSeen;
  if (sort == "freq") query.sort = issues::Sort::kTimesSeen;
  const std::string project = Field(call.query, "project");
  if (!project.empty()) {
    GH_CO_TRY(auto found, co_await site.d.events->projects.Get(access.organization.id, project));
    query.projects.push_back(found.id);
  }
  Page page("issues.tpl", "Issues");
  page.InOrg(access, "issues");
  html::Data& body = page.body();
  body.Set("ACTION", BaseOf(access)).Set("QUERY", text).Set("PROJECT_SLUG", project);
  body.Set("PROJECTS_URL", "/organizations/" + access.organization.slug + "/projects/");
  auto terms = issues::ParseQuery(text, call.request.received);
  int status = 200;
  issues::Page list;
  if (terms) {
    query.terms = std::move(*terms);
    if (access.member.user) issues::ReplaceMe(query.terms, *access.member.user);
    GH_CO_TRY(list, co_await site.d.events->issues.List(access.organization.id, query));
  } else {
    AddError(body, terms.error().reason);
    status = 400;
  }
  if (terms && list.issues.empty()) body.Show("EMPTY");
  body.Set("TOTAL", (list.total_is_exact ? "" : "at least ") + std::to_string(list.total));
  for (const issues::Issue& issue : list.issues) {
    html::Data& row = body.Add("ISSUE");
    row.Set("URL", BaseOf(access) + issue.id.ToString() + "/")
        .Set("TITLE", issue.title)
        .Set("SHORT_ID", issue.short_id)
        .Set("LEVEL", issue.level)
        .Set("LEVEL_CLASS", std::string(LevelPill(issue.level)))
        .Set("COUNT", Times(issue.times_seen))
        .Set("WHEN", FormatHuman(issue.last_seen));
    row.SetIf("CULPRIT", issue.culprit);
    if (issue.substatus == "new") row.Show("NEW");
    if (issue.substatus == "regressed") row.Show("REGRESSED");
    if (issue.status == "resolved") row.Show("RESOLVED");
    if (issue.status == "ignored") row.Show("IGNORED");
  }
  const auto link = [&](const issues::Position& at) {
    std::string url = WithQuery(BaseOf(access), "query", text);
    if (!project.empty()) url = WithQuery(std::move(url), "project", project);
    if (!sort.empty()) url = WithQuery(std::move(url), "sort", sort);
    return WithQuery(
        std::move(url), "cursor",
        std::to_string(at.key) + ":" + std::to_string(at.id) + (at.back ? ":1" : ":0"));
  };
  if (list.has_previous) body.Add("NEWER").Set("URL", link(list.previous));
  if (list.has_next) body.Add("OLDER").Set("URL", link(list.next));
  co_return co_await site.Show(call, std::move(page), status);
}

void AddFrame(html::Data& stack, const json::Object& frame) {
  html::Data& row = stack.Add("FRAME");
  std::string place = Text(frame, "filename");
  if (place.empty()) place = Text(frame, "module");
  if (auto line = json::GetInt(frame, "lineno")) place += ":" + std::to_string(*line);
  std::string function = Text(frame, "function");
  row.Set("FUNCTION", function.empty() ? "(anonymous)" : function).Set("PLACE", place);
  if (json::GetBool(frame, "in_app").value_or(false)) row.Show("IN_APP");
  const std::string line = Text(frame, "context_line");
  if (line.empty()) return;
  html::Data& source = row.Add("SOURCE");
  const auto add_lines = [&](const char* section, std::string_view key) {
    const json::Array* context = json::GetArray(frame, key);
    if (context == nullptr) return;
    for (const json::Value& one : *context) {
      if (one.is_string()) source.Add(section).Set("ROW", Indented(one.get_string()));
    }
  };
  add_lines("BEFORE", "pre_context");
  source.Set("LINE", Indented(line));
  add_lines("AFTER", "post_context");
}

void AddExceptions(html::Data& body, const json::Object& event) {
  const json::Object* exception = json::GetObject(event, "exception");
  const json::Array* values = exception ? json::GetArray(*exception, "values") : nullptr;
  if (values == nullptr) return;
  // The one that was thrown last comes first, its newest frame too.
  for (auto it = values->rbegin(); it != values->rend(); ++it) {
    const json::Object* one = it->if_object();
    if (one == nullptr) continue;
    html::Data& section = body.Add("EXCEPTION");
    const std::string type = Text(*one, "type");
    section.Set("TYPE", type.empty() ? "Stack trace" : type).Set("VALUE", Text(*one, "value"));
    if (const json::Object* mechanism = json::GetObject(*one, "mechanism")) {
      if (json::GetBool(*mechanism, "handled") == false) section.Show("UNHANDLED");
    }
    const json::Object* stack = json::GetObject(*one, "stacktrace");
    const json::Array* frames = stack ? json::GetArray(*stack, "frames") : nullptr;
    if (frames == nullptr) continue;
    std::size_t shown = 0;
    for (auto frame = frames->rbegin(); frame != frames->rend() && shown < kMaxFrames; ++frame) {
      if (const json::Object* fields = frame->if_object()) {
        AddFrame(section, *fields);
        ++shown;
      }
    }
  }
}

void AddCrumbs(html::Data& body, const json::Object& event) {
  const json::Object* crumbs = json::GetObject(event, "breadcrumbs");
  const json::Array* values = crumbs ? json::GetArray(*crumbs, "values") : nullptr;
  if (values == nullptr || values->empty()) return;
  html::Data& section = body.Add("CRUMBS");
  std::size_t shown = 0;
  for (auto it = values->rbegin(); it != values->rend() && shown < kMaxCrumbs; ++it) {
    const json::Object* crumb = it->if_object();
    if (crumb == nullptr) continue;
    std::string what = Text(*crumb, "message");
    if (what.empty()) {
      if (const json::Object* data = json::GetObject(*crumb, "data")) what = json::Serialize(*data);
    }
    section.Add("CRUMB").Set("CATEGORY", Text(*crumb, "category")).Set("WHAT", what);
    ++shown;
  }
}

void AddContexts(html::Data& body, const json::Object& event) {
  const json::Object* contexts = json::GetObject(event, "contexts");
  if (contexts == nullptr) return;
  for (const auto& [name, value] : *contexts) {
    const json::Object* fields = value.if_object();
    if (fields == nullptr || fields->empty()) continue;
    html::Data& section = body.Add("CONTEXT");
    section.Set("NAME", std::string(name));
    for (const auto& [key, field] : *fields) {
      if (key == "type") continue;
      section.Add("FIELD").Set("KEY", std::string(key)).Set("VALUE", Shown(field));
    }
  }
}

Task<http::Response> ShowIssue(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  GH_CO_TRY(auto issue, co_await site.d.events->issues.Get(access.organization.id,
                                                           call.request.Param("issue")));
  const std::string here = BaseOf(access) + issue.id.ToString() + "/";
  Page page("issue.tpl", issue.title);
  page.InOrg(access, "issues");
  page.Wide();
  html::Data& body = page.body();
  body.Set("TITLE", issue.title)
      .Set("SHORT_ID", issue.short_id)
      .Set("LEVEL", issue.level)
      .Set("LEVEL_CLASS", std::string(LevelPill(issue.level)))
      .Set("COUNT", Times(issue.times_seen))
      .Set("FIRST", FormatHuman(issue.first_seen))
      .Set("LAST", FormatHuman(issue.last_seen))
      .Set("LIST_URL", BaseOf(access));
  body.SetIf("CULPRIT", issue.culprit);
  if (access.can("event:write")) {
    const bool open = issue.status == "unresolved";
    const auto act = [&](const char* section) { body.Add(section).Set("ACTION", here); };
    if (open) {
      act("RESOLVE");
      act("IGNORE");
    } else {
      act("REOPEN");
    }
  }
  if (issue.status == "resolved") body.Show("RESOLVED");
  if (issue.status == "ignored") body.Show("IGNORED");
  if (issue.substatus == "regressed") body.Show("REGRESSED");

  eventstore::EventQuery query;
  query.project_id = issue.project.value;
  query.group_id = issue.id.value;
  query.limit = 1;
  query.with_payload = true;
  const std::string wanted = Field(call.query, "event");
  std::optional<eventstore::StoredEvent> event;
  if (!wanted.empty()) {
    GH_CO_TRY(event, co_await site.d.events->store.Get(issue.project.value, wanted));
    if (event && event->group_id != issue.id.value) event.reset();
  }
  if (!event) {
    GH_CO_TRY(auto newest, co_await site.d.events->store.List(query));
    if (!newest.events.empty()) event = std::move(newest.events.front());
  }
  if (!event) {
    body.Show("NO_EVENT");
    co_return co_await site.Show(call, std::move(page));
  }
  html::Data& shown = body.Add("EVENT");
  shown.Set("ID", event->event_id).Set("WHEN", FormatHuman(event->timestamp));
  GH_CO_TRY(auto around,
            co_await site.d.events->store.Around(issue.project.value, event->event_id));
  if (!around.previous.empty()) {
    shown.Add("PREVIOUS").Set("URL", WithQuery(here, "event", around.previous));
  }
  if (!around.next.empty()) shown.Add("NEXT").Set("URL", WithQuery(here, "event", around.next));
  for (const auto& [key, value] : event->tags) {
    std::string name = key.starts_with("sentry:") ? key.substr(7) : key;
    shown.Add("TAG").Set("KEY", std::move(name)).Set("VALUE", value);
  }
  if (auto payload = json::ParseObject(event->payload,
                                       {.max_bytes = event->payload.size(), .max_depth = 128})) {
    if (const json::Object* entry = json::GetObject(*payload, "logentry")) {
      const std::string text = Text(*entry, "formatted");
      if (!text.empty()) AddRows(shown.Add("MESSAGE"), text);
    }
    AddExceptions(shown, *payload);
    AddCrumbs(shown, *payload);
    AddContexts(shown, *payload);
  }
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> PostIssue(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "event:read"));
  GH_CO_TRY(auto issue, co_await site.d.events->issues.Get(access.organization.id,
                                                           call.request.Param("issue")));
  issues::Change change;
  change.status = Field(call.form, "status");
  std::vector<IssueId> ids{issue.id};
  GH_CO_TRY_VOID(co_await site.d.events->issues.Update(access.organization.id, std::move(ids),
                                                       std::move(change),
                                                       access::CallerOf(call.visitor, access)));
  co_return Go(BaseOf(access) + issue.id.ToString() + "/");
}

}  // namespace

void RegisterIssues(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/issues/", ShowIssues);
  site.Get(router, "/organizations/{slug}/issues/{issue}/", ShowIssue);
  site.Post(router, "/organizations/{slug}/issues/{issue}/", PostIssue);
}

}  // namespace gatehouse::web
