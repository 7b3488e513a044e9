#pragma once

// What check-ins, and the lack of them, make of monitors. Synchronous; in the caller's transaction.

#include "base/rng.h"
#include "platform/sql/sql.h"
#include "region/monitors/time_zone.h"
#include "region/monitors/types.h"

namespace gatehouse::monitors {

struct Limits {
  std::int64_t monitors = 500;             // of one project
  std::int64_t check_ins_per_minute = 60;  // of one monitor and environment
};

// Thread-safe. What is given by reference must outlive it.
class CheckIns {
 public:
  CheckIns(IdGenerator& ids, TimeZones& zones, Limits limits = {})
      : ids_(ids), zones_(zones), limits_(limits) {}

  // Makes or changes the monitor if the check-in brings its configuration, and notes the check-in.
  // The same one again changes nothing. REQUIRES: a transaction that may see the organization.
  Result<Fate> Take(sql::Tx& tx, const Arrived& arrived) const;

  // Notes what was missed and what took too long until `now`, of every organization; how many.
  // REQUIRES: a transaction that may see all of them.
  Result<std::int64_t> Judge(sql::Tx& tx, Timestamp now) const;

 private:
  // The monitor that it belongs to, made if need be; else what becomes of the check-in.
  struct Found {
    std::optional<Monitor> monitor;
    Fate otherwise = Fate::kNoMonitor;
  };
  Result<Found> MonitorOf(sql::Tx& tx, const Arrived& arrived) const;
  Result<void> Miss(sql::Tx& tx, const Monitor& monitor, Environment& environment,
                    Timestamp now) const;

  // Counts an ended check-in, and notes what the issues of the project are to be told of it.
  Result<void> End(sql::Tx& tx, const Monitor& monitor, const CheckIn& check_in,
                   Environment& environment, Timestamp at) const;

  IdGenerator& ids_;
  TimeZones& zones_;
  const Limits limits_;
};

}  // namespace gatehouse::monitors
