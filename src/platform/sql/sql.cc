#include "platform/sql/sql.h"

#include <condition_variable>
#include <mutex>

#include "base/check.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::sql {

bool Row::IsNull(std::size_t column) const {
  GH_CHECK(column < rows_->columns_ && index_ < rows_->size());
  return std::holds_alternative<std::monostate>(rows_->values_[index_ * rows_->columns_ + column]);
}

std::int64_t Row::Int(std::size_t column) const {
  GH_CHECK(column < rows_->columns_ && index_ < rows_->size());
  const auto* value = std::get_if<std::int64_t>(&rows_->values_[index_ * rows_->columns_ + column]);
  GH_CHECK(value != nullptr);
  return *value;
}

std::string_view Row::Text(std::size_t column) const {
  GH_CHECK(column < rows_->columns_ && index_ < rows_->size());
  const auto* value = std::get_if<std::string>(&rows_->values_[index_ * rows_->columns_ + column]);
  GH_CHECK(value != nullptr);
  return *value;
}

std::optional<std::int64_t> Row::OptInt(std::size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return Int(column);
}

std::optional<std::string> Row::OptString(std::size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return String(column);
}

std::optional<Timestamp> Row::OptTime(std::size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return Time(column);
}

Task<void> Database::Await(Access access, Tenant tenant, Job job, bool may_run_here) {
  if (may_run_here) {
    if (auto here = RunHere(job)) co_return std::move(*here);
  }
  Result<void> result;
  // `result` and `job` live in this frame; the result is stored before the coroutine is resumed.
  co_await runtime::Suspend([this, access, tenant, &job, &result](runtime::Resume resume) {
    Submit(access, tenant, std::move(job),
           [&result, resume = std::move(resume)](Result<void> outcome) mutable {
             result = std::move(outcome);
             resume();
           });
  });
  co_return result;
}

Result<void> Database::Block(Access access, Tenant tenant, Job job) {
  std::mutex mutex;
  std::condition_variable wake;
  std::optional<Result<void>> result;
  Submit(access, tenant, std::move(job), [&](Result<void> outcome) {
    // Notified under the lock: the waiter destroys the condition variable once it has it.
    std::lock_guard lock(mutex);
    result = std::move(outcome);
    wake.notify_one();
  });
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return result.has_value(); });
  return std::move(*result);
}

}  // namespace gatehouse::sql
