#include "region/eventstore/sqlite/writer.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "region/eventstore/errors.h"
#include "region/eventstore/sqlite/day_sql.h"
#include "region/eventstore/sqlite/record.h"
#include "region/eventstore/sqlite/row_text.h"

namespace gatehouse::eventstore::sqlite {
namespace {

// Of a batch, in memory before they are written.
constexpr std::size_t kMaxCountedProjects = 100'000;

void AddEvent(auto& counts, const StoredEvent& event, std::int64_t project_id,
              std::int64_t group_id, std::int64_t ts, const auto& tags, std::int64_t generation,
              std::int64_t n) {
  counts.AddHours(project_id, group_id, KindOf(event), ts, n);
  if (group_id == 0) return;
  for (const auto& tag : tags) {
    counts.tags[{project_id, group_id, tag.key_id, generation, tag.value_id}] += n;
  }
}

}  // namespace

Writer::Writer(const Options& options, const Clock& clock, Days& days, Catalog& catalog,
               Records& records)
    : options_(options),
      clock_(clock),
      days_(days),
      catalog_(catalog),
      records_(records),
      ids_(catalog.key()) {}

std::string_view Writer::Refuse(Timestamp time, std::size_t bytes) const {
  const Timestamp now = clock_.Now();
  if (time < now - options_.retention) return kTooOld;
  if (time > now + options_.ahead) return kTooNew;
  if (bytes > options_.max_payload_bytes) return kTooLarge;
  return {};
}

std::vector<Writer::TagIds> Writer::IdsOf(std::int64_t project_id,
                                          const std::vector<Tag>& tags) const {
  std::vector<TagIds> out;
  out.reserve(tags.size());
  for (const Tag& tag : tags) {
    if (tag.first.empty() || tag.second.empty()) continue;
    out.push_back({ids_.Of(project_id, kKindKey, tag.first),
                   ids_.Of(project_id, tag.first, tag.second), &tag});
  }
  return out;
}

Writer::Row Writer::MakeRow(const StoredEvent& event, const Id128& id,
                            std::int64_t group_id) const {
  Row row;
  row.event = &event;
  row.id = id;
  row.group_id = group_id;
  row.trace = ParseId(event.trace_id).value_or(Id128{});
  row.release_id = ids_.Of(event.project_id, kKindRelease, event.release);
  row.environment_id = ids_.Of(event.project_id, kKindEnvironment, event.environment);
  row.message_id = ids_.Of(event.project_id, kKindMessage, event.message);
  row.transaction_id = ids_.Of(event.project_id, kKindTransaction, event.transaction);
  if (group_id != 0) row.tags = IdsOf(event.project_id, event.tags);
  return row;
}

Result<InsertOutcome> Writer::Insert(std::span<const StoredEvent> events) {
  InsertOutcome outcome;
  std::map<std::int64_t, std::vector<Row>> by_day;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const StoredEvent& event = events[i];
    const auto id = ParseId(event.event_id);
    std::string_view reason = Refuse(event.timestamp, event.payload.size());
    if (!id) reason = kInvalidEventId;
    const std::int64_t group = catalog_.Follow(event.project_id, event.group_id);
    if (reason.empty() && group == 0 && event.group_id != 0) reason = kGroupDeleted;
    if (!reason.empty()) {
      outcome.refused.push_back({i, reason});
      continue;
    }
    by_day[DayOf(event.timestamp)].push_back(MakeRow(event, *id, group));
  }
  std::size_t written = 0;
  for (auto& [number, rows] : by_day) {
    GH_TRY_VOID(InsertDay(number, rows, outcome));
    written += rows.size();
  }
  if (options_.on_commit && written > 0) options_.on_commit(written);
  return outcome;
}

Result<void> Writer::InsertDay(std::int64_t number, std::vector<Row>& rows,
                               InsertOutcome& outcome) {
  GH_TRY(const std::shared_ptr<Day> day, days_.Get(number));
  if (day->uncertain) GH_TRY_VOID(Open(*day));
  std::string bytes;
  for (Row& row : rows) {
    const std::size_t before = bytes.size();
    records_.Append(bytes, row.event->project_id, EncodeEvent(*row.event));
    row.place = {day->payloads->end() + static_cast<std::int64_t>(before),
                 static_cast<std::int64_t>(bytes.size() - before)};
  }
  GH_TRY_VOID(day->payloads->Append(bytes));
  GH_TRY(const bool are_new, AreNew(*day, rows));
  if (are_new) {
    GH_TRY_VOID(InsertFresh(*day, rows));
    outcome.stored += rows.size();
    // What cannot be folded now stays fresh, and the next batch tries again.
    if (day->fresh.IsRipe(options_.fold_events)) (void)Fold(*day);
  } else {
    GH_TRY_VOID(Fold(*day));
    GH_TRY_VOID(InsertIndexed(*day, rows, outcome));
  }
  for (const Row& row : rows) {
    if (seen_.size() > kMaxCountedProjects) seen_.clear();
    std::size_t& seen = seen_[row.event->project_id];
    if (++seen % options_.dictionary_events == 0) ripe_.push_back(row.event->project_id);
  }
  return {};
}

Result<void> Writer::InsertIndexed(Day& day, const std::vector<Row>& rows, InsertOutcome& outcome) {
  std::vector<Place> replaced;
  std::vector<std::int64_t> texts;
  const Generation generation = GenerationFor(day, day.next_row);
  GH_TRY(const std::size_t fresh, day.db->WriteSync([&](sql::Tx& tx) {
    return InsertRows(day, tx, generation, rows, replaced, texts);
  }));
  day.generation = generation;
  if (day.known.size() + texts.size() > kMaxKnownTexts) day.known.clear();
  day.known.insert(texts.begin(), texts.end());
  day.payloads->Erase(replaced);
  day.next_row += static_cast<std::int64_t>(fresh);
  outcome.stored += fresh;
  outcome.replaced += rows.size() - fresh;
  return {};
}

Result<void> Writer::WriteCounts(sql::Tx& tx, const Counts& counts) {
  for (const auto& [at, n] : counts.tags) {
    if (n == 0) continue;
    GH_TRY_VOID(tx.Exec(kAddTag, {at[0], at[1], at[2], at[3], at[4], n}));
    if (n < 0) GH_TRY_VOID(tx.Exec(kDropTag, {at[0], at[1], at[2], at[3], at[4]}));
  }
  for (const auto& [at, n] : counts.hours) {
    if (n != 0) GH_TRY_VOID(tx.Exec(kAddHour, {at[0], at[1], at[2], at[3], n}));
  }
  return {};
}

Result<std::size_t> Writer::InsertRows(Day& day, sql::Tx& tx, const Generation& generation,
                                       const std::vector<Row>& rows, std::vector<Place>& replaced,
                                       std::vector<std::int64_t>& texts) {
  replaced.clear();
  texts.clear();
  Counts counts;
  std::size_t fresh = 0;
  if (generation.id != day.generation.id) {
    GH_TRY_VOID(tx.Exec(kAddGeneration, {generation.id, generation.first_row}));
  }
  for (const Row& row : rows) {
    const StoredEvent& e = *row.event;
    GH_TRY_VOID(InsertTexts(day, tx, generation, row, texts));
    std::int64_t into = generation.id;
    GH_TRY(const sql::Rows there, tx.Query(kFindEvent, {e.project_id, row.id.high, row.id.low}));
    if (there.empty()) {
      GH_TRY_VOID(
          tx.Exec(kInsertEvent,
                  {e.project_id, row.id.high, row.id.low, e.timestamp, KindOf(e), row.group_id,
                   row.release_id, row.environment_id, row.message_id, row.transaction_id,
                   row.trace.high, row.trace.low, row.place.at, row.place.bytes, generation.id}));
      ++fresh;
    } else {
      GH_TRY(into, Replace(day, tx, row, there.front(), counts, replaced));
    }
    AddEvent(counts, e, e.project_id, row.group_id, e.timestamp.micros, row.tags, into, 1);
  }
  GH_TRY_VOID(WriteCounts(tx, counts));
  return fresh;
}

Result<void> Writer::InsertTexts(Day& day, sql::Tx& tx, const Generation& generation,
                                 const Row& row, std::vector<std::int64_t>& texts) const {
  const auto is_new = [&](std::int64_t id) {
    if (day.known.contains(id)) return false;
    texts.push_back(id);
    return true;
  };
  if (row.message_id != 0 && is_new(row.message_id)) {
    GH_TRY_VOID(tx.Exec(
        kInsertText, {row.message_id, row.event->project_id, true, Storable(row.event->message)}));
  }
  for (const TagIds& tag : row.tags) {
    for (const auto& [id, text] :
         {std::pair(tag.key_id, &tag.tag->first), std::pair(tag.value_id, &tag.tag->second)}) {
      if (!is_new(id)) continue;
      GH_TRY_VOID(tx.Exec(kInsertTagText, {generation.id, id, Storable(*text)}));
    }
  }
  return {};
}

Result<std::int64_t> Writer::Replace(Day& day, sql::Tx& tx, const Row& row, const sql::Row& old,
                                     Counts& counts, std::vector<Place>& replaced) {
  const StoredEvent& e = *row.event;
  const Place place{old.Int(3), old.Int(4)};
  GH_TRY(const std::string bytes, records_.Read(e.project_id, *day.payloads, place));
  const auto before = DecodeEvent(bytes, false);
  if (!before) return Fail(Code::kDataLoss, kDamaged, "event " + e.event_id);
  const std::int64_t group = old.Int(2);
  AddEvent(counts, *before, e.project_id, group, old.Int(1),
           group == 0 ? std::vector<TagIds>() : IdsOf(e.project_id, before->tags), old.Int(5), -1);
  replaced.push_back(place);
  GH_TRY_VOID(
      tx.Exec(kUpdateEvent, {old.Int(0), e.timestamp, KindOf(e), row.group_id, row.release_id,
                             row.environment_id, row.message_id, row.transaction_id, row.trace.high,
                             row.trace.low, row.place.at, row.place.bytes}));
  return old.Int(5);
}

Result<InsertOutcome> Writer::InsertItems(std::span<const StoredItem> items) {
  InsertOutcome outcome;
  std::map<std::int64_t, std::vector<ItemRow>> by_day;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const StoredItem& item = items[i];
    std::string_view reason = Refuse(item.timestamp, item.payload.size());
    const auto event = ParseId(item.event_id);
    if (!item.event_id.empty() && !event) reason = kInvalidEventId;
    if (!reason.empty()) {
      outcome.refused.push_back({i, reason});
      continue;
    }
    ItemRow row;
    row.item = &item;
    row.type_id = ids_.Of(item.project_id, kKindItemType, item.type);
    row.key_id = ids_.Of(item.project_id, "\1item:" + item.type, item.id);
    row.event = event;
    by_day[DayOf(item.timestamp)].push_back(row);
  }
  std::size_t written = 0;
  for (auto& [number, rows] : by_day) {
    GH_TRY_VOID(InsertItemDay(number, rows, outcome));
    written += rows.size();
  }
  if (options_.on_commit && written > 0) options_.on_commit(written);
  return outcome;
}

Result<void> Writer::InsertItemDay(std::int64_t number, std::vector<ItemRow>& rows,
                                   InsertOutcome& outcome) {
  GH_TRY(const std::shared_ptr<Day> day, days_.Get(number));
  std::string bytes;
  for (ItemRow& row : rows) {
    const std::size_t before = bytes.size();
    records_.Append(bytes, row.item->project_id, EncodeItem(*row.item));
    row.place = {day->payloads->end() + static_cast<std::int64_t>(before),
                 static_cast<std::int64_t>(bytes.size() - before)};
  }
  GH_TRY_VOID(day->payloads->Append(bytes));
  std::vector<Place> replaced;
  std::size_t fresh = 0;
  GH_TRY_VOID(day->db->WriteSync([&](sql::Tx& tx) -> Result<void> {
    replaced.clear();
    fresh = 0;
    for (const ItemRow& row : rows) {
      const StoredItem& item = *row.item;
      const sql::Param high = row.event ? sql::Param(row.event->high) : sql::Param(nullptr);
      const sql::Param low = row.event ? sql::Param(row.event->low) : sql::Param(nullptr);
      const sql::Param key = row.key_id != 0 ? sql::Param(row.key_id) : sql::Param(nullptr);
      const std::string body = Storable(item.text);
      GH_TRY(const std::int64_t inserted,
             tx.Exec(kInsertItem, {item.project_id, row.type_id, key, high, low, item.timestamp,
                                   body, row.place.at, row.place.bytes}));
      if (inserted != 0) {
        ++fresh;
        continue;
      }
      GH_TRY(const sql::Rows old, tx.Query(kFindItem, {item.project_id, row.key_id}));
      replaced.push_back({old.front().Int(0), old.front().Int(1)});
      GH_TRY_VOID(tx.Exec(kUpdateItem, {item.project_id, row.type_id, row.key_id, high, low,
                                        item.timestamp, body, row.place.at, row.place.bytes}));
    }
    return {};
  }));
  day->payloads->Erase(replaced);
  outcome.stored += fresh;
  outcome.replaced += rows.size() - fresh;
  return {};
}

Result<void> Writer::Apply(const Redirect& r) {
  for (const std::int64_t number : days_.In({}, Order::kNewestFirst)) {
    GH_TRY(const std::shared_ptr<Day> day, days_.Find(number));
    if (!day) continue;
    GH_TRY_VOID(Fold(*day));
    std::vector<Place> erased;
    GH_TRY_VOID(day->db->WriteSync([&](sql::Tx& tx) -> Result<void> {
      erased.clear();
      if (r.into != 0) {
        GH_TRY_VOID(tx.Exec(kMoveEvents, {r.project_id, r.group_id, r.into}));
        GH_TRY_VOID(tx.Exec(kMoveTags, {r.project_id, r.group_id, r.into}));
        GH_TRY_VOID(tx.Exec(kMoveHours, {r.project_id, r.group_id, r.into}));
      } else {
        GH_TRY(const sql::Rows places, tx.Query(kPlacesOfGroup, {r.project_id, r.group_id}));
        for (const sql::Row row : places) erased.push_back({row.Int(0), row.Int(1)});
        GH_TRY(const sql::Rows hours, tx.Query(kHoursOfGroup, {r.project_id, r.group_id}));
        for (const sql::Row row : hours) {
          GH_TRY_VOID(tx.Exec(kAddHour, {r.project_id, 0, row.Int(1), row.Int(0), -row.Int(2)}));
        }
        GH_TRY_VOID(tx.Exec(kDeleteTexts, {r.project_id, r.group_id}));
        GH_TRY_VOID(tx.Exec(kDeleteTagTexts, {r.project_id, r.group_id}));
        GH_TRY_VOID(tx.Exec(kDeleteEvents, {r.project_id, r.group_id}));
      }
      GH_TRY_VOID(tx.Exec(kDeleteTags, {r.project_id, r.group_id}));
      GH_TRY_VOID(tx.Exec(kDeleteHours, {r.project_id, r.group_id}));
      return {};
    }));
    if (r.into == 0) day->known.clear();
    day->payloads->Erase(erased);
  }
  return catalog_.Finish(r);
}

std::vector<std::int64_t> Writer::TakeRipe() { return std::exchange(ripe_, {}); }

}  // namespace gatehouse::eventstore::sqlite
