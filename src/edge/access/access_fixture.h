#pragma once

// A guard over in-memory services: Ada is a member of acme and an owner of beta, and knows nothing
// of secret.

#include <gtest/gtest.h>

#include "edge/access/access.h"
#include "edge/access/errors.h"
#include "edge/access/testing/fake_services.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::access {

using testing::PasswordProof;
using testing::SsoProof;
using testing::World;

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    ada_ = world_.AddUser("Ada", "ada@acme.example", "correct horse battery");
    acme_ = world_.AddOrganization("acme", "Acme");
    beta_ = world_.AddOrganization("beta", "Beta");
    world_.AddOrganization("secret", "Secret");
    world_.AddMember(acme_, ada_, "member", orgs::kSsoLinked);
    world_.AddMember(beta_, ada_, "owner");
  }

  Guard MakeGuard(std::string base_url = "https://gate.example") {
    return Guard({std::move(base_url), std::string(32, 'k')}, *authn_, *sso_, *orgs_, rng_);
  }

  http::Request RequestWith(std::string cookie) {
    http::Request request;
    request.method = http::Method::kGet;
    request.remote_ip = "192.0.2.7";
    request.correlation_id = "c-1";
    request.received = Timestamp::FromSeconds(1'800'000'000);
    if (!cookie.empty()) request.headers.Add("Cookie", std::move(cookie));
    return request;
  }

  Visitor Visit(Guard& guard, const http::Request& request) {
    auto visitor = runtime::RunSync(guard.Visit(request));
    EXPECT_TRUE(visitor.has_value());
    return visitor ? std::move(*visitor) : Visitor();
  }
  Visitor WithProofs(Guard& guard, std::vector<authn::Proof> proofs) {
    return Visit(guard, RequestWith("__Host-sid=" + world_.AddSession(ada_, std::move(proofs))));
  }
  Visitor WithToken(Guard& guard, std::vector<std::string> scopes) {
    http::Request request = RequestWith("");
    request.headers.Add("Authorization", "Bearer " + world_.AddToken(ada_, std::move(scopes)));
    auto visitor = runtime::RunSync(guard.VisitByToken(request));
    EXPECT_TRUE(visitor.has_value());
    return visitor ? std::move(*visitor) : Visitor();
  }
  orgs::Organization& Organization(OrgId id) {
    for (orgs::Organization& one : world_.organizations) {
      if (one.id == id) return one;
    }
    std::abort();
  }
  Result<OrgAccess> Enter(Guard& guard, const Visitor& visitor, std::string slug,
                          std::string_view scope = "org:read") {
    return runtime::RunSync(guard.EnterOrg(visitor, std::move(slug), scope));
  }
  std::string_view Refusal(const Result<OrgAccess>& result) {
    return result ? std::string_view("let in") : result.error().reason;
  }

  World world_;
  SeededRng rng_{7};
  std::unique_ptr<authn::Service> authn_ = NewFakeAuthn(world_);
  std::unique_ptr<sso::Service> sso_ = NewFakeSso(world_);
  std::unique_ptr<orgs::Service> orgs_ = NewFakeOrgs(world_);
  UserId ada_;
  OrgId acme_, beta_;
};

}  // namespace gatehouse::access
