#include "edge/cli/audit.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/testing/migrated_database.h"
#include "platform/sql/testing/faulty_database.h"
#include "region/orgs/service_impl.h"

namespace gatehouse::cli {
namespace {

constexpr UserId kOwner{7};
const orgs::Actor kActor{std::nullopt, "operator", "", "cli"};

std::filesystem::path NewFolder() {
  std::string name = std::filesystem::temp_directory_path() / "gatehouse_cli_audit_XXXXXX";
  return ::mkdtemp(name.data());
}

class CliAuditTest : public test::MigratedDatabase {
 protected:
  ~CliAuditTest() override { std::filesystem::remove_all(folder_); }

  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    faulty_ = std::make_unique<sql::FaultyDatabase>(db());
    orgs_ = std::make_unique<orgs::ServiceImpl>(orgs::ServiceImpl::Parts{
        *faulty_, clock(), ids(), region_outbox(), audit(), "https://gate.example", {}});
    sealer_ = std::make_unique<audit::Sealer>(db(), clock(), audit(), kKey, true);
    services_.emplace(AuditServices{*faulty_, *orgs_, audit(), *sealer_, checkpoints_, kKey,
                                    "host operator (ann)"});
    auto acme = Run(orgs_->Create(
        "acme", "Acme", orgs::UserCopy{.user = kOwner, .email = "o@acme.example"}, kActor));
    ASSERT_OK(acme);
    acme_ = acme->id;
  }
  json::Object Verify(std::optional<std::string> org = {}) {
    auto result = VerifyAudit(*services_, org);
    EXPECT_OK(result);
    return result.value_or(json::Object{});
  }
  std::pair<json::Object, std::string> Export(audit::Format format, std::int64_t after) {
    std::string text;
    auto result = ExportAudit(*services_, "acme", format, after,
                              [&](std::string_view piece) { text += piece; });
    EXPECT_OK(result);
    return {result.value_or(json::Object{}), text};
  }

  const std::string kKey{test::kAuditKey};
  const std::filesystem::path folder_ = NewFolder();
  audit::CheckpointKey key_ = std::move(*audit::CheckpointKey::FromSeed(std::string(32, 'k')));
  audit::CheckpointFile checkpoints_{folder_ / "checkpoints.jsonl", key_, clock()};
  std::unique_ptr<sql::FaultyDatabase> faulty_;
  std::unique_ptr<orgs::ServiceImpl> orgs_;
  std::unique_ptr<audit::Sealer> sealer_;
  std::optional<AuditServices> services_;
  OrgId acme_;
};
GATEHOUSE_ON_ALL_ENGINES(CliAuditTest);

TEST_P(CliAuditTest, VerifySaysHowMuchIsProven) {
  ASSERT_OK(Run(orgs_->Create("beta", "Beta",
                              orgs::UserCopy{.user = kOwner, .email = "o@acme.example"}, kActor)));
  const json::Object all = Verify();
  EXPECT_EQ(json::GetBool(all, "intact"), true);
  EXPECT_EQ(json::GetInt(all, "organizations"), 2);
  EXPECT_TRUE(FormatVerification(all).starts_with("intact: ")) << FormatVerification(all);
  EXPECT_TRUE(FormatVerification(all).contains("without checkpoints"));
  const auto heads = Run(sealer_->Heads());
  ASSERT_OK(heads);
  ASSERT_OK(checkpoints_.Append(*heads));
  const json::Object one = Verify("acme");
  EXPECT_EQ(json::GetBool(one, "intact"), true);
  EXPECT_EQ(json::GetInt(one, "organizations"), 1);
  EXPECT_EQ(json::GetInt(one, "checkpoints"), 1);
  EXPECT_LT(*json::GetInt(one, "entries"), *json::GetInt(all, "entries"));
  EXPECT_FALSE(VerifyAudit(*services_, "nobody").has_value());
}

TEST_P(CliAuditTest, VerifyNamesOrganizationSeqAndEntry) {
  Verify();
  Execute("UPDATE audit_log SET actor_label = 'eve' WHERE organization_id IS NOT NULL");
  const json::Object result = Verify();
  EXPECT_EQ(json::GetBool(result, "intact"), false);
  const json::Object& finding = json::GetArray(result, "findings")->front().as_object();
  EXPECT_EQ(json::GetString(finding, "organization"), "acme");
  EXPECT_EQ(json::GetString(finding, "organization_id"), acme_.ToString());
  EXPECT_EQ(json::GetString(finding, "what"), "altered");
  EXPECT_EQ(json::GetInt(finding, "seq"), 1);
  EXPECT_TRUE(finding.contains("entry_id"));
  const std::string text = FormatVerification(result);
  EXPECT_TRUE(text.starts_with("BROKEN: ")) << text;
  EXPECT_TRUE(text.contains("organization acme: seq 1: entry ")) << text;
}

TEST_P(CliAuditTest, ACutEndIsFoundByTheFileOfCheckpoints) {
  Verify();
  const auto heads = Run(sealer_->Heads());
  ASSERT_OK(heads);
  ASSERT_OK(checkpoints_.Append(*heads));
  for (const std::string& table : {"audit_log", "audit_chain", "audit_heads"}) {
    Execute("DELETE FROM " + table + " WHERE organization_id = " + acme_.ToString());
  }
  const json::Object result = Verify();
  ASSERT_EQ(json::GetBool(result, "intact"), false);
  const json::Object& finding = json::GetArray(result, "findings")->front().as_object();
  EXPECT_EQ(json::GetString(finding, "what"), "truncated");
  EXPECT_EQ(json::GetString(finding, "organization"), "acme");
}

TEST_P(CliAuditTest, ExportGoesOnBehindItsCursorAndIsAudited) {
  const auto [first, text] = Export(audit::Format::kJsonLines, 0);
  const std::int64_t entries = *json::GetInt(first, "entries");
  EXPECT_GT(entries, 0);
  EXPECT_EQ(json::GetString(first, "cursor"), std::to_string(entries));
  EXPECT_EQ(std::ranges::count(text, '\n'), entries);
  const auto [second, more] = Export(audit::Format::kCsv, entries);
  EXPECT_EQ(json::GetInt(second, "entries"), 1);
  EXPECT_TRUE(more.contains("\"audit.export\",\"host operator (ann)\"")) << more;
}

// AUDIT-04: a deed whose entry cannot be written does not happen.
TEST_P(CliAuditTest, DeedsFailWithoutTheirEntry) {
  Verify();  // the chain has begun
  const auto state = [&] {
    return std::vector{Number("SELECT COUNT(*) FROM organization_members"),
                       Number("SELECT COUNT(*) FROM organizations"),
                       Number("SELECT COUNT(*) FROM organizations WHERE default_role = 'member'"),
                       Number("SELECT COUNT(*) FROM audit_log"),
                       Number("SELECT COUNT(*) FROM region_outbox")};
  };
  const std::vector<std::pair<std::string, std::function<bool()>>> deeds = {
      {"create",
       [&] {
         return Run(orgs_->Create("gamma", "G",
                                  orgs::UserCopy{.user = kOwner, .email = "o@x.example"}, kActor))
             .has_value();
       }},
      {"member",
       [&] {
         return Run(orgs_->AddMember(acme_,
                                     orgs::UserCopy{.user = UserId{8}, .email = "n@x.example"},
                                     "member", 0, kActor))
             .has_value();
       }},
      {"role", [&] { return Run(orgs_->UpdateDefaultRole(acme_, "manager", kActor)).has_value(); }},
      {"export", [&] {
         std::string text;
         const bool done =
             ExportAudit(*services_, "acme", audit::Format::kCsv, 0, [&](std::string_view piece) {
               text += piece;
             }).has_value();
         EXPECT_TRUE(done || text.empty()) << text;
         return done;
       }}};
  for (const auto& [name, deed] : deeds) {
    std::size_t failed = 0;
    for (std::size_t moment = 1; moment < 200; ++moment) {
      const auto before = state();
      faulty_->Arm(moment, sql::Fault::kError);
      const bool done = deed();
      const std::vector<std::string> moments = faulty_->moments();
      faulty_->Disarm();
      if (done || moments.empty() || moments.back() == "after commit") break;
      if (!moments.back().contains("audit.")) continue;
      ++failed;
      EXPECT_EQ(state(), before) << name << ", " << moments.back();
    }
    EXPECT_GE(failed, 4u) << name;
  }
}

}  // namespace
}  // namespace gatehouse::cli
