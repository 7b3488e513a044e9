// What every engine must do, run on each.

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "platform/runtime/runtime.h"
#include "platform/sql/errors.h"
#include "platform/sql/testing/faulty_database.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::sql {
namespace {

constexpr Statement kInsert{"item_insert", "INSERT INTO item (id, name, note) VALUES ($1, $2, $3)"};
constexpr Statement kSelect{"item_select", "SELECT id, name, note FROM item WHERE id = $1"};
constexpr Statement kCount{"item_count", "SELECT count(*) FROM item"};
constexpr Statement kUpdate{"item_update", "UPDATE item SET note = $1 WHERE id >= $2"};
constexpr Statement kDelete{"item_delete", "DELETE FROM item WHERE id = $1"};
constexpr Statement kUpsert{"item_upsert",
                            "INSERT INTO item (id, name, note) VALUES ($1, $2, $3) ON CONFLICT "
                            "(name) DO UPDATE SET note = excluded.note RETURNING id, note"};
constexpr Statement kChild{"child_insert", "INSERT INTO child (id, item_id) VALUES ($1, $2)"};
constexpr Statement kGet{"counter_get", "SELECT value FROM counter WHERE id = 1"};
constexpr Statement kSet{"counter_set", "UPDATE counter SET value = $1 WHERE id = 1"};

class ContractTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    Execute(
        "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, "
        "note TEXT);\n"
        "CREATE TABLE child (id BIGINT PRIMARY KEY, item_id BIGINT NOT NULL REFERENCES item "
        "(id));\n"
        "CREATE TABLE counter (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);\n"
        "INSERT INTO counter (id, value) VALUES (1, 0)");
  }

  Result<void> Insert(std::int64_t id, std::string_view name) {
    return db().WriteSync([&](Tx& tx) -> Result<void> {
      GH_TRY_VOID(tx.Exec(kInsert, {id, name, nullptr}));
      return {};
    });
  }
  std::int64_t Count() { return CountIn(db()); }
  static std::int64_t CountIn(Database& database) {
    auto count = database.ReadSync([](Tx& tx) -> Result<std::int64_t> {
      GH_TRY(Rows rows, tx.Query(kCount));
      return rows.front().Int(0);
    });
    EXPECT_TRUE(count.has_value());
    return count.value_or(-1);
  }
};
GATEHOUSE_ON_ALL_ENGINES(ContractTest);

TEST_P(ContractTest, ValuesComeBackAsWritten) {
  const std::string odd = "\xE2\x82\xAC ' \" \\ % \r\n\t $1 ;\n";
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsert, {least, odd, nullptr}));
    GH_TRY_VOID(tx.Exec(kInsert, {greatest, std::string_view(), "42"}));
    return {};
  });
  ASSERT_TRUE(done.has_value()) << done.error().detail;
  auto read = db().ReadSync([&](Tx& tx) -> Result<void> {
    GH_TRY(Rows a, tx.Query(kSelect, {least}));
    EXPECT_EQ(a.size(), 1u);
    EXPECT_EQ(a.front().Int(0), least);
    EXPECT_EQ(a.front().Text(1), odd);
    EXPECT_TRUE(a.front().IsNull(2));
    EXPECT_EQ(a.front().OptString(2), std::nullopt);
    GH_TRY(Rows b, tx.Query(kSelect, {greatest}));
    EXPECT_EQ(b.front().Int(0), greatest);
    EXPECT_EQ(b.front().Text(1), "");  // empty, not NULL
    EXPECT_EQ(b.front().Text(2), "42");
    GH_TRY(Rows none, tx.Query(kSelect, {7}));
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.size(), 0u);
    return {};
  });
  ASSERT_TRUE(read.has_value()) << read.error().detail;
}

TEST_P(ContractTest, AggregatesAndConditionsAreIntegers) {
  ASSERT_TRUE(Insert(3, "a"));
  ASSERT_TRUE(Insert(4, "b"));
  constexpr Statement kSum{"item_sum",
                           "SELECT count(*), sum(id), max(id), sum(id) = 7, "
                           "EXISTS (SELECT 1 FROM child), max(name), length(max(name)) FROM item"};
  auto read = db().ReadSync([&](Tx& tx) -> Result<void> {
    GH_TRY(Rows rows, tx.Query(kSum));
    EXPECT_EQ(rows.front().Int(0), 2);
    EXPECT_EQ(rows.front().Int(1), 7);
    EXPECT_EQ(rows.front().Int(2), 4);
    EXPECT_TRUE(rows.front().Bool(3));
    EXPECT_FALSE(rows.front().Bool(4));
    EXPECT_EQ(rows.front().Text(5), "b");
    EXPECT_EQ(rows.front().Int(6), 1);
    return {};
  });
  ASSERT_TRUE(read.has_value()) << read.error().detail;
}

TEST_P(ContractTest, ArgumentsAreBoundByNumberNotByPosition) {
  constexpr Statement kSwapped{"item_swapped",
                               "INSERT INTO item (note, name, id) VALUES ($3, $2, $1)"};
  constexpr Statement kTwice{"item_twice",
                             "SELECT id FROM item WHERE name = $2 AND id = $1 AND note <> $2"};
  auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kSwapped, {1, "name", "note"}));
    GH_TRY(Rows rows, tx.Query(kTwice, {1, "name"}));
    EXPECT_EQ(rows.size(), 1u);
    return {};
  });
  ASSERT_TRUE(done.has_value()) << done.error().detail;
}

TEST_P(ContractTest, LikeMindsTheCase) {
  ASSERT_TRUE(Insert(1, "Alice"));
  constexpr Statement kLike{"item_like", "SELECT count(*) FROM item WHERE name LIKE $1 ESCAPE '!'"};
  auto read = db().ReadSync([&](Tx& tx) -> Result<void> {
    GH_TRY(Rows exact, tx.Query(kLike, {"Ali%"}));
    EXPECT_EQ(exact.front().Int(0), 1);
    GH_TRY(Rows other, tx.Query(kLike, {"ali%"}));
    EXPECT_EQ(other.front().Int(0), 0);
    return {};
  });
  ASSERT_TRUE(read.has_value()) << read.error().detail;
}

TEST_P(ContractTest, CountsTheRowsAStatementChanged) {
  auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
    for (int id = 1; id <= 3; ++id) {
      GH_TRY(auto inserted, tx.Exec(kInsert, {id, std::to_string(id), nullptr}));
      EXPECT_EQ(inserted, 1);
    }
    GH_TRY(auto updated, tx.Exec(kUpdate, {"n", 2}));
    EXPECT_EQ(updated, 2);
    GH_TRY(auto none, tx.Exec(kDelete, {99}));
    EXPECT_EQ(none, 0);
    GH_TRY(Rows select, tx.Query(kCount));
    EXPECT_EQ(select.affected(), 0);
    GH_TRY(Rows upsert, tx.Query(kUpsert, {9, "2", "upserted"}));
    EXPECT_EQ(upsert.affected(), 1);
    EXPECT_EQ(upsert.front().Int(0), 2);
    EXPECT_EQ(upsert.front().Text(1), "upserted");
    return {};
  });
  ASSERT_TRUE(done.has_value()) << done.error().detail;
}

TEST_P(ContractTest, UniqueViolationRollsTheTransactionBack) {
  ASSERT_TRUE(Insert(1, "taken"));
  auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsert, {2, "free", nullptr}));
    GH_TRY_VOID(tx.Exec(kInsert, {3, "taken", nullptr}));
    return {};
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::kAlreadyExists);
  EXPECT_EQ(done.error().reason, kUniqueViolation);
  EXPECT_NE(done.error().detail.find("name"), std::string::npos) << done.error().detail;
  EXPECT_EQ(Count(), 1);
  auto key = Insert(1, "other");
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().reason, kUniqueViolation);
}

TEST_P(ContractTest, ForeignKeyViolationRollsTheTransactionBack) {
  auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsert, {1, "a", nullptr}));
    GH_TRY_VOID(tx.Exec(kChild, {1, 2}));
    return {};
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(done.error().reason, kForeignKeyViolation);
  EXPECT_EQ(Count(), 0);
}

TEST_P(ContractTest, AnIgnoredStatementErrorStillRollsBack) {
  ASSERT_TRUE(Insert(1, "taken"));
  auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsert, {2, "free", nullptr}));
    (void)tx.Exec(kInsert, {3, "taken", nullptr});
    auto after = tx.Exec(kInsert, {4, "also free", nullptr});
    EXPECT_FALSE(after.has_value());
    return {};
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().reason, kUniqueViolation);
  EXPECT_EQ(Count(), 1);
}

TEST_P(ContractTest, AnErrorOfTheFunctionRollsBack) {
  auto done = db().WriteSync([&](Tx& tx) -> Result<int> {
    GH_TRY_VOID(tx.Exec(kInsert, {1, "a", nullptr}));
    return Fail(Code::kPermissionDenied, "no_entry");
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().reason, "no_entry");
  EXPECT_EQ(Count(), 0);
}

TEST_P(ContractTest, AnExceptionOfTheFunctionIsInternalAndRollsBack) {
  auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsert, {1, "a", nullptr}));
    throw std::runtime_error("broken");
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::kInternal);
  EXPECT_EQ(done.error().reason, kInternal);
  EXPECT_EQ(done.error().detail, "broken");
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(Insert(1, "a"));
}

TEST_P(ContractTest, AReadTransactionCannotWrite) {
  auto done = db().ReadSync([&](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsert, {1, "a", nullptr}));
    return {};
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().reason, kSqlError);
  EXPECT_EQ(Count(), 0);
}

TEST_P(ContractTest, ProgrammingErrorsNameTheStatement) {
  for (const Statement& wrong :
       {Statement{"bad_syntax", "SELEC 1"}, Statement{"bad_table", "SELECT 1 FROM nothing"},
        Statement{"bad_count", "SELECT id FROM item WHERE id = $1"},
        Statement{"bad_quote", "SELECT \"text\" FROM item"},
        Statement{"bad_two", "SELECT 1; SELECT 2"}}) {
    auto done = db().ReadSync([&](Tx& tx) { return tx.Query(wrong); });
    ASSERT_FALSE(done.has_value()) << wrong.name;
    EXPECT_EQ(done.error().code, Code::kInternal);
    EXPECT_EQ(done.error().reason, kSqlError);
    EXPECT_TRUE(done.error().detail.starts_with(wrong.name)) << done.error().detail;
  }
  EXPECT_EQ(Count(), 0);
}

TEST_P(ContractTest, TextThatNotBothEnginesCanStoreIsRefused) {
  using std::string_view_literals::operator""sv;
  for (std::string_view text : {"a\0b"sv, "\xFF"sv, "\xC0\xAF"sv}) {
    auto done = Insert(1, text);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, Code::kInvalidArgument);
    EXPECT_EQ(done.error().reason, kInvalidText);
  }
  EXPECT_EQ(Count(), 0);
}

TEST_P(ContractTest, AReusedAddressOfAnotherTextIsAnotherStatement) {
  std::string text;
  text.reserve(100);
  for (int round = 0; round < 3; ++round) {
    for (int value : {1, 2, 3}) {
      text = "SELECT " + std::to_string(value);
      auto got = db().WriteSync([&](Tx& tx) -> Result<std::int64_t> {
        GH_TRY(Rows rows, tx.Query(Statement{"select_value", text}));
        return rows.front().Int(0);
      });
      ASSERT_TRUE(got.has_value()) << got.error().detail;
      EXPECT_EQ(*got, value);
    }
  }
}

TEST_P(ContractTest, AStatementSurvivesAChangeOfItsTable) {
  constexpr Statement kAll{"item_all", "SELECT * FROM item WHERE id = $1"};
  ASSERT_TRUE(Insert(1, "a"));
  auto columns = [&]() -> Result<void> {
    return db().WriteSync([&](Tx& tx) -> Result<void> {
      GH_TRY(Rows rows, tx.Query(kAll, {1}));
      EXPECT_EQ(rows.size(), 1u);
      return {};
    });
  };
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(columns());
  Execute("ALTER TABLE item ADD COLUMN extra TEXT");
  for (int i = 0; i < 50; ++i) {
    auto done = columns();
    ASSERT_TRUE(done.has_value()) << done.error().detail;
  }
}

TEST_P(ContractTest, AWriteIsVisibleToTheNextRead) {
  for (int id = 1; id <= 50; ++id) {
    ASSERT_TRUE(Insert(id, std::to_string(id)));
    ASSERT_EQ(Count(), id);
  }
}

TEST_P(ContractTest, WritesAreThereAfterReopening) {
  ASSERT_TRUE(Insert(1, "kept"));
  auto another = database().OpenAnother();
  EXPECT_EQ(CountIn(*another), 1);
  another.reset();
  database().Reopen();
  EXPECT_EQ(Count(), 1);
}

Task<std::int64_t> InsertThenCount(Database& db, std::int64_t id) {
  GH_CO_TRY_VOID(co_await db.Write([id](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsert, {id, std::to_string(id), nullptr}));
    return {};
  }));
  GH_CO_TRY(std::int64_t count, co_await db.Read([](Tx& tx) -> Result<std::int64_t> {
    GH_TRY(Rows rows, tx.Query(kCount));
    return rows.front().Int(0);
  }));
  co_return count;
}

TEST_P(ContractTest, CoroutinesAwaitReadsAndWrites) {
  auto first = runtime::RunSync(InsertThenCount(db(), 1));
  ASSERT_TRUE(first.has_value()) << first.error().detail;
  EXPECT_EQ(*first, 1);
  auto again = runtime::RunSync(InsertThenCount(db(), 1));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().reason, kUniqueViolation);
}

Task<std::int64_t> Increment(Database& db, std::atomic<int>& runs) {
  std::atomic<int>* const counted = &runs;
  co_return co_await db.Write([counted](Tx& tx) -> Result<std::int64_t> {
    ++*counted;
    GH_TRY(Rows rows, tx.Query(kGet));
    const std::int64_t next = rows.front().Int(0) + 1;
    GH_TRY_VOID(tx.Exec(kSet, {next}));
    return next;
  });
}

TEST_P(ContractTest, NoIncrementOfConcurrentWritersIsLost) {
  constexpr int kThreads = 20;
  constexpr int kEach = 10;
  std::atomic<int> runs = 0;
  std::atomic<int> failed = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) {
        auto got = runtime::RunSync(Increment(db(), runs));
        if (!got) {
          ++failed;
          ADD_FAILURE() << got.error().reason << " " << got.error().detail;
        }
      }
    });
  }
  threads.clear();
  auto value = db().ReadSync([](Tx& tx) -> Result<std::int64_t> {
    GH_TRY(Rows rows, tx.Query(kGet));
    return rows.front().Int(0);
  });
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(*value, kThreads * kEach);
  if (GetParam() == Engine::kSqlite) {
    EXPECT_EQ(runs, kThreads * kEach);
  } else {
    EXPECT_GT(runs, kThreads * kEach) << "no conflict was provoked";
  }
}

TEST_P(ContractTest, DestructionFinishesWhatIsQueued) {
  std::latch entered(1);
  std::latch go(1);
  std::atomic<int> answered = 0;
  std::atomic<int> succeeded = 0;
  auto another = database().OpenAnother();
  another->Submit(
      Access::kWrite, Tenant::None(),
      [&](Tx&) -> Result<void> {
        entered.count_down();
        go.wait();
        return {};
      },
      [](Result<void>) {});
  entered.wait();
  for (int id = 1; id <= 20; ++id) {
    another->Submit(
        Access::kWrite, Tenant::None(),
        [id](Tx& tx) -> Result<void> {
          GH_TRY_VOID(tx.Exec(kInsert, {id, std::to_string(id), nullptr}));
          return {};
        },
        [&](Result<void> result) {
          ++answered;
          if (result) ++succeeded;
        });
  }
  std::jthread release([&] { go.count_down(); });
  another.reset();
  EXPECT_EQ(answered, 20);
  EXPECT_EQ(succeeded, 20);
  EXPECT_EQ(Count(), 20);
}

TEST_P(ContractTest, AnInjectedFaultAtEachMomentLeavesAllOrNothing) {
  FaultyDatabase faulty(db());
  auto insert_two = [&](int base) {
    return faulty.WriteSync([base](Tx& tx) -> Result<void> {
      GH_TRY_VOID(tx.Exec(kInsert, {base, std::to_string(base), nullptr}));
      GH_TRY_VOID(tx.Exec(kInsert, {base + 1, std::to_string(base + 1), nullptr}));
      return {};
    });
  };
  ASSERT_TRUE(insert_two(1));
  EXPECT_EQ(faulty.statements(), 2u);
  EXPECT_EQ(faulty.commits(), 1u);
  const std::vector<std::string> moments = faulty.moments();
  EXPECT_EQ(moments, (std::vector<std::string>{"before item_insert", "after item_insert",
                                               "before item_insert", "after item_insert",
                                               "before commit", "after commit"}));
  for (std::size_t n = 1; n <= moments.size(); ++n) {
    const std::int64_t before = Count();
    faulty.Arm(n, Fault::kError);
    auto done = insert_two(100 * static_cast<int>(n));
    ASSERT_FALSE(done.has_value()) << moments[n - 1];
    EXPECT_EQ(done.error().detail, "injected " + moments[n - 1]);
    EXPECT_TRUE(faulty.fired());
    EXPECT_EQ(Count() - before, moments[n - 1] == "after commit" ? 2 : 0) << moments[n - 1];
  }
  faulty.Disarm();
  EXPECT_TRUE(insert_two(1000));
}

}  // namespace
}  // namespace gatehouse::sql
