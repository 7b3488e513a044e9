#pragma once

// The transactional outbox. Whatever a decision causes outside its own transaction (the other half,
// a mail, a signal) is a row written in that transaction and delivered afterwards, in order per
// shard, at least once. Receivers are idempotent: a region handler calls ApplyOnce in the
// transaction of its effect.
//
// A handler that fails is retried with back-off (2 s doubling to 1 h); after 20 tries the message
// is parked, which an audit entry and a metric make visible, and the shard goes on.

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "platform/json/json.h"
#include "platform/runtime/task.h"
#include "platform/sql/sql.h"

namespace gatehouse::outbox {

// Which half's table: the half that owns the decision.
enum class Half { kControl, kRegion };

// Unit of ordering: one shard is delivered serially, different shards in parallel.
enum class Scope { kOrganization = 0, kUser = 1, kMail = 40 };

// Each category belongs to one scope (ScopeOf).
enum class Category {
  kUserUpdate = 0,          // control -> region: {user_id, email, name, is_active, has_2fa}
  kOrganizationUpdate = 2,  // region -> control: flags, name or slug changed
  kMemberUpdate = 3,        // region -> control: {user_id, removed}: the user is no member any more
  kSendSignal = 14,         // {signal, args}
  kMarkInvalidSso = 22,     // {user_id}: linked off, invalid on
  kMail = 100,              // {id, to, subject, text, html}
  kMemberLinked = 101,      // {user_id, email, role, …}: add the member if missing, linked on
  kClearRequire2fa = 102,   // {actor_user_id, actor_label, ip, correlation_id}
  kSendSsoLinkMails = 103,  // {actor_label, provider_name}
  kSsoDisabled = 104,       // {actor_label, provider_name}: clear link flags, mail the members
  kDefaultRole = 105,       // {role}: the default role of new members
  kEnforce2fa = 106,        // in the region: members without a second factor become pending
};
Scope ScopeOf(Category category);
std::string_view CategoryName(Category category);

struct Shard {
  Scope scope;
  std::int64_t id;
  auto operator<=>(const Shard&) const = default;
};

struct Message {
  std::int64_t id = 0;  // unique over both halves: the idempotency key
  Shard shard{};
  Category category{};
  std::int64_t object_id = 0;
  json::Object payload;
  int attempts = 0;
};

// Writes rows; holds no state of its own besides the id source. Thread-safe.
class Outbox {
 public:
  Outbox(Half half, const Clock& clock, IdGenerator& ids) : half_(half), clock_(clock), ids_(ids) {}

  // Adds a row to the caller's transaction. The shard scope follows from the category. Returns the
  // message id. Errors: those of Tx.
  Result<std::int64_t> Enqueue(sql::Tx& tx, Category category, std::int64_t shard_id,
                               std::int64_t object_id, const json::Object& payload) const;
  // A kMail row in a shard of its own (its id), so that no mail waits for another.
  Result<std::int64_t> EnqueueMail(sql::Tx& tx, std::int64_t object_id,
                                   const json::Object& payload) const;
  Half half() const { return half_; }

 private:
  Result<std::int64_t> Insert(sql::Tx& tx, Category category, std::int64_t id,
                              std::int64_t shard_id, std::int64_t object_id,
                              const json::Object& payload) const;

  Half half_;
  const Clock& clock_;
  IdGenerator& ids_;
};

// True exactly once per effect id: inserts it into applied_effects in the caller's (region)
// transaction. A repeated delivery gets false and must change nothing.
Result<bool> ApplyOnce(sql::Tx& tx, std::int64_t effect_id, Timestamp now);
// Deletes what was applied before `before`, which must be longer ago than a delivery can take.
Result<std::int64_t> ForgetEffects(sql::Tx& tx, Timestamp before);

// Delivers one message. Success means applied (or already applied before). kInvalidArgument and
// kDataLoss say that no retry can help: the message is parked at once. kCancelled (shutdown) is not
// counted as a try. A handler should end within 30 s: past its lease, another process may deliver
// the same message.
using Handler = std::function<Task<void>(Message)>;
// Called in the transaction that parks a message, so that its record and the parking stand or fall
// together. Like every transaction it may run again.
using OnParked = std::function<Result<void>(sql::Tx&, const Message&, const Error& last)>;

// Delivers the rows of one half. Rows are leased in the database, so that a shard has one drain
// over all processes; the lease of a process that died ends after 30 s. A row is deleted after its
// handler has succeeded: a crash in between means a second delivery. Thread-safe. Handlers are
// registered before the first drain.
class Drainer {
 public:
  Drainer(Half half, sql::Database& db, const Clock& clock, OnParked on_parked);
  void Register(Category category, Handler handler);

  // Delivers what is due in one shard, oldest first, until it is empty or a handler fails. Call it
  // after the commit that wrote the rows and before answering: delivery has then happened in the
  // usual case. Another drain of the same shard at work: waits for it up to 2 s. Never fails: what
  // is left is the worker's.
  boost::asio::awaitable<void> DrainShard(Shard shard);

  // Delivers due rows of all shards, decisions before mails; returns how many messages were
  // delivered. For the periodic worker and tests; several may run at once and share the work. A
  // category without handler is kept, never dropped (rolling upgrades): its shard waits and is
  // looked at again after a minute. Errors: those of Database.
  Task<std::size_t> DrainDue();

  struct Depth {
    std::int64_t waiting = 0;
    std::int64_t parked = 0;
  };
  Task<Depth> Measure();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace gatehouse::outbox
