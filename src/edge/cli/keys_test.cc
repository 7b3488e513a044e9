#include "edge/cli/keys.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/testing/migrated_database.h"

namespace gatehouse::cli {
namespace {

constexpr sql::Statement kPage{"", GH_SEALED_PAGE("drawers", "content", "")};
constexpr sql::Statement kReplace{"", GH_SEALED_REPLACE("drawers", "content")};
constexpr sql::Statement kCount{"", GH_SEALED_COUNT("drawers", "content")};

class CliKeysTest : public test::MigratedDatabase {
 protected:
  ~CliKeysTest() override { std::filesystem::remove_all(folder_); }
  void SetUp() override {
    std::string folder = std::filesystem::temp_directory_path() / "gatehouse_cli_keys_XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    Execute("CREATE TABLE drawers (id BIGINT PRIMARY KEY, content TEXT NOT NULL)");
    for (int i = 0; i < 3; ++i) AddKey();
    Put(1, "first");
  }
  void AddKey() {
    lines_ += crypto::KeyRing::NewKeyLine(rng());
    const std::filesystem::path file = folder_ / "keys.txt";
    std::filesystem::remove(file);
    std::ofstream(file) << lines_;
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    keys_ = std::move(*crypto::KeyRing::Load(file, false, rng()));
  }
  void Put(int id, std::string_view text) {
    Execute("INSERT INTO drawers VALUES (" + std::to_string(id) + ", '" +
            keys_->Seal("drawers", std::to_string(id), text) + "')");
  }
  KeyServices Services() {
    return {db(),
            *keys_,
            audit(),
            {{"drawers.content", "drawers", kPage, kReplace, kCount,
              [](const sql::Row& row) { return std::to_string(row.Int(0)); }}},
            "host operator (ann)"};
  }

  std::filesystem::path folder_;
  std::string lines_;
  std::unique_ptr<crypto::KeyRing> keys_;
};
GATEHOUSE_ON_ALL_ENGINES(CliKeysTest);

// AUDIT-08: an old key may go when nothing needs it any more.
TEST_P(CliKeysTest, KeysAreListedWithWhatTheySealUntilNothingNeedsThem) {
  const std::string before = keys_->active_key_id();
  AddKey();
  auto s = Services();
  auto listed = ListKeys(s);
  ASSERT_OK(listed);
  const json::Array& keys = listed->at("keys").as_array();
  ASSERT_EQ(keys.size(), 4u);
  EXPECT_FALSE(keys[0].at("removable").as_bool()) << "others are derived from the first";
  EXPECT_TRUE(keys[1].at("removable").as_bool());
  EXPECT_EQ(keys[2].at("id").as_string(), std::string_view(before));
  EXPECT_EQ(keys[2].at("values").as_int64(), 1);
  EXPECT_FALSE(keys[2].at("removable").as_bool());
  EXPECT_TRUE(keys[3].at("active").as_bool());
  EXPECT_TRUE(FormatKeys(*listed).contains("drawers.content: 1"));
  EXPECT_FALSE(json::Serialize(*listed).contains(lines_.substr(13, 20))) << "no key material";

  std::vector<std::string> reports;
  auto rotated = RotateKeys(s, [&](const sealed::Progress& p) { reports.emplace_back(p.column); });
  ASSERT_OK(rotated);
  EXPECT_EQ(json::GetInt(*rotated, "resealed"), 1);
  EXPECT_EQ(json::GetInt(*rotated, "unreadable"), 0);
  EXPECT_EQ(reports, std::vector<std::string>{"drawers.content"});
  listed = ListKeys(s);
  ASSERT_OK(listed);
  EXPECT_TRUE(listed->at("keys").as_array()[2].at("removable").as_bool());
  const auto rows = AuditRows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].event, audit::Event::kKeysRotate);
  EXPECT_EQ(rows[0].actor_label, "host operator (ann)");
  EXPECT_EQ(json::GetString(rows[0].data, "key"), keys_->active_key_id());
}

TEST_P(CliKeysTest, ValuesOfLostKeysAreSaid) {
  Execute("INSERT INTO drawers VALUES (2, 'v1.lost.AAAA')");
  auto s = Services();
  auto listed = ListKeys(s);
  ASSERT_OK(listed);
  EXPECT_EQ(listed->at("unreadable").at("drawers.content").as_int64(), 1);
  EXPECT_TRUE(FormatKeys(*listed).contains("UNREADABLE"));
  auto rotated = RotateKeys(s, {});
  ASSERT_OK(rotated);
  EXPECT_EQ(json::GetInt(*rotated, "unreadable"), 1);
}

}  // namespace
}  // namespace gatehouse::cli
