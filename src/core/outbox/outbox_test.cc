#include "core/outbox/outbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "core/outbox/errors.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::outbox {
namespace {

using namespace std::chrono_literals;

// Remembers what was delivered, and answers as it is told. Thread-safe.
class Receiver {
 public:
  Handler handler() {
    return [this](Message message) { return Take(std::move(message)); };
  }
  // Fails the next `times` deliveries of an object.
  void FailNext(std::int64_t object, int times, Error error) {
    std::lock_guard lock(mutex_);
    failures_[object] = {times, std::move(error)};
  }
  // Called on each delivery, before it is answered.
  std::function<void(const Message&)> during;
  Duration takes = 0us;

  std::vector<std::int64_t> objects() const {
    std::lock_guard lock(mutex_);
    std::vector<std::int64_t> out;
    for (const Message& message : seen_) out.push_back(message.object_id);
    return out;
  }
  std::vector<Message> seen() const {
    std::lock_guard lock(mutex_);
    return seen_;
  }
  int most_at_once() const { return most_; }

 private:
  Task<void> Take(Message message) {
    const int now = ++running_;
    if (now > most_) most_ = now;
    if (during) during(message);
    if (takes > 0us) (void)co_await runtime::Sleep(takes);
    --running_;
    std::lock_guard lock(mutex_);
    seen_.push_back(message);
    auto failure = failures_.find(message.object_id);
    if (failure == failures_.end() || failure->second.first == 0) co_return Result<void>();
    --failure->second.first;
    co_return std::unexpected(failure->second.second);
  }

  mutable std::mutex mutex_;
  std::vector<Message> seen_;
  std::map<std::int64_t, std::pair<int, Error>> failures_;
  std::atomic<int> running_{0};
  std::atomic<int> most_{0};
};

const Error kDown{Code::kUnavailable, "receiver_down", "connection refused"};

class OutboxTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    drainer_ = MakeDrainer(db());
    Connect(*drainer_, receiver_);
  }
  std::unique_ptr<Drainer> MakeDrainer(sql::Database& database) {
    return std::make_unique<Drainer>(Half::kControl, database, clock(),
                                     [this](sql::Tx&, const Message& message, const Error& last) {
                                       std::lock_guard lock(mutex_);
                                       parked_.emplace_back(message, last);
                                       return Result<void>();
                                     });
  }
  static void Connect(Drainer& drainer, Receiver& receiver) {
    drainer.Register(Category::kSendSignal, receiver.handler());
    drainer.Register(Category::kMarkInvalidSso, receiver.handler());
    drainer.Register(Category::kMail, receiver.handler());
  }
  std::int64_t Enqueue(std::int64_t organization, std::int64_t object,
                       Category category = Category::kSendSignal) {
    auto id = Write([&](sql::Tx& tx) {
      return control_outbox().Enqueue(tx, category, organization, object, {{"n", object}});
    });
    EXPECT_OK(id);
    return id.value_or(0);
  }
  static Task<void> DrainTask(Drainer& drainer, Shard shard) {
    co_await drainer.DrainShard(shard);
    co_return Result<void>();
  }
  void Drain(std::int64_t organization) {
    EXPECT_OK(Run(DrainTask(*drainer_, {Scope::kOrganization, organization})));
  }
  std::size_t DrainDue() {
    auto delivered = Run(drainer_->DrainDue());
    EXPECT_OK(delivered);
    return delivered.value_or(0);
  }
  std::vector<test::OutboxRow> rows() { return OutboxRows(Half::kControl); }

  using Objects = std::vector<std::int64_t>;
  Receiver receiver_;
  std::unique_ptr<Drainer> drainer_;
  std::mutex mutex_;
  std::vector<std::pair<Message, Error>> parked_;
};
GATEHOUSE_ON_ALL_ENGINES(OutboxTest);

TEST(Category, HasScopeAndName) {
  for (Category category :
       {Category::kOrganizationUpdate, Category::kSendSignal, Category::kMarkInvalidSso,
        Category::kMemberLinked, Category::kClearRequire2fa, Category::kSendSsoLinkMails,
        Category::kSsoDisabled, Category::kDefaultRole}) {
    EXPECT_EQ(ScopeOf(category), Scope::kOrganization);
    EXPECT_NE(CategoryName(category), "unknown");
  }
  EXPECT_EQ(ScopeOf(Category::kMail), Scope::kMail);
  EXPECT_EQ(CategoryName(static_cast<Category>(9999)), "unknown");
}

TEST_P(OutboxTest, DeliversInOrderOfIdsAndDeletes) {
  for (int i = 1; i <= 120; ++i) Enqueue(1, i);  // more than one batch
  Drain(1);
  Objects expected;
  for (int i = 1; i <= 120; ++i) expected.push_back(i);
  EXPECT_EQ(receiver_.objects(), expected);
  EXPECT_TRUE(rows().empty());
}

TEST_P(OutboxTest, HandsOverTheWholeMessage) {
  const std::int64_t id = Enqueue(5, 77, Category::kMarkInvalidSso);
  Drain(5);
  const auto seen = receiver_.seen();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].id, id);
  EXPECT_EQ(seen[0].shard, (Shard{Scope::kOrganization, 5}));
  EXPECT_EQ(seen[0].category, Category::kMarkInvalidSso);
  EXPECT_EQ(seen[0].object_id, 77);
  EXPECT_EQ(seen[0].payload, (json::Object{{"n", 77}}));
  EXPECT_EQ(seen[0].attempts, 0);
}

TEST_P(OutboxTest, ARolledBackDecisionSendsNothing) {
  auto result = Write([&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(control_outbox().Enqueue(tx, Category::kSendSignal, 1, 1, {}));
    return Fail(Code::kInternal, "decision_failed");
  });
  ASSERT_FALSE(result.has_value());
  Drain(1);
  EXPECT_TRUE(receiver_.objects().empty());
}

TEST_P(OutboxTest, DrainingOneShardLeavesTheOthers) {
  Enqueue(1, 11);
  Enqueue(2, 21);
  Drain(1);
  EXPECT_EQ(receiver_.objects(), Objects{11});
  EXPECT_EQ(DrainDue(), 1u);
  EXPECT_EQ(receiver_.objects(), (Objects{11, 21}));
}

TEST_P(OutboxTest, AFailureHoldsBackItsShardAndBacksOff) {
  Enqueue(1, 1);
  Enqueue(1, 2);
  Enqueue(2, 3);
  receiver_.FailNext(1, 3, kDown);
  EXPECT_EQ(DrainDue(), 1u);
  EXPECT_EQ(receiver_.objects(), (Objects{1, 3})) << "2 must not overtake 1";
  auto left = rows();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].attempts, 1);
  EXPECT_EQ(left[0].scheduled_for, clock().Now() + 2s);
  EXPECT_EQ(left[0].last_error, "receiver_down: connection refused");
  EXPECT_EQ(left[0].leased_until, Timestamp{});
  EXPECT_EQ(left[1].leased_until, Timestamp{}) << "the rest of the batch is given up";

  Drain(1);
  EXPECT_EQ(DrainDue(), 0u);
  EXPECT_EQ(receiver_.objects().size(), 2u) << "not due yet";
  clock().Advance(2s);
  Drain(1);
  EXPECT_EQ(rows()[0].scheduled_for, clock().Now() + 4s);
  clock().Advance(4s);
  EXPECT_EQ(DrainDue(), 0u);
  EXPECT_EQ(rows()[0].scheduled_for, clock().Now() + 8s);
  clock().Advance(8s);
  EXPECT_EQ(DrainDue(), 2u);
  EXPECT_EQ(receiver_.objects(), (Objects{1, 3, 1, 1, 1, 2}));
  EXPECT_TRUE(rows().empty());
}

TEST_P(OutboxTest, BackOffEndsAtAnHourAndTheTwentiethFailureParks) {
  const std::int64_t poison = Enqueue(1, 1);
  Enqueue(1, 2);
  receiver_.FailNext(1, 100, kDown);
  for (int attempt = 1; attempt < 20; ++attempt) {
    EXPECT_EQ(DrainDue(), 0u);
    const auto left = rows();
    ASSERT_EQ(left[0].attempts, attempt);
    EXPECT_EQ(left[0].scheduled_for - clock().Now(),
              std::min<Duration>(1h, std::chrono::seconds(1LL << attempt)));
    EXPECT_TRUE(parked_.empty());
    clock().Advance(1h);
  }
  EXPECT_EQ(DrainDue(), 1u);
  ASSERT_EQ(parked_.size(), 1u);
  EXPECT_EQ(parked_[0].first.id, poison);
  EXPECT_EQ(parked_[0].first.attempts, 20);
  EXPECT_EQ(parked_[0].second.reason, "receiver_down");
  EXPECT_EQ(receiver_.objects().back(), 2) << "the shard goes on";
  const auto left = rows();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_TRUE(left[0].parked);
  EXPECT_EQ(left[0].last_error, "receiver_down: connection refused");

  Enqueue(1, 3);
  clock().Advance(24h);
  EXPECT_EQ(DrainDue(), 1u);
  EXPECT_EQ(receiver_.objects().back(), 3) << "parked rows are ignored";
  const auto depth = Run(drainer_->Measure());
  ASSERT_OK(depth);
  EXPECT_EQ(depth->waiting, 0);
  EXPECT_EQ(depth->parked, 1);
}

TEST_P(OutboxTest, WhatNoRetryCanHelpIsParkedAtOnce) {
  Enqueue(1, 1);
  Enqueue(1, 2);
  receiver_.FailNext(1, 1, Error{Code::kInvalidArgument, "unknown_signal", ""});
  Drain(1);
  EXPECT_EQ(receiver_.objects(), (Objects{1, 2}));
  ASSERT_EQ(parked_.size(), 1u);
  EXPECT_EQ(rows().size(), 1u);
  EXPECT_EQ(rows()[0].last_error, "unknown_signal");
}

TEST_P(OutboxTest, ALonePoisonIsParkedToo) {
  Enqueue(1, 1);
  receiver_.FailNext(1, 1, Error{Code::kInvalidArgument, "unknown_signal", ""});
  EXPECT_EQ(DrainDue(), 0u);
  EXPECT_EQ(parked_.size(), 1u);
  EXPECT_TRUE(rows()[0].parked);
}

TEST_P(OutboxTest, AnErrorThatIsNotTextIsRecordedByItsReason) {
  Enqueue(1, 1);
  receiver_.FailNext(1, 1, Error{Code::kUnavailable, "receiver_down", std::string("\xff\x00", 2)});
  Drain(1);
  EXPECT_EQ(rows()[0].last_error, "receiver_down");
  EXPECT_EQ(rows()[0].attempts, 1);
}

TEST_P(OutboxTest, AnUnreadablePayloadIsParked) {
  Enqueue(1, 1);
  Enqueue(1, 2);
  Execute("UPDATE control_outbox SET payload = '{\"n\":' WHERE object_id = 1");
  Drain(1);
  EXPECT_EQ(receiver_.objects(), Objects{2});
  ASSERT_EQ(parked_.size(), 1u);
  EXPECT_EQ(parked_[0].second.reason, kPayloadInvalid);
}

Task<void> Throw(Message) {
  throw std::runtime_error("boom");
  co_return Result<void>();
}

TEST_P(OutboxTest, AThrowingHandlerIsAFailure) {
  drainer_ = MakeDrainer(db());
  drainer_->Register(Category::kSendSignal, Throw);
  Enqueue(1, 1);
  Drain(1);
  EXPECT_EQ(rows()[0].attempts, 1);
  EXPECT_EQ(rows()[0].last_error, std::string(kHandlerFailed) + ": boom");
}

TEST_P(OutboxTest, ACategoryOfANewerBinaryIsKeptAndHoldsItsShard) {
  Enqueue(1, 1);
  Enqueue(1, 2);
  Enqueue(1, 3);
  Execute("UPDATE control_outbox SET category = 9999 WHERE object_id = 2");
  EXPECT_EQ(DrainDue(), 1u);
  Drain(1);
  EXPECT_EQ(receiver_.objects(), Objects{1});
  auto left = rows();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].attempts, 0) << "not a failure";
  EXPECT_EQ(left[0].leased_until, Timestamp{});
  EXPECT_TRUE(parked_.empty());

  Receiver newer;
  auto drainer = MakeDrainer(db());
  Connect(*drainer, newer);
  drainer->Register(static_cast<Category>(9999), newer.handler());
  clock().Advance(60s);
  EXPECT_OK(Run(drainer->DrainDue()));
  EXPECT_EQ(newer.objects(), (Objects{2, 3}));
}

TEST_P(OutboxTest, AMessageWrittenDuringTheDrainIsDelivered) {
  Enqueue(1, 1);
  receiver_.during = [&](const Message& message) {
    if (message.object_id < 4) Enqueue(1, message.object_id + 1);
  };
  Drain(1);
  EXPECT_EQ(receiver_.objects(), (Objects{1, 2, 3, 4}));
  EXPECT_TRUE(rows().empty());
}

TEST_P(OutboxTest, AWallClockSetBackHoldsUpNothing) {
  Enqueue(1, 1);
  clock().SetWall(clock().Now() - 24h);
  EXPECT_EQ(DrainDue(), 1u);
}

TEST_P(OutboxTest, ACrashAfterTheHandlerDeliversAgainOnceTheLeaseIsOver) {
  Enqueue(1, 1);
  Enqueue(1, 2);
  // What a process leaves behind that died between the handler and the delete.
  Execute("UPDATE control_outbox SET leased_until = " +
          std::to_string((clock().Now() + 30s).micros));
  EXPECT_EQ(DrainDue(), 0u) << "the dead process may still be alive";
  clock().Advance(31s);
  EXPECT_EQ(DrainDue(), 2u);
  EXPECT_EQ(receiver_.objects(), (Objects{1, 2}));
}

TEST_P(OutboxTest, TwoDrainsAtOnceDeliverOnceAndTheSecondWaits) {
  for (int i = 1; i <= 5; ++i) Enqueue(1, i);
  receiver_.takes = 20ms;
  std::vector<std::thread> threads;
  std::atomic<int> empty_when_done{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      Drain(1);
      if (rows().empty()) ++empty_when_done;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(receiver_.objects(), (Objects{1, 2, 3, 4, 5}));
  EXPECT_EQ(receiver_.most_at_once(), 1);
  EXPECT_EQ(empty_when_done, 4) << "nobody answers before delivery";
}

TEST_P(OutboxTest, DrainsOfTwoProcessesDeliverOnceEach) {
  auto other_db = database().OpenAnother();
  auto other = MakeDrainer(*other_db);
  Connect(*other, receiver_);
  receiver_.takes = 1ms;
  std::atomic<bool> writing{true};
  std::vector<std::thread> threads;
  for (Drainer* drainer : {drainer_.get(), other.get(), drainer_.get(), other.get()}) {
    threads.emplace_back([&, drainer] {
      while (writing) {
        EXPECT_OK(runtime::RunSync(DrainTask(*drainer, {Scope::kOrganization, 1})));
      }
    });
  }
  Objects expected;
  for (int i = 1; i <= 40; ++i) {
    Enqueue(1, i);
    expected.push_back(i);
  }
  for (int i = 0; i < 1000 && !rows().empty(); ++i) std::this_thread::sleep_for(5ms);
  writing = false;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(receiver_.objects(), expected);
  EXPECT_EQ(receiver_.most_at_once(), 1);
  EXPECT_TRUE(rows().empty());
}

TEST_P(OutboxTest, WorkersShareTheShards) {
  for (int i = 1; i <= 100; ++i) Enqueue(i % 10, i);
  receiver_.takes = 1ms;
  std::atomic<std::size_t> delivered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back([&] { delivered += DrainDue(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(delivered, 100u);
  std::map<std::int64_t, std::int64_t> last;
  for (const Message& message : receiver_.seen()) {
    EXPECT_LT(last[message.shard.id], message.object_id) << "order within shard";
    last[message.shard.id] = message.object_id;
  }
  EXPECT_TRUE(rows().empty());
}

TEST_P(OutboxTest, ADrainDoesNotWaitForeverForAnother) {
  Enqueue(1, 1);
  receiver_.takes = 3s;
  std::thread slow([&] { Drain(1); });
  while (rows()[0].leased_until == Timestamp{}) std::this_thread::sleep_for(5ms);
  const auto start = std::chrono::steady_clock::now();
  Drain(1);
  const auto waited = std::chrono::steady_clock::now() - start;
  slow.join();
  EXPECT_GE(waited, 1500ms);
  EXPECT_LT(waited, 2900ms);
  EXPECT_EQ(receiver_.objects(), Objects{1});
}

TEST_P(OutboxTest, ASlowBatchKeepsItsLease) {
  for (int i = 1; i <= 5; ++i) Enqueue(1, i);
  auto other_db = database().OpenAnother();
  Receiver theirs;
  auto other = MakeDrainer(*other_db);
  Connect(*other, theirs);
  receiver_.during = [&](const Message&) {
    clock().Advance(20s);  // five of these outlive one lease
    EXPECT_OK(Run(other->DrainDue()));
  };
  Drain(1);
  EXPECT_EQ(receiver_.objects(), (Objects{1, 2, 3, 4, 5}));
  EXPECT_TRUE(theirs.objects().empty());
}

TEST_P(OutboxTest, ADrainThatLostItsLeaseStopsAndTakesNothingBack) {
  for (int i = 1; i <= 3; ++i) Enqueue(1, i);
  auto other_db = database().OpenAnother();
  Receiver theirs;
  auto other = MakeDrainer(*other_db);
  Connect(*other, theirs);
  receiver_.during = [&](const Message& message) {
    if (message.object_id != 1) return;
    clock().Advance(40s);  // longer than the lease: another process takes over
    EXPECT_OK(runtime::RunSync(DrainTask(*other, {Scope::kOrganization, 1})));
  };
  Drain(1);
  EXPECT_EQ(receiver_.objects(), Objects{1});
  EXPECT_EQ(theirs.objects(), (Objects{1, 2, 3}));
  EXPECT_TRUE(rows().empty());
}

TEST_P(OutboxTest, ShutdownIsNotCountedAsATry) {
  Enqueue(1, 1);
  receiver_.FailNext(1, 1, Error{Code::kCancelled, "stopping", ""});
  EXPECT_EQ(DrainDue(), 0u);
  EXPECT_EQ(rows()[0].attempts, 0);
  EXPECT_EQ(rows()[0].leased_until, Timestamp{});
  EXPECT_EQ(DrainDue(), 1u);
}

TEST_P(OutboxTest, MailsDoNotWaitForEachOther) {
  for (int i = 1; i <= 3; ++i) {
    ASSERT_OK(Write([&](sql::Tx& tx) { return control_outbox().EnqueueMail(tx, i, {}); }));
  }
  for (const auto& row : rows()) {
    EXPECT_EQ(row.shard, (Shard{Scope::kMail, row.id}));
    EXPECT_EQ(row.category, Category::kMail);
  }
  receiver_.FailNext(1, 1, kDown);
  EXPECT_EQ(DrainDue(), 2u);
  EXPECT_EQ(receiver_.objects(), (Objects{1, 2, 3}));
}

TEST_P(OutboxTest, FailingShardsDoNotStarveTheRest) {
  for (int i = 1; i <= 80; ++i) {
    Enqueue(i, i);
    if (i <= 79) receiver_.FailNext(i, 100, kDown);
  }
  EXPECT_EQ(DrainDue(), 1u);
}

TEST_P(OutboxTest, TheRegionHalfHasItsOwnTable) {
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return region_outbox().Enqueue(tx, Category::kSendSignal, 1, 9, {}); }));
  EXPECT_EQ(DrainDue(), 0u);
  EXPECT_EQ(OutboxRows(Half::kRegion).size(), 1u);
  Drainer region(Half::kRegion, db(), clock(), nullptr);
  region.Register(Category::kSendSignal, receiver_.handler());
  const auto delivered = Run(region.DrainDue());
  ASSERT_OK(delivered);
  EXPECT_EQ(*delivered, 1u);
  EXPECT_EQ(receiver_.objects(), Objects{9});
}

TEST_P(OutboxTest, AnEffectIsAppliedOnceEvenByTwoAtOnce) {
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      auto fresh = Write([&](sql::Tx& tx) { return ApplyOnce(tx, 4711, clock().Now()); });
      EXPECT_OK(fresh);
      if (fresh.value_or(false)) ++applied;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM applied_effects WHERE effect_id = 4711"), 1);
  clock().Advance(std::chrono::hours(1));
  EXPECT_EQ(Write([&](sql::Tx& tx) { return ForgetEffects(tx, clock().Now()); }).value_or(-1), 1);
}

TEST_P(OutboxTest, AFailedEffectIsNotRememberedAsApplied) {
  ASSERT_FALSE(Write([&](sql::Tx& tx) -> Result<void> {
                 GH_TRY_VOID(ApplyOnce(tx, 1, clock().Now()));
                 return Fail(Code::kInternal, "effect_failed");
               }).has_value());
  auto again = Write([&](sql::Tx& tx) { return ApplyOnce(tx, 1, clock().Now()); });
  ASSERT_OK(again);
  EXPECT_TRUE(*again);
}

}  // namespace
}  // namespace gatehouse::outbox
