#pragma once

// The four services behind the pages, as far as pages need them: people, organizations and sessions
// in memory, and single sign-on whose next answers a test sets. Nothing is checked that the real
// services check, except what decides which page is shown. One thread.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/authn/authn.h"
#include "control/sso/service.h"
#include "control/users/service.h"
#include "region/orgs/service.h"

namespace gatehouse::access::testing {

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

  UserId AddUser(std::string name, std::string email, std::string password);
  OrgId AddOrganization(std::string slug, std::string name);
  void AddMember(OrgId organization, UserId user, std::string role, std::int64_t flags = 0);
  sso::Provider& AddProvider(OrgId organization, bool allow_unlinked);
  // A session with these proofs; returns its cookie value.
  std::string AddSession(UserId user, std::vector<authn::Proof> proofs);
  std::string AddToken(UserId user, std::vector<std::string> scopes);
  authn::IssuedSession Issue(UserId user, authn::ProofKind proof);
  void Called(std::string what) { calls.push_back(std::move(what)); }
};

std::unique_ptr<users::Service> NewFakeUsers(World& world);
std::unique_ptr<authn::Service> NewFakeAuthn(World& world);
std::unique_ptr<orgs::Service> NewFakeOrgs(World& world);
std::unique_ptr<sso::Service> NewFakeSso(World& world);

authn::Proof PasswordProof();
authn::Proof SsoProof(OrgId organization);

}  // namespace gatehouse::access::testing
