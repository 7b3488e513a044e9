#pragma once

// The service over a fresh database, with an organization of an owner (7), a manager (8) and a
// member (9), for this module's tests.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "region/orgs/errors.h"
#include "region/orgs/invites/errors.h"
#include "region/orgs/invites/service_impl.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/store.h"
#include "region/orgs/service_fixture.h"

namespace gatehouse::invites {

inline constexpr UserId kOwner{7};
inline constexpr UserId kManager{8};
inline constexpr UserId kMember{9};
inline constexpr UserId kNew{20};

class InvitesFixture : public orgs::OrgFixture {
 protected:
  using Invite = invites::Invite;  // not the fixture's function of that name

  void SetUp() override {
    OrgFixture::SetUp();
    if (IsSkipped()) return;
    invites_ = BuildInvites(db());
    org_ = MakeOrg("acme");
    Add(org_, kManager, "max@example.com", "manager");
    Add(org_, kMember, "mia@example.com", "member");
    Execute("UPDATE organization_members SET user_name = 'Ann Owner' WHERE user_id = 7");
    entries_ = AuditRows().size();
  }
  std::unique_ptr<Service> BuildInvites(sql::Database& database) {
    return std::make_unique<ServiceImpl>(
        ServiceImpl::Parts{.db = database,
                           .clock = clock(),
                           .ids = ids(),
                           .rng = rng(),
                           .outbox = region_outbox(),
                           .audit = audit(),
                           .limiter = limiter_,
                           .invite_key = "invite key of the tests, 32 byte",
                           .base_url = "https://sso.example.com",
                           .on_mail = {}});
  }
  Service& invites() { return *invites_; }

  members::Caller As(OrgId organization, UserId user) {
    const auto member = Find(organization, user);
    EXPECT_TRUE(member.has_value());
    const auto found = Run(orgs().Get(organization));
    EXPECT_OK(found);
    return {
        .actor = {.user = user, .label = member->email, .ip = "192.0.2.1", .correlation_id = "c-1"},
        .member = member->id,
        .scopes = orgs::ScopesOf(*found, member->role)};
  }
  members::Caller As(UserId user) { return As(org_, user); }
  void SetOptions(json::Object flags) {
    ASSERT_OK(Run(orgs().UpdateFlags(org_, std::move(flags), false, 0, Ann())));
    entries_ = AuditRows().size();
  }
  void Team(OrgId organization, const std::string& slug, bool provisioned = false) {
    Execute(
        "INSERT INTO teams (id, organization_id, slug, name, idp_provisioned, version, "
        "created_at) VALUES (" +
        std::to_string(ids().NextValue()) + ", " + organization.ToString() + ", '" + slug + "', '" +
        slug + "', " + (provisioned ? "1" : "0") + ", 1, 0)");
  }

  // One invitation by `by`.
  Result<Invite> InviteOne(NewInvite invite, UserId by = kOwner) {
    std::vector<NewInvite> all;
    all.push_back(std::move(invite));
    auto made = Run(invites().Create(org_, std::move(all), As(by)));
    if (!made) return std::unexpected(made.error());
    return std::move(made->front());
  }
  Invite Invited(std::string email, std::string role = "member", UserId by = kOwner) {
    auto made = InviteOne({.email = std::move(email), .role = std::move(role)}, by);
    EXPECT_OK(made);
    return made.value_or(Invite{});
  }
  static Ticket TicketOf(const Invite& invite) { return TicketOf(invite.member.id, invite.link); }
  // "…/accept/acme/17/<token>/"
  static Ticket TicketOf(MemberId member, std::string link) {
    EXPECT_TRUE(link.ends_with("/")) << "no link";
    if (!link.empty()) link.pop_back();
    return {.member = member, .token = link.substr(link.rfind('/') + 1)};
  }
  static Invitee Person(UserId user = kNew, std::string email = "new@example.com") {
    return {.user = {.user = user, .email = std::move(email), .name = "Nina", .has_2fa = false},
            .email_verified = true};
  }
  static orgs::Actor ActorOf(const Invitee& invitee) {
    return {.user = invitee.user.user,
            .label = invitee.user.email,
            .ip = "198.51.100.7",
            .correlation_id = "c-2"};
  }
  Result<orgs::Member> Accept(const Ticket& ticket, const Invitee& invitee = Person(),
                              SsoFacts sso = {}) {
    return Run(invites().Accept("acme", ticket, invitee, sso, ActorOf(invitee)));
  }
  Result<Offer> Look(const Ticket& ticket, std::optional<Invitee> invitee = std::nullopt,
                     SsoFacts sso = {}, std::string ip = "203.0.113.5") {
    return Run(invites().Look("acme", ticket, std::move(invitee), sso, std::move(ip)));
  }

  std::vector<test::AuditRow> NewEntries() {
    auto rows = AuditRows();
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(entries_));
    return rows;
  }
  void ForgetEntries() { entries_ = AuditRows().size(); }
  std::size_t CountEntries(audit::Event event) {
    std::size_t count = 0;
    for (const auto& row : NewEntries()) count += row.event == event ? 1 : 0;
    return count;
  }
  // The one new entry is a refusal for this reason, and it holds no secret.
  void ExpectRefusal(std::string_view reason) {
    const auto rows = NewEntries();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.front().event, audit::Event::kInviteRefused);
    EXPECT_EQ(rows.front().organization, org_);
    EXPECT_EQ(rows.front().data.at("reason").as_string(), reason);
    ForgetEntries();
  }
  std::size_t Signals(std::string_view signal) {
    std::size_t count = 0;
    for (const auto& row : OutboxRows(outbox::Half::kRegion)) {
      count += row.category == outbox::Category::kSendSignal &&
                       row.payload.at("signal").as_string() == signal
                   ? 1
                   : 0;
    }
    return count;
  }
  std::vector<std::string> MailsTo(std::string_view address) {
    std::vector<std::string> subjects;
    for (const auto& mail : Mails()) {
      if (mail.payload.at("to").as_string() == address) {
        subjects.emplace_back(mail.payload.at("subject").as_string());
      }
    }
    return subjects;
  }
  // Everything but counters and the audit log: what a refusal must leave as it is.
  std::string Digest() {
    constexpr std::string_view kTables[] = {
        "SELECT id || ' ' || flags || ' ' || version || ' ' || default_role FROM organizations "
        "ORDER BY id",
        "SELECT id || ' ' || organization_id || ' ' || COALESCE(user_id, 0) || ' ' || "
        "COALESCE(email, '') || ' ' || role || ' ' || flags || ' ' || version || ' ' || "
        "invite_status || ' ' || COALESCE(invite_nonce, '') || ' ' || "
        "COALESCE(invite_expires_at, 0) FROM organization_members ORDER BY id",
        "SELECT team_id || ' ' || member_id || ' ' || COALESCE(role, '') FROM team_members "
        "ORDER BY team_id, member_id",
        "SELECT member_id || ' ' || nonce || ' ' || reason FROM invite_tombstones "
        "ORDER BY member_id, nonce",
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

  OrgId org_;
  ratelimit::RateLimiter limiter_;

 private:
  std::unique_ptr<Service> invites_;
  std::size_t entries_ = 0;
};

}  // namespace gatehouse::invites
