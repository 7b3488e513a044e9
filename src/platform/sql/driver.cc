#include "platform/sql/driver.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "base/text.h"
#include "platform/sql/errors.h"

namespace gatehouse::sql::driver {

void Answer(QueuedJob& queued, Result<void> result) {
  queued.job = nullptr;
  Done done = std::move(queued.done);
  done(std::move(result));
}

void JobQueue::Push(QueuedJob queued) {
  bool stopped = false;
  bool accepted = false;
  {
    std::lock_guard lock(mutex_);
    stopped = stopped_;
    accepted = !stopped && queue_.size() < max_;
    if (accepted) queue_.push_back(std::move(queued));
  }
  if (accepted) {
    // Without the lock, which the thread that wakes up takes first.
    work_.notify_one();
    return;
  }
  Answer(queued, stopped ? Fail(Code::kUnavailable, kDatabaseUnavailable, "database is closing")
                         : Fail(Code::kUnavailable, kOverloaded, "database queue is full"));
}

bool JobQueue::Pop(std::size_t max, std::vector<QueuedJob>& out) {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
  if (queue_.empty()) return false;
  TakeFront(max, out);
  return true;
}

void JobQueue::PopLater(Duration d, std::size_t max, std::vector<QueuedJob>& out) {
  std::unique_lock lock(mutex_);
  stop_.wait_for(lock, d, [this] { return stopped_; });
  if (out.size() < max) TakeFront(max - out.size(), out);
}

void JobQueue::TakeFront(std::size_t max, std::vector<QueuedJob>& out) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(max, queue_.size()));
  const auto end = queue_.begin() + count;
  out.insert(out.end(), std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
}

std::vector<QueuedJob> JobQueue::TakeAll() {
  std::lock_guard lock(mutex_);
  std::vector<QueuedJob> out(std::make_move_iterator(queue_.begin()),
                             std::make_move_iterator(queue_.end()));
  queue_.clear();
  return out;
}

void JobQueue::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  work_.notify_all();
  stop_.notify_all();
}

bool JobQueue::stopped() const {
  std::lock_guard lock(mutex_);
  return stopped_;
}

bool JobQueue::WaitStopped(Duration d) {
  std::unique_lock lock(mutex_);
  return stop_.wait_for(lock, d, [this] { return stopped_; });
}

Result<Rows> DriverTx::Run(const Statement& statement, Params params) {
  if (error_) return std::unexpected(*error_);
  Result<Rows> rows = [&]() -> Result<Rows> {
    GH_TRY_VOID(CheckTexts(statement, params));
    return Execute(statement, params);
  }();
  if (!rows) error_ = rows.error();
  return rows;
}

Result<void> RunJob(Job& job, DriverTx& tx) {
  Result<void> result;
  try {
    result = job(tx);
  } catch (const std::exception& e) {
    return Fail(Code::kInternal, kInternal, e.what());
  } catch (...) {
    return Fail(Code::kInternal, kInternal, "unknown exception");
  }
  if (result && tx.error()) return std::unexpected(*tx.error());
  return result;
}

Result<void> CheckTexts(const Statement& statement, Params params) {
  for (std::size_t i = 0; i < params.size(); ++i) {
    const auto* text = std::get_if<std::string_view>(&params[i].value());
    if (text == nullptr) continue;
    if (text->find('\0') != std::string_view::npos || !IsValidUtf8(*text)) {
      return Fail(Code::kInvalidArgument, kInvalidText,
                  std::string(statement.name) + ": $" + std::to_string(i + 1) +
                      " holds NUL or is not UTF-8");
    }
  }
  return {};
}

}  // namespace gatehouse::sql::driver
