#include "region/eventstore/sqlite/reader.h"

#include <algorithm>

#include "base/text.h"
#include "region/eventstore/errors.h"
#include "region/eventstore/sqlite/day_sql.h"
#include "region/eventstore/sqlite/record.h"
#include "region/eventstore/sqlite/search_block.h"
#include "region/eventstore/user_tags.h"

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr std::size_t kMaxLimit = 1000;
// Records that one page looks into when it filters by tags.
constexpr std::size_t kMaxExamined = 5000;

bool HasTags(const StoredEvent& event, const std::vector<Tag>& wanted) {
  return std::ranges::all_of(wanted, [&event](const Tag& tag) {
    return std::ranges::any_of(SameTags(tag), [&event](const Tag& same) {
      return std::ranges::find(event.tags, same) != event.tags.end();
    });
  });
}

Cursor Start(const std::optional<Cursor>& after, Order order) {
  if (after) return *after;
  if (order == Order::kNewestFirst) return {Timestamp{INT64_MAX}, INT64_MAX};
  return {Timestamp{INT64_MIN}, INT64_MIN};
}

// The part of a range that a cursor leaves.
TimeRange Left(TimeRange range, const std::optional<Cursor>& after, Order order) {
  if (after && order == Order::kNewestFirst) {
    range.to = std::min(range.to, Timestamp{after->time.micros + 1});
  }
  if (after && order == Order::kOldestFirst) range.from = std::max(range.from, after->time);
  return range;
}

// As many numbers as a statement is given in one text.
constexpr std::size_t kMaxListedTexts = 10'000;
constexpr std::size_t kSifted = 1000;

Place PlaceOf(const sql::Row& row, std::size_t at) { return {row.Int(at), row.Int(at + 1)}; }

std::string Lowered(std::string_view text) {
  std::string out = AsciiLower(text);
  std::erase(out, '\0');
  return IsValidUtf8(out) ? out : Printable(out, out.size());
}

}  // namespace

Result<void> Reader::OnDay(Day& day,
                           const std::function<Result<void>(sql::Tx&, const FreshView&)>& ask) {
  // First the fresh ones: what is folded meanwhile is in the tables then, and told by its row.
  const FreshEvents::Chunks chunks = day.fresh.Snapshot();
  return day.db->ReadSync([&](sql::Tx& tx) -> Result<void> {
    std::int64_t last = 0;
    if (!chunks.empty()) {
      GH_TRY(const sql::Rows row, tx.Query(kLastRow));
      last = row.front().Int(0);
    }
    return ask(tx, FreshView(chunks, last));
  });
}

Result<void> Reader::OnDays(
    TimeRange range, Order order,
    const std::function<Result<void>(Day&, sql::Tx&, const FreshView&)>& ask) {
  for (const std::int64_t number : days_.In(range, order)) {
    GH_TRY(const std::shared_ptr<Day> day, days_.Find(number));
    if (!day) continue;
    GH_TRY_VOID(
        OnDay(*day, [&](sql::Tx& tx, const FreshView& fresh) { return ask(*day, tx, fresh); }));
  }
  return {};
}

Result<std::optional<Reader::Found>> Reader::FindEvent(std::int64_t project_id,
                                                       const std::string& event_id) {
  std::optional<Found> found;
  const auto id = ParseId(event_id);
  if (!id) return found;
  for (const std::int64_t number : days_.In({}, Order::kNewestFirst)) {
    GH_TRY(const std::shared_ptr<Day> day, days_.Find(number));
    if (!day) continue;
    GH_TRY_VOID(OnDay(*day, [&](sql::Tx& tx, const FreshView& fresh) -> Result<void> {
      fresh.Each([&](const FreshEvent& e) {
        if (e.project_id != project_id || e.id.high != id->high || e.id.low != id->low) return;
        found = Found{day, RowOf(e)};
      });
      if (found) return {};
      GH_TRY(const sql::Rows rows, tx.Query(kFindEvent, {project_id, id->high, id->low}));
      if (rows.empty()) return {};
      const sql::Row row = rows.front();
      found = Found{day, {row.Int(0), row.Time(1), row.Int(2), PlaceOf(row, 3)}};
      return {};
    }));
    if (found) break;
  }
  return found;
}

Result<StoredEvent> Reader::Load(const Day& day, std::int64_t project_id, const EventRow& row,
                                 bool with_payload) {
  GH_TRY(const std::string bytes, records_.Read(project_id, *day.payloads, row.place));
  auto event = DecodeEvent(bytes, with_payload);
  if (!event) return Fail(Code::kDataLoss, kDamaged, DayName(day.number));
  event->project_id = project_id;
  event->group_id = row.group_id;
  event->timestamp = row.time;
  return std::move(*event);
}

Result<std::optional<StoredEvent>> Reader::Get(std::int64_t project_id,
                                               const std::string& event_id) {
  // Twice: a newer copy may take the record's place between the row and the record.
  for (int attempt = 0;; ++attempt) {
    GH_TRY(const std::optional<Found> found, FindEvent(project_id, event_id));
    if (!found) return std::optional<StoredEvent>();
    auto event = Load(*found->day, project_id, found->row, true);
    if (event) return std::optional<StoredEvent>(std::move(*event));
    if (attempt > 0) return std::unexpected(std::move(event).error());
  }
}

Result<Reader::TextMatch> Reader::FindText(Day& day, std::int64_t project_id,
                                           const std::string& text) {
  TextMatch match;
  match.text = text;
  std::vector<Place> blocks;
  GH_TRY_VOID(OnDay(day, [&](sql::Tx& tx, const FreshView&) -> Result<void> {
    // Of events that came twice, and of files of earlier versions.
    GH_TRY(const sql::Rows ids, tx.Query(kSearchText, {project_id, text}));
    for (const sql::Row row : ids) match.ids.insert(row.Int(0));
    GH_TRY(const sql::Rows places, tx.Query(kSearch, {project_id}));
    for (const sql::Row row : places) blocks.push_back(PlaceOf(row, 0));
    return {};
  }));
  for (const Place& place : blocks) {
    GH_TRY(const std::string bytes, records_.Read(project_id, *day.payloads, place));
    if (!SearchBlock::Find(bytes, text, match.ids)) {
      return Fail(Code::kDataLoss, kDamaged, DayName(day.number));
    }
  }
  if (match.ids.size() > kMaxListedTexts) return match;
  match.json = "[";
  for (const std::int64_t id : match.ids) {
    if (match.json.size() > 1) match.json += ',';
    match.json += std::to_string(id);
  }
  match.json += ']';
  return match;
}

Result<std::vector<Reader::EventRow>> Reader::Rows(Day& day, const EventQuery& q,
                                                   const TextMatch* match, const Cursor& from,
                                                   std::size_t limit) {
  const bool newest = q.order == Order::kNewestFirst;
  const std::int64_t release = ids_.Of(q.project_id, kKindRelease, q.release);
  const std::int64_t environment = ids_.Of(q.project_id, kKindEnvironment, q.environment);
  const std::int64_t transaction = ids_.Of(q.project_id, kKindTransaction, q.transaction);
  const std::int64_t kind = q.kind == Kind::kTransaction ? 1 : 0;
  const Id128 trace = ParseId(q.trace_id).value_or(Id128{});
  const std::string texts = match ? match->json : std::string();
  // So many messages match that they are told apart here.
  const bool sift = match != nullptr && texts.empty();
  const std::size_t ask = sift ? std::max(limit, kSifted) : limit;
  const auto is_after = [newest](const EventRow& row, const Cursor& at) {
    if (row.time != at.time) return newest ? row.time < at.time : row.time > at.time;
    return newest ? row.row < at.row : row.row > at.row;
  };
  std::vector<EventRow> out;
  GH_TRY_VOID(OnDay(day, [&](sql::Tx& tx, const FreshView& fresh) -> Result<void> {
    out.clear();
    Cursor at = from;
    while (true) {
      Result<sql::Rows> rows;
      if (q.group_id) {
        rows = tx.Query(newest ? kGroupNewest : kGroupOldest,
                        {q.project_id, *q.group_id, at.time, at.row, release, environment,
                         transaction, texts, q.range.from, q.range.to, ask});
      } else if (!q.trace_id.empty()) {
        rows = tx.Query(newest ? kTraceNewest : kTraceOldest,
                        {q.project_id, kind, at.time, at.row, release, environment, transaction,
                         texts, q.range.from, q.range.to, ask, trace.high, trace.low});
      } else {
        rows = tx.Query(newest ? kProjectNewest : kProjectOldest,
                        {q.project_id, kind, at.time, at.row, release, environment, transaction,
                         texts, q.range.from, q.range.to, ask});
      }
      if (!rows) return std::unexpected(std::move(rows).error());
      for (const sql::Row row : *rows) {
        at = {row.Time(1), row.Int(0)};
        if (sift && !match->ids.contains(row.Int(5))) continue;
        out.push_back({row.Int(0), row.Time(1), row.Int(2), PlaceOf(row, 3)});
      }
      if (rows->size() < ask || out.size() >= limit) break;
    }
    fresh.Each([&](const FreshEvent& e) {
      const EventRow row = RowOf(e);
      if (e.project_id != q.project_id || !is_after(row, from) || e.time < q.range.from ||
          e.time >= q.range.to) {
        return;
      }
      if (q.group_id) {
        if (e.group_id != *q.group_id || e.group_id == 0) return;
      } else if (e.kind != kind || (!q.trace_id.empty() &&
                                    (e.trace.high != trace.high || e.trace.low != trace.low))) {
        return;
      }
      if ((release != 0 && e.release_id != release) ||
          (environment != 0 && e.environment_id != environment) ||
          (transaction != 0 && e.transaction_id != transaction) ||
          (match != nullptr && e.message.find(match->text) == std::string::npos)) {
        return;
      }
      out.push_back(row);
    });
    return {};
  }));
  std::ranges::sort(
      out, [&](const EventRow& a, const EventRow& b) { return is_after(b, {a.time, a.row}); });
  if (out.size() > limit) out.resize(limit);
  return out;
}

Result<EventPage> Reader::List(const EventQuery& query) {
  EventPage page;
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxLimit);
  if (!query.trace_id.empty() && !ParseId(query.trace_id)) return page;
  Cursor at = Start(query.after, query.order);
  const std::string text = Lowered(query.text);
  std::size_t examined = 0;
  for (const std::int64_t number :
       days_.In(Left(query.range, query.after, query.order), query.order)) {
    GH_TRY(const std::shared_ptr<Day> day, days_.Find(number));
    if (!day) continue;
    std::optional<TextMatch> match;
    if (!text.empty()) {
      GH_TRY(match, FindText(*day, query.project_id, text));
    }
    // The cursor's row number means nothing in another day, and its time is not in one.
    while (true) {
      // One more than wanted tells whether there is more.
      const std::size_t ask = query.tags.empty() ? limit - page.events.size() + 1 : limit + 1;
      GH_TRY(const std::vector<EventRow> rows,
             Rows(*day, query, match ? &*match : nullptr, at, ask));
      for (const EventRow& row : rows) {
        if (page.events.size() == limit || examined >= kMaxExamined) {
          page.next = at;
          return page;
        }
        ++examined;
        at = {row.time, row.row};
        auto event = Load(*day, query.project_id, row, query.with_payload);
        // Replaced or deleted since the rows were read: it is not there any more.
        if (!event && event.error().code == Code::kDataLoss) continue;
        if (!event) return std::unexpected(std::move(event).error());
        if (HasTags(*event, query.tags)) page.events.push_back(std::move(*event));
      }
      if (rows.size() < ask) break;
    }
  }
  return page;
}

Result<std::optional<std::string>> Reader::Neighbour(std::int64_t project_id, const Found& found,
                                                     Order order) {
  std::optional<std::string> id;
  TimeRange range;
  if (order == Order::kNewestFirst) {
    range.to = found.row.time + Duration(1);
  } else {
    range.from = found.row.time;
  }
  const sql::Statement& statement = order == Order::kNewestFirst ? kBefore : kAfter;
  for (const std::int64_t number : days_.In(range, order)) {
    GH_TRY(const std::shared_ptr<Day> day, days_.Find(number));
    if (!day) continue;
    GH_TRY_VOID(OnDay(*day, [&](sql::Tx& tx, const FreshView& fresh) -> Result<void> {
      GH_TRY(const sql::Rows rows,
             tx.Query(statement, {project_id, found.row.group_id, found.row.time, found.row.row}));
      const auto is_before = [order](Timestamp t, std::int64_t row, Timestamp u, std::int64_t v) {
        if (t != u) return order == Order::kNewestFirst ? t < u : t > u;
        return order == Order::kNewestFirst ? row < v : row > v;
      };
      std::optional<Cursor> best;
      if (!rows.empty()) {
        const sql::Row row = rows.front();
        id = FormatId({row.Int(0), row.Int(1)});
        best = Cursor{row.Time(2), row.Int(3)};
      }
      fresh.Each([&](const FreshEvent& e) {
        if (e.project_id != project_id || e.group_id != found.row.group_id) return;
        if (!is_before(e.time, e.row, found.row.time, found.row.row)) return;
        if (best && !is_before(best->time, best->row, e.time, e.row)) return;
        best = Cursor{e.time, e.row};
        id = FormatId(e.id);
      });
      return {};
    }));
    if (id) break;
  }
  return id;
}

Result<Neighbours> Reader::Around(std::int64_t project_id, const std::string& event_id) {
  Neighbours out;
  GH_TRY(const std::optional<Found> found, FindEvent(project_id, event_id));
  if (!found || found->row.group_id == 0) return out;
  GH_TRY(const auto before, Neighbour(project_id, *found, Order::kNewestFirst));
  GH_TRY(const auto after, Neighbour(project_id, *found, Order::kOldestFirst));
  out.previous = before.value_or("");
  out.next = after.value_or("");
  return out;
}

Result<ItemPage> Reader::ListItems(const ItemQuery& q) {
  ItemPage page;
  const std::size_t limit = std::clamp<std::size_t>(q.limit, 1, kMaxLimit);
  const std::int64_t type = ids_.Of(q.project_id, kKindItemType, q.type);
  const std::int64_t key = ids_.Of(q.project_id, "\1item:" + q.type, q.id);
  const std::string text = Lowered(q.text);
  const auto event = ParseId(q.event_id);
  if (!q.event_id.empty() && !event) return page;
  Cursor at = Start(q.after, Order::kNewestFirst);
  for (const std::int64_t number :
       days_.In(Left(q.range, q.after, Order::kNewestFirst), Order::kNewestFirst)) {
    GH_TRY(const std::shared_ptr<Day> day, days_.Find(number));
    if (!day) continue;
    const std::size_t ask = limit - page.items.size() + 1;
    GH_TRY(const sql::Rows rows, day->db->ReadSync([&](sql::Tx& tx) {
      if (event) {
        return tx.Query(kItemsOfEvent, {q.project_id, type, at.time, at.row, q.range.from,
                                        q.range.to, text, ask, key, event->high, event->low});
      }
      return tx.Query(
          kItems, {q.project_id, type, at.time, at.row, q.range.from, q.range.to, text, ask, key});
    }));
    for (const sql::Row row : rows) {
      if (page.items.size() == limit) {
        page.next = at;
        return page;
      }
      at = {row.Time(1), row.Int(0)};
      auto bytes = records_.Read(q.project_id, *day->payloads, PlaceOf(row, 2));
      if (!bytes && bytes.error().code == Code::kDataLoss) continue;
      if (!bytes) return std::unexpected(std::move(bytes).error());
      auto item = DecodeItem(*bytes, q.with_payload);
      if (!item) continue;
      item->project_id = q.project_id;
      item->timestamp = row.Time(1);
      if (!row.IsNull(4)) item->event_id = FormatId({row.Int(4), row.Int(5)});
      page.items.push_back(std::move(*item));
    }
  }
  return page;
}

}  // namespace gatehouse::eventstore::sqlite
