#include "app/doctor.h"

#include "app/options.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::app {
namespace {

class DoctorTest : public test::MigratedDatabase {
 protected:
  Finding RowSecurity() {
    const auto data = std::filesystem::temp_directory_path() / "gatehouse_doctor_test";
    config::Sources sources;
    sources.flags = {{"database", database().url()}, {"data", data.string()}};
    auto config = config::Config::Load(kOptions, sources);
    EXPECT_TRUE(config.has_value());
    Finding found;
    for (Finding& finding : Examine(*config)) {
      if (finding.name == "row security") found = std::move(finding);
    }
    std::filesystem::remove_all(data);
    return found;
  }
};
// SQLite has no row-level security.
INSTANTIATE_TEST_SUITE_P(Engines, DoctorTest, testing::Values(sql::Engine::kPostgres),
                         sql::EngineName);

TEST_P(DoctorTest, FindsRowSecurityInPlace) {
  const Finding found = RowSecurity();
  EXPECT_EQ(found.level, Finding::Level::kOk);
  EXPECT_FALSE(found.text.empty());
}

TEST_P(DoctorTest, NamesTheTablesThatLostIt) {
  Execute("ALTER TABLE sso_decisions DISABLE ROW LEVEL SECURITY");
  const Finding found = RowSecurity();
  EXPECT_EQ(found.level, Finding::Level::kWarning);
  EXPECT_NE(found.text.find("sso_decisions"), std::string::npos) << found.text;
}

}  // namespace
}  // namespace gatehouse::app
