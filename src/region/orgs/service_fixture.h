#pragma once

// The service over a fresh database, for this module's tests.

#include <atomic>
#include <memory>

#include "core/testing/migrated_database.h"
#include "region/orgs/service_impl.h"

namespace gatehouse::orgs {

class OrgFixture : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (!IsSkipped()) service_ = Build(db());
  }
  std::unique_ptr<Service> Build(sql::Database& database) {
    return std::make_unique<ServiceImpl>(ServiceImpl::Parts{.db = database,
                                                            .clock = clock(),
                                                            .ids = ids(),
                                                            .outbox = region_outbox(),
                                                            .audit = audit(),
                                                            .base_url = "https://sso.example.com",
                                                            .on_mail = [this] { ++wake_ups_; }});
  }
  Service& orgs() { return *service_; }
  int wake_ups() const { return wake_ups_; }

  static Actor Ann() {
    return {
        .user = UserId{7}, .label = "ann@example.com", .ip = "192.0.2.1", .correlation_id = "c-1"};
  }
  OrgId MakeOrg(std::string slug, UserId owner = UserId{7}) {
    auto created =
        Run(orgs().Create(slug, "The " + slug + " company",
                          orgs::UserCopy{.user = owner, .email = "ann@example.com"}, Ann()));
    EXPECT_OK(created);
    return created ? created->id : OrgId{};
  }
  Member Add(OrgId organization, UserId user, std::string email, std::string role = "member",
             std::int64_t flags = 0) {
    auto added =
        Run(orgs().AddMember(organization, orgs::UserCopy{.user = user, .email = std::move(email)},
                             std::move(role), flags, Ann()));
    EXPECT_OK(added);
    return added.value_or(Member{});
  }
  void Invite(OrgId organization, const std::string& email) {
    Execute(
        "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, "
        "version, user_email, user_is_active, created_at) VALUES (" +
        std::to_string(ids().NextValue()) + ", " + organization.ToString() + ", NULL, '" + email +
        "', 'member', 0, 1, NULL, 1, 0)");
  }
  std::optional<Member> Find(OrgId organization, UserId user) {
    auto member = Run(orgs().CheckMembership(organization, user));
    EXPECT_OK(member);
    return member.value_or(std::nullopt);
  }
  std::vector<test::OutboxRow> Mails() {
    std::vector<test::OutboxRow> mails;
    for (auto& row : OutboxRows(outbox::Half::kRegion)) {
      if (row.category == outbox::Category::kMail) mails.push_back(std::move(row));
    }
    return mails;
  }

 private:
  std::unique_ptr<Service> service_;
  std::atomic<int> wake_ups_{0};
};

}  // namespace gatehouse::orgs
