#include "platform/sql/postgres/postgres.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "base/rng.h"
#include "platform/sql/driver.h"
#include "platform/sql/errors.h"
#include "platform/sql/postgres/admin.h"
#include "platform/sql/postgres/connection.h"
#include "platform/sql/postgres/gate.h"

namespace gatehouse::sql {

namespace {

using driver::QueuedJob;
using std::chrono::milliseconds;

constexpr int kReruns = 5;
constexpr Duration kMaxReconnectDelay = milliseconds(2000);

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(const PostgresOptions& options)
      : options_(options), queue_(options.max_queue) {}
  ~PostgresDatabase() override;

  Result<void> Start();
  Engine engine() const override { return Engine::kPostgres; }
  void Submit(Access access, Tenant tenant, Job job, driver::Done done) override {
    queue_.Push({access, tenant, std::move(job), std::move(done)});
  }

 private:
  using Handle = std::unique_ptr<PostgresConnection>;

  void Loop(std::uint64_t seed, Handle connection);
  // Connects, waiting between attempts. false: the database is closing.
  bool Reconnect(Handle& connection, Rng& rng);
  Result<void> Run(Handle& connection, QueuedJob& queued, Rng& rng);
  // One run of the job. `again`: it met a conflict that running it again may resolve.
  Result<void> Attempt(Handle& connection, QueuedJob& queued, int rerun, bool& again);

  const PostgresOptions options_;
  driver::JobQueue queue_;
  std::atomic<std::size_t> connected_{0};
  Gate writes_;
  std::vector<std::thread> threads_;
};

// Between half of `d` and `d`: what failed together does not come back together.
Duration Jittered(Duration d, Rng& rng) {
  const auto half = static_cast<std::uint64_t>(d.count() / 2);
  return Duration(static_cast<std::int64_t>(half + rng.Next64() % (half + 1)));
}

Result<void> PostgresDatabase::Start() {
  GH_TRY(Handle first, PostgresConnection::Open(options_.url));
  connected_ = 1;
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.connections, 1); ++i) {
    threads_.emplace_back(&PostgresDatabase::Loop, this, i + 1,
                          i == 0 ? std::move(first) : Handle());
  }
  return {};
}

PostgresDatabase::~PostgresDatabase() {
  queue_.Stop();
  for (std::thread& thread : threads_) thread.join();
}

bool PostgresDatabase::Reconnect(Handle& connection, Rng& rng) {
  Duration delay = milliseconds(50);
  for (;;) {
    auto opened = PostgresConnection::Open(options_.url);
    if (opened) {
      connection = std::move(*opened);
      ++connected_;
      return true;
    }
    // Nobody could run what waits: better an answer now than a time-out of the caller.
    if (connected_ == 0) {
      for (QueuedJob& waiting : queue_.TakeAll()) {
        driver::Answer(waiting, std::unexpected(opened.error()));
      }
    }
    if (queue_.WaitStopped(Jittered(delay, rng))) break;
    delay = std::min(delay * 2, kMaxReconnectDelay);
  }
  return false;
}

void PostgresDatabase::Loop(std::uint64_t seed, Handle connection) {
  SeededRng rng(seed);  // for jitter only
  std::vector<QueuedJob> jobs;
  for (;;) {
    if (connection == nullptr && !Reconnect(connection, rng)) break;
    if (!queue_.Pop(1, jobs)) break;
    Result<void> result = Run(connection, jobs.front(), rng);
    if (connection != nullptr && connection->lost()) {
      connection.reset();
      --connected_;
    }
    driver::Answer(jobs.front(), std::move(result));
    jobs.clear();
  }
  if (connection != nullptr) return;
  if (connected_ != 0) return;  // those still connected finish the queue
  for (QueuedJob& waiting : queue_.TakeAll()) {
    driver::Answer(waiting, Fail(Code::kUnavailable, kDatabaseUnavailable, "database is closing"));
  }
}

Result<void> PostgresDatabase::Run(Handle& connection, QueuedJob& queued, Rng& rng) {
  Duration delay = milliseconds(4);
  for (int rerun = 0;; ++rerun) {
    bool again = false;
    Result<void> result = Attempt(connection, queued, rerun, again);
    if (!again || rerun == kReruns) return result;
    queue_.WaitStopped(Jittered(delay, rng));
    delay *= 2;
  }
}

Result<void> PostgresDatabase::Attempt(Handle& connection, QueuedJob& queued, int rerun,
                                       bool& again) {
  std::optional<Gate::Pass> pass;
  if (queued.access == Access::kWrite) {
    pass.emplace(writes_, rerun < 2 ? Gate::Mode::kTogether : Gate::Mode::kAlone);
  }
  auto begun = connection->Begin(queued.access, queued.tenant);
  if (!begun && connection->lost()) {
    // Lost while it was idle, and nothing of the job has run: a new connection will do.
    GH_TRY(connection, PostgresConnection::Open(options_.url));
    begun = connection->Begin(queued.access, queued.tenant);
  }
  if (!begun) {
    connection->Rollback();  // begun, perhaps, and then refused
    return begun;
  }
  PostgresTx tx(*connection);
  Result<void> result = driver::RunJob(queued.job, tx);
  again = tx.error() && tx.error()->Is(kSerializationFailure);
  if (result) {
    result = connection->Commit();
    again = !result && result.error().Is(kSerializationFailure);
  }
  if (!result) connection->Rollback();
  if (connection->lost()) again = false;
  return result;
}

}  // namespace

Result<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options) {
  auto database = std::make_unique<PostgresDatabase>(options);
  GH_TRY_VOID(database->Start());
  return database;
}

Result<void> RunPostgresCommand(const std::string& url, const std::string& command) {
  GH_TRY(auto connection, PostgresConnection::Open(url));
  return connection->Command(command);
}

}  // namespace gatehouse::sql
