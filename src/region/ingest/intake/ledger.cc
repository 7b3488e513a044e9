#include "region/ingest/intake/ledger.h"

#include "region/ingest/intake/statements.h"
#include "region/sessions/store.h"

namespace gatehouse::ingest {
namespace {

Outcome OutcomeOf(const Ledger::CheckIn& check_in, monitors::Fate fate) {
  Outcome outcome = check_in.accepted;
  switch (fate) {
    case monitors::Fate::kTaken:
      break;
    case monitors::Fate::kNoMonitor:
      outcome.kind = OutcomeKind::kInvalid;
      outcome.reason = reason::kNoMonitor;
      break;
    case monitors::Fate::kDisabled:
      outcome.kind = OutcomeKind::kFiltered;
      outcome.reason = "monitor_disabled";
      break;
    case monitors::Fate::kRateLimited:
      outcome.kind = OutcomeKind::kRateLimited;
      outcome.reason = "monitor_rate_limit";
      break;
    case monitors::Fate::kTooMany:
      outcome.kind = OutcomeKind::kAbuse;
      outcome.reason = "monitor_limit";
      break;
    case monitors::Fate::kFinished:
      outcome.kind = OutcomeKind::kInvalid;
      outcome.reason = reason::kDuplicate;
      break;
  }
  return outcome;
}

}  // namespace

Result<std::vector<Outcome>> Ledger::Write(sql::Tx& tx, IdGenerator& ids,
                                           const monitors::CheckIns& monitors,
                                           Timestamp now) const {
  std::vector<Outcome> outcomes;
  GH_TRY_VOID(sessions::store::Apply(tx, ids, sessions, now));
  for (const CheckIn& check_in : check_ins) {
    GH_TRY(const monitors::Fate fate, monitors.Take(tx, check_in.arrived));
    outcomes.push_back(OutcomeOf(check_in, fate));
  }
  for (const Report& report : reports) {
    GH_TRY(const feedback::Fate fate, feedback::Take(tx, report.arrived, report.place));
    Outcome outcome = report.accepted;
    if (fate != feedback::Fate::kTaken) {
      outcome.kind = OutcomeKind::kInvalid;
      outcome.reason = fate == feedback::Fate::kFrozen ? reason::kDuplicate : reason::kNoData;
    }
    outcomes.push_back(std::move(outcome));
  }
  for (const auto& [project, bits] : flags) {
    GH_TRY_VOID(tx.Exec(sqls::kAddFlags, {project.first, project.second, bits}));
  }
  return outcomes;
}

}  // namespace gatehouse::ingest
