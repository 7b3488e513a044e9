#include "platform/sql/testing/faulty_database.h"

#include <signal.h>
#include <unistd.h>

#include "platform/sql/driver.h"
#include "platform/sql/errors.h"

namespace gatehouse::sql {

class FaultyTx final : public driver::DriverTx {
 public:
  FaultyTx(Tx& inner, FaultyDatabase& database) : inner_(inner), database_(database) {}
  Engine engine() const override { return inner_.engine(); }

 protected:
  Result<Rows> Execute(const Statement& statement, Params params) override {
    GH_TRY_VOID(database_.Reach("before " + std::string(statement.name)));
    GH_TRY(Rows rows, inner_.Run(statement, params));
    ++database_.statements_;
    GH_TRY_VOID(database_.Reach("after " + std::string(statement.name)));
    return rows;
  }

 private:
  Tx& inner_;
  FaultyDatabase& database_;
};

void FaultyDatabase::Arm(std::size_t moment, Fault fault) {
  std::lock_guard lock(mutex_);
  moments_.clear();
  statements_ = 0;
  commits_ = 0;
  fired_ = false;
  armed_ = moment;
  fault_ = fault;
}

void FaultyDatabase::Disarm() { Arm(0, Fault::kError); }

std::size_t FaultyDatabase::count() const {
  std::lock_guard lock(mutex_);
  return moments_.size();
}

std::vector<std::string> FaultyDatabase::moments() const {
  std::lock_guard lock(mutex_);
  return moments_;
}

Result<void> FaultyDatabase::Reach(std::string moment) {
  std::lock_guard lock(mutex_);
  moments_.push_back(std::move(moment));
  if (moments_.size() != armed_) return {};
  fired_ = true;
  if (fault_ == Fault::kKill) {
    ::kill(::getpid(), SIGKILL);
    ::pause();  // the signal may need a moment to arrive; nothing may happen after it
  }
  return Fail(Code::kUnavailable, kDatabaseUnavailable, "injected " + moments_.back());
}

void FaultyDatabase::Submit(Access access, Tenant tenant, Job job,
                            std::move_only_function<void(Result<void>)> done) {
  if (access == Access::kRead)
    return inner_.Submit(access, tenant, std::move(job), std::move(done));
  inner_.Submit(access, tenant, Job([this, job = std::move(job)](Tx& tx) mutable -> Result<void> {
                  FaultyTx faulty(tx, *this);
                  GH_TRY_VOID(job(faulty));
                  if (faulty.error()) return std::unexpected(*faulty.error());
                  return Reach("before commit");
                }),
                [this, done = std::move(done)](Result<void> result) mutable {
                  if (result) {
                    ++commits_;
                    result = Reach("after commit");
                  }
                  done(std::move(result));
                });
}

}  // namespace gatehouse::sql
