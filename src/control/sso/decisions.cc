#include "control/sso/decisions.h"

#include <array>
#include <limits>

#include "base/text.h"
#include "control/sso/pipelines.h"
#include "control/sso/statements.h"
#include "platform/json/lenient.h"

namespace gatehouse::sso {
namespace {

constexpr Duration kKept = std::chrono::hours(24 * 30);
constexpr std::size_t kMaxValue = 300;

// Every log-in writes one: the rows are put together in one piece of memory.
std::string ChecksText(std::span<const Check> checks) {
  std::array<unsigned char, 16 * 1024> room;
  json::Arena arena(room.data(), room.size());
  const json::Storage storage(&arena);
  json::Array array(storage);
  array.reserve(checks.size());
  for (const Check& check : checks) {
    json::Object row(4, storage);
    row.emplace("name", std::string_view(check.name));
    row.emplace("passed", check.passed);
    row.emplace("expected", TruncateUtf8(check.expected, kMaxValue));
    row.emplace("received", TruncateUtf8(check.received, kMaxValue));
    array.push_back(std::move(row));
  }
  return json::Serialize(json::Value(std::move(array)));
}

}  // namespace

Result<void> DecisionStore::Record(sql::Tx& tx, OrgId organization,
                                   std::optional<ProviderId> provider, const Decision& d,
                                   std::span<const Check> checks) const {
  GH_TRY_VOID(tx.Exec(statements::kDecisionInsert,
                      {ids_.NextValue(), organization, provider, d.flow, d.outcome, d.reason,
                       d.correlation_id, d.user, TruncateUtf8(d.subject, kMaxValue),
                       TruncateUtf8(d.email, kMaxValue), d.ip, ChecksText(checks), clock_.Now()}));
  return {};
}

Result<std::vector<Decision>> DecisionStore::List(sql::Tx& tx, OrgId organization,
                                                  std::optional<std::int64_t> before,
                                                  const std::optional<std::string>& correlation_id,
                                                  std::size_t limit) const {
  sql::Rows rows;
  if (correlation_id) {
    GH_TRY(rows,
           tx.Query(statements::kDecisionByCorrelation, {organization, *correlation_id, limit}));
  } else {
    std::int64_t end = before.value_or(std::numeric_limits<std::int64_t>::max());
    GH_TRY(rows, tx.Query(statements::kDecisionList, {organization, end, limit}));
  }
  std::vector<Decision> decisions;
  for (sql::Row row : rows) {
    Decision d;
    d.id = row.Int(0);
    d.flow = row.String(1);
    d.outcome = row.String(2);
    d.reason = row.String(3);
    d.correlation_id = row.String(4);
    d.user = row.OptAs<UserId>(5);
    d.subject = row.String(6);
    d.email = row.String(7);
    d.ip = row.String(8);
    GH_TRY(json::Value checks, json::Parse(row.Text(9)));
    if (const json::Array* array = checks.if_array()) d.checks = ChecksFromJson(*array);
    d.created_at = row.Time(10);
    decisions.push_back(std::move(d));
  }
  return decisions;
}

Result<std::int64_t> DecisionStore::DeleteOld(sql::Tx& tx) const {
  return tx.Exec(statements::kDecisionDeleteOld, {IdGenerator::FirstAt(clock_.Now() - kKept)});
}

}  // namespace gatehouse::sso
