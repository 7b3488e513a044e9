// Linking an account at a provider (sso.md 2i), and that nothing of its tokens shows anywhere.

#include <fcntl.h>
#include <unistd.h>

#include "control/identity/errors.h"
#include "control/identity/linking/errors.h"
#include "control/identity/linking/sealed.h"
#include "control/identity/linking/service_impl.h"
#include "control/identity/service_impl.h"
#include "control/sso/login_fixture.h"

namespace gatehouse::linking {
namespace {

using sso::Client;
using sso::fixture::Browser;
using Way = Return;
using Kind = Way::Kind;
using Outcome = identity::RefreshOutcome::Kind;

class LinkingTest : public sso::fixture::LoginTest {
 protected:
  void SetUp() override {
    LoginTest::SetUp();
    if (IsSkipped()) return;
    auto& h = *house_;
    linked_ = std::make_unique<identity::LinkedStore>(clock(), ids(), *h.keys);
    linking_ = std::make_unique<ServiceImpl>(ServiceImpl::Parts{db(), clock(), ids(), rng(),
                                                                *h.keys, *linked_, *h.sso, *h.orgs,
                                                                h.limiter, sso::fixture::kBaseUrl});
    refresher_ = std::make_unique<identity::Refresher>(
        identity::Refresher::Parts{db(), clock(), *h.keys, h.audit, *h.sso, *linking_});
    identities_ = std::make_unique<identity::ServiceImpl>(
        identity::ServiceImpl::Parts{db(), h.identity_store, *linked_, h.audit, h.session_store,
                                     *h.authn, h.control_drainer, *refresher_});
    linking_->Use(*identities_);
    auto added = Add(admin_, "main");
    ASSERT_OK(added);
    ASSERT_TRUE(added->place.has_value());
    place_ = added->place->provider;
    member_browser_ = LogIn(member_);
  }
  Result<Service::Added> Add(const Browser& browser, std::string external_id,
                             sso::Settings settings = {
                                 {"issuer", "https://idp.test"},
                                 {"client_id", "c"},
                                 {"client_secret", "planted-client-secret"}}) {
    return Run(linking_->AddPlace(ClientOf(browser), acme_, "oidc", std::move(external_id), "Main",
                                  std::move(settings)));
  }
  // The account there, with tokens.
  void Says(const std::string& subject) {
    house_->provider->next = {
        .issuer = "https://idp.test",
        .subject = subject,
        .email = "octo@idp.test",
        .email_verified = true,
        .name = "Octo",
        .data = {{"access_token", "planted-access"}, {"refresh_token", "planted-refresh"}}};
  }
  Result<std::string> Start(const Browser& browser, bool popup = false) {
    return Run(linking_->Start(ClientOf(browser), acme_, place_.id, popup));
  }
  Result<Way> Back(const Browser& browser, const std::string& url) {
    const std::string state = url.substr(url.find("state=") + 6);
    return Run(linking_->Finish(ClientOf(browser), {{"code", "x"}, {"state", state}}));
  }
  Result<Way> Link(const Browser& browser) {
    GH_TRY(std::string url, Start(browser));
    return Back(browser, url);
  }
  std::vector<Account> Of(const users::User& user) {
    return Run(linking_->AccountsOf(user.id)).value();
  }

  // Every row of a table, all columns as text.
  std::vector<std::string> RowsOf(const std::string& table) {
    auto query = [&](const std::string& text) {
      auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
      EXPECT_OK(rows);
      return rows ? std::move(*rows) : sql::Rows();
    };
    std::string columns = "CAST(t AS TEXT)";
    if (db().engine() == sql::Engine::kSqlite) {
      columns = "''";
      for (sql::Row row : query("SELECT name FROM pragma_table_info('" + table + "')")) {
        columns += " || '|' || COALESCE(CAST(" + row.String(0) + " AS TEXT), '')";
      }
    }
    std::vector<std::string> all;
    for (sql::Row row : query("SELECT " + columns + " FROM " + table + " t")) {
      all.push_back(row.String(0));
    }
    return all;
  }

  std::unique_ptr<identity::LinkedStore> linked_;
  std::unique_ptr<ServiceImpl> linking_;
  std::unique_ptr<identity::Refresher> refresher_;
  std::unique_ptr<identity::ServiceImpl> identities_;
  identity::RpcProvider place_;
  Browser member_browser_;
};
GATEHOUSE_ON_ALL_ENGINES(LinkingTest);

TEST_P(LinkingTest, AMemberLinksAndDisconnectsTheOwnAccount) {
  Says("gh-1");
  auto done = Link(member_browser_);
  ASSERT_OK(done);
  EXPECT_EQ(done->kind, Kind::kLinked);
  EXPECT_EQ(done->provider_name, "Main");
  EXPECT_EQ(done->account_name, "Octo");
  auto accounts = Of(member_);
  ASSERT_EQ(accounts.size(), 1u);
  EXPECT_EQ(accounts[0].external_id, "gh-1");
  EXPECT_EQ(accounts[0].organization, acme_);
  EXPECT_EQ(accounts[0].status, identity::LinkStatus::kValid);
  EXPECT_EQ(Count("link_pipelines"), 0);
  EXPECT_EQ(Count("auth_identities"), 1) << "nobody logs in by it";
  ASSERT_OK(Link(member_browser_));
  EXPECT_EQ(Of(member_).size(), 1u) << "again renews it";
  EXPECT_ERROR(kNotFound, identity::kIdentityNotFound,
               Run(linking_->Disconnect(ClientOf(admin_), accounts[0].id)));
  ASSERT_OK(Run(linking_->Disconnect(ClientOf(member_browser_), accounts[0].id)));
  EXPECT_TRUE(Of(member_).empty());
}

TEST_P(LinkingTest, AConflictIsSaidAndMovesNothing) {
  Says("gh-1");
  ASSERT_OK(Link(admin_));
  auto conflict = Link(member_browser_);
  ASSERT_OK(conflict);
  EXPECT_EQ(conflict->kind, Kind::kLinkedToOther);
  EXPECT_EQ(conflict->reason, kLinkedToOther);
  EXPECT_TRUE(Of(member_).empty());
  EXPECT_EQ(Of(owner_).size(), 1u);
  Says("gh-2");
  auto other = Link(admin_);
  ASSERT_OK(other);
  EXPECT_EQ(other->kind, Kind::kOtherAccount);
  EXPECT_EQ(other->reason, kOtherAccountLinked);
  EXPECT_EQ(Of(owner_)[0].external_id, "gh-1");
}

TEST_P(LinkingTest, AnAnswerBelongsToOnePersonOneBrowserAndOneUse) {
  Says("gh-1");
  auto url = Start(member_browser_, /*popup=*/true);
  ASSERT_OK(url);
  // Somebody else's session, the same person's other browser, nobody: the link of an attacker's
  // account into a victim's (or the other way round) goes nowhere.
  EXPECT_ERROR(kInvalidArgument, kLinkStateInvalid, Back(admin_, *url));
  EXPECT_ERROR(kInvalidArgument, kLinkStateInvalid, Back(LogIn(member_), *url));
  EXPECT_ERROR(kUnauthenticated, kNotAuthed, Back(Anonymous(), *url));
  Browser same_browser = LogIn(manager_);
  same_browser.id = member_browser_.id;
  EXPECT_ERROR(kInvalidArgument, kLinkStateInvalid, Back(same_browser, *url));
  auto done = Back(member_browser_, *url);
  ASSERT_OK(done);
  EXPECT_EQ(done->kind, Kind::kLinked);
  EXPECT_TRUE(done->popup);
  EXPECT_ERROR(kInvalidArgument, kLinkStateInvalid, Back(member_browser_, *url));
  EXPECT_ERROR(kInvalidArgument, kLinkStateInvalid,
               Run(linking_->Finish(ClientOf(member_browser_), {{"code", "x"}})));
}

TEST_P(LinkingTest, ALogInsStateLinksNothingAndALinksStateLogsNobodyIn) {
  auto login = StartLogin(member_browser_);
  ASSERT_OK(login);
  EXPECT_ERROR(kInvalidArgument, kLinkStateInvalid, Back(member_browser_, *login->redirect));
  auto url = Start(member_browser_);
  ASSERT_OK(url);
  sso::Step step;
  step.redirect = *url;
  EXPECT_ERROR(kInvalidArgument, sso::kStateInvalid, Return(member_browser_, step));
}

TEST_P(LinkingTest, AnOldAnswerIsRefused) {
  auto url = Start(member_browser_);
  ASSERT_OK(url);
  clock().Advance(std::chrono::minutes(10));
  EXPECT_ERROR(kInvalidArgument, kLinkStateInvalid, Back(member_browser_, *url));
  ASSERT_OK(Run(linking_->CleanUp()));
  EXPECT_EQ(Count("link_pipelines"), 0);
}

TEST_P(LinkingTest, WhoIsNoMemberLinksNothing) {
  Browser outsider = LogIn(outsider_);
  EXPECT_ERROR(kPermissionDenied, kNotMember, Start(outsider));
  auto url = Start(member_browser_);
  ASSERT_OK(url);
  Execute("DELETE FROM organization_members WHERE user_id = " + member_.id.ToString());
  EXPECT_ERROR(kPermissionDenied, kNotMember, Back(member_browser_, *url));
  EXPECT_ERROR(kUnauthenticated, kNotAuthed, Start(Anonymous()));
}

TEST_P(LinkingTest, ARefusalShowsTheReasonAndStoresNothing) {
  house_->provider->refusal = "oidc_nonce";
  auto done = Link(member_browser_);
  ASSERT_OK(done);
  EXPECT_EQ(done->kind, Kind::kRefused);
  EXPECT_EQ(done->reason, kLinkFailed);
  EXPECT_TRUE(Of(member_).empty());
}

// 236, 2i.1: what the token endpoint did wrong is said.
TEST(LinkReason, SaysWhatToLookAt) {
  auto reason = [](std::string slug, sso::Check check) {
    sso::CallbackOutcome outcome;
    outcome.reason = std::move(slug);
    outcome.checks.push_back(std::move(check));
    return std::string(ReasonOf(outcome));
  };
  EXPECT_EQ(reason("idp_unavailable",
                   {"token.answer", false, "an answer from https://idp.test/t", "peer_tls_failed"}),
            kLinkTlsFailed);
  EXPECT_EQ(reason("idp_unavailable", {"token.answer", false, "an answer from https://idp.test/t",
                                       "peer_unreachable"}),
            kLinkUnreachable);
  EXPECT_EQ(reason("idp_unavailable", {"token.answer", false, "HTTP 200", "HTTP 503"}),
            kLinkUnreachable);
  EXPECT_EQ(reason("oidc_token_endpoint",
                   {"token.answer", false, "a JSON object", "text/html, json_invalid"}),
            kLinkAnswerInvalid);
  EXPECT_EQ(reason("oidc_code_invalid", {"token.answer", false, "tokens", "HTTP 400"}),
            kLinkFailed);
  EXPECT_EQ(reason("idp_unavailable", {"user.answer", false, "HTTP 200", "HTTP 503"}), kLinkFailed);
  EXPECT_EQ(ReasonOf({}), kLinkFailed);
}

TEST_P(LinkingTest, WhatWasGrantedIsKept) {  // 1.6
  Says("gh-1");
  house_->provider->next.data["scope"] = "repo  user:email repo";
  ASSERT_OK(Link(member_browser_));
  auto found = Run(identities_->GetIdentity(acme_, {.user_id = member_.id}));
  ASSERT_OK(found);
  EXPECT_EQ((*found)->scopes, (std::vector<std::string>{"repo", "user:email"}));
}

TEST_P(LinkingTest, OnlyWhoMayWriteTheOrganizationMakesPlaces) {
  EXPECT_ERROR(kPermissionDenied, kForbidden, Add(member_browser_, "x"));
  EXPECT_ERROR(kPermissionDenied, kNotMember, Add(LogIn(outsider_), "x"));
  EXPECT_ERROR(kUnauthenticated, kNotAuthed, Add(Anonymous(), "x"));
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(linking_->RemovePlace(ClientOf(member_browser_), acme_, place_.id)));
  EXPECT_ERROR(kInvalidArgument, kKindUnknown,
               Run(linking_->AddPlace(ClientOf(admin_), acme_, "nothing", "x", "X", {})));
  auto wrong = Add(admin_, "x", {{"client_id", "c"}});
  ASSERT_OK(wrong);
  EXPECT_FALSE(wrong->place.has_value());
  EXPECT_EQ(wrong->errors.size(), 1u);
  EXPECT_EQ(Run(linking_->PlacesFor(member_.id))->size(), 1u);
  EXPECT_TRUE(Run(linking_->PlacesFor(outsider_.id))->empty());
  ASSERT_OK(Run(linking_->RemovePlace(ClientOf(admin_), acme_, place_.id)));
  EXPECT_ERROR(kNotFound, identity::kProviderNotFound, Start(member_browser_));
}

TEST_P(LinkingTest, OnePersonsStartsAreLimited) {
  for (int i = 0; i < 30; ++i) ASSERT_OK(Start(member_browser_));
  EXPECT_ERROR(kResourceExhausted, kRateLimited, Start(member_browser_));
  EXPECT_LE(Count("link_pipelines"), 8);
  ASSERT_OK(Start(admin_));
}

// Rotation opens what the stores have sealed: the same purpose, the same binding.
TEST_P(LinkingTest, TheColumnsOfTheKeyRotationOpenTheirOwnRows) {
  ASSERT_OK(Start(member_browser_));
  for (const sealed::Column& column : SealedColumns()) {
    auto rows = Read([&](sql::Tx& tx) {
      return tx.Query(column.page, {std::int64_t{0}, "v1.none.%", std::int64_t{10}});
    });
    ASSERT_OK(rows);
    EXPECT_FALSE(rows->empty()) << column.name;
    for (sql::Row row : *rows) {
      EXPECT_OK((*house_->keys).Open(column.purpose, column.binding(row), row.Text(1)));
    }
  }
}

// AUDIT-06: after a full round of link, refresh, withdrawal and deletion nothing that was planted
// is anywhere but in sealed columns.
TEST_P(LinkingTest, PlantedSecretsAreNowhereInTheClear) {
  Says("gh-1");
  ASSERT_OK(Link(member_browser_));
  const identity::Target target{identity::Table::kLinked, acme_, Of(member_)[0].id.value};
  house_->provider->refreshed = {
      .kind = Outcome::kValid,
      .data = {{"access_token", "planted-access-2"}, {"refresh_token", "planted-refresh-2"}}};
  ASSERT_OK(Run(identities_->RefreshIdentity(target, 0)));
  house_->provider->refreshed = {.kind = Outcome::kInvalid,
                                 .data = {{"access_token", "planted-access-3"}},
                                 .reason = "refresh_refused",
                                 .detail = "HTTP 400 (invalid_grant)"};
  EXPECT_ERROR(kFailedPrecondition, identity::kRefreshRefused,
               Run(identities_->RefreshIdentity(target, 0)));
  // The same for one that logs in.
  Browser browser = LogIn(manager_);
  Says("subject-g");
  ASSERT_OK(LogInThroughProvider(browser));
  ASSERT_OK(Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  house_->DrainAll();

  auto grep = [&](std::string_view moment) {
    const std::vector<std::string> tables = {
        "audit_log",      "sso_decisions",   "control_outbox",      "region_outbox",
        "account_events", "auth_identities", "auth_providers",      "identity_providers",
        "link_pipelines", "sso_pipelines",   "linked_identities",   "sessions",
        "pending_logins", "organizations",   "organization_members"};
    for (const std::string& table : tables) {
      for (const std::string& row : RowsOf(table)) {
        EXPECT_FALSE(row.contains("planted")) << moment << " " << table << ": " << row;
      }
    }
    for (const json::Object& mail : house_->mails) {
      EXPECT_FALSE(json::Serialize(mail).contains("planted")) << moment;
    }
  };
  grep("linked");
  ASSERT_OK(Run(linking_->Disconnect(ClientOf(member_browser_), identity::LinkedId{target.id})));
  ASSERT_OK(Run(identities_->DeleteIdentities(manager_.id, acme_, {})));
  ASSERT_OK(Run(linking_->RemovePlace(ClientOf(admin_), acme_, place_.id)));
  house_->DrainAll();
  grep("deleted");
  auto decisions = Run(house_->sso->Decisions(acme_, std::nullopt, std::nullopt, 100));
  ASSERT_OK(decisions);
  for (const sso::Decision& decision : *decisions) {
    for (const sso::Check& check : decision.checks) {
      EXPECT_FALSE((check.expected + check.received).contains("planted"));
    }
  }
}

}  // namespace
}  // namespace gatehouse::linking
