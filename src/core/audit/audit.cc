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

Stored ReadRow(const sql::Row& row, OrgId organization) {
  Stored entry;
  entry.id = row.Int(0);
  entry.organization = organization;
  entry.event = static_cast<Event>(row.Int(1));
  entry.actor = row.OptAs<UserId>(2);
  entry.actor_label = row.String(3);
  entry.target_object = row.OptInt(4);
  entry.target_user = row.OptAs<UserId>(5);
  entry.ip = row.OptString(6).value_or("");
  // Unreadable data costs the reader the details, not the log.
  if (auto data = json::ParseObject(row.Text(7))) entry.data = std::move(*data);
  entry.correlation_id = row.String(8);
  entry.created_at = row.Time(9);
  entry.note = RenderNote(entry);
  return entry;
}

}  // namespace

Result<std::int64_t> Log::Record(sql::Tx& tx, const Entry& entry) const {
  const std::int64_t id = ids_.NextValue();
  const std::string data = json::Serialize(Redact(entry.data));
  const std::optional<std::string> ip = entry.ip.empty() ? std::nullopt : std::optional(entry.ip);
  GH_TRY_VOID(
      tx.Exec(kRecord, {id, entry.organization, static_cast<int>(entry.event), entry.actor,
                        TruncateUtf8(entry.actor_label, kMaxLabelBytes), entry.target_object,
                        entry.target_user, ip, data, entry.correlation_id, clock_.Now()}));
  return id;
}

Result<std::vector<Stored>> Query(sql::Tx& tx, OrgId organization, const Filter& filter) {
  const std::int64_t before = filter.before_id.value_or(kMax);
  const Timestamp since =
      filter.since.value_or(Timestamp{std::numeric_limits<std::int64_t>::min()});
  const Timestamp until = filter.until.value_or(Timestamp{kMax});
  const std::size_t limit = std::clamp<std::size_t>(filter.limit, 1, kMaxLimit);
  const std::int64_t actor = filter.actor ? filter.actor->value : 0;

  Result<sql::Rows> rows;
  if (filter.event) {
    rows = tx.Query(kQueryByEvent, {organization, before, since, until, limit, actor,
                                    static_cast<int>(*filter.event)});
  } else {
    rows = tx.Query(kQuery, {organization, before, since, until, limit, actor});
  }
  if (!rows) return std::unexpected(rows.error());
  std::vector<Stored> entries;
  for (const sql::Row row : *rows) entries.push_back(ReadRow(row, organization));
  return entries;
}

}  // namespace gatehouse::audit
