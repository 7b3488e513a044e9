// AUDIT-08: a new key, old values, and a process that dies half-way.

#include "core/sealed/sealed.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "core/testing/migrated_database.h"
#include "platform/sql/testing/faulty_database.h"

namespace gatehouse::sealed {
namespace {

// A column of a table of its own.
constexpr sql::Statement kPage{"", GH_SEALED_PAGE("drawers", "content", ", owner")};
constexpr sql::Statement kReplace{"", GH_SEALED_REPLACE("drawers", "content")};
constexpr sql::Statement kCount{"", GH_SEALED_COUNT("drawers", "content")};

std::string Binding(std::int64_t id, std::string_view owner) {
  return "drawers|content|" + std::to_string(id) + "|" + std::string(owner);
}

class SealedTest : public test::MigratedDatabase {
 protected:
  ~SealedTest() override { std::filesystem::remove_all(folder_); }
  void SetUp() override {
    std::string folder = std::filesystem::temp_directory_path() / "gatehouse_sealed_XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    Execute(
        "CREATE TABLE drawers (id BIGINT PRIMARY KEY, owner TEXT NOT NULL, content TEXT NOT "
        "NULL)");
    old_ = Ring();
  }
  // The key file with one key more.
  std::unique_ptr<crypto::KeyRing> Ring() {
    const std::filesystem::path file = folder_ / "keys.txt";
    lines_ += crypto::KeyRing::NewKeyLine(rng());
    std::filesystem::remove(file);
    std::ofstream(file) << lines_;
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    auto ring = crypto::KeyRing::Load(file, false, rng());
    EXPECT_OK(ring);
    return std::move(*ring);
  }
  void Put(std::int64_t id, const crypto::KeyRing& keys, std::string_view text) {
    const std::string sealed = keys.Seal("drawers", Binding(id, "ann"), text);
    Execute("INSERT INTO drawers VALUES (" + std::to_string(id) + ", 'ann', '" + sealed + "')");
  }
  std::string Open(std::int64_t id, const crypto::KeyRing& keys) {
    auto rows = Read([&](sql::Tx& tx) {
      return tx.Query(sql::Statement{"", "SELECT content FROM drawers WHERE id = $1"}, {id});
    });
    return keys.Open("drawers", Binding(id, "ann"), rows->front().Text(0)).value_or("lost");
  }
  std::map<std::string, std::int64_t> Uses(const crypto::KeyRing& keys) {
    std::map<std::string, std::int64_t> uses;
    auto counted = CountUses(db(), keys, kColumns);
    EXPECT_OK(counted);
    for (const Use& use : *counted) uses[use.key] = use.values;
    return uses;
  }

  static inline const std::vector<Column> kColumns{
      {"drawers.content", "drawers", kPage, kReplace, kCount,
       [](const sql::Row& row) { return Binding(row.Int(0), row.Text(2)); }}};
  std::filesystem::path folder_;
  std::string lines_;
  std::unique_ptr<crypto::KeyRing> old_;
};
GATEHOUSE_ON_ALL_ENGINES(SealedTest);

TEST_P(SealedTest, OldValuesAreReadableAndComeUnderTheNewKey) {
  for (int i = 1; i <= 25; ++i) Put(i, *old_, "text " + std::to_string(i));
  auto fresh = Ring();
  EXPECT_EQ(Open(7, *fresh), "text 7") << "both keys are readable";
  Put(26, *fresh, "text 26");
  EXPECT_EQ(Uses(*fresh), (std::map<std::string, std::int64_t>{{old_->active_key_id(), 25},
                                                               {fresh->active_key_id(), 1}}));
  int reports = 0;
  auto done = Rotate(db(), *fresh, kColumns, 10, [&](const Progress&) { ++reports; });
  ASSERT_OK(done);
  ASSERT_EQ(done->size(), 1u);
  EXPECT_EQ(done->front().resealed, 25);
  EXPECT_EQ(done->front().broken, 0);
  EXPECT_EQ(reports, 3);
  EXPECT_EQ(Uses(*fresh), (std::map<std::string, std::int64_t>{{fresh->active_key_id(), 26}}));
  for (int i = 1; i <= 26; ++i) EXPECT_EQ(Open(i, *fresh), "text " + std::to_string(i));
  auto again = Rotate(db(), *fresh, kColumns, 10, {});
  ASSERT_OK(again);
  EXPECT_EQ(again->front().resealed, 0);
}

TEST_P(SealedTest, WhatDoesNotOpenStaysAndIsCounted) {
  Put(1, *old_, "one");
  Put(2, *old_, "two");
  Execute("UPDATE drawers SET owner = 'eve' WHERE id = 1");  // a value in a foreign row
  Execute("INSERT INTO drawers VALUES (3, 'ann', 'v1.gone.AAAA')");
  auto fresh = Ring();
  auto done = Rotate(db(), *fresh, kColumns, 10, {});
  ASSERT_OK(done);
  EXPECT_EQ(done->front().resealed, 1);
  EXPECT_EQ(done->front().broken, 2);
  EXPECT_EQ(Open(1, *old_), "one");
  EXPECT_EQ(Uses(*fresh), (std::map<std::string, std::int64_t>{
                              {old_->active_key_id(), 1}, {fresh->active_key_id(), 1}, {"", 1}}));
}

TEST_P(SealedTest, AValueWrittenMeanwhileIsNotOverwritten) {
  Put(1, *old_, "old");
  auto fresh = Ring();
  const std::string newer = fresh->Seal("drawers", Binding(1, "ann"), "newer");
  auto replaced = Write([&](sql::Tx& tx) -> Result<std::int64_t> {
    GH_TRY(sql::Rows rows, tx.Query(kPage, {std::int64_t{0}, "v1.none.%", std::int64_t{5}}));
    GH_TRY_VOID(tx.Exec(sql::Statement{"", "UPDATE drawers SET content = $1"}, {newer}));
    return tx.Exec(kReplace, {rows.front().Int(0), rows.front().Text(1), "stale"});
  });
  ASSERT_OK(replaced);
  EXPECT_EQ(*replaced, 0);
  EXPECT_EQ(Open(1, *fresh), "newer");
}

TEST_P(SealedTest, KilledHalfWayItIsResumed) {
  for (int i = 1; i <= 12; ++i) Put(i, *old_, "text " + std::to_string(i));
  auto fresh = Ring();
  bool killed = true;
  int rounds = 0;
  for (std::size_t moment = 9; killed && rounds < 20; moment += 3, ++rounds) {
    database().Close();
    const pid_t child = fork();
    if (child == 0) {
      auto own = database().OpenAnother();
      sql::FaultyDatabase faulty(*own);
      faulty.Arm(moment, sql::Fault::kKill);
      (void)Rotate(faulty, *fresh, kColumns, 4, {});
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    killed = WIFSIGNALED(status);
    database().Reopen();
    for (int i = 1; i <= 12; ++i) ASSERT_EQ(Open(i, *fresh), "text " + std::to_string(i));
  }
  EXPECT_GT(rounds, 1);
  EXPECT_EQ(Uses(*fresh), (std::map<std::string, std::int64_t>{{fresh->active_key_id(), 12}}));
}

}  // namespace
}  // namespace gatehouse::sealed
