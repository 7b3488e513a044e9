#include <algorithm>
#include <exception>
#include <optional>

#include "base/check.h"
#include "base/text.h"
#include "core/outbox/errors.h"
#include "core/outbox/outbox.h"
#include "core/outbox/statements.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::outbox {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLease = 30s;
// With less than this left, progress is saved and the lease renewed before the next handler runs.
constexpr Duration kLeaseReserve = 15s;
constexpr Duration kLongestBackOff = 1h;
constexpr Duration kUnknownCategoryPause = 60s;
constexpr int kMaxAttempts = 20;
constexpr Duration kPoll = 10ms;
constexpr int kPolls = 200;  // 2 s
constexpr std::size_t kMaxErrorBytes = 500;

struct Item {
  Message message;
  std::optional<Error> broken;  // the payload cannot be read
};

struct Batch {
  std::vector<Item> items;
  Timestamp lease;
  bool held_elsewhere = false;
};

struct Failure {
  std::int64_t id = 0;
  int attempts = 0;
  Timestamp next_try;
  std::string error;
  Message message = {};  // of a parked one
  Error last = {};
};

// What a drain writes back: the fate of the messages it has taken.
struct Settlement {
  std::vector<std::int64_t> delivered;
  std::vector<Failure> parked;
  std::optional<Failure> failed;
  std::optional<std::pair<std::int64_t, Timestamp>> postponed;
};

bool IsPermanent(const Error& error) {
  return error.code == Code::kInvalidArgument || error.code == Code::kDataLoss;
}

Duration BackOff(int attempts) {
  return attempts >= 12 ? kLongestBackOff
                        : std::min<Duration>(1s * (1 << attempts), kLongestBackOff);
}

std::string ErrorText(const Error& error) {
  std::string text(error.reason.empty() ? CodeName(error.code) : error.reason);
  if (!error.detail.empty()) text += ": " + error.detail;
  // The database refuses what is not text, and a failure must always be recordable.
  if (!IsValidUtf8(text) || text.contains('\0')) text = std::string(error.reason);
  return std::string(TruncateUtf8(text, kMaxErrorBytes));
}

// For what OnParked records: the outbox itself belongs to no tenant.
sql::Tenant TenantOf(Shard shard) {
  return shard.scope == Scope::kOrganization ? sql::Tenant::Of(shard.id) : sql::Tenant::None();
}

int ScopeNumber(Shard shard) { return static_cast<int>(shard.scope); }

Item ReadItem(const sql::Row& row, Shard shard) {
  Item item;
  item.message.id = row.Int(0);
  item.message.shard = shard;
  item.message.category = static_cast<Category>(row.Int(1));
  item.message.object_id = row.Int(2);
  item.message.attempts = static_cast<int>(row.Int(4));
  constexpr json::Limits kOwnText{.max_bytes = 64 * 1024 * 1024, .max_depth = 32};
  if (auto payload = json::ParseObject(row.Text(3), kOwnText)) {
    item.message.payload = std::move(*payload);
  } else {
    item.broken = Error{Code::kDataLoss, kPayloadInvalid, std::string(payload.error().reason)};
  }
  return item;
}

Result<Batch> Claim(sql::Tx& tx, const Statements& sql, Shard shard, Timestamp now) {
  Batch batch;
  batch.lease = now + kLease;
  GH_TRY(const sql::Rows rows,
         tx.Query(sql.claim, {batch.lease, ScopeNumber(shard), shard.id, now}));
  for (const sql::Row row : rows) batch.items.push_back(ReadItem(row, shard));
  // Neither engine promises the order of RETURNING.
  std::ranges::sort(batch.items, {}, [](const Item& item) { return item.message.id; });
  if (batch.items.empty()) {
    GH_TRY(const sql::Rows leased, tx.Query(sql.count_leased, {ScopeNumber(shard), shard.id, now}));
    batch.held_elsewhere = leased.front().Int(0) > 0;
  }
  return batch;
}

Result<void> Settle(sql::Tx& tx, const Statements& sql, const Settlement& done,
                    const OnParked& on_parked, Timestamp lease, Timestamp now) {
  for (std::int64_t id : done.delivered) GH_TRY_VOID(tx.Exec(sql.remove, {id}));
  for (const Failure& f : done.parked) {
    GH_TRY(const std::int64_t parked, tx.Exec(sql.park, {f.id, f.attempts, now, f.error, lease}));
    // Not ours any more when the lease was lost: whoever holds it now parks it.
    if (parked == 1 && on_parked) GH_TRY_VOID(on_parked(tx, f.message, f.last));
  }
  if (done.failed) {
    const Failure& f = *done.failed;
    GH_TRY_VOID(tx.Exec(sql.fail, {f.id, f.attempts, f.next_try, f.error, lease}));
  }
  if (done.postponed) {
    GH_TRY_VOID(tx.Exec(sql.postpone, {done.postponed->first, done.postponed->second, lease}));
  }
  return {};
}

}  // namespace

struct Drainer::Impl {
  Impl(Half half, sql::Database& database, const Clock& time, OnParked parked)
      : sql(StatementsOf(half)), db(database), clock(time), on_parked(std::move(parked)) {}

  const Statements& sql;
  sql::Database& db;
  const Clock& clock;
  const OnParked on_parked;
  std::map<Category, Handler> handlers;

  std::mutex mutex;
  std::set<Shard> busy;  // shards that a drain of this process works on

  class Hold;

  Task<void> Deliver(Message message) const;
  Task<Batch> ClaimNext(Shard shard, const Settlement& done, Timestamp lease);
  Task<void> Save(Shard shard, const Settlement& done, Timestamp lease);
  Task<Timestamp> Renew(Shard shard, const Settlement& done, Timestamp lease);
  struct Round {
    std::size_t delivered = 0;
    bool moved = false;  // something was delivered, parked or put off
    bool held_elsewhere = false;
    bool stopping = false;
  };
  Task<Round> Drain(Shard shard);

  static boost::asio::awaitable<void> DrainPatiently(std::shared_ptr<Impl> impl, Shard shard);
  static Task<std::size_t> DrainAll(std::shared_ptr<Impl> impl);
  static Task<Depth> CountRows(std::shared_ptr<Impl> impl);
};

// Marks a shard as being drained by this process, for as long as it lives.
class Drainer::Impl::Hold {
 public:
  Hold(Impl& impl, Shard shard) : impl_(impl), shard_(shard) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    if (!held_) return;
    std::lock_guard lock(impl_.mutex);
    impl_.busy.erase(shard_);
  }
  bool Try() {
    std::lock_guard lock(impl_.mutex);
    held_ = impl_.busy.insert(shard_).second;
    return held_;
  }

 private:
  Impl& impl_;
  const Shard shard_;
  bool held_ = false;
};

Task<void> Drainer::Impl::Deliver(Message message) const {
  const Handler& handler = handlers.at(message.category);
  try {
    co_return co_await handler(std::move(message));
  } catch (const std::exception& e) {
    co_return Fail(Code::kInternal, kHandlerFailed, e.what());
  }
}

// Writes back and takes the next messages in one transaction: between the two nobody else can.
Task<Batch> Drainer::Impl::ClaimNext(Shard shard, const Settlement& done, Timestamp lease) {
  const Timestamp now = clock.Now();
  co_return co_await db.Write(TenantOf(shard), [&](sql::Tx& tx) -> Result<Batch> {
    GH_TRY_VOID(Settle(tx, sql, done, on_parked, lease, now));
    return Claim(tx, sql, shard, now);
  });
}

// Writes back and gives up what is left of the batch.
Task<void> Drainer::Impl::Save(Shard shard, const Settlement& done, Timestamp lease) {
  const Timestamp now = clock.Now();
  co_return co_await db.Write(TenantOf(shard), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(Settle(tx, sql, done, on_parked, lease, now));
    GH_TRY_VOID(tx.Exec(sql.renew, {0, ScopeNumber(shard), shard.id, lease}));
    return {};
  });
}

// Writes back and keeps the rest of the batch for longer. kCancelled: the lease was lost meanwhile.
Task<Timestamp> Drainer::Impl::Renew(Shard shard, const Settlement& done, Timestamp lease) {
  const Timestamp now = clock.Now();
  const Timestamp longer = now + kLease;
  co_return co_await db.Write(TenantOf(shard), [&](sql::Tx& tx) -> Result<Timestamp> {
    GH_TRY_VOID(Settle(tx, sql, done, on_parked, lease, now));
    GH_TRY(const std::int64_t kept,
           tx.Exec(sql.renew, {longer, ScopeNumber(shard), shard.id, lease}));
    return kept > 0 ? longer : Timestamp{};
  });
}

Task<Drainer::Impl::Round> Drainer::Impl::Drain(Shard shard) {
  Round round;
  Settlement done;
  Timestamp lease;
  for (;;) {
    Batch batch;
    GH_CO_TRY(batch, co_await ClaimNext(shard, done, lease));
    done = {};
    lease = batch.lease;
    if (batch.items.empty()) {
      round.held_elsewhere = batch.held_elsewhere;
      co_return round;
    }
    for (Item& item : batch.items) {
      if (lease - clock.Now() < kLeaseReserve) {
        GH_CO_TRY(lease, co_await Renew(shard, done, lease));
        done = {};
        if (lease == Timestamp{}) break;  // the shard is another process's now
      }
      if (!item.broken && !handlers.contains(item.message.category)) {
        done.postponed.emplace(item.message.id, clock.Now() + kUnknownCategoryPause);
        round.moved = true;
        GH_CO_TRY_VOID(co_await Save(shard, done, lease));
        co_return round;
      }
      Result<void> result;
      if (item.broken) {
        result = std::unexpected(*item.broken);
      } else {
        result = co_await Deliver(item.message);
      }
      if (result) {
        done.delivered.push_back(item.message.id);
        ++round.delivered;
        round.moved = true;
        continue;
      }
      const Error& error = result.error();
      if (error.code == Code::kCancelled) {
        round.stopping = true;
        GH_CO_TRY_VOID(co_await Save(shard, done, lease));
        co_return round;
      }
      round.moved = true;
      Failure failure{.id = item.message.id,
                      .attempts = item.message.attempts + 1,
                      .next_try = {},
                      .error = ErrorText(error)};
      if (IsPermanent(error) || failure.attempts >= kMaxAttempts) {
        failure.message = item.message;
        failure.message.attempts = failure.attempts;
        failure.last = error;
        done.parked.push_back(std::move(failure));
        // Saved at once: it is the administrators' business from now on.
        GH_CO_TRY(lease, co_await Renew(shard, done, lease));
        done = {};
        if (lease == Timestamp{}) break;  // it was the last one of the batch, or the lease is lost
        continue;
      }
      failure.next_try = clock.Now() + BackOff(failure.attempts);
      done.failed = std::move(failure);
      GH_CO_TRY_VOID(co_await Save(shard, done, lease));
      co_return round;
    }
  }
}

boost::asio::awaitable<void> Drainer::Impl::DrainPatiently(std::shared_ptr<Impl> impl,
                                                           Shard shard) {
  Hold hold(*impl, shard);
  int polls = kPolls;
  while (!hold.Try()) {
    if (--polls <= 0) co_return;
    const Result<void> slept = co_await runtime::Sleep(kPoll);
    if (!slept) co_return;
  }
  for (;;) {
    const Result<Round> round = co_await impl->Drain(shard);
    if (!round || !round->held_elsewhere) co_return;
    // Another process is at it. Its end is only seen by asking the database: ask less often.
    polls -= 5;
    if (polls <= 0) co_return;
    const Result<void> slept = co_await runtime::Sleep(5 * kPoll);
    if (!slept) co_return;
  }
}

Task<std::size_t> Drainer::Impl::DrainAll(std::shared_ptr<Impl> impl) {
  std::size_t total = 0;
  for (;;) {
    const Timestamp now = impl->clock.Now();
    std::vector<Shard> shards;
    GH_CO_TRY(shards, co_await impl->db.Read([&](sql::Tx& tx) -> Result<std::vector<Shard>> {
      GH_TRY(const sql::Rows rows, tx.Query(impl->sql.due, {now}));
      std::vector<Shard> found;
      for (const sql::Row row : rows) {
        found.push_back(Shard{.scope = static_cast<Scope>(row.Int(0)), .id = row.Int(1)});
      }
      return found;
    }));
    bool moved = false;
    for (const Shard shard : shards) {
      Hold hold(*impl, shard);
      if (!hold.Try()) continue;  // somebody delivers it already
      GH_CO_TRY(const Round round, co_await impl->Drain(shard));
      total += round.delivered;
      moved = moved || round.moved;
      if (round.stopping) co_return total;
    }
    if (!moved) co_return total;  // nothing is due, or others are at work on it
  }
}

Task<Drainer::Depth> Drainer::Impl::CountRows(std::shared_ptr<Impl> impl) {
  co_return co_await impl->db.Read([&](sql::Tx& tx) -> Result<Depth> {
    GH_TRY(const sql::Rows rows, tx.Query(impl->sql.depth));
    const std::int64_t parked = rows.front().Int(1);
    return Depth{.waiting = rows.front().Int(0) - parked, .parked = parked};
  });
}

Drainer::Drainer(Half half, sql::Database& db, const Clock& clock, OnParked on_parked)
    : impl_(std::make_shared<Impl>(half, db, clock, std::move(on_parked))) {}

void Drainer::Register(Category category, Handler handler) {
  GH_CHECK(handler != nullptr);
  const bool fresh = impl_->handlers.emplace(category, std::move(handler)).second;
  GH_CHECK(fresh);
}

boost::asio::awaitable<void> Drainer::DrainShard(Shard shard) {
  return Impl::DrainPatiently(impl_, shard);
}

Task<std::size_t> Drainer::DrainDue() { return Impl::DrainAll(impl_); }

Task<Drainer::Depth> Drainer::Measure() { return Impl::CountRows(impl_); }

}  // namespace gatehouse::outbox
