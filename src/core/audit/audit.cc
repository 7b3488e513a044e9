#include "core/audit/audit.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "core/audit/note.h"
#include "core/audit/redact.h"
#include "core/audit/statements.h"

namespace gatehouse::audit {
namespace {

constexpr std::size_t kMaxLabelBytes = 64;
constexpr std::size_t kMaxLimit = 1000;
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
// Ids are found by their time. It is that of the entry but for a rounded millisecond; entries of
// versions that took their time from the clock alone may be behind by what that was set back.
constexpr Duration kRounding = std::chrono::milliseconds(2);
constexpr Duration kSetBack = std::chrono::hours(1);

template <class T>
std::optional<T> OptId(const std::optional<std::int64_t>& value) {
  return value ? std::optional(T{*value}) : std::nullopt;
}

}  // namespace

Result<std::int64_t> Log::Record(sql::Tx& tx, const Entry& entry) const {
  const Timestamp now = clock_.Now();
  LogRow row;
  row.id = ids_.NextValue();
  // Ids never go back; with their time no entry is older than the one before it.
  const Timestamp made = IdGenerator::TimeOf(row.id);
  row.created_at = std::clamp(now, made, made + std::chrono::microseconds(999)).micros;
  if (entry.organization) row.organization = entry.organization->value;
  row.event = static_cast<std::int64_t>(entry.event);
  if (entry.actor) row.actor = entry.actor->value;
  row.actor_label = TruncateUtf8(entry.actor_label, kMaxLabelBytes);
  row.target_object = entry.target_object;
  if (entry.target_user) row.target_user = entry.target_user->value;
  if (!entry.ip.empty()) row.ip = entry.ip;
  const std::string data = json::Serialize(Redact(entry.data));
  row.data = data;
  row.correlation_id = entry.correlation_id;
  const std::string mac = key_.Entry(row);
  GH_TRY_VOID(tx.Exec(
      kRecord, {row.id, row.organization, row.event, row.actor, row.actor_label, row.target_object,
                row.target_user, row.ip, row.data, row.correlation_id, row.created_at, mac}));
  GH_TRY_VOID(tx.Exec(kQueue, {row.id}));
  return row.id;
}

Stored Decode(const LogRow& row) {
  Stored entry;
  entry.id = row.id;
  entry.organization = OptId<OrgId>(row.organization);
  entry.event = static_cast<Event>(row.event);
  entry.actor = OptId<UserId>(row.actor);
  entry.actor_label = row.actor_label;
  entry.target_object = row.target_object;
  entry.target_user = OptId<UserId>(row.target_user);
  entry.ip = row.ip.value_or("");
  // Unreadable data costs the reader the details, not the log.
  if (auto data = json::ParseObject(row.data)) entry.data = std::move(*data);
  entry.correlation_id = row.correlation_id;
  entry.created_at = {row.created_at};
  entry.note = RenderNote(entry);
  return entry;
}

Result<std::vector<Stored>> Query(sql::Tx& tx, OrgId organization, const Filter& filter) {
  std::int64_t first = 0, end = filter.before_id.value_or(kMax);
  Timestamp since{std::numeric_limits<std::int64_t>::min()}, until{kMax};
  if (filter.since) {
    since = *filter.since;
    first = IdGenerator::FirstAt(since - kRounding);
  }
  if (filter.until) {
    until = *filter.until;
    end = std::min(end, IdGenerator::FirstAt(until + kSetBack));
  }
  const std::size_t limit = std::clamp<std::size_t>(filter.limit, 1, kMaxLimit);
  const std::int64_t event = filter.event ? static_cast<std::int64_t>(*filter.event) : 0;
  const std::int64_t actor = filter.actor ? filter.actor->value : 0;
  const std::int64_t target = filter.target_user ? filter.target_user->value : 0;
  const sql::Statement& statement = !filter.correlation_id.empty() ? kQueryByCorrelation
                                    : target != 0                  ? kQueryByTarget
                                    : actor != 0                   ? kQueryByActor
                                    : event != 0                   ? kQueryByEvent
                                                                   : kQuery;
  GH_TRY(const sql::Rows rows, tx.Query(statement, {organization, first, end, since, until, limit,
                                                    event, actor, target, filter.correlation_id}));
  std::vector<Stored> entries;
  for (const sql::Row row : rows) entries.push_back(Decode(ReadLogRow(row, 0)));
  return entries;
}

}  // namespace gatehouse::audit
