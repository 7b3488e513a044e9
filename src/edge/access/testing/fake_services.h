#pragma once

// The services behind the pages, as far as pages need them: people, organizations and sessions
// in memory, and single sign-on whose next answers a test sets. Nothing is checked that the real
// services check, except what decides which page is shown: any change answers World::next_change
// instead when that is an error. One thread.
//
// Right answers: invitation token "good" ("gone" was right once), TOTP code kGoodCode, recovery
// code kGoodRecoveryCode, WebAuthn response kGoodResponse.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/authn/authn.h"
#include "control/authn/factors/service.h"
#include "control/identity/linking/service.h"
#include "control/sso/service.h"
#include "control/users/service.h"
#include "region/orgs/invites/service.h"
#include "region/orgs/members/service.h"
#include "region/orgs/service.h"
#include "region/orgs/teams/service.h"

namespace gatehouse::access::testing {

// When everything here was made.
inline const Timestamp kNow = Timestamp::FromSeconds(1'800'000'000);

inline constexpr std::string_view kGoodCode = "123456";
inline constexpr std::string_view kGoodRecoveryCode = "AAAA-BBBB-CCCC-DDDD";
inline constexpr std::string_view kGoodResponse = R"({"good":true})";

struct FakeTeam {
  teams::Team team;
  std::map<MemberId, std::optional<std::string>> members;  // with the stored role
};

struct FakePending {
  UserId user;
  std::string next;
};

struct World {
  struct Account {
    users::User user;
    std::string password;
  };
  std::map<UserId, Account> accounts;
  std::map<std::string, std::shared_ptr<const authn::Principal>> sessions;  // by cookie
  std::map<std::string, std::shared_ptr<const authn::Principal>> tokens;
  std::vector<orgs::Organization> organizations;
  std::vector<orgs::Member> members;
  std::map<OrgId, sso::Provider> providers;
  std::vector<sso::Decision> decisions;
  std::vector<sso::LinkedIdentity> identities;
  std::vector<linking::Place> places;
  std::vector<linking::Account> linked;
  std::optional<linking::Return> link_return;  // none: kInvalidArgument "link_state_invalid"
  // Addresses besides the primary one, and whether they are verified.
  std::map<UserId, std::vector<std::pair<std::string, bool>>> more_emails;
  std::vector<users::AccountEvent> events;  // oldest first
  std::vector<invites::Invite> invites;     // pending rows: they are not in `members`
  std::vector<FakeTeam> teams;
  std::vector<teams::AccessRequest> access_requests;
  std::map<UserId, factors::Overview> factors;
  std::map<std::string, FakePending> pending;  // log-ins, by cookie
  std::int64_t next_id = 1000;
  bool down = false;               // the database does not answer
  std::vector<std::string> calls;  // "sso.BeginLogin acme", …

  // What the single sign-on service answers next; with none left, kInvalidArgument
  // "sso_state_invalid".
  std::deque<Result<sso::Step>> steps;
  Result<void> next_change;
  std::optional<sso::Settings> last_settings;
  std::vector<std::pair<std::string, std::string>> last_params;
  std::string last_next;
  std::optional<invites::Ticket> last_ticket;  // of sso.BeginLogin

  UserId AddUser(std::string name, std::string email, std::string password);
  OrgId AddOrganization(std::string slug, std::string name);
  void AddMember(OrgId organization, UserId user, std::string role, std::int64_t flags = 0);
  // A pending row; its link has the token "good".
  MemberId AddInvite(OrgId organization, std::string email, std::string role,
                     invites::Status status = invites::Status::kApproved);
  TeamId AddTeam(OrgId organization, std::string slug, std::string name);
  void AddFactor(UserId user, factors::Kind kind, std::string name);
  std::string AddPending(UserId user, std::string next);
  // next_change, once.
  Result<void> TakeChange() { return std::exchange(next_change, Result<void>()); }
  sso::Provider& AddProvider(OrgId organization, bool allow_unlinked);
  // A session with these proofs; returns its cookie value.
  std::string AddSession(UserId user, std::vector<authn::Proof> proofs);
  std::string AddToken(UserId user, std::vector<std::string> scopes);
  authn::IssuedSession Issue(UserId user, authn::ProofKind proof);
  // A session, or a pending log-in for a user with a second factor.
  authn::LoginOutcome Begin(UserId user, authn::ProofKind proof, std::string next);
  std::vector<users::AccountEvent> EventsOf(UserId user, std::optional<std::int64_t> before,
                                            std::size_t limit) const;
  void Called(std::string what) { calls.push_back(std::move(what)); }
};

std::unique_ptr<users::Service> NewFakeUsers(World& world);
std::unique_ptr<authn::Service> NewFakeAuthn(World& world);
std::unique_ptr<orgs::Service> NewFakeOrgs(World& world);
std::unique_ptr<sso::Service> NewFakeSso(World& world);
std::unique_ptr<linking::Service> NewFakeLinking(World& world, sso::Service& sso);
std::unique_ptr<members::Service> NewFakeMembers(World& world);
std::unique_ptr<invites::Service> NewFakeInvites(World& world);
std::unique_ptr<teams::Service> NewFakeTeams(World& world);
std::unique_ptr<factors::Service> NewFakeFactors(World& world);

authn::Proof PasswordProof();
authn::Proof SsoProof(OrgId organization);

}  // namespace gatehouse::access::testing
