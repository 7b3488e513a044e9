#pragma once

// Every SQL text of a day's file and of the catalog. They are for SQLite alone: this adapter has no
// other engine. A parameter that switches a filter off is 0 or ''.

#include "platform/sql/sql.h"

namespace gatehouse::eventstore::sqlite {

using sql::Statement;

// clang-format off
// A file of a version without generations: first these, then the schema, then the last ones. Its
// events are generation 0.
inline constexpr std::string_view kBeforeGenerations[] = {
"ALTER TABLE event ADD COLUMN generation BIGINT NOT NULL DEFAULT 0",
"DROP INDEX event_key",
"DROP INDEX event_trace",
"DROP INDEX tag_count_value",
"ALTER TABLE tag_count RENAME TO tag_count_before",
};
inline constexpr std::string_view kAfterGenerations[] = {
"INSERT OR FAIL INTO tag_count (project_id, group_id, key_id, generation, value_id, n) SELECT project_id, group_id, key_id, 0, value_id, n FROM tag_count_before",
"DROP TABLE tag_count_before",
};
// An empty name: prepared once and forgotten. In the indexes whose order is a random one a
// generation comes first: see README.md.
inline constexpr std::string_view kDaySchema[] = {
"CREATE TABLE IF NOT EXISTS generation (id INTEGER PRIMARY KEY, first_row BIGINT NOT NULL)",
"INSERT INTO generation (id, first_row) SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM generation)",
"CREATE TABLE IF NOT EXISTS event (row INTEGER PRIMARY KEY, project_id BIGINT NOT NULL, id_high BIGINT NOT NULL, id_low BIGINT NOT NULL, ts BIGINT NOT NULL, kind BIGINT NOT NULL, group_id BIGINT NOT NULL, release_id BIGINT NOT NULL, environment_id BIGINT NOT NULL, message_id BIGINT NOT NULL, transaction_id BIGINT NOT NULL, trace_high BIGINT NOT NULL, trace_low BIGINT NOT NULL, at BIGINT NOT NULL, bytes BIGINT NOT NULL, generation BIGINT NOT NULL DEFAULT 0)",
"CREATE TABLE IF NOT EXISTS fresh (row INTEGER PRIMARY KEY, project_id BIGINT NOT NULL, id_high BIGINT NOT NULL, id_low BIGINT NOT NULL, ts BIGINT NOT NULL, kind BIGINT NOT NULL, group_id BIGINT NOT NULL, release_id BIGINT NOT NULL, environment_id BIGINT NOT NULL, message_id BIGINT NOT NULL, transaction_id BIGINT NOT NULL, trace_high BIGINT NOT NULL, trace_low BIGINT NOT NULL, at BIGINT NOT NULL, bytes BIGINT NOT NULL)",
"CREATE INDEX IF NOT EXISTS event_key ON event (generation, project_id, id_high, id_low)",
"CREATE INDEX IF NOT EXISTS event_time ON event (project_id, kind, ts)",
"CREATE INDEX IF NOT EXISTS event_group ON event (project_id, group_id, ts) WHERE group_id <> 0",
"CREATE INDEX IF NOT EXISTS event_trace ON event (generation, trace_high) WHERE trace_high <> 0",
"CREATE TABLE IF NOT EXISTS text (id INTEGER PRIMARY KEY, project_id BIGINT NOT NULL, search BIGINT NOT NULL, value TEXT NOT NULL)",
"CREATE INDEX IF NOT EXISTS text_search ON text (project_id) WHERE search = 1",
"CREATE TABLE IF NOT EXISTS tag_text (generation BIGINT NOT NULL, id BIGINT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (generation, id)) WITHOUT ROWID",
"CREATE TABLE IF NOT EXISTS search (row INTEGER PRIMARY KEY, project_id BIGINT NOT NULL, at BIGINT NOT NULL, bytes BIGINT NOT NULL)",
"CREATE INDEX IF NOT EXISTS search_project ON search (project_id)",
"CREATE TABLE IF NOT EXISTS tag_count (project_id BIGINT NOT NULL, group_id BIGINT NOT NULL, key_id BIGINT NOT NULL, generation BIGINT NOT NULL, value_id BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (project_id, group_id, key_id, generation, value_id)) WITHOUT ROWID",
"CREATE INDEX IF NOT EXISTS tag_count_value ON tag_count (generation, value_id)",
"CREATE TABLE IF NOT EXISTS hourly (project_id BIGINT NOT NULL, group_id BIGINT NOT NULL, kind BIGINT NOT NULL, hour BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (project_id, group_id, kind, hour)) WITHOUT ROWID",
"CREATE TABLE IF NOT EXISTS item (row INTEGER PRIMARY KEY, project_id BIGINT NOT NULL, type_id BIGINT NOT NULL, key_id BIGINT, event_high BIGINT, event_low BIGINT, ts BIGINT NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL, bytes BIGINT NOT NULL)",
"CREATE UNIQUE INDEX IF NOT EXISTS item_key ON item (project_id, key_id) WHERE key_id IS NOT NULL",
"CREATE INDEX IF NOT EXISTS item_time ON item (project_id, type_id, ts)",
"CREATE INDEX IF NOT EXISTS item_event ON item (project_id, event_high, event_low) WHERE event_high IS NOT NULL",
};
inline constexpr std::string_view kCatalogSchema[] = {
"CREATE TABLE IF NOT EXISTS setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
"CREATE TABLE IF NOT EXISTS redirect (project_id BIGINT NOT NULL, group_id BIGINT NOT NULL, into_id BIGINT NOT NULL, at BIGINT NOT NULL, done BIGINT NOT NULL, PRIMARY KEY (project_id, group_id))",
};

inline constexpr Statement kTablesNamed{"eventstore.tables_named", "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('event', 'generation')"};
inline constexpr Statement kSetting{"eventstore.setting", "SELECT value FROM setting WHERE name = $1"};
inline constexpr Statement kAddSetting{"eventstore.add_setting", "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"};
inline constexpr Statement kRedirects{"eventstore.redirects", "SELECT project_id, group_id, into_id, done FROM redirect ORDER BY at"};
inline constexpr Statement kAddRedirect{"eventstore.add_redirect", "INSERT INTO redirect (project_id, group_id, into_id, at, done) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (project_id, group_id) DO UPDATE SET into_id = excluded.into_id, at = excluded.at, done = 0"};
inline constexpr Statement kDropRedirect{"eventstore.drop_redirect", "DELETE FROM redirect WHERE project_id = $1 AND group_id = $2"};
inline constexpr Statement kRedirectDone{"eventstore.redirect_done", "UPDATE redirect SET done = 1 WHERE project_id = $1 AND group_id = $2"};
inline constexpr Statement kForgetRedirects{"eventstore.forget_redirects", "DELETE FROM redirect WHERE done = 1 AND at < $1"};

inline constexpr Statement kInsertEvent{"eventstore.insert_event", "INSERT INTO event (project_id, id_high, id_low, ts, kind, group_id, release_id, environment_id, message_id, transaction_id, trace_high, trace_low, at, bytes, generation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};
inline constexpr Statement kInsertFresh{"eventstore.insert_fresh", "INSERT INTO fresh (row, project_id, id_high, id_low, ts, kind, group_id, release_id, environment_id, message_id, transaction_id, trace_high, trace_low, at, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};
inline constexpr Statement kFreshRows{"eventstore.fresh_rows", "SELECT row, project_id, id_high, id_low, ts, kind, group_id, release_id, environment_id, message_id, transaction_id, trace_high, trace_low, at, bytes FROM fresh ORDER BY row"};
// FAIL, or SQLite would keep a copy of every page it changes: the transaction is given up anyway.
inline constexpr Statement kFoldEvents{"eventstore.fold_events", "INSERT OR FAIL INTO event (row, project_id, id_high, id_low, ts, kind, group_id, release_id, environment_id, message_id, transaction_id, trace_high, trace_low, at, bytes, generation) SELECT row, project_id, id_high, id_low, ts, kind, group_id, release_id, environment_id, message_id, transaction_id, trace_high, trace_low, at, bytes, $1 FROM fresh ORDER BY row"};
inline constexpr Statement kDropFresh{"eventstore.drop_fresh", "DELETE FROM fresh"};
inline constexpr Statement kLastRow{"eventstore.last_row", "SELECT COALESCE(MAX(row), 0) FROM event"};
inline constexpr Statement kLastFreshRow{"eventstore.last_fresh_row", "SELECT COALESCE(MAX(row), 0) FROM fresh"};
inline constexpr Statement kIdsAfter{"eventstore.ids_after", "SELECT row, project_id, id_high, id_low FROM event WHERE row > $1 ORDER BY row LIMIT $2"};
inline constexpr Statement kUpdateEvent{"eventstore.update_event", "UPDATE event SET ts = $2, kind = $3, group_id = $4, release_id = $5, environment_id = $6, message_id = $7, transaction_id = $8, trace_high = $9, trace_low = $10, at = $11, bytes = $12 WHERE row = $1"};
inline constexpr Statement kFindEvent{"eventstore.find_event", "SELECT e.row, e.ts, e.group_id, e.at, e.bytes, e.generation FROM generation AS g CROSS JOIN event AS e INDEXED BY event_key ON e.generation = g.id AND e.project_id = $1 AND e.id_high = $2 AND e.id_low = $3"};
inline constexpr Statement kGeneration{"eventstore.generation", "SELECT id, first_row FROM generation ORDER BY id DESC LIMIT 1"};
inline constexpr Statement kAddGeneration{"eventstore.add_generation", "INSERT INTO generation (id, first_row) VALUES ($1, $2)"};
inline constexpr Statement kInsertText{"eventstore.insert_text", "INSERT INTO text (id, project_id, search, value) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING"};
inline constexpr Statement kInsertTagText{"eventstore.insert_tag_text", "INSERT INTO tag_text (generation, id, value) VALUES ($1, $2, $3) ON CONFLICT (generation, id) DO NOTHING"};
inline constexpr Statement kInsertSearch{"eventstore.insert_search", "INSERT INTO search (project_id, at, bytes) VALUES ($1, $2, $3)"};
inline constexpr Statement kSearch{"eventstore.search", "SELECT at, bytes FROM search WHERE project_id = $1 ORDER BY row"};
inline constexpr Statement kSearchText{"eventstore.search_text", "SELECT id FROM text WHERE project_id = $1 AND search = 1 AND instr(lower(value), $2) > 0"};
inline constexpr Statement kText{"eventstore.text", "SELECT value FROM text WHERE id = $1 UNION ALL SELECT t.value FROM generation AS g CROSS JOIN tag_text AS t ON t.generation = g.id AND t.id = $1 LIMIT 1"};
inline constexpr Statement kAddTag{"eventstore.add_tag", "INSERT INTO tag_count (project_id, group_id, key_id, generation, value_id, n) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project_id, group_id, key_id, generation, value_id) DO UPDATE SET n = n + excluded.n"};
inline constexpr Statement kDropTag{"eventstore.drop_tag", "DELETE FROM tag_count WHERE project_id = $1 AND group_id = $2 AND key_id = $3 AND generation = $4 AND value_id = $5 AND n <= 0"};
inline constexpr Statement kAddHour{"eventstore.add_hour", "INSERT INTO hourly (project_id, group_id, kind, hour, n) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (project_id, group_id, kind, hour) DO UPDATE SET n = n + excluded.n"};

// Of a group, a project and a trace; newest and oldest first. $5 release, $6 environment, $7
// transaction, $8 ids of texts as JSON ('' for any); $3 and $4 time and row of the cursor; $9 and $10 the range; $11 the limit.
#define GH_EVENT_COLUMNS "SELECT row, ts, group_id, at, bytes, message_id FROM event "
#define GH_OF_TRACE "SELECT row, ts, group_id, at, bytes, message_id FROM generation AS g CROSS JOIN event INDEXED BY event_trace ON generation = g.id AND trace_high = $12 AND trace_high <> 0 AND trace_low = $13 WHERE project_id = $1 AND kind = $2 "
#define GH_EVENT_FILTER "AND ts >= $9 AND ts < $10 AND ($5 = 0 OR release_id = $5) AND ($6 = 0 OR environment_id = $6) AND ($7 = 0 OR transaction_id = $7) AND ($8 = '' OR message_id IN (SELECT value FROM json_each($8))) "
#define GH_NEWEST "AND ts <= $3 AND (ts < $3 OR row < $4) ORDER BY ts DESC, row DESC LIMIT $11"
#define GH_OLDEST "AND ts >= $3 AND (ts > $3 OR row > $4) ORDER BY ts, row LIMIT $11"
inline constexpr Statement kGroupNewest{"eventstore.group_newest", GH_EVENT_COLUMNS "WHERE project_id = $1 AND group_id = $2 AND group_id <> 0 " GH_EVENT_FILTER GH_NEWEST};
inline constexpr Statement kGroupOldest{"eventstore.group_oldest", GH_EVENT_COLUMNS "WHERE project_id = $1 AND group_id = $2 AND group_id <> 0 " GH_EVENT_FILTER GH_OLDEST};
inline constexpr Statement kProjectNewest{"eventstore.project_newest", GH_EVENT_COLUMNS "WHERE project_id = $1 AND kind = $2 " GH_EVENT_FILTER GH_NEWEST};
inline constexpr Statement kProjectOldest{"eventstore.project_oldest", GH_EVENT_COLUMNS "WHERE project_id = $1 AND kind = $2 " GH_EVENT_FILTER GH_OLDEST};
inline constexpr Statement kTraceNewest{"eventstore.trace_newest", GH_OF_TRACE GH_EVENT_FILTER GH_NEWEST};
inline constexpr Statement kTraceOldest{"eventstore.trace_oldest", GH_OF_TRACE GH_EVENT_FILTER GH_OLDEST};
#undef GH_OF_TRACE
#undef GH_EVENT_COLUMNS
#undef GH_EVENT_FILTER
#undef GH_NEWEST
#undef GH_OLDEST

inline constexpr Statement kBefore{"eventstore.before", "SELECT id_high, id_low, ts, row FROM event WHERE project_id = $1 AND group_id = $2 AND group_id <> 0 AND ts <= $3 AND (ts < $3 OR row < $4) ORDER BY ts DESC, row DESC LIMIT 1"};
inline constexpr Statement kAfter{"eventstore.after", "SELECT id_high, id_low, ts, row FROM event WHERE project_id = $1 AND group_id = $2 AND group_id <> 0 AND ts >= $3 AND (ts > $3 OR row > $4) ORDER BY ts, row LIMIT 1"};
inline constexpr Statement kHours{"eventstore.hours", "SELECT hour, n FROM hourly WHERE project_id = $1 AND group_id = $2 AND kind = $3 AND hour >= $4 AND hour < $5"};
inline constexpr Statement kGroupHoursIn{"eventstore.group_hours_in", "SELECT ts / 3600000000, count(*) FROM event WHERE project_id = $1 AND group_id = $2 AND group_id <> 0 AND environment_id = $3 AND ts >= $4 AND ts < $5 GROUP BY 1"};
inline constexpr Statement kProjectHoursIn{"eventstore.project_hours_in", "SELECT ts / 3600000000, count(*) FROM event WHERE project_id = $1 AND kind = $2 AND environment_id = $3 AND ts >= $4 AND ts < $5 GROUP BY 1"};
inline constexpr Statement kTagValues{"eventstore.tag_values", "SELECT key_id, value_id, n FROM tag_count WHERE project_id = $1 AND group_id = $2"};
inline constexpr Statement kTagValuesOf{"eventstore.tag_values_of", "SELECT key_id, value_id, n FROM tag_count WHERE project_id = $1 AND group_id = $2 AND key_id = $3"};
inline constexpr Statement kValuesOf{"eventstore.values_of", "SELECT value_id FROM tag_count WHERE project_id = $1 AND group_id = $2 AND key_id = $3"};
inline constexpr Statement kProjectTagValues{"eventstore.project_tag_values", "SELECT key_id, value_id, sum(n) FROM tag_count WHERE project_id = $1 AND ($2 = 0 OR key_id = $2) GROUP BY key_id, value_id"};
inline constexpr Statement kGroupsWithKey{"eventstore.groups_with_key", "SELECT DISTINCT group_id FROM tag_count WHERE key_id = $1 AND project_id = $2 LIMIT $3"};
inline constexpr Statement kGroupsWithTag{"eventstore.groups_with_tag", "SELECT DISTINCT t.group_id FROM generation AS g CROSS JOIN tag_count AS t INDEXED BY tag_count_value ON t.generation = g.id AND t.value_id = $1 AND t.project_id = $2 LIMIT $3"};
// $2 groups as JSON.
inline constexpr Statement kGroupsHaveKey{"eventstore.groups_have_key", "SELECT j.value FROM json_each($2) AS j WHERE EXISTS (SELECT 1 FROM tag_count WHERE project_id = $1 AND group_id = j.value AND key_id = $3)"};
inline constexpr Statement kGroupsHaveTag{"eventstore.groups_have_tag", "SELECT j.value FROM json_each($2) AS j WHERE EXISTS (SELECT 1 FROM generation AS g CROSS JOIN tag_count AS t ON t.project_id = $1 AND t.group_id = j.value AND t.key_id = $3 AND t.generation = g.id AND t.value_id = $4)"};

inline constexpr Statement kMoveEvents{"eventstore.move_events", "UPDATE event SET group_id = $3 WHERE project_id = $1 AND group_id = $2 AND group_id <> 0"};
inline constexpr Statement kMoveTags{"eventstore.move_tags", "INSERT INTO tag_count (project_id, group_id, key_id, generation, value_id, n) SELECT project_id, $3, key_id, generation, value_id, n FROM tag_count WHERE project_id = $1 AND group_id = $2 ON CONFLICT (project_id, group_id, key_id, generation, value_id) DO UPDATE SET n = n + excluded.n"};
inline constexpr Statement kMoveHours{"eventstore.move_hours", "INSERT INTO hourly (project_id, group_id, kind, hour, n) SELECT project_id, $3, kind, hour, n FROM hourly WHERE project_id = $1 AND group_id = $2 ON CONFLICT (project_id, group_id, kind, hour) DO UPDATE SET n = n + excluded.n"};
inline constexpr Statement kPlacesOfGroup{"eventstore.places_of_group", "SELECT at, bytes FROM event WHERE project_id = $1 AND group_id = $2 AND group_id <> 0"};
inline constexpr Statement kHoursOfGroup{"eventstore.hours_of_group", "SELECT ts / 3600000000, kind, count(*) FROM event WHERE project_id = $1 AND group_id = $2 AND group_id <> 0 GROUP BY 1, 2"};
// Values of a group that no other group has.
#define GH_OWN_VALUES "SELECT a.value_id FROM tag_count AS a WHERE a.project_id = $1 AND a.group_id = $2 AND NOT EXISTS (SELECT 1 FROM generation AS h CROSS JOIN tag_count AS b INDEXED BY tag_count_value ON b.generation = h.id AND b.value_id = a.value_id WHERE b.group_id <> $2)"
inline constexpr Statement kDeleteTexts{"eventstore.delete_texts", "DELETE FROM text WHERE id IN (" GH_OWN_VALUES ")"};
inline constexpr Statement kDeleteTagTexts{"eventstore.delete_tag_texts", "DELETE FROM tag_text WHERE (generation, id) IN (SELECT g.id, o.value_id FROM generation AS g CROSS JOIN (" GH_OWN_VALUES ") AS o)"};
#undef GH_OWN_VALUES
inline constexpr Statement kDeleteEvents{"eventstore.delete_events", "DELETE FROM event WHERE project_id = $1 AND group_id = $2 AND group_id <> 0"};
inline constexpr Statement kDeleteTags{"eventstore.delete_tags", "DELETE FROM tag_count WHERE project_id = $1 AND group_id = $2"};
inline constexpr Statement kDeleteHours{"eventstore.delete_hours", "DELETE FROM hourly WHERE project_id = $1 AND group_id = $2"};

inline constexpr Statement kInsertItem{"eventstore.insert_item", "INSERT INTO item (project_id, type_id, key_id, event_high, event_low, ts, body, at, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"};
inline constexpr Statement kFindItem{"eventstore.find_item", "SELECT at, bytes FROM item WHERE project_id = $1 AND key_id = $2 AND key_id IS NOT NULL"};
inline constexpr Statement kDeleteItem{"eventstore.delete_item", "DELETE FROM item WHERE project_id = $1 AND key_id = $2 AND key_id IS NOT NULL"};
inline constexpr Statement kUpdateItem{"eventstore.update_item", "UPDATE item SET event_high = $4, event_low = $5, ts = $6, body = $7, at = $8, bytes = $9 WHERE project_id = $1 AND key_id = $3 AND key_id IS NOT NULL AND type_id = $2"};
// $2 type, $3 and $4 cursor, $5 and $6 range, $7 text, $8 limit, $9 key, $10 and $11 event.
inline constexpr Statement kItems{"eventstore.items", "SELECT row, ts, at, bytes, event_high, event_low FROM item WHERE project_id = $1 AND type_id = $2 AND ts <= $3 AND (ts < $3 OR row < $4) AND ts >= $5 AND ts < $6 AND ($7 = '' OR instr(lower(body), $7) > 0) AND ($9 = 0 OR key_id = $9) ORDER BY ts DESC, row DESC LIMIT $8"};
inline constexpr Statement kItemsOfEvent{"eventstore.items_of_event", "SELECT row, ts, at, bytes, event_high, event_low FROM item WHERE project_id = $1 AND event_high = $10 AND event_high IS NOT NULL AND event_low = $11 AND ($2 = 0 OR type_id = $2) AND ts <= $3 AND (ts < $3 OR row < $4) AND ts >= $5 AND ts < $6 AND ($7 = '' OR instr(lower(body), $7) > 0) AND ($9 = 0 OR key_id = $9) ORDER BY ts DESC, row DESC LIMIT $8"};
// clang-format on

}  // namespace gatehouse::eventstore::sqlite
