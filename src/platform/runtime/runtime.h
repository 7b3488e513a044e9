#pragma once

// Threads and the hops between them. Network threads run one io_context each; a WorkerPool runs
// blocking or CPU-heavy functions. Only this module moves a coroutine from one to the other, with
// the cancellation slot detached (racing a hopped coroutine otherwise terminates the process).
//
// Thread-safety: every function may be called from any thread unless stated otherwise.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "platform/runtime/task.h"

namespace boost::asio {
class io_context;
}

namespace gatehouse::runtime {

// Called exactly once, from any thread; resumes the suspended coroutine on its own thread.
using Resume = std::move_only_function<void()>;

// Suspends the calling coroutine and hands its Resume to `start`. The building block of every hop.
boost::asio::awaitable<void> Suspend(std::move_only_function<void(Resume)> start);

// Suspends the calling coroutine for at least `d` (monotonic). Ends early with kCancelled when the
// runtime stops.
Task<void> Sleep(Duration d);

// The network threads. Constructed stopped; Run() blocks the caller until Stop() has been called
// and every spawned task has ended. Not a singleton: src/app builds one, tests build their own.
class Runtime {
 public:
  explicit Runtime(std::size_t threads);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Starts a root task on the next network thread. An error or exception that leaves the task is
  // printed to stderr and ends only that task; a task that can fail handles it itself.
  void Spawn(std::string name, Task<void> task);

  // io_context of thread `index`: for platform/http and platform/rpc only.
  boost::asio::io_context& context(std::size_t index);
  std::size_t threads() const;

  void Run();
  // Asks every task to end: Sleep returns kCancelled, stop callbacks run, then the contexts stop.
  void Stop();
  bool stopping() const;
  // Called once, when Stop() is called, on the thread that calls it. Call before Run().
  void OnStop(std::function<void()> callback);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Runs a task to its end on a private io_context in the calling thread. For the command line and
// tests; never call it on a network thread.
template <class T>
Result<T> RunSync(Task<T> task);

// A fixed number of threads with a bounded queue for work that blocks or burns CPU (password
// hashes, signatures). A full queue answers kUnavailable "overloaded" at once.
class WorkerPool {
 public:
  WorkerPool(std::string name, std::size_t threads, std::size_t max_queue);
  ~WorkerPool();  // finishes what is queued
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // false when the queue is full.
  bool Submit(std::move_only_function<void()> work);

  // co_await pool.Run([=] { return Result<T>(...); })
  template <class F>
  auto Run(F f) -> Task<typename std::invoke_result_t<F>::value_type> {
    using R = std::invoke_result_t<F>;
    std::optional<R> result;
    bool accepted = true;
    co_await Suspend([&](Resume resume) {
      auto shared = std::make_shared<Resume>(std::move(resume));
      accepted = Submit([&result, &f, shared] {
        try {
          result.emplace(f());
        } catch (const std::exception& broken) {
          result.emplace(Fail(Code::kInternal, "internal", broken.what()));
        }
        (*shared)();
      });
      if (!accepted) (*shared)();
    });
    if (!accepted) co_return Fail(Code::kUnavailable, "overloaded");
    co_return std::move(*result);
  }

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> queue_;
  std::size_t max_queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// A point in monotonic time after which work for a request is pointless. Passed on by value.
class Deadline {
 public:
  Deadline(const Clock& clock, Duration from_now) : at_(clock.Monotonic() + from_now) {}
  Duration Remaining(const Clock& clock) const { return at_ - clock.Monotonic(); }
  bool Expired(const Clock& clock) const { return Remaining(clock) <= Duration::zero(); }

 private:
  Duration at_;
};

namespace internal {
void RunSyncImpl(boost::asio::awaitable<void> task);
template <class T>
boost::asio::awaitable<void> Capture(Task<T> task, std::optional<Result<T>>& out) {
  out.emplace(co_await std::move(task));
}
}  // namespace internal

template <class T>
Result<T> RunSync(Task<T> task) {
  std::optional<Result<T>> out;
  internal::RunSyncImpl(internal::Capture(std::move(task), out));
  return std::move(*out);
}

}  // namespace gatehouse::runtime
