// The pages of single sign-on: log-in, confirmation, set-up, settings, and what explains decisions.

#include <gtest/gtest.h>

#include "core/audit/audit.h"
#include "edge/web/testing/web_rig.h"

namespace gatehouse::web {
namespace {

using testing::Browser;
using testing::Location;
using testing::PasswordProof;
using testing::SsoProof;
using testing::Town;

bool Has(const http::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

class SsoPagesTest : public ::testing::Test {
 protected:
  SsoPagesTest() {
    browser_.SignIn(town_.world.AddSession(town_.ada, {PasswordProof(), SsoProof(town_.acme)}));
    browser_.Get("/account/");
  }
  testing::World& world() { return town_.world; }

  sso::Step Redirect(std::string url, std::string flash = {}) {
    sso::Step step;
    step.redirect = std::move(url);
    step.flash = std::move(flash);
    return step;
  }

  Town town_{"https://gate.example",
             Demo{"Gatehouse test provider", "oidc", {{"issuer", "https://idp.test"}}, {}}};
  Browser browser_{town_};
  const std::string configure_ = "/organizations/acme/auth/configure/";
};

// ---- log-in -------------------------------------------------------------------------------------

TEST_F(SsoPagesTest, LeavingForTheProviderIsAPageNotARedirect) {
  world().AddProvider(town_.acme, false);
  Browser anonymous(town_);
  anonymous.Get("/auth/login/acme/");
  world().steps.push_back(Redirect("https://idp.example/authorize?a=1&b=2"));
  auto response =
      anonymous.Post("/auth/login/acme/", {{"init", "1"}, {"next", "/organizations/acme/"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, R"(content="0;url=https://idp.example/authorize?a=1&amp;b=2")"));
  EXPECT_TRUE(Has(response, R"(href="https://idp.example/authorize?a=1&amp;b=2")"));
  EXPECT_EQ(world().last_next, "/organizations/acme/");
}

TEST_F(SsoPagesTest, HostileProviderAddressDoesNotRun) {
  world().AddProvider(town_.acme, false);
  Browser anonymous(town_);
  anonymous.Get("/auth/login/acme/");
  world().steps.push_back(Redirect("javascript:alert(1)"));
  auto response = anonymous.Post("/auth/login/acme/", {{"init", "1"}});
  EXPECT_FALSE(Has(response, "href=\"javascript:"));
  EXPECT_FALSE(Has(response, "url=javascript:"));
}

TEST_F(SsoPagesTest, CallbackSetsTheSessionAndGoesOn) {
  sso::Step step = Redirect("/organizations/acme/");
  step.session = world().Issue(town_.bob, authn::ProofKind::kSso);
  const std::string token = step.session->token;
  world().steps.push_back(std::move(step));
  Browser anonymous(town_);
  auto response = anonymous.Get("/auth/sso/acme/?code=abc&state=xyz");
  EXPECT_EQ(Location(response), "/organizations/acme/");
  EXPECT_EQ(anonymous.cookies().at("__Host-sid"), token);
  EXPECT_EQ(world().last_params.size(), 2u);
}

TEST_F(SsoPagesTest, CallbackRefusesAParameterThatCameTwice) {
  Browser anonymous(town_);
  auto response = anonymous.Get("/auth/sso/?code=a&code=b&state=s");
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(Has(response, "<code>bad_request</code>"));
  EXPECT_TRUE(world().calls.empty());
}

TEST_F(SsoPagesTest, StepRedirectsStayOnThisSite) {
  world().steps.push_back(Redirect("//evil.example/"));
  Browser anonymous(town_);
  EXPECT_EQ(Location(anonymous.Get("/auth/sso/acme/?code=a&state=s")), "/auth/login/");
}

TEST_F(SsoPagesTest, UnknownIdentityGoesToTheConfirmationPage) {
  sso::Step step;
  step.confirm.emplace();
  world().steps.push_back(step);
  Browser anonymous(town_);
  EXPECT_EQ(Location(anonymous.Get("/auth/sso/acme/?code=a&state=s")), "/auth/login/acme/?flow=1");
}

TEST_F(SsoPagesTest, ConfirmationDecisionsReachTheService) {
  struct Case {
    const char* op;
    const char* call;
  };
  for (const Case& c :
       {Case{"confirm", "sso.ConfirmLink acme"}, Case{"newuser", "sso.ConfirmNewUser acme"},
        Case{"login", "sso.ConfirmLogin acme"}}) {
    sso::Step step = Redirect("/organizations/acme/", "identity_linked");
    step.session = world().Issue(town_.ada, authn::ProofKind::kPassword);
    world().steps.push_back(std::move(step));
    world().calls.clear();
    browser_.Get("/account/");
    auto response = browser_.Post("/auth/login/acme/", {{"op", c.op}, {"username", "a"}});
    EXPECT_EQ(world().calls.back(), c.call);
    EXPECT_EQ(Location(response), "/organizations/acme/?flash=identity_linked");
  }
}

TEST_F(SsoPagesTest, WrongPasswordOnTheConfirmationPageShowsItAgain) {
  world().steps.push_back(Fail(Code::kUnauthenticated, "login_failed"));
  sso::Step again;
  again.confirm.emplace();
  again.confirm->provider_name = "Acme ID";
  world().steps.push_back(again);
  Browser anonymous(town_);
  anonymous.Get("/auth/login/");
  auto response = anonymous.Post("/auth/login/acme/",
                                 {{"op", "login"}, {"username", "ada"}, {"password", "x"}});
  EXPECT_EQ(response.status, 401);
  EXPECT_TRUE(Has(response, "That did not work"));
  EXPECT_TRUE(Has(response, "value=\"ada\""));
}

TEST_F(SsoPagesTest, MovingAnIdentityAsksForThePasswordFirst) {
  sso::Step step;
  step.confirm.emplace();
  step.confirm->kind = sso::Confirm::Kind::kLink;
  step.confirm->moves_identity = true;
  step.confirm->needs_recent_login = true;
  step.confirm->offer_new_user = false;
  world().steps.push_back(step);
  auto page = browser_.Get("/auth/login/acme/?flow=1");
  EXPECT_TRUE(Has(page, "This identity is linked to another account."));
  EXPECT_TRUE(Has(page, "value=\"login\""));
  EXPECT_FALSE(Has(page, "value=\"confirm\""));
  EXPECT_FALSE(Has(page, "value=\"newuser\""));
}

// OIDC-38: which of the two the request itself says; the page stays the same.
TEST_F(SsoPagesTest, AnAnswerWithAnErrorIsABadRequest) {
  std::string plain;
  for (const char* query :
       {"code=c&state=s", "code=c&error=access_denied&state=s",
        "error=x&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state=s"}) {
    Browser anonymous(town_);
    world().steps.push_back(Fail(Code::kPermissionDenied, "sso_failed", "oidc_response"));
    auto response = anonymous.Get(std::string("/auth/sso/acme/?") + query);
    EXPECT_EQ(response.status, plain.empty() ? 403 : 400) << query;
    if (plain.empty()) plain = response.body;
    EXPECT_EQ(response.body, plain);
  }
}

// OIDC-47: nobody was refused, and the page does not say what broke.
TEST_F(SsoPagesTest, AProviderThatDoesNotAnswerIsABadGateway) {
  Browser anonymous(town_);
  world().steps.push_back(Fail(Code::kPermissionDenied, "sso_failed", "idp_unavailable"));
  auto response = anonymous.Get("/auth/sso/acme/?code=c&state=s");
  EXPECT_EQ(response.status, 502);
  EXPECT_TRUE(Has(response, "<code>idp_unavailable</code>"));
  EXPECT_FALSE(anonymous.cookies().contains("__Host-sid"));
}

TEST_F(SsoPagesTest, MailedProofIsUsedByPostOnly) {
  Browser anonymous(town_);
  EXPECT_EQ(anonymous.Get("/account/user-confirm/good/").status, 200);
  auto response = anonymous.Post("/account/user-confirm/good/", {});
  EXPECT_EQ(Location(response), "/auth/login/acme/?flow=1");
  EXPECT_EQ(anonymous.Post("/account/user-confirm/bad/", {}).status, 404);
}

// ---- set-up -------------------------------------------------------------------------------------

TEST_F(SsoPagesTest, ChoosingAKindShowsItsFormAndBeginsNothing) {
  auto response = browser_.Post(configure_, {{"init", "1"}, {"provider", "oidc"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, "https://gate.example/auth/sso/acme/"));
  EXPECT_TRUE(Has(response, "name=\"client_secret\""));
  EXPECT_TRUE(Has(response, "value=\"client_secret_basic\" selected"));
  EXPECT_TRUE(world().calls.empty());
  EXPECT_EQ(browser_.Post(configure_, {{"init", "1"}, {"provider", "nope"}}).status, 400);
  EXPECT_EQ(browser_.Post(configure_, {{"init", "1"}}).status, 400);
  EXPECT_EQ(Location(browser_.Get(configure_)), "/settings/acme/auth/");
}

TEST_F(SsoPagesTest, SettingsGoToTheServiceAndTheBrowserToTheProvider) {
  world().steps.push_back(Redirect("https://idp.example/authorize"));
  auto response = browser_.Post(configure_, {{"init", "1"},
                                             {"provider", "oidc"},
                                             {"display_name", "Acme ID"},
                                             {"issuer", "https://idp.example"},
                                             {"client_id", "gatehouse"},
                                             {"client_secret", ""},
                                             {"unknown", "x"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, "Taking you to your identity provider"));
  const sso::Settings expected = {{"issuer", "https://idp.example"}, {"client_id", "gatehouse"}};
  EXPECT_EQ(world().last_settings, expected);
}

TEST_F(SsoPagesTest, OneClickSetsUpTheDemonstrationProvider) {
  EXPECT_TRUE(Has(browser_.Get("/settings/acme/auth/"), "Gatehouse test provider"));
  world().steps.push_back(Redirect("https://idp.test/authorize"));
  browser_.Post(configure_, {{"init", "1"}, {"provider", "oidc"}, {"preset", "demo"}});
  const sso::Settings expected = {{"issuer", "https://idp.test"}};
  EXPECT_EQ(world().last_settings, expected);
}

TEST_F(SsoPagesTest, FieldErrorsStandBesideTheirFieldsAndSecretsAreNotEchoed) {
  sso::Step step;
  step.form_errors.emplace();
  step.form_errors->push_back({"issuer", "url_forbidden"});
  step.form_errors->push_back({"", "discovery_invalid"});
  step.checks = {{"discovery.issuer", false, "https://a", "https://b"}};
  step.kind = "oidc";
  step.display_name = "Acme ID";
  step.settings["issuer"] = "https://10.0.0.1";
  step.settings["client_id"] = "gatehouse";
  world().steps.push_back(std::move(step));
  auto response = browser_.Post(configure_, {{"init", "1"},
                                             {"provider", "oidc"},
                                             {"issuer", "https://10.0.0.1"},
                                             {"client_secret", "hunter2-hunter2"}});
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(Has(response, "This address is not allowed."));
  EXPECT_TRUE(Has(response, "The provider’s description could not be used") ||
              Has(response, "description could not be used"));
  EXPECT_TRUE(Has(response, "value=\"https://10.0.0.1\""));
  EXPECT_TRUE(Has(response, "discovery.issuer"));
  EXPECT_TRUE(Has(response, "failed:"));
  EXPECT_FALSE(Has(response, "hunter2"));
}

TEST_F(SsoPagesTest, FailedTryComesBackToTheForm) {
  sso::Step step;
  step.form_errors.emplace();
  step.form_errors->push_back({"", "oidc_aud"});
  step.kind = "oidc";
  step.settings["issuer"] = "https://idp.example";
  world().steps.push_back(std::move(step));
  auto response = browser_.Get(configure_ + "?review=1");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, "The ID token is for another application"));
}

TEST_F(SsoPagesTest, FinishAndCancel) {
  sso::Step step = Redirect(configure_, "sso_enabled");
  step.session = world().Issue(town_.ada, authn::ProofKind::kPassword);
  const std::string token = step.session->token;
  world().steps.push_back(std::move(step));
  auto response = browser_.Post(configure_, {{"op", "finish"}});
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(Location(response), configure_ + "?flash=sso_enabled");
  EXPECT_EQ(browser_.cookies().at("__Host-sid"), token);

  browser_.Get("/account/");
  auto cancel = browser_.Post(configure_, {{"op", "cancel"}});
  EXPECT_EQ(Location(cancel), "/settings/acme/auth/?flash=setup_cancelled");
  EXPECT_EQ(world().calls.back(), "sso.CancelSetup acme");
}

TEST_F(SsoPagesTest, GuideHasTheExactValueToCopy) {
  auto page = browser_.Get(configure_ + "?provider=oidc");
  EXPECT_TRUE(Has(page, "<code id=\"redirect-uri\">https://gate.example/auth/sso/acme/</code>"));
  EXPECT_TRUE(Has(page, "<ol class=\"guide\">"));
}

TEST_F(SsoPagesTest, ProvidersWordsAreTextOnTheForm) {
  sso::Step step;
  step.form_errors.emplace();
  step.form_errors->push_back({"", "oidc_provider_error"});
  step.kind = "oidc";
  step.provider_message = "<script>alert(1)</script>";
  world().steps.push_back(std::move(step));
  auto response = browser_.Get(configure_ + "?review=1");
  EXPECT_TRUE(Has(response, "&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_FALSE(Has(response, "<script>alert"));
}

TEST_F(SsoPagesTest, ChoiceIsMadeOnTheReviewPageAndAskedForAgain) {
  sso::Step review;
  review.review.emplace();
  review.review->choice = sso::Choice{.label = "GitHub organization",
                                      .help = "Its members can log in.",
                                      .options = {{"1", "acme"}, {"2", "<i>other</i>"}},
                                      .selected = "2"};
  world().steps.push_back(review);
  auto page = browser_.Get(configure_ + "?review=1");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page, "<label for=\"choice\">GitHub organization</label>"));
  EXPECT_TRUE(Has(page, "<option value=\"1\">acme</option>"));
  EXPECT_TRUE(Has(page, "<option value=\"2\" selected>&lt;i&gt;other&lt;/i&gt;</option>"));

  world().steps.push_back(Fail(Code::kInvalidArgument, "sso_choice_required"));
  world().steps.push_back(review);
  page = browser_.Post(configure_, {{"op", "finish"}, {"choice", ""}});
  EXPECT_EQ(page.status, 400);
  EXPECT_TRUE(Has(page, "Choose who may log in"));

  world().steps.push_back(Redirect(configure_, "sso_enabled"));
  browser_.Post(configure_, {{"op", "finish"}, {"choice", "2"}});
  EXPECT_EQ(world().calls.back(), "sso.FinishSetup acme 2");
}

TEST_F(SsoPagesTest, SecondSetupIsToldThatOneExists) {
  world().steps.push_back(Fail(Code::kConflict, "provider_exists"));
  auto response = browser_.Post(configure_, {{"op", "finish"}});
  EXPECT_EQ(response.status, 409);
  EXPECT_TRUE(Has(response, "<code>provider_exists</code>"));
}

// ---- a configured provider ----------------------------------------------------------------------

TEST_F(SsoPagesTest, SettingsPageAndItsDeeds) {
  world().AddProvider(town_.acme, false);
  auto page = browser_.Get(configure_);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page, "https://gate.example/auth/login/acme/"));
  EXPECT_TRUE(Has(page, "<b class=\"big\">1</b> member has"));
  EXPECT_TRUE(Has(page, "checked"));
  EXPECT_EQ(Location(browser_.Get("/settings/acme/auth/")), configure_);

  EXPECT_EQ(Location(browser_.Post(configure_, {{"op", "settings"}, {"default_role", "member"}})),
            configure_ + "?flash=sso_settings_saved");
  EXPECT_EQ(Location(browser_.Post(configure_, {{"op", "reinvite"}})),
            configure_ + "?flash=reminders_sent");
  EXPECT_EQ(browser_.Post(configure_, {{"op", "disable"}}).status, 400);
  EXPECT_EQ(world().calls.back(), "sso.RemindUnlinked acme");
  EXPECT_EQ(Location(browser_.Post(configure_, {{"op", "disable"}, {"confirm", "1"}})),
            "/settings/acme/auth/?flash=provider_disabled");
  EXPECT_EQ(world().calls.back(), "sso.Disable acme");
  EXPECT_EQ(browser_.Post(configure_, {{"op", "nonsense"}}).status, 400);
}

TEST_F(SsoPagesTest, RefusedRulesAreExplainedOnThePage) {
  world().AddProvider(town_.acme, true);
  world().next_change = Fail(Code::kFailedPrecondition, "no_linked_owner");
  auto response = browser_.Post(configure_, {{"op", "settings"}, {"require_link", "on"}});
  EXPECT_EQ(response.status, 409);
  EXPECT_TRUE(Has(response, "No owner could get in"));
  EXPECT_TRUE(Has(response, "name=\"default_role\""));
}

TEST_F(SsoPagesTest, EditFormIsFilledInButForSecrets) {
  world().AddProvider(town_.acme, true);
  auto page = browser_.Get(configure_ + "?edit=1");
  EXPECT_TRUE(Has(page, "value=\"https://idp.example\""));
  EXPECT_TRUE(Has(page, "placeholder=\"unchanged\""));
}

TEST_F(SsoPagesTest, RotatingTheSecretIsTriedFirst) {
  world().AddProvider(town_.acme, true);
  world().steps.push_back(Redirect("https://idp.example/authorize"));
  auto response = browser_.Post(configure_, {{"op", "rotate-secret"}, {"secret", "new"}});
  EXPECT_TRUE(Has(response, "Taking you to your identity provider"));
  EXPECT_EQ(browser_.Post(configure_, {{"op", "rotate-secret"}}).status, 400);
}

// ---- explanations -------------------------------------------------------------------------------

TEST_F(SsoPagesTest, DecisionsExplainThemselves) {
  sso::Decision decision;
  decision.id = 5;
  decision.flow = "login";
  decision.outcome = "refused";
  decision.reason = "oidc_aud";
  decision.correlation_id = "corr-5";
  decision.email = "ada@idp.example";
  decision.checks = {{"id_token.audience", false, "gatehouse", "<script>x</script>"}};
  world().decisions.push_back(decision);
  auto page = browser_.Get("/organizations/acme/sso-decisions/");
  EXPECT_TRUE(Has(page, "The ID token is for another application"));
  EXPECT_TRUE(Has(page, "It was issued for this application"));
  EXPECT_TRUE(Has(page, "&lt;script&gt;x&lt;/script&gt;"));
  EXPECT_TRUE(Has(browser_.Get("/organizations/acme/sso-decisions/?id=corr-5"), "<details open>"));
  EXPECT_TRUE(Has(browser_.Get("/organizations/acme/sso-decisions/?id=other"),
                  "No decision with this id."));
  EXPECT_EQ(browser_.Get("/organizations/acme/sso-decisions/?before=x").status, 400);
}

TEST_F(SsoPagesTest, AuditLogIsOfThisOrganizationAndFilters) {
  ManualClock clock;
  IdGenerator ids(clock, 1);
  audit::Log log(clock, ids, "audit key");
  auto record = [&](OrgId organization, audit::Event event, std::string value) {
    audit::Entry entry;
    entry.organization = organization;
    entry.event = event;
    entry.actor = town_.ada;
    entry.actor_label = "ada";
    entry.data["require_link"] = std::move(value);
    ASSERT_TRUE(town_.database.db()
                    .WriteSync([&](sql::Tx& tx) { return log.Record(tx, entry); })
                    .has_value());
  };
  record(town_.acme, audit::Event::kSsoEdit, "mine-edit");
  record(town_.acme, audit::Event::kSsoDisable, "mine-disable");
  record(town_.beta, audit::Event::kSsoEdit, "foreign");
  const std::string base = "/organizations/acme/audit-log/";
  auto page = browser_.Get(base);
  EXPECT_TRUE(Has(page, "mine-edit"));
  EXPECT_TRUE(Has(page, "mine-disable"));
  EXPECT_FALSE(Has(page, "foreign"));
  EXPECT_TRUE(Has(page, "UTC"));
  auto filtered = browser_.Get(base + "?event=sso.edit");
  EXPECT_TRUE(Has(filtered, "mine-edit"));
  EXPECT_FALSE(Has(filtered, "mine-disable"));
  EXPECT_TRUE(Has(browser_.Get(base + "?actor=" + town_.bob.ToString()), "Nothing here."));
  EXPECT_EQ(browser_.Get(base + "?event=nope").status, 400);
  EXPECT_EQ(browser_.Get(base + "?before=-1").status, 400);
}

TEST_F(SsoPagesTest, AuditLogPagesByCursor) {
  ManualClock clock;
  IdGenerator ids(clock, 1);
  audit::Log log(clock, ids, "audit key");
  ASSERT_TRUE(town_.database.db()
                  .WriteSync([&](sql::Tx& tx) -> Result<void> {
                    for (int i = 0; i < 60; ++i) {
                      audit::Entry entry;
                      entry.organization = town_.acme;
                      entry.event = audit::Event::kSsoEdit;
                      entry.data["n"] = "number-" + std::to_string(i) + "-";
                      GH_TRY_VOID(log.Record(tx, entry));
                    }
                    return {};
                  })
                  .has_value());
  auto first = browser_.Get("/organizations/acme/audit-log/");
  EXPECT_TRUE(Has(first, "number-59-"));
  EXPECT_FALSE(Has(first, "number-9-"));
  auto at = first.body.find("/organizations/acme/audit-log/?before=");
  ASSERT_NE(at, std::string::npos);
  auto second = browser_.Get(first.body.substr(at, first.body.find('"', at) - at));
  EXPECT_TRUE(Has(second, "number-9-"));
  EXPECT_FALSE(Has(second, "number-10-"));
  EXPECT_TRUE(Has(second, "number-0-"));
}

TEST_F(SsoPagesTest, WhoeverSetsUpSecondHearsThatSomebodyWasFaster) {
  // Ada's session has her own proof only, and single sign-on became required a moment ago.
  Browser second(town_);
  second.SignIn(world().AddSession(town_.ada, {PasswordProof()}));
  second.Get("/account/");
  world().AddProvider(town_.acme, false);
  sso::Step review;
  review.review.emplace();
  world().steps.push_back(review);
  auto response = second.Post(configure_, {{"op", "finish"}});
  EXPECT_EQ(Location(response), "/auth/login/acme/?flash=sso_enabled_meanwhile");
  EXPECT_TRUE(Has(second.Get(Location(response)), "Somebody switched single sign-on on meanwhile"));
  // Without a set-up of her own there is nothing to explain.
  EXPECT_EQ(Location(second.Post(configure_, {{"op", "finish"}})), "/auth/login/acme/");
}

}  // namespace
}  // namespace gatehouse::web
