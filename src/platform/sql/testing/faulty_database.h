#pragma once

// A Database that fails, or ends the process, at one chosen moment of a write. A crash test first
// runs its operation unarmed to learn how many moments it has, then once per moment:
//
//   faulty.Arm(n, Fault::kKill);      // in a child process
//
// The moments of a write transaction, in order: before and after each statement, before the commit,
// after the commit (before the caller hears of it). Reads pass through.

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "platform/sql/sql.h"

namespace gatehouse::sql {

enum class Fault {
  kError,  // kUnavailable "database_unavailable"; after the commit the work is done nevertheless
  kKill,   // SIGKILL to this process
};

// Thread-safe. The wrapped database must outlive it.
class FaultyDatabase final : public Database {
 public:
  explicit FaultyDatabase(Database& inner) : inner_(inner) {}

  // At the `moment`-th moment from now, counted from 1. Fires once.
  void Arm(std::size_t moment, Fault fault);
  void Disarm();
  bool fired() const { return fired_; }

  // Since construction or the last Arm(), Disarm().
  std::size_t count() const;
  std::size_t statements() const { return statements_; }
  std::size_t commits() const { return commits_; }
  // "before users_insert", "after users_insert", …, "before commit", "after commit".
  std::vector<std::string> moments() const;

  Engine engine() const override { return inner_.engine(); }
  void Submit(Access access, Tenant tenant, Job job,
              std::move_only_function<void(Result<void>)> done) override;

 private:
  friend class FaultyTx;
  // Counts a moment; an error if it is the armed one.
  Result<void> Reach(std::string moment);

  Database& inner_;
  mutable std::mutex mutex_;
  std::vector<std::string> moments_;
  std::size_t armed_ = 0;
  Fault fault_ = Fault::kError;
  std::atomic<bool> fired_ = false;
  std::atomic<std::size_t> statements_ = 0;
  std::atomic<std::size_t> commits_ = 0;
};

}  // namespace gatehouse::sql
