// New events: into the fresh ones of their day, and from there into its indexes.

#include <algorithm>

#include "region/eventstore/sqlite/day_sql.h"
#include "region/eventstore/sqlite/record.h"
#include "region/eventstore/sqlite/row_text.h"
#include "region/eventstore/sqlite/search_block.h"
#include "region/eventstore/sqlite/writer.h"

namespace gatehouse::eventstore::sqlite {
namespace {

constexpr std::size_t kFirstSeen = 100'000;
constexpr std::size_t kSeenPage = 2000;

}  // namespace

Result<bool> Writer::AreNew(Day& day, const std::vector<Row>& rows) const {
  if (!day.seen || day.seen->full()) {
    SeenIds seen(std::max<std::size_t>(kFirstSeen, day.seen ? day.seen->size() * 2 : 0));
    std::int64_t last = 0;
    for (std::size_t read = kSeenPage; read == kSeenPage;) {
      GH_TRY(const sql::Rows ids, day.db->ReadSync([last](sql::Tx& tx) {
        return tx.Query(kIdsAfter, {last, kSeenPage});
      }));
      if (seen.full()) {
        // More than expected: once more, with room for twice as many.
        seen = SeenIds(seen.size() * 2);
        last = 0;
        continue;
      }
      for (const sql::Row row : ids) {
        seen.Add(row.Int(1), {row.Int(2), row.Int(3)});
        last = row.Int(0);
      }
      read = ids.size();
    }
    FreshView(day.fresh.Snapshot(), 0).Each([&seen](const FreshEvent& event) {
      seen.Add(event.project_id, event.id);
    });
    day.seen = std::move(seen);
  }
  std::vector<const Row*> perhaps;
  for (const Row& row : rows) {
    if (day.seen->Add(row.event->project_id, row.id)) perhaps.push_back(&row);
  }
  if (perhaps.empty()) return true;
  const auto same = [](const Row& row, std::int64_t project, const Id128& id) {
    return row.event->project_id == project && row.id.high == id.high && row.id.low == id.low;
  };
  for (const Row* row : perhaps) {
    std::size_t copies = 0;
    for (const Row& other : rows) copies += same(*row, other.event->project_id, other.id) ? 1 : 0;
    FreshView(day.fresh.Snapshot(), 0).Each([&](const FreshEvent& event) {
      copies += same(*row, event.project_id, event.id) ? 1 : 0;
    });
    if (copies > 1) return false;
  }
  return day.db->ReadSync([&perhaps](sql::Tx& tx) -> Result<bool> {
    for (const Row* row : perhaps) {
      GH_TRY(const sql::Rows found,
             tx.Query(kFindEvent, {row->event->project_id, row->id.high, row->id.low}));
      if (!found.empty()) return false;
    }
    return true;
  });
}

Result<void> Writer::InsertFresh(Day& day, const std::vector<Row>& rows) const {
  auto chunk = std::make_shared<FreshChunk>();
  chunk->events.reserve(rows.size());
  std::int64_t next = day.next_row;
  for (const Row& row : rows) {
    const StoredEvent& e = *row.event;
    FreshEvent& fresh = chunk->events.emplace_back();
    fresh.row = next++;
    fresh.project_id = e.project_id;
    fresh.id = row.id;
    fresh.time = e.timestamp;
    fresh.kind = KindOf(e);
    fresh.group_id = row.group_id;
    fresh.release_id = row.release_id;
    fresh.environment_id = row.environment_id;
    fresh.message_id = row.message_id;
    fresh.transaction_id = row.transaction_id;
    fresh.trace = row.trace;
    fresh.place = row.place;
    fresh.message = Searchable(e.message);
    fresh.tags.reserve(row.tags.size());
    for (const TagIds& tag : row.tags) {
      fresh.tags.push_back({tag.key_id, tag.value_id});
      for (const auto& [id, text] :
           {std::pair(tag.key_id, &tag.tag->first), std::pair(tag.value_id, &tag.tag->second)}) {
        if (day.known.contains(id) || !day.fresh_texts.insert(id).second) continue;
        chunk->texts.push_back({id, e.project_id, Storable(*text)});
      }
    }
  }
  Counts counts;
  for (const Row& row : rows) {
    counts.AddHours(row.event->project_id, row.group_id, KindOf(*row.event),
                    row.event->timestamp.micros, 1);
  }
  auto written = day.db->WriteSync([&](sql::Tx& tx) -> Result<void> {
    for (const FreshEvent& e : chunk->events) {
      GH_TRY_VOID(tx.Exec(kInsertFresh,
                          {e.row, e.project_id, e.id.high, e.id.low, e.time, e.kind, e.group_id,
                           e.release_id, e.environment_id, e.message_id, e.transaction_id,
                           e.trace.high, e.trace.low, e.place.at, e.place.bytes}));
    }
    return WriteCounts(tx, counts);
  });
  if (!written) {
    // Perhaps it is there after all: the next use of the day begins with what the file says.
    day.uncertain = true;
    return written;
  }
  day.next_row = next;
  day.fresh.Add(std::move(chunk));
  return {};
}

Result<void> Writer::Fold(Day& day) const {
  if (day.uncertain) return Open(day);
  const FreshEvents::Chunks chunks = day.fresh.Snapshot();
  if (chunks.empty()) return {};
  const Generation generation = GenerationFor(day, chunks.front()->events.front().row);
  Counts counts;
  std::map<std::int64_t, const FreshText*> texts;
  std::map<std::int64_t, std::map<std::int64_t, const std::string*>> messages;  // by project
  for (const auto& chunk : chunks) {
    for (const FreshEvent& e : chunk->events) {
      for (const TagId& tag : e.tags) {
        ++counts.tags[{e.project_id, e.group_id, tag.key, generation.id, tag.value}];
      }
      if (e.message_id != 0) messages[e.project_id].emplace(e.message_id, &e.message);
    }
    for (const FreshText& text : chunk->texts) texts.emplace(text.id, &text);
  }
  struct Block {
    std::int64_t project_id;
    Place place;
  };
  std::vector<Block> blocks;
  std::string bytes;
  for (const auto& [project, by_id] : messages) {
    SearchBlock block;
    for (const auto& [id, text] : by_id) block.Add(id, *text);
    const std::size_t before = bytes.size();
    records_.Append(bytes, project, block.bytes());
    blocks.push_back({project,
                      {day.payloads->end() + static_cast<std::int64_t>(before),
                       static_cast<std::int64_t>(bytes.size() - before)}});
  }
  if (!bytes.empty()) GH_TRY_VOID(day.payloads->Append(bytes));
  auto written = day.db->WriteSync([&](sql::Tx& tx) -> Result<void> {
    if (generation.id != day.generation.id) {
      GH_TRY_VOID(tx.Exec(kAddGeneration, {generation.id, generation.first_row}));
    }
    GH_TRY_VOID(tx.Exec(kFoldEvents, {generation.id}));
    GH_TRY_VOID(tx.Exec(kDropFresh));
    for (const Block& block : blocks) {
      GH_TRY_VOID(tx.Exec(kInsertSearch, {block.project_id, block.place.at, block.place.bytes}));
    }
    for (const auto& [id, text] : texts) {
      GH_TRY_VOID(tx.Exec(kInsertTagText, {generation.id, id, text->value}));
    }
    return WriteCounts(tx, counts);
  });
  if (!written) {
    day.uncertain = true;
    return written;
  }
  day.generation = generation;
  if (day.known.size() + texts.size() > kMaxKnownTexts) day.known.clear();
  for (const auto& [id, text] : texts) day.known.insert(id);
  day.fresh_texts.clear();
  day.fresh.Replace(nullptr);
  return {};
}

Generation Writer::GenerationFor(const Day& day, std::int64_t row) const {
  if (row - day.generation.first_row < options_.generation_events) return day.generation;
  return {day.generation.id + 1, row};
}

Result<void> Writer::FoldAll() {
  for (const std::shared_ptr<Day>& day : days_.Loaded()) GH_TRY_VOID(Fold(*day));
  return {};
}

Result<void> Writer::Open(Day& day) const {
  std::int64_t last = 0;
  Generation generation;
  GH_TRY(const sql::Rows rows, day.db->ReadSync([&](sql::Tx& tx) -> Result<sql::Rows> {
    for (const sql::Statement& statement : {kLastRow, kLastFreshRow}) {
      GH_TRY(const sql::Rows row, tx.Query(statement));
      last = std::max(last, row.front().Int(0));
    }
    GH_TRY(const sql::Rows newest, tx.Query(kGeneration));
    generation = {newest.front().Int(0), newest.front().Int(1)};
    return tx.Query(kFreshRows);
  }));
  day.generation = generation;
  day.next_row = last + 1;
  day.seen.reset();
  day.fresh_texts.clear();
  if (rows.empty()) {
    day.fresh.Replace(nullptr);
    day.uncertain = false;
    return {};
  }
  auto chunk = std::make_shared<FreshChunk>();
  for (const sql::Row row : rows) {
    FreshEvent& e = chunk->events.emplace_back();
    e.row = row.Int(0);
    e.project_id = row.Int(1);
    e.id = {row.Int(2), row.Int(3)};
    e.time = row.Time(4);
    e.kind = row.Int(5);
    e.group_id = row.Int(6);
    e.release_id = row.Int(7);
    e.environment_id = row.Int(8);
    e.message_id = row.Int(9);
    e.transaction_id = row.Int(10);
    e.trace = {row.Int(11), row.Int(12)};
    e.place = {row.Int(13), row.Int(14)};
    const auto bytes = records_.Read(e.project_id, *day.payloads, e.place);
    const auto event = bytes ? DecodeEvent(*bytes, false) : std::nullopt;
    // A damaged record is said when somebody asks for the event.
    if (!event) continue;
    e.message = Searchable(event->message);
    if (e.group_id == 0) continue;
    for (const TagIds& tag : IdsOf(e.project_id, event->tags)) {
      e.tags.push_back({tag.key_id, tag.value_id});
      for (const auto& [id, text] :
           {std::pair(tag.key_id, &tag.tag->first), std::pair(tag.value_id, &tag.tag->second)}) {
        if (!day.fresh_texts.insert(id).second) continue;
        chunk->texts.push_back({id, e.project_id, Storable(*text)});
      }
    }
  }
  day.fresh.Replace(std::move(chunk));
  day.uncertain = false;
  // Without room on the disk they stay fresh.
  (void)Fold(day);
  return {};
}

}  // namespace gatehouse::eventstore::sqlite
