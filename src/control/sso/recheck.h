#pragma once

// The periodic re-check: identities of kinds that require it are asked about at their provider once
// a day, so that somebody who lost the account there does not keep the organization here.
//
// A run takes batches of identities that are due and looks at one after the other. Whoever has gone
// from the organization loses the identity; what the provider says is stored by the refresher
// (tokens, is_valid, the member's flags through the outbox); a flag that says something else is
// repaired. No answer changes nobody: the identity is due again after a pause that doubles from
// five minutes to six hours, and after three unanswered questions in a row a provider gets no more
// of them in this batch. `last_verified_at` moves only when the provider has said yes.
//
// A process that dies leaves its batch due again after ten minutes. Any number of processes may run
// at once: a batch is taken by one. Not thread-safe: one run at a time.
//
// Progress is in the metrics: how many were looked at, by outcome, and how many are still due,
// counted every ten seconds of a run.

#include <atomic>
#include <map>
#include <memory>
#include <optional>

#include "base/rng.h"
#include "control/identity/refresh.h"
#include "control/sso/service_impl.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

namespace gatehouse::sso {

struct RecheckOptions {
  Duration interval = std::chrono::hours(24);
  // An identity is due up to so much earlier, so that those of one morning do not stay together.
  Duration skew = std::chrono::hours(2);
  std::size_t batch = 100;
};

class Recheck {
 public:
  // Everything outlives it.
  struct Parts {
    sql::Database& db;  // control
    const Clock& clock;
    Rng& rng;
    identity::Refresher& refresher;
    ServiceImpl& sso;
    orgs::Service& orgs;
    outbox::Drainer& drainer;
    telemetry::Logger& log;
    telemetry::Registry& metrics;
  };
  Recheck(Parts parts, RecheckOptions options);

  struct Batch {
    std::size_t taken = 0;  // 0: nothing is due
    std::size_t early = 0;  // proven by a log-in meanwhile: not asked about
    std::size_t valid = 0;
    std::size_t invalid = 0;
    std::size_t unavailable = 0;
    std::size_t deferred = 0;  // not asked: their provider does not answer
    std::size_t removed = 0;   // no members any more
  };
  Task<Batch> RunBatch();
  // Batches until nothing is due, or `budget` is used up: the next run goes on.
  Task<void> Run(Duration budget);

 private:
  struct Due;
  Task<void> CountDue();
  Task<std::vector<Due>> Claim(std::string kind, std::size_t most);
  Task<void> Look(const Due& due, Batch& batch);
  Task<void> Postpone(const Due& due, Timestamp next, bool looked);
  Duration Skew();

  Parts p_;
  RecheckOptions options_;
  std::map<ProviderId, int> unanswered_;  // in a row, of this batch
  // The gauge may be read after this has gone.
  std::shared_ptr<std::atomic<std::int64_t>> due_ = std::make_shared<std::atomic<std::int64_t>>(0);
  std::optional<Duration> counted_at_;  // monotonic
  telemetry::Counter& valid_;
  telemetry::Counter& invalid_;
  telemetry::Counter& unavailable_;
  telemetry::Counter& deferred_;
  telemetry::Counter& removed_;
};

}  // namespace gatehouse::sso
