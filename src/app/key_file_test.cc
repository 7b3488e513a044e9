// AUDIT-09: which key file a database takes.

#include "app/key_file.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

#include "app/installation.h"
#include "control/users/users.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::app {
namespace {

class KeyFileTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    folder_ = std::filesystem::temp_directory_path() /
              ("gatehouse-key-file-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    MigratedDatabase::TearDown();
  }
  std::filesystem::path File(const std::string& name = "keys.txt") { return folder_ / name; }
  Result<std::unique_ptr<crypto::KeyRing>> Load(const std::string& name = "keys.txt") {
    return LoadKeys(db(), File(name), rng());
  }
  // A user, as an installation with these keys makes one: with an audit entry.
  void Use(const crypto::KeyRing& keys) {
    const audit::Log log(clock(), ids(), keys.DeriveKey(kAuditKey));
    const users::Store users(clock(), ids(), rng());
    ASSERT_OK(Write([&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(users.Create(
          tx, {.name = "Ada", .email = "ada@example.com", .password_hash = std::nullopt}));
      audit::Entry entry;
      entry.event = audit::Event::kUserCreate;
      GH_TRY_VOID(log.Record(tx, entry));
      return {};
    }));
  }

 private:
  std::filesystem::path folder_;
};
GATEHOUSE_ON_ALL_ENGINES(KeyFileTest);

TEST_P(KeyFileTest, AFreshDatabaseGetsAFreshFileAndKeepsIt) {
  auto first = Load();
  ASSERT_OK(first);
  auto again = Load();
  ASSERT_OK(again);
  EXPECT_EQ((*again)->active_key_id(), (*first)->active_key_id());
  Use(**first);
  EXPECT_OK(Load());
}

TEST_P(KeyFileTest, ADatabaseInUseGetsNoFreshKeys) {
  Use(**Load());
  std::filesystem::remove(File());
  EXPECT_ERROR(kFailedPrecondition, "key_file_missing", Load());
  EXPECT_FALSE(std::filesystem::exists(File()));
}

TEST_P(KeyFileTest, TheFileOfAnotherInstallationIsRefused) {
  Use(**Load());
  ASSERT_OK(crypto::KeyRing::Load(File("other.txt"), /*create=*/true, rng()));
  EXPECT_ERROR(kFailedPrecondition, "key_file_foreign", Load("other.txt"));
  EXPECT_OK(Load());
}

TEST_P(KeyFileTest, ASecondKeyBehindTheFirstIsStillThatInstallation) {
  Use(**Load());
  std::filesystem::permissions(File(), std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  std::ofstream(File(), std::ios::app) << crypto::KeyRing::NewKeyLine(rng());
  EXPECT_OK(Load());
}

TEST_P(KeyFileTest, AnAlteredEntryDoesNotStopTheStart) {
  auto keys = Load();
  ASSERT_OK(keys);
  Use(**keys);
  Use(**keys);
  Execute("UPDATE audit_log SET actor_label = 'eve' WHERE id = (SELECT MAX(id) FROM audit_log)");
  EXPECT_OK(Load());
}

}  // namespace
}  // namespace gatehouse::app
