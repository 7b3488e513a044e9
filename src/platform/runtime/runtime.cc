#include "platform/runtime/runtime.h"

#include <atomic>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <exception>
#include <list>
#include <set>

#include "base/check.h"

namespace gatehouse::runtime {

namespace asio = boost::asio;

namespace {

// Timers of sleeping tasks on one io_context, so that Stop() can end them. Used on that thread
// only.
class Sleepers : public asio::execution_context::service {
 public:
  using key_type = Sleepers;
  static inline asio::execution_context::id id;
  explicit Sleepers(asio::execution_context& context) : service(context) {}
  void shutdown() override { timers.clear(); }

  std::set<asio::steady_timer*> timers;
  bool stopping = false;
};

// Held while another thread posts a resumption. A context is destroyed only after passing through
// it: the resumed task may end, and its context with it, while that thread is still inside post().
class ResumeGate : public asio::execution_context::service {
 public:
  using key_type = ResumeGate;
  static inline asio::execution_context::id id;
  explicit ResumeGate(asio::execution_context& context) : service(context) {}
  void shutdown() override {}

  const std::shared_ptr<std::mutex> mutex = std::make_shared<std::mutex>();
};

void WaitForPosters(asio::io_context& context) {
  std::shared_ptr<std::mutex> gate = asio::use_service<ResumeGate>(context).mutex;
  std::lock_guard passed(*gate);
}

std::string Describe(std::exception_ptr e) {
  try {
    std::rethrow_exception(e);
  } catch (const std::exception& ex) {
    return ex.what();
  } catch (...) {
    return "unknown exception";
  }
}

asio::awaitable<void> RunRoot(std::string name, Task<void> task) {
  Result<void> result = co_await std::move(task);
  if (!result && result.error().code != Code::kCancelled) {
    std::fprintf(stderr, "task %s ended: %s %s\n", name.c_str(),
                 std::string(result.error().reason).c_str(), result.error().detail.c_str());
  }
}

}  // namespace

asio::awaitable<void> Suspend(std::move_only_function<void(Resume)> start) {
  auto executor = co_await asio::this_coro::executor;
  std::shared_ptr<std::mutex> gate =
      asio::use_service<ResumeGate>(asio::query(executor, asio::execution::context)).mutex;
  // The function object lives in this frame until resumed; the handler below is move-only.
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&start, &executor, &gate](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([shared, executor, gate]() mutable {
          std::lock_guard posting(*gate);
          asio::post(executor, [shared]() mutable {
            auto h = std::move(*shared);
            shared.reset();
            std::move(h)();
          });
        });
      },
      asio::use_awaitable);
}

Task<void> Sleep(Duration d) {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, d);
  auto& sleepers = asio::use_service<Sleepers>(asio::query(executor, asio::execution::context));
  if (sleepers.stopping) co_return Fail(Code::kCancelled, "stopping");
  sleepers.timers.insert(&timer);
  boost::system::error_code ec;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  sleepers.timers.erase(&timer);
  if (ec) co_return Fail(Code::kCancelled, "stopping");
  co_return Result<void>();
}

struct Runtime::Impl {
  struct Thread {
    asio::io_context context{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
  };
  std::vector<std::unique_ptr<Thread>> threads;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stopping{false};
  std::vector<std::function<void()>> on_stop;
};

Runtime::Runtime(std::size_t threads) : impl_(std::make_unique<Impl>()) {
  GH_CHECK(threads > 0);
  for (std::size_t i = 0; i < threads; ++i) {
    auto thread = std::make_unique<Impl::Thread>();
    thread->guard.emplace(thread->context.get_executor());
    impl_->threads.push_back(std::move(thread));
  }
}

Runtime::~Runtime() {
  for (auto& thread : impl_->threads) WaitForPosters(thread->context);
}

void Runtime::Spawn(std::string name, Task<void> task) {
  std::size_t index = impl_->next++ % impl_->threads.size();
  asio::co_spawn(context(index), RunRoot(name, std::move(task)), [name](std::exception_ptr e) {
    if (e) std::fprintf(stderr, "task %s failed: %s\n", name.c_str(), Describe(e).c_str());
  });
}

asio::io_context& Runtime::context(std::size_t index) { return impl_->threads.at(index)->context; }
std::size_t Runtime::threads() const { return impl_->threads.size(); }
bool Runtime::stopping() const { return impl_->stopping; }
void Runtime::OnStop(std::function<void()> callback) {
  impl_->on_stop.push_back(std::move(callback));
}

void Runtime::Run() {
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < impl_->threads.size(); ++i) {
    others.emplace_back([this, i] { context(i).run(); });
  }
  context(0).run();
  for (std::thread& t : others) t.join();
}

void Runtime::Stop() {
  if (impl_->stopping.exchange(true)) return;
  for (auto& callback : impl_->on_stop) callback();
  for (auto& thread : impl_->threads) {
    asio::io_context& context = thread->context;
    asio::post(context, [&context] {
      auto& sleepers = asio::use_service<Sleepers>(context);
      sleepers.stopping = true;
      for (asio::steady_timer* timer : sleepers.timers) timer->cancel();
    });
    thread->guard.reset();
  }
}

namespace internal {

void RunSyncImpl(asio::awaitable<void> task) {
  asio::io_context context{1};
  // A task suspended on another thread holds no work here: the guard keeps run() waiting for it.
  auto guard = asio::make_work_guard(context);
  std::exception_ptr failure;
  asio::co_spawn(context, std::move(task), [&](std::exception_ptr e) {
    failure = e;
    guard.reset();
  });
  context.run();
  WaitForPosters(context);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace internal

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t max_queue)
    : max_queue_(max_queue) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, name] {
      pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
      Work();
    });
  }
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& t : threads_) t.join();
}

bool WorkerPool::Submit(std::move_only_function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() >= max_queue_) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace gatehouse::runtime
