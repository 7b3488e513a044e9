#pragma once

// All pages over in-memory services, and a browser that keeps cookies and sends forms as a real one
// does. For tests of the pages only.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "core/schema/schema.h"
#include "edge/access/testing/fake_services.h"
#include "edge/web/web.h"
#include "platform/http/form.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::web::testing {

using access::testing::PasswordProof;
using access::testing::SsoProof;
using access::testing::World;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct Rig {
  explicit Rig(std::string base_url = "https://gate.example", std::optional<Demo> demo = {},
               std::filesystem::path mailbox = {})
      : base(std::move(base_url)) {
    database.Apply(schema::kControlSet, schema::ControlMigrations(), schema::kTenantTables);
    guard = std::make_unique<access::Guard>(access::Options{base, std::string(32, 'k')}, *authn,
                                            *sso, *orgs, rng);
    web = std::make_unique<Web>(Deps{.guard = *guard,
                                     .users = *users,
                                     .authn = *authn,
                                     .sso = *sso,
                                     .factors = *factors,
                                     .orgs = *orgs,
                                     .members = *members,
                                     .invites = *invites,
                                     .teams = *teams,
                                     .control = database.db(),
                                     .audit = audit,
                                     .sealer = sealer,
                                     .linking = *linking,
                                     .demo = std::move(demo),
                                     .mailbox_folder = std::move(mailbox)});
    web->Register(router);
  }

  http::Response Send(http::Request request) {
    request.correlation_id = "0190-test-correlation";
    request.remote_ip = "192.0.2.1";
    request.received = Timestamp::FromSeconds(1'800'000'000);
    if (!request.headers.Has("Host")) {
      request.headers.Add("Host", std::string(base.substr(base.find("://") + 3)));
    }
    auto [path, query] = SplitOnce(request.target, '?');
    request.path = path;
    request.query = query;
    std::vector<http::Method> allowed;
    const http::Route* route = router.Match(request, &allowed);
    if (route == nullptr) {
      const int status = allowed.empty() ? 404 : 405;
      return web->RenderError(
          request, Error{Code::kNotFound, status == 404 ? "not_found" : "method_not_allowed", ""},
          status);
    }
    auto response = runtime::RunSync(route->handler(request));
    if (response) return std::move(*response);
    return web->RenderError(request, response.error(), HttpStatus(response.error().code));
  }

  std::string base;
  World world;
  SeededRng rng{11};
  sql::TestDatabase database = sql::TestDatabase::Sqlite();
  ManualClock clock;
  IdGenerator ids{clock, 1};
  audit::Log audit{clock, ids, std::string(32, 'a')};
  audit::Sealer sealer{database.db(), clock, audit, std::string(32, 'a'), true};
  std::unique_ptr<users::Service> users = NewFakeUsers(world);
  std::unique_ptr<authn::Service> authn = NewFakeAuthn(world);
  std::unique_ptr<sso::Service> sso = NewFakeSso(world);
  std::unique_ptr<linking::Service> linking = NewFakeLinking(world, *sso);
  std::unique_ptr<factors::Service> factors = NewFakeFactors(world);
  std::unique_ptr<orgs::Service> orgs = NewFakeOrgs(world);
  std::unique_ptr<members::Service> members = NewFakeMembers(world);
  std::unique_ptr<invites::Service> invites = NewFakeInvites(world);
  std::unique_ptr<teams::Service> teams = NewFakeTeams(world);
  std::unique_ptr<access::Guard> guard;
  std::unique_ptr<Web> web;
  http::Router router;
};

class Browser {
 public:
  explicit Browser(Rig& rig) : rig_(rig) {}

  http::Response Get(std::string target) { return Exchange(http::Method::kGet, target, {}); }

  // With the CSRF token of the last page that had one.
  http::Response Post(std::string target, Fields fields) {
    fields.emplace_back("csrf", csrf_);
    return Exchange(http::Method::kPost, target, fields);
  }
  http::Response PostRaw(std::string target, const Fields& fields) {
    return Exchange(http::Method::kPost, target, fields);
  }

  void SignIn(std::string token) {
    cookies_[rig_.base.starts_with("https") ? "__Host-sid" : "sid"] = std::move(token);
  }
  const std::map<std::string, std::string>& cookies() const { return cookies_; }
  const std::string& csrf() const { return csrf_; }

 private:
  http::Response Exchange(http::Method method, const std::string& target, const Fields& fields) {
    http::Request request;
    request.method = method;
    request.target = target;
    std::string cookie;
    for (const auto& [name, value] : cookies_) {
      cookie += (cookie.empty() ? "" : "; ") + name + "=" + value;
    }
    if (!cookie.empty()) request.headers.Add("Cookie", cookie);
    if (method == http::Method::kPost) {
      for (const auto& [name, value] : fields) {
        request.body += (request.body.empty() ? "" : "&") + http::PercentEncode(name) + "=" +
                        http::PercentEncode(value);
      }
      request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
      request.headers.Add("Origin", rig_.base);
      request.headers.Add("Sec-Fetch-Site", "same-origin");
    }
    http::Response response = rig_.Send(std::move(request));
    for (const auto& [name, value] : response.headers.all()) {
      if (name != "Set-Cookie") continue;
      auto [pair, rest] = SplitOnce(value, ';');
      auto [key, text] = SplitOnce(pair, '=');
      if (rest.find("Max-Age=0") != std::string_view::npos) {
        cookies_.erase(std::string(key));
      } else {
        cookies_[std::string(key)] = std::string(text);
      }
    }
    constexpr std::string_view kField = "name=\"csrf\" value=\"";
    if (auto at = response.body.find(kField); at != std::string::npos) {
      at += kField.size();
      csrf_ = response.body.substr(at, response.body.find('"', at) - at);
    }
    return response;
  }

  Rig& rig_;
  std::map<std::string, std::string> cookies_;
  std::string csrf_;
};

inline std::string Location(const http::Response& response) {
  return std::string(response.headers.Get("Location"));
}

// Two people, two organizations, and a page of everything.
struct Town : Rig {
  explicit Town(std::string base_url = "https://gate.example", std::optional<Demo> demo = {},
                std::filesystem::path mailbox = {})
      : Rig(std::move(base_url), std::move(demo), std::move(mailbox)) {
    ada = world.AddUser("Ada Lovelace", "ada@acme.example", "correct horse battery");
    bob = world.AddUser("Bob", "bob@acme.example", "another long password");
    acme = world.AddOrganization("acme", "Acme Corporation");
    beta = world.AddOrganization("beta", "Beta Ltd");
    world.AddMember(acme, ada, "owner", orgs::kSsoLinked);
    world.AddMember(acme, bob, "member");
    world.AddMember(beta, bob, "owner");
  }
  UserId ada, bob;
  OrgId acme, beta;
};

}  // namespace gatehouse::web::testing
