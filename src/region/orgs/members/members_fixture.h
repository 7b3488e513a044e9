#pragma once

// Members and organizations over a fresh database, for the tests of this folder and those beside
// it.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/testing/migrated_database.h"
#include "region/orgs/members/service_impl.h"
#include "region/orgs/members/store.h"
#include "region/orgs/service_impl.h"

namespace gatehouse::members {

class MembersFixture : public test::MigratedDatabase {
 protected:
  static constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";

  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    orgs_ = std::make_unique<orgs::ServiceImpl>(orgs::ServiceImpl::Parts{
        .db = db(),
        .clock = clock(),
        .ids = ids(),
        .outbox = region_outbox(),
        .audit = audit(),
        .base_url = "https://sso.example.com",
        .on_mail = {},
        // The machine's clock stands still here, and tests write behind the service's back.
        .organization_cache = Duration(0)});
    drainer_ =
        std::make_unique<outbox::Drainer>(outbox::Half::kRegion, db(), clock(), outbox::OnParked());
    drainer_->Register(outbox::Category::kMemberUpdate,
                       [this](outbox::Message m) { return Hear(std::move(m)); });
    service_ =
        std::make_unique<ServiceImpl>(ServiceImpl::Parts{.db = db(),
                                                         .clock = clock(),
                                                         .rng = rng(),
                                                         .outbox = region_outbox(),
                                                         .drainer = *drainer_,
                                                         .audit = audit(),
                                                         .invite_key = std::string(kKey),
                                                         .base_url = "https://sso.example.com/",
                                                         .on_mail = [this] { ++wake_ups_; }});
    acme_ = MakeOrg("acme", UserId{7});
    ann_ = MemberOf(acme_, UserId{7});
  }
  Service& service() { return *service_; }
  orgs::Service& orgs() { return *orgs_; }
  int wake_ups() const { return wake_ups_; }
  // Members whose removal the control half has heard of.
  std::vector<outbox::Message> heard() {
    std::lock_guard lock(mutex_);
    return heard_;
  }

  static orgs::Actor As(UserId user) {
    return {.user = user,
            .label = "user-" + user.ToString(),
            .ip = "192.0.2.1",
            .correlation_id = "c-1"};
  }
  OrgId MakeOrg(const std::string& slug, UserId owner) {
    auto created =
        Run(orgs().Create(slug, "The " + slug + " company",
                          orgs::UserCopy{.user = owner, .email = Email(owner)}, As(owner)));
    EXPECT_OK(created);
    return created ? created->id : OrgId{};
  }
  static std::string Email(UserId user) { return "user-" + user.ToString() + "@example.com"; }
  MemberId Add(OrgId organization, UserId user, std::string role = "member",
               std::int64_t flags = 0) {
    auto added =
        Run(orgs().AddMember(organization, orgs::UserCopy{.user = user, .email = Email(user)},
                             "member", flags, As(UserId{7})));
    EXPECT_OK(added);
    const MemberId id = added ? added->id : MemberId{};
    Execute("UPDATE organization_members SET role = '" + role + "' WHERE id = " + id.ToString());
    return id;
  }
  MemberId Invite(OrgId organization, const std::string& email,
                  const std::string& status = "approved", const std::string& role = "member") {
    const auto id = ids().Next<MemberId>();
    Execute(
        "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, "
        "version, user_email, user_is_active, created_at, invite_status, invite_nonce, "
        "invite_expires_at) VALUES (" +
        id.ToString() + ", " + organization.ToString() + ", NULL, '" + email + "', '" + role +
        "', 0, 1, NULL, 1, 0, '" + status + "', 'nonce-" + id.ToString() + "', 1)");
    return id;
  }
  void Set(MemberId member, const std::string& column, const std::string& value) {
    Execute("UPDATE organization_members SET " + column + " = " + value +
            " WHERE id = " + member.ToString());
  }
  TeamId MakeTeam(OrgId organization, const std::string& slug, bool locked = false) {
    const auto id = ids().Next<TeamId>();
    Execute(
        "INSERT INTO teams (id, organization_id, slug, name, idp_provisioned, version, created_at) "
        "VALUES (" +
        id.ToString() + ", " + organization.ToString() + ", '" + slug + "', '" + slug + " team', " +
        (locked ? "1" : "0") + ", 1, 0)");
    return id;
  }
  void PutIn(OrgId organization, TeamId team, MemberId member, const std::string& role = "") {
    Execute(
        "INSERT INTO team_members (organization_id, team_id, member_id, role, created_at) VALUES "
        "(" +
        organization.ToString() + ", " + team.ToString() + ", " + member.ToString() + ", " +
        (role.empty() ? "NULL" : "'" + role + "'") + ", 0)");
  }
  MemberId MemberOf(OrgId organization, UserId user) {
    auto member = Run(orgs().CheckMembership(organization, user));
    EXPECT_OK(member);
    return member && *member ? (*member)->id : MemberId{};
  }
  std::optional<orgs::Member> Row(OrgId organization, MemberId member) {
    auto found = Read([&](sql::Tx& tx) { return FindRow(tx, organization, member); });
    EXPECT_OK(found);
    return found.value_or(std::nullopt);
  }
  // The member as they come through the door, with all scopes of their role.
  Caller By(OrgId organization, MemberId member) {
    const std::optional<orgs::Member> row = Row(organization, member);
    EXPECT_TRUE(row && row->user);
    auto found = Run(orgs().Get(organization));
    EXPECT_OK(found);
    return {.actor = As(row->user.value_or(UserId{})),
            .member = member,
            .scopes = orgs::ScopesOf(*found, row->role)};
  }
  std::vector<test::OutboxRow> Mails() {
    std::vector<test::OutboxRow> mails;
    for (auto& row : OutboxRows(outbox::Half::kRegion)) {
      if (row.category == outbox::Category::kMail) mails.push_back(std::move(row));
    }
    return mails;
  }
  // Everything that a refused call must leave alone, as text.
  std::string Snapshot();

  OrgId acme_;
  MemberId ann_;  // its owner, of user 7

 private:
  static Result<std::optional<orgs::Member>> FindRow(sql::Tx& tx, OrgId organization,
                                                     MemberId member);
  Task<void> Hear(outbox::Message message) {
    std::lock_guard lock(mutex_);
    heard_.push_back(std::move(message));
    co_return Result<void>();
  }

  std::unique_ptr<orgs::Service> orgs_;
  std::unique_ptr<outbox::Drainer> drainer_;
  std::unique_ptr<Service> service_;
  std::atomic<int> wake_ups_{0};
  std::mutex mutex_;
  std::vector<outbox::Message> heard_;
};

inline Result<std::optional<orgs::Member>> MembersFixture::FindRow(sql::Tx& tx, OrgId organization,
                                                                   MemberId member) {
  return store::Find(tx, organization, member);
}

inline std::string MembersFixture::Snapshot() {
  constexpr std::string_view kTables[] = {
      "SELECT id || ' ' || COALESCE(user_id, 0) || ' ' || COALESCE(email, '') || ' ' || role || "
      "' ' || flags || ' ' || version || ' ' || COALESCE(invite_nonce, '') "
      "FROM organization_members ORDER BY id",
      "SELECT id || ' ' || slug || ' ' || name || ' ' || version FROM teams ORDER BY id",
      "SELECT team_id || ' ' || member_id || ' ' || COALESCE(role, '') FROM team_members "
      "ORDER BY team_id, member_id",
      "SELECT id || ' ' || team_id || ' ' || member_id FROM team_access_requests ORDER BY id",
      "SELECT id || ' ' || event || ' ' || data FROM audit_log ORDER BY id",
      "SELECT id || ' ' || category || ' ' || payload FROM region_outbox ORDER BY id"};
  std::string out;
  for (std::string_view text : kTables) {
    auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
    EXPECT_OK(rows);
    if (!rows) return out;
    for (const sql::Row row : *rows) out += row.String(0) + "\n";
  }
  return out;
}

}  // namespace gatehouse::members
