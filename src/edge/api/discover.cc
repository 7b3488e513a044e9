// Errors and transactions of an organization's projects as a table, newest or oldest first.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "edge/api/encode.h"
#include "edge/api/errors.h"
#include "edge/api/event_encode.h"
#include "edge/api/handlers.h"
#include "edge/api/issue_query.h"
#include "edge/api/paging.h"
#include "edge/api/refusals.h"
#include "region/events/issues/errors.h"
#include "region/events/issues/search.h"
#include "region/eventstore/user_tags.h"

namespace gatehouse::api {
namespace {

using eventstore::EventQuery;
using eventstore::StoredEvent;

constexpr std::size_t kMaxColumns = 50;
constexpr std::size_t kMaxKey = 200;
// A search for tags looks at thousands of events a round; what one request looks at ends here, and
// its answer is a short page with a next one.
constexpr int kMaxRounds = 10;
// Events of one microsecond that a cursor may pass over.
constexpr std::int64_t kMaxTies = 10'000;

enum class Column {
  kId,
  kTitle,
  kMessage,
  kTimestamp,
  kProject,
  kRelease,
  kEnvironment,
  kUser,
  kUserDisplay,
  kTransaction,
  kLevel,
  kPlatform,
  kType,
  kTrace,
  kDist,
  kDuration,
  kTag,
};

struct KnownColumn {
  std::string_view name;
  Column column;
};
constexpr std::array kColumns = {KnownColumn{"id", Column::kId},
                                 KnownColumn{"title", Column::kTitle},
                                 KnownColumn{"message", Column::kMessage},
                                 KnownColumn{"timestamp", Column::kTimestamp},
                                 KnownColumn{"project", Column::kProject},
                                 KnownColumn{"project.name", Column::kProject},
                                 KnownColumn{"release", Column::kRelease},
                                 KnownColumn{"environment", Column::kEnvironment},
                                 KnownColumn{"user", Column::kUser},
                                 KnownColumn{"user.display", Column::kUserDisplay},
                                 KnownColumn{"transaction", Column::kTransaction},
                                 KnownColumn{"level", Column::kLevel},
                                 KnownColumn{"platform", Column::kPlatform},
                                 KnownColumn{"event.type", Column::kType},
                                 KnownColumn{"trace", Column::kTrace},
                                 KnownColumn{"dist", Column::kDist},
                                 KnownColumn{"transaction.duration", Column::kDuration}};

const KnownColumn* FindColumn(std::string_view name) {
  const auto* found = std::ranges::find(kColumns, name, &KnownColumn::name);
  return found == kColumns.end() ? nullptr : found;
}

// What clients know as something else than a tag: taken for one it would never be found.
bool IsReserved(std::string_view name) {
  constexpr std::array<std::string_view, 9> kGroups = {"error.",        "geo.",   "issue.",
                                                       "measurements.", "span.",  "stack.",
                                                       "user.",         "spans.", "timestamp."};
  return name == "issue" || std::ranges::any_of(kGroups, [name](std::string_view group) {
           return name.starts_with(group);
         });
}

struct Asked {
  std::string name;  // as it was asked for
  Column column = Column::kTag;
  std::string tag = {};
};

std::optional<Asked> ColumnOf(std::string_view name) {
  if (const KnownColumn* known = FindColumn(name)) return Asked{std::string(name), known->column};
  std::string_view tag = name;
  const bool spelled_out = tag.starts_with("tags[") && tag.ends_with(']');
  if (spelled_out) tag = tag.substr(5, tag.size() - 6);
  const bool is_key = !tag.empty() && tag.size() <= kMaxKey && std::ranges::all_of(tag, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == ':' || c == '-';
  });
  if (!is_key || (!spelled_out && IsReserved(tag))) return std::nullopt;
  return Asked{std::string(name), Column::kTag, std::string(tag)};
}

// ---- what is asked for --------------------------------------------------------------------------

// The name that a condition was typed with.
std::string_view TermName(const issues::Term& term) {
  switch (term.field) {
    case issues::Field::kStatus:
    case issues::Field::kSubstatus:
    case issues::Field::kLinked:
      return "is";
    case issues::Field::kAssigned:
      return "assigned";
    case issues::Field::kBookmarked:
      return "bookmarks";
    case issues::Field::kLevel:
      return "level";
    case issues::Field::kLogger:
      return "logger";
    case issues::Field::kPlatform:
      return "platform";
    case issues::Field::kType:
      return "issue.type";
    case issues::Field::kPriority:
      return "priority";
    case issues::Field::kRelease:
      return "release";
    case issues::Field::kFirstRelease:
      return "firstRelease";
    case issues::Field::kEnvironment:
      return "environment";
    case issues::Field::kShortId:
      return "issue";
    case issues::Field::kTitle:
      return "title";
    case issues::Field::kTimesSeen:
      return "timesSeen";
    case issues::Field::kUsersSeen:
      return "userCount";
    case issues::Field::kFirstSeen:
      return "firstSeen";
    case issues::Field::kLastSeen:
      return "timestamp";
    case issues::Field::kTag:
      break;
  }
  const std::string_view key = term.key;
  return key.starts_with("sentry:") ? key.substr(7) : key;
}

struct TableSearch {
  EventQuery query = {};     // its conditions
  std::string id = {};       // this event; "": any
  std::string project = {};  // slug or id; "": any
};

bool SetOnce(std::string& place, std::string_view value) {
  if (value.empty() || (!place.empty() && place != value)) return false;
  place = value;
  return true;
}

// False: the store cannot answer it, or not exactly.
bool AddTerm(const issues::Term& term, bool transactions, TableSearch& search) {
  if (term.op != issues::Op::kIs || term.negated || term.values.size() != 1 ||
      issues::HasWildcard(term.values.front())) {
    return false;
  }
  const std::string& value = term.values.front();
  switch (term.field) {
    case issues::Field::kRelease:
      return SetOnce(search.query.release, value);
    case issues::Field::kEnvironment:
      return SetOnce(search.query.environment, value);
    case issues::Field::kLevel:
    case issues::Field::kLogger:
      search.query.tags.emplace_back(TermName(term), value);
      return !value.empty();
    case issues::Field::kTag:
      break;
    default:
      return false;
  }
  if (term.key == "transaction") return SetOnce(search.query.transaction, value);
  if (term.key == "trace" || term.key == "id") {
    const auto id = issues::ParseEventId(value);
    return id && SetOnce(term.key == "id" ? search.id : search.query.trace_id, *id);
  }
  if (term.key == "project" || term.key == "project.name") return SetOnce(search.project, value);
  const bool user = term.key == eventstore::kTagUser;
  // Of a transaction only the first thing is known that names its user.
  if (user && transactions && !value.starts_with("id:")) return false;
  if (!user && (FindColumn(term.key) != nullptr || IsReserved(term.key))) return false;
  search.query.tags.emplace_back(term.key, value);
  return true;
}

std::vector<std::string> ValuesOf(const http::Form& form, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : form.all()) {
    if (key == name && !value.empty()) values.push_back(value);
  }
  return values;
}

std::vector<eventstore::Kind> KindsOf(std::string_view dataset) {
  std::vector<eventstore::Kind> kinds;
  const bool both = dataset == "discover";
  if (both || dataset == "errors") kinds.push_back(eventstore::Kind::kError);
  if (both || dataset == "transactions") kinds.push_back(eventstore::Kind::kTransaction);
  return kinds;
}

// ---- reading ------------------------------------------------------------------------------------

struct TableHit {
  StoredEvent event;
  const projects::Project* project = nullptr;
  std::size_t read = 0;  // as the how many-th: tells those of one time apart
};

// Several lists of the store as one. Rows of different lists have nothing in common but their time:
// a cursor is a time and how many events of just that time have been shown.
struct Reading {
  bool oldest_first = false;
  std::size_t need = 0;  // of each list
  std::optional<Timestamp> start = {};
  int rounds = 0;
  std::vector<TableHit> hits = {};
  // Nothing is known from here on: a list ended before it had so many.
  std::optional<Timestamp> frontier = {};

  bool Before(Timestamp a, Timestamp b) const { return oldest_first ? a < b : a > b; }
};

Task<void> ReadList(Call& call, EventQuery query, const std::string& id,
                    const projects::Project& project, Reading& reading) {
  query.project_id = project.id.value;
  query.limit = reading.need;
  query.order =
      reading.oldest_first ? eventstore::Order::kOldestFirst : eventstore::Order::kNewestFirst;
  if (!id.empty()) {
    GH_CO_TRY(const auto event, co_await call.events().store.Get(project.id.value, id));
    if (!event) co_return Result<void>();
    query.range.from = std::max(query.range.from, event->timestamp);
    query.range.to = std::min(query.range.to, event->timestamp + Duration(1));
  }
  std::size_t found = 0;
  while (query.range.from < query.range.to) {
    EventQuery now = query;
    GH_CO_TRY(eventstore::EventPage page, co_await call.events().store.List(std::move(now)));
    ++reading.rounds;
    for (StoredEvent& event : page.events) {
      if (!id.empty() && event.event_id != id) continue;
      ++found;
      reading.hits.push_back({std::move(event), &project, reading.hits.size()});
    }
    if (!page.next || found >= reading.need) break;
    query.after = page.next;
    // A page gets beyond the time that it begins with, whatever that takes: else the next one would
    // be the same.
    if (reading.rounds < kMaxRounds || page.next->time == reading.start) continue;
    if (!reading.frontier || reading.Before(page.next->time, *reading.frontier)) {
      reading.frontier = page.next->time;
    }
    break;
  }
  co_return Result<void>();
}

struct TablePage {
  std::vector<TableHit> hits;
  Links links;
};

// `shown`: of those at the time where this page begins.
TablePage TakePage(Reading reading, std::size_t limit, std::int64_t shown) {
  std::vector<TableHit>& hits = reading.hits;
  std::ranges::sort(hits, [&](const TableHit& a, const TableHit& b) {
    if (a.event.timestamp == b.event.timestamp) return a.read < b.read;
    return reading.Before(a.event.timestamp, b.event.timestamp);
  });
  if (reading.frontier) {
    std::erase_if(hits, [&](const TableHit& hit) {
      return !reading.Before(hit.event.timestamp, *reading.frontier);
    });
  }
  std::size_t begin = 0;
  while (begin < hits.size() && static_cast<std::int64_t>(begin) < shown &&
         hits[begin].event.timestamp == reading.start) {
    ++begin;
  }
  const std::size_t end = std::min(hits.size(), begin + limit);
  TablePage page;
  page.links.has_previous = reading.start.has_value();
  if (end < hits.size()) {
    const Timestamp last = hits[end - 1].event.timestamp;
    std::int64_t at_last = 0;
    for (std::size_t i = end; i > 0 && hits[i - 1].event.timestamp == last; --i) ++at_last;
    page.links.has_next = true;
    page.links.next = {last.micros, at_last, false};
  } else if (reading.frontier) {
    page.links.has_next = true;
    page.links.next = {reading.frontier->micros, 0, false};
  }
  page.hits.assign(std::make_move_iterator(hits.begin() + static_cast<std::ptrdiff_t>(begin)),
                   std::make_move_iterator(hits.begin() + static_cast<std::ptrdiff_t>(end)));
  return page;
}

// ---- rows ---------------------------------------------------------------------------------------

json::Value TagOf(const StoredEvent& event, std::string_view key) {
  for (const auto& [name, value] : event.tags) {
    if (eventstore::IsUserPartKey(name)) continue;
    if (name == key || (name.starts_with("sentry:") && name.substr(7) == key))
      return json::Value(value);
  }
  return nullptr;
}

// What people know a user by.
json::Value DisplayOf(const json::Object& payload) {
  const json::Object* user = json::GetObject(payload, "user");
  if (user == nullptr) return nullptr;
  for (const char* part : {"email", "username", "id", "ip_address"}) {
    const auto text = json::GetString(*user, part);
    if (text && !text->empty()) return json::Value(*text);
  }
  return nullptr;
}

json::Value CellOf(const TableHit& hit, const Asked& asked, const json::Value& display) {
  const StoredEvent& event = hit.event;
  switch (asked.column) {
    case Column::kId:
      return json::Value(event.event_id);
    case Column::kTitle:
      return json::Value(event.title);
    case Column::kMessage:
      return json::Value(event.message);
    case Column::kTimestamp:
      return json::Value(FormatIso8601(event.timestamp));
    case Column::kProject:
      return json::Value(hit.project->slug);
    case Column::kRelease:
      return TextOrNull(event.release);
    case Column::kEnvironment:
      return TextOrNull(event.environment);
    case Column::kUser:
      return TextOrNull(event.user);
    case Column::kUserDisplay:
      return display;
    case Column::kTransaction:
      return TextOrNull(event.transaction);
    case Column::kLevel:
      return TextOrNull(event.level);
    case Column::kPlatform:
      return TextOrNull(event.platform);
    case Column::kType:
      return json::Value(event.type);
    case Column::kTrace:
      return TextOrNull(event.trace_id);
    case Column::kDist:
      return TextOrNull(event.dist);
    case Column::kDuration:
      if (event.type != "transaction") return nullptr;
      return static_cast<double>(event.duration.count()) / 1000;
    case Column::kTag:
      break;
  }
  return TagOf(event, asked.tag);
}

json::Object MetaOf(const std::vector<Asked>& columns, std::string_view dataset) {
  json::Object fields;
  json::Object units;
  for (const Asked& asked : columns) {
    const bool duration = asked.column == Column::kDuration;
    fields[asked.name] = duration                             ? "duration"
                         : asked.column == Column::kTimestamp ? "date"
                                                              : "string";
    units[asked.name] = duration ? json::Value("millisecond") : json::Value(nullptr);
  }
  return {{"fields", std::move(fields)}, {"units", std::move(units)}, {"dataset", dataset}};
}

// People are told what of their own words cannot be answered.
http::Response Unanswerable(const Call& call, std::string_view parameter, std::string_view what) {
  const std::string_view reason = parameter == "query" ? issues::kIssueQueryInvalid : kFieldInvalid;
  return FieldError(call.request, parameter, reason,
                    "This cannot be answered here: " + Printable(what, kMaxKey));
}

}  // namespace

Task<http::Response> Discover(Call& call) {
  GH_CO_TRY(const http::Form form, call.Query());
  const std::string dataset(form.Get("dataset"));
  const std::vector<eventstore::Kind> kinds = KindsOf(dataset);
  if (kinds.empty()) co_return co_await SearchEvents(call);

  std::vector<Asked> columns;
  std::vector<std::string> names = ValuesOf(form, "field");
  if (names.empty()) names = {"id", "title", "project", "timestamp"};
  if (names.size() > kMaxColumns) co_return Fail(Code::kInvalidArgument, kFieldInvalid, "field");
  for (const std::string& name : names) {
    auto column = ColumnOf(name);
    if (!column) co_return Unanswerable(call, "field", name);
    columns.push_back(*std::move(column));
  }
  Reading reading;
  const std::string_view sort = form.Get("sort");
  reading.oldest_first = sort == "timestamp";
  if (!sort.empty() && sort != "timestamp" && sort != "-timestamp") {
    co_return Unanswerable(call, "sort", sort);
  }

  TableSearch search;
  auto terms = issues::ParseQuery(form.Get("query"), call.d.clock.Now());
  if (!terms && terms.error().Is(issues::kIssueQueryInvalid)) {
    co_return Unanswerable(call, "query", terms.error().detail);
  }
  if (!terms) co_return std::unexpected(std::move(terms).error());
  for (const issues::Term& term : terms->terms) {
    if (!AddTerm(term, kinds.back() == eventstore::Kind::kTransaction, search)) {
      co_return Unanswerable(call, "query", TermName(term));
    }
  }
  search.query.text = Join(terms->texts, " ");
  std::vector<std::string> environments = ValuesOf(form, "environment");
  if (const std::string& only = search.query.environment; !only.empty()) {
    const bool excluded =
        !environments.empty() && std::ranges::find(environments, only) == environments.end();
    environments = excluded ? std::vector<std::string>() : std::vector{only};
  } else if (environments.empty()) {
    environments.emplace_back();
  }
  // KnownColumn twice it would be shown twice.
  std::ranges::sort(environments);
  environments.erase(std::ranges::unique(environments).begin(), environments.end());

  GH_CO_TRY(const Window window, WindowOf(form, call.d.clock.Now()));
  if (window.from) search.query.range.from = *window.from;
  if (window.to) search.query.range.to = *window.to;
  GH_CO_TRY(const std::size_t limit, PageSizeOf(form));
  GH_CO_TRY(const auto cursor, PageCursorOf(form));
  std::int64_t shown = 0;
  if (cursor && (cursor->value != 0 || cursor->offset != 0)) {
    if (cursor->value < 0 || cursor->value == INT64_MAX || cursor->offset > kMaxTies) {
      co_return Fail(Code::kInvalidArgument, kCursor);
    }
    reading.start = Timestamp{cursor->value};
    shown = cursor->offset;
    eventstore::TimeRange& range = search.query.range;
    if (reading.oldest_first) {
      range.from = std::max(range.from, *reading.start);
    } else {
      range.to = std::min(range.to, *reading.start + Duration(1));
    }
  }
  reading.need = limit + static_cast<std::size_t>(shown) + 1;

  GH_CO_TRY(const Projects wanted, co_await ProjectsOf(call, form));
  GH_CO_TRY(const auto all, co_await call.events().projects.List(call.organization()));
  bool is_here = search.project.empty();
  for (const projects::Project& project : all) {
    if (wanted.none ||
        (!wanted.ids.empty() && std::ranges::find(wanted.ids, project.id) == wanted.ids.end()) ||
        (!search.project.empty() && project.slug != search.project &&
         project.id.ToString() != search.project)) {
      continue;
    }
    is_here = true;
    for (const eventstore::Kind kind : kinds) {
      for (const std::string& environment : environments) {
        EventQuery query = search.query;
        query.kind = kind;
        query.environment = environment;
        GH_CO_TRY_VOID(co_await ReadList(call, std::move(query), search.id, project, reading));
      }
    }
  }
  if (!is_here) co_return Unanswerable(call, "query", "project:" + search.project);
  const TablePage page = TakePage(std::move(reading), limit, shown);

  const bool displays = std::ranges::any_of(
      columns, [](const Asked& asked) { return asked.column == Column::kUserDisplay; });
  json::Array data;
  for (const TableHit& hit : page.hits) {
    json::Value display(nullptr);
    if (displays && !hit.event.user.empty()) {
      GH_CO_TRY(const auto whole,
                co_await call.events().store.Get(hit.event.project_id, hit.event.event_id));
      if (whole) {
        GH_CO_TRY(const json::Object payload, PayloadOf(*whole));
        display = DisplayOf(payload);
      }
    }
    json::Object row;
    for (const Asked& asked : columns) row[asked.name] = CellOf(hit, asked, display);
    data.push_back(std::move(row));
  }
  http::Response response =
      Reply(json::Object{{"data", std::move(data)}, {"meta", MetaOf(columns, dataset)}});
  AddLinks(response, call.request, call.d.guard.origin(), page.links);
  co_return response;
}

}  // namespace gatehouse::api
