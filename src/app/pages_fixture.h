#pragma once

// The pages over the whole product, for tests of this folder: what a signed-in browser sees, and
// what a form does. The API is behind the same router, for the links that lead there.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/api_fixture.h"
#include "edge/web/events/events.h"
#include "edge/web/testing/expect_clean.h"
#include "edge/web/web.h"
#include "platform/http/url.h"
#include "region/events/issues/seed.h"

namespace gatehouse::app {

using issues::SeedEvent;
using issues::SeedId;

class PagesTest : public ApiTest {
 protected:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    Installation& i = app();
    web::Deps deps{.guard = guard(),
                   .users = *i.users,
                   .authn = *i.authn,
                   .sso = *i.sso,
                   .factors = *i.factors,
                   .orgs = *i.orgs,
                   .members = *i.members,
                   .invites = *i.invites,
                   .teams = *i.teams,
                   .control = *i.db,
                   .audit = *i.audit,
                   .sealer = *i.audit_sealer,
                   .linking = *i.linking};
    deps.events = &events().services();
    web_ = std::make_unique<web::Web>(std::move(deps));
    web_->Register(router());
    web::RegisterEvents(web_->site(), router());
    owner_login_ = LogIn(owner_);
    shop_ = Create(acme_, "shop", "Shop");
    seeder_ = std::make_unique<issues::Seeder>(*i.db, i.clock, *i.ids, events().services().store);
  }
  void TearDown() override {
    seeder_.reset();
    web_.reset();
    ApiTest::TearDown();
  }

  projects::Project Create(OrgId organization, std::string slug, std::string name) {
    return Do(
        app().projects->CreateOnHost(organization, std::move(slug), std::move(name), "node", {}));
  }
  void Seed(const std::vector<SeedEvent>& events) { seeder_->Add(shop_, events); }

  http::Response Open(const Credentials& who, std::string target) {
    return Exchange(who, http::Method::kGet, std::move(target), "", true);
  }
  int Status(const Credentials& who, std::string target) {
    return Open(who, std::move(target)).status;
  }
  // A page that is there, and has nothing that no page may have.
  std::string Show(const Credentials& who, const std::string& target) {
    const http::Response response = Open(who, target);
    EXPECT_EQ(response.status, 200) << target << "\n" << response.body.substr(0, 2000);
    web::testing::ExpectClean(response, target);
    return response.body;
  }
  std::string Show(const std::string& target) { return Show(owner_login_, target); }
  // A form, with the token of the visitor's browser unless told otherwise.
  http::Response Post(const Credentials& who, std::string target, const Fields& fields,
                      bool with_token = true) {
    std::string body;
    for (const auto& [name, value] : fields) {
      body += http::PercentEncode(name) + "=" + http::PercentEncode(value) + "&";
    }
    return Exchange(who, http::Method::kPost, std::move(target), std::move(body), with_token);
  }
  http::Response Post(std::string target, const Fields& fields) {
    return Post(owner_login_, std::move(target), fields);
  }

  static std::string LocationOf(const http::Response& response) {
    return std::string(response.headers.Get("Location"));
  }
  static bool Has(std::string_view page, std::string_view text) {
    return page.find(text) != std::string_view::npos;
  }
  // "" when it is not there.
  static std::string Between(const std::string& text, std::string_view begin,
                             std::string_view end) {
    const std::size_t at = text.find(begin);
    if (at == std::string::npos) return "";
    const std::size_t from = at + begin.size();
    return text.substr(from, text.find(end, from) - from);
  }

  Credentials owner_login_;
  projects::Project shop_;
  std::unique_ptr<issues::Seeder> seeder_;

 private:
  http::Response Exchange(const Credentials& who, http::Method method, std::string target,
                          std::string body, bool with_token) {
    http::Request request;
    request.method = method;
    request.target = std::move(target);
    auto [path, query] = SplitOnce(request.target, '?');
    request.path = path;
    request.query = query;
    request.correlation_id = "0190-correlation";
    ++pages_;
    request.remote_ip =
        "10.9." + std::to_string(pages_ / 256 % 256) + "." + std::to_string(pages_ % 256);
    request.received = app().clock.Now() + ahead_;
    request.headers.Add("Host", "gate.example");
    std::string cookie = "__Host-bid=" + std::string(43, 'A');
    if (!who.session.empty()) cookie += "; __Host-sid=" + who.session;
    request.headers.Add("Cookie", cookie);
    if (method == http::Method::kPost) {
      request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
      request.headers.Add("Origin", kBase);
      request.headers.Add("Sec-Fetch-Site", "same-origin");
      auto visitor = runtime::RunSync(guard().Visit(request));
      if (visitor && with_token) {
        body += "csrf=" + http::PercentEncode(guard().CsrfToken(*visitor));
      }
      request.body = std::move(body);
    }
    std::vector<http::Method> allowed;
    const http::Route* route = router().Match(request, &allowed);
    if (route == nullptr) {
      const int status = allowed.empty() ? 404 : 405;
      return web_->RenderError(
          request, Error{Code::kNotFound, status == 404 ? "not_found" : "method_not_allowed", ""},
          status);
    }
    auto response = runtime::RunSync(route->handler(request));
    if (response) return std::move(*response);
    EXPECT_LT(HttpStatus(response.error().code), 500)
        << request.target << ": " << GATEHOUSE_SHOW_ERROR(response);
    return web_->RenderError(request, response.error(), HttpStatus(response.error().code));
  }

  std::unique_ptr<web::Web> web_;
  int pages_ = 0;
};

}  // namespace gatehouse::app
