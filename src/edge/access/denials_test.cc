#include "edge/access/denials.h"

#include "core/testing/migrated_database.h"
#include "edge/access/access_fixture.h"

namespace gatehouse {
namespace {

using access::Denial;
using access::Denials;
using access::Guard;
using access::testing::PasswordProof;
using access::testing::World;

class DenialsTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    denials_ = std::make_unique<Denials>(db(), audit(), clock());
  }

  Denial Make(std::string route = "GET /a/", std::string reason = "forbidden") {
    return {OrgId{7}, UserId{11}, "ada", "192.0.2.7", "c-1", std::move(route), std::move(reason)};
  }
  std::vector<test::AuditRow> Rows() { return AuditRows(); }

  std::unique_ptr<Denials> denials_;
};
GATEHOUSE_ON_ALL_ENGINES(DenialsTest);

TEST_P(DenialsTest, FirstRefusalIsWrittenAtOnce) {
  ASSERT_OK(Run(denials_->Note(Make())));
  auto rows = Rows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].event, audit::Event::kAuthzDenied);
  EXPECT_EQ(rows[0].organization, OrgId{7});
  EXPECT_EQ(rows[0].actor, UserId{11});
  EXPECT_EQ(rows[0].actor_label, "ada");
  EXPECT_EQ(rows[0].data.at("route").as_string(), "GET /a/");
  EXPECT_EQ(rows[0].data.at("reason").as_string(), "forbidden");
  EXPECT_EQ(rows[0].data.at("times").as_int64(), 1);
}

TEST_P(DenialsTest, FloodIsOneRowAMinuteWithACount) {
  for (int i = 0; i < 500; ++i) ASSERT_OK(Run(denials_->Note(Make())));
  EXPECT_EQ(Rows().size(), 1u);
  clock().Advance(std::chrono::seconds(59));
  ASSERT_OK(Run(denials_->Note(Make())));
  ASSERT_OK(Run(denials_->Flush()));
  EXPECT_EQ(Rows().size(), 1u);
  clock().Advance(std::chrono::seconds(1));
  ASSERT_OK(Run(denials_->Note(Make())));
  auto rows = Rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].data.at("times").as_int64(), 501);
}

TEST_P(DenialsTest, OtherRouteReasonUserAndOrganizationAreOtherRows) {
  Denial user = Make(), organization = Make();
  user.actor = UserId{12};
  organization.organization = OrgId{8};
  for (Denial& one : std::vector<Denial>{Make(), Make("GET /b/"), Make("GET /a/", "role_too_high"),
                                         user, organization}) {
    ASSERT_OK(Run(denials_->Note(std::move(one))));
  }
  EXPECT_EQ(Rows().size(), 5u);
}

TEST_P(DenialsTest, FlushWritesWhatWaitedAndForgetsIt) {
  for (int i = 0; i < 3; ++i) ASSERT_OK(Run(denials_->Note(Make())));
  ASSERT_OK(Run(denials_->Flush()));
  EXPECT_EQ(Rows().size(), 1u) << "the minute is not over";
  clock().Advance(std::chrono::minutes(1));
  ASSERT_OK(Run(denials_->Flush()));
  auto rows = Rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].data.at("times").as_int64(), 2);
  ASSERT_OK(Run(denials_->Flush(/*all=*/true)));
  EXPECT_EQ(Rows().size(), 2u);
}

TEST_P(DenialsTest, EndOfTheProcessLosesNoCount) {
  for (int i = 0; i < 3; ++i) ASSERT_OK(Run(denials_->Note(Make())));
  ASSERT_OK(Run(denials_->Flush(/*all=*/true)));
  auto rows = Rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].data.at("times").as_int64(), 2);
}

TEST_P(DenialsTest, ManyRoutesOfOnePersonDoNotFillTheMemory) {
  Denials few(db(), audit(), clock(), /*max_kinds=*/5);
  for (int i = 0; i < 50; ++i) ASSERT_OK(Run(few.Note(Make("GET /" + std::to_string(i) + "/"))));
  auto rows = Rows();
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows[5].data.at("route").as_string(), "*");
  // Kinds whose minute is over make room again.
  ASSERT_OK(Run(few.Flush()));
  clock().Advance(std::chrono::minutes(2));
  ASSERT_OK(Run(few.Flush()));
  ASSERT_OK(Run(few.Note(Make("GET /new/"))));
  rows = Rows();
  EXPECT_EQ(rows.back().data.at("route").as_string(), "GET /new/");
}

// AUTHZ group: each refusal of somebody known is in the log of the organization that refused.
TEST_P(DenialsTest, GuardNotesRefusalsOfMembersAndStrangers) {
  World world;
  SeededRng rng(7);
  auto authn = access::testing::NewFakeAuthn(world);
  auto sso = access::testing::NewFakeSso(world);
  auto orgs = access::testing::NewFakeOrgs(world);
  Guard guard({"https://gate.example", std::string(32, 'k'), denials_.get()}, *authn, *sso, *orgs,
              rng);
  UserId ada = world.AddUser("Ada", "ada@acme.example", "correct horse battery");
  OrgId acme = world.AddOrganization("acme", "Acme");
  OrgId beta = world.AddOrganization("beta", "Beta");
  world.AddMember(acme, ada, "member");
  http::Request request;
  request.path = "/api/0/organizations/acme/audit-logs/";
  static constexpr std::string_view kName = "organization";
  request.params = {{kName, "acme"}};
  request.headers.Add("Cookie", "__Host-sid=" + world.AddSession(ada, {PasswordProof()}));
  auto visitor = Run(guard.Visit(request));
  ASSERT_TRUE(visitor.has_value());

  EXPECT_ERROR(kPermissionDenied, access::kForbidden,
               Run(guard.EnterOrg(*visitor, "acme", "org:write")));
  EXPECT_ERROR(kNotFound, access::kOrganizationNotFound,
               Run(guard.EnterOrg(*visitor, "beta", "org:read")));
  auto access = Run(guard.EnterOrg(*visitor, "acme", "org:read"));
  ASSERT_TRUE(access.has_value());
  ASSERT_OK(Run(guard.NoteDenied(*visitor, *access, "role_too_high")));

  auto rows = Rows();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].organization, acme);
  EXPECT_EQ(rows[0].data.at("route").as_string(),
            "GET /api/0/organizations/{organization}/audit-logs/");
  EXPECT_EQ(rows[1].organization, beta);
  EXPECT_EQ(rows[1].data.at("reason").as_string(), access::kNotAMember);
  EXPECT_EQ(rows[2].data.at("reason").as_string(), "role_too_high");
}

TEST_P(DenialsTest, RefusalStandsWhenItCannotBeWritten) {
  World world;
  SeededRng rng(7);
  auto authn = access::testing::NewFakeAuthn(world);
  auto sso = access::testing::NewFakeSso(world);
  auto orgs = access::testing::NewFakeOrgs(world);
  Guard guard({"https://gate.example", std::string(32, 'k'), denials_.get()}, *authn, *sso, *orgs,
              rng);
  UserId ada = world.AddUser("Ada", "ada@acme.example", "correct horse battery");
  world.AddMember(world.AddOrganization("acme", "Acme"), ada, "member");
  http::Request request;
  request.headers.Add("Cookie", "__Host-sid=" + world.AddSession(ada, {PasswordProof()}));
  auto visitor = Run(guard.Visit(request));
  ASSERT_TRUE(visitor.has_value());
  ASSERT_OK(Write([](sql::Tx& tx) {
    return tx.Exec(sql::Statement{"", "ALTER TABLE audit_log RENAME TO audit_log_gone"});
  }));
  EXPECT_ERROR(kPermissionDenied, access::kForbidden,
               Run(guard.EnterOrg(*visitor, "acme", "org:write")));
}

}  // namespace
}  // namespace gatehouse
