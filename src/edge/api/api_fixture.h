#pragma once

// The API over in-memory services: what a route answers, in which shape. Who may enter is tested
// with the real ones (src/app/matrix_test.cc).

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "core/schema/schema.h"
#include "edge/access/testing/fake_services.h"
#include "edge/api/api.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::api {

using access::testing::PasswordProof;
using access::testing::SsoProof;
using access::testing::World;

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() {
    database_.Apply(schema::kControlSet, schema::ControlMigrations(), schema::kTenantTables);
    api_.Register(router_);
    ada_ = world_.AddUser("Ada", "ada@acme.example", "correct horse battery");
    bob_ = world_.AddUser("Bob", "bob@acme.example", "another long password");
    acme_ = world_.AddOrganization("acme", "Acme");
    world_.organizations.back().flags = orgs::kAllowJoinLeave;
    world_.AddMember(acme_, ada_, "owner");
    world_.AddMember(acme_, bob_, "member");
    LogInAs(ada_);
  }

  void LogInAs(UserId user) { session_ = world_.AddSession(user, {PasswordProof()}); }
  void LogOut() { session_.clear(); }
  MemberId RowOf(UserId user) {
    for (const orgs::Member& member : world_.members) {
      if (member.user == user) return member.id;
    }
    return {};
  }

  http::Response Ask(http::Method method, std::string target, std::string body = "",
                     std::vector<std::pair<std::string, std::string>> headers = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    auto [path, query] = SplitOnce(request.target, '?');
    request.path = path;
    request.query = query;
    request.body = std::move(body);
    request.remote_ip = "192.0.2.1";
    request.correlation_id = "c-1";
    request.received = clock_.Now();
    std::string cookie = "__Host-bid=" + std::string(43, 'A');
    if (!session_.empty()) cookie += "; __Host-sid=" + session_;
    request.headers.Add("Cookie", cookie);
    auto visitor = runtime::RunSync(guard_.Visit(request));
    if (visitor) request.headers.Add("X-CSRF-Token", guard_.CsrfToken(*visitor));
    for (auto& [name, value] : headers) request.headers.Set(name, value);
    const http::Route* route = router_.Match(request, nullptr);
    EXPECT_NE(route, nullptr) << target;
    if (route == nullptr) return http::Response::Empty(404);
    auto response = runtime::RunSync(route->handler(request));
    if (response) return std::move(*response);
    return api_.RenderError(request, response.error(), HttpStatus(response.error().code));
  }
  http::Response Get(std::string target) { return Ask(http::Method::kGet, std::move(target)); }

  static json::Object Body(const http::Response& response) {
    auto body = json::ParseObject(response.body);
    EXPECT_TRUE(body.has_value()) << response.body;
    return body ? std::move(*body) : json::Object();
  }
  static std::set<std::string> Keys(const json::Object& object) {
    std::set<std::string> keys;
    for (const auto& member : object) keys.emplace(member.key());
    return keys;
  }
  static std::string Cookie(const http::Response& response, std::string_view name) {
    for (const auto& [header, value] : response.headers.all()) {
      if (header == "Set-Cookie" && value.starts_with(std::string(name) + "=")) {
        return std::string(SplitOnce(SplitOnce(value, ';').first, '=').second);
      }
    }
    return "";
  }

  World world_;
  SeededRng rng_{3};
  ManualClock clock_;
  IdGenerator ids_{clock_, 1};
  sql::TestDatabase database_ = sql::TestDatabase::Sqlite();
  audit::Log audit_{clock_, ids_, std::string(32, 'a')};
  audit::Sealer sealer_{database_.db(), clock_, audit_, std::string(32, 'a'), true};
  std::unique_ptr<users::Service> users_ = NewFakeUsers(world_);
  std::unique_ptr<authn::Service> authn_ = NewFakeAuthn(world_);
  std::unique_ptr<factors::Service> factors_ = NewFakeFactors(world_);
  std::unique_ptr<sso::Service> sso_ = NewFakeSso(world_);
  std::unique_ptr<linking::Service> linking_ = NewFakeLinking(world_, *sso_);
  std::unique_ptr<orgs::Service> orgs_ = NewFakeOrgs(world_);
  std::unique_ptr<members::Service> members_ = NewFakeMembers(world_);
  std::unique_ptr<invites::Service> invites_ = NewFakeInvites(world_);
  std::unique_ptr<teams::Service> teams_ = NewFakeTeams(world_);
  access::Guard guard_{
      {"https://gate.example", std::string(32, 'k')}, *authn_, *sso_, *orgs_, rng_};
  Api api_{{guard_, *users_, *authn_, *factors_, *sso_, *orgs_, *members_, *invites_, *teams_,
            database_.db(), audit_, sealer_, clock_, *linking_, nullptr}};
  http::Router router_;
  std::string session_;
  UserId ada_, bob_;
  OrgId acme_;
};

}  // namespace gatehouse::api
