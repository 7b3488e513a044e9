// GitHub: the contract, organization and e-mail rules, Enterprise hosts, attacks.

#include "control/sso/oauth2/github/github.h"

#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/github/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

ContractCase GithubCase(github::Options options = {}) {
  return {.kind = "github",
          .settings = {},
          .simulator = [](const Clock& clock) { return std::make_unique<GithubSimulator>(clock); },
          .adapter =
              [options](http::Client& client, const Clock& clock, Rng& rng) {
                return std::make_unique<OAuth2Adapter>(github::NewVendor(options), client, clock,
                                                       rng);
              },
          .subject = "583231",
          .elsewhere = {"host", "https://github.evil.test"}};
}

ContractCase EnterpriseCase(std::string host, std::string api) {
  ContractCase c = GithubCase();
  c.settings = {{"host", host + "/"}};
  c.simulator = [host, api](const Clock& clock) {
    return std::make_unique<GithubSimulator>(clock, host, api);
  };
  return c;
}

INSTANTIATE_TEST_SUITE_P(Github, AdapterContract, testing::Values(GithubCase()));
INSTANTIATE_TEST_SUITE_P(Github, RefreshContract, testing::Values(GithubCase()));

class Github : public testing::Test {
 protected:
  explicit Github(ContractCase c = GithubCase()) : stage(std::move(c)) { stage.SetUp(); }
  GithubSimulator& vendor() { return static_cast<GithubSimulator&>(*stage.vendor); }
  Stage stage;
};

TEST_F(Github, SetUpOffersTheOwnOrganizationsAndKeepsTheChosenOne) {
  json::Object config = stage.Build(stage.GoodSettings()).config.value();
  EXPECT_FALSE(config.contains("org"));
  stage.config = config;
  CallbackOutcome tried = stage.LogIn(/*is_setup=*/true);
  ASSERT_TRUE(tried.choice.has_value());
  EXPECT_EQ(tried.choice->label, "GitHub organization");
  ASSERT_EQ(tried.choice->options.size(), 2u);
  EXPECT_EQ(tried.choice->options[1].value, "4711");
  EXPECT_EQ(tried.choice->options[1].label, "other");
  EXPECT_EQ(tried.choice->selected, "");
  json::Object chosen = stage.adapter->WithChoice(config, tried.choice->options[1]);
  EXPECT_EQ(json::Serialize(chosen.at("org").as_object()), R"({"id":"4711","name":"other"})");
  EXPECT_EQ(stage.adapter->PublicConfig(chosen).at("organization"), "other");
  // An edit keeps it, and offers the choice again.
  stage.config = stage.Build(stage.GoodSettings(), chosen).config.value();
  tried = stage.LogIn(/*is_setup=*/true);
  EXPECT_EQ(tried.choice.value().selected, "4711");
  EXPECT_TRUE(stage.adapter->Tightens(config, chosen));
  EXPECT_FALSE(stage.adapter->Tightens(chosen, chosen));
}

TEST_F(Github, SetUpByNobodysMemberHasNothingToChoose) {
  vendor().organizations.clear();
  CallbackOutcome outcome = stage.LogIn(/*is_setup=*/true);
  ExpectRefused(outcome, kNothingToChoose);
}

TEST_F(Github, ConfigurationWithoutOrganizationLetsNobodyIn) {
  stage.config.erase("org");
  stage.Begin();
  auto result = runtime::RunSync(stage.adapter->Finish(
      stage.config, CallbackInput{.params = stage.vendor->Authorize(stage.started.redirect_url),
                                  .redirect_uri = kReturnUrl,
                                  .flow = stage.started.flow}));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().reason, kConfigInvalid);
}

TEST_F(Github, AccountIsLinkedWithoutAnOrganization) {
  stage.config.erase("org");
  vendor().organizations.clear();
  stage.Begin();
  auto result = runtime::RunSync(stage.adapter->Finish(
      stage.config, CallbackInput{.params = stage.vendor->Authorize(stage.started.redirect_url),
                                  .redirect_uri = kReturnUrl,
                                  .flow = stage.started.flow,
                                  .purpose = Purpose::kLink}));
  ASSERT_TRUE(result.has_value());
  ASSERT_TRUE(result->assertion.has_value()) << result->reason;
  EXPECT_EQ(stage.Refresh(result->assertion->data).kind, RefreshOutcome::Kind::kValid);
}

TEST_F(Github, StrangerToTheOrganizationIsRefused) {
  vendor().organizations = {GithubSimulator::Organization(1, "acme"),  // the name does not count
                            GithubSimulator::Organization(2, "their-own-place")};
  CallbackOutcome outcome = stage.LogIn();
  ExpectRefused(outcome, github::kOrganization);
  EXPECT_EQ(outcome.user_message, "You do not have access to the required GitHub organization.");
  EXPECT_FALSE(ShownTo(outcome).contains("their-own-place")) << "nobody's business here";
}

TEST_F(Github, RenamedOrganizationIsStillTheSame) {
  vendor().organizations = {GithubSimulator::Organization(9919, "acme-renamed")};
  EXPECT_TRUE(stage.LogIn().assertion.has_value());
}

TEST_F(Github, NumericOrganizationOfOlderConfigurationsCounts) {
  stage.config["org"] = Parse(R"({"id":9919,"name":"acme"})");
  EXPECT_TRUE(stage.LogIn().assertion.has_value());
}

TEST_F(Github, OrganizationOnAFurtherPageIsFound) {
  vendor().organizations.clear();
  for (std::int64_t id = 20'000; id < 20'150; ++id) {
    vendor().organizations.push_back(GithubSimulator::Organization(id, "o"));
  }
  vendor().organizations.push_back(GithubSimulator::Organization(9919, "acme"));
  EXPECT_TRUE(stage.LogIn().assertion.has_value());
  EXPECT_EQ(stage.vendor->Count("https://api.github.com/user/orgs"), 2u);
}

TEST_F(Github, EndlessListOfOrganizationsEnds) {
  for (std::int64_t id = 20'000; id < 23'000; ++id) {
    vendor().organizations.push_back(GithubSimulator::Organization(id, "o"));
  }
  EXPECT_TRUE(stage.LogIn().assertion.has_value());
  EXPECT_EQ(stage.vendor->Count("https://api.github.com/user/orgs"), 10u);
}

TEST_F(Github, PrimaryVerifiedAddressAndTheFourMessages) {
  using E = GithubSimulator;
  CallbackOutcome good = stage.LogIn();
  EXPECT_EQ(good.assertion.value().email, "alice@corp.test") << "not the public one";
  EXPECT_TRUE(good.assertion->email_verified);
  struct Row {
    json::Array emails;
    bool verified;
    std::string_view reason, message;
  };
  const json::Array none = {E::Email("a@corp.test", false, true)};
  const json::Array two = {E::Email("a@corp.test", true, true),
                           E::Email("b@corp.test", true, true)};
  const std::vector<Row> rows = {
      {none, true, github::kNoVerifiedEmail,
       "We were unable to find a verified, primary email address associated with your GitHub "
       "account."},
      {{E::Email("a@corp.test", true, false)},
       true,
       github::kNoVerifiedEmail,
       "We were unable to find a verified, primary email address associated with your GitHub "
       "account."},
      {two, true, github::kManyVerifiedEmails,
       "We were unable to find a single verified, primary email address associated with your "
       "GitHub account."},
      {none, false, github::kNoEmail,
       "We were unable to find a primary email address associated with your GitHub account."},
      {two, false, github::kManyEmails,
       "We were unable to find a single primary email address associated with your GitHub "
       "account."},
  };
  for (const Row& row : rows) {
    Stage with(GithubCase({.require_verified_email = row.verified}));
    with.SetUp();
    auto& its = static_cast<GithubSimulator&>(*with.vendor);
    its.emails = row.emails;
    its.user["email"] = nullptr;
    CallbackOutcome outcome = with.LogIn();
    ExpectRefused(outcome, row.reason);
    EXPECT_EQ(outcome.user_message, row.message);
  }
  Stage lax(GithubCase({.require_verified_email = false}));
  lax.SetUp();
  CallbackOutcome outcome = lax.LogIn();
  EXPECT_EQ(outcome.assertion.value().email, "public@corp.test");
  EXPECT_FALSE(outcome.assertion->email_verified) << "nobody's word on the public address";
}

TEST_F(Github, AddressesThatAreNone) {
  auto read = [](std::string_view text) {
    return github::PrimaryEmail(json::Parse(text).value().as_array(), true);
  };
  for (const char* text :
       {R"([])", R"([null,1,"a@b.c"])", R"([{"email":"a@b.c","primary":"true"}])",
        R"([{"email":"a@b.c","primary":true,"verified":1}])",
        R"([{"email":"no address","primary":true,"verified":true}])",
        R"([{"email":7,"primary":true,"verified":true}])"}) {
    ASSERT_FALSE(read(text).has_value()) << text;
    EXPECT_EQ(read(text).error().reason, github::kNoVerifiedEmail);
  }
}

TEST_F(Github, NameIsDerivedFromTheAddressWhenThereIsNone) {
  vendor().user["name"] = nullptr;
  vendor().emails = {GithubSimulator::Email("john.smith@corp.test", true, true)};
  EXPECT_EQ(stage.LogIn().assertion.value().name, "John Smith");
  EXPECT_EQ(github::NameFromEmail("a_b-c@x"), "A B C");
  EXPECT_EQ(github::NameFromEmail("..@x"), "");
}

TEST_F(Github, LoginNameIsNoKey) {
  vendor().user.erase("id");
  ExpectRefused(stage.LogIn(), kSubject);
  for (const json::Value& id : {json::Value("583231"), json::Value(1.5), json::Value(nullptr)}) {
    vendor().user["id"] = id;
    ExpectRefused(stage.LogIn(), kSubject);
  }
  vendor().user["id"] = 583231;
  vendor().user["login"] = "taken-over";
  EXPECT_EQ(stage.LogIn().assertion.value().subject, "583231");
}

TEST_F(Github, RefreshAsksForTheMembershipAgain) {
  json::Object data = stage.LogIn().assertion.value().data;
  EXPECT_FALSE(data.contains("refresh_token"));
  vendor().requests.clear();
  EXPECT_EQ(stage.Refresh(data).kind, RefreshOutcome::Kind::kValid);
  EXPECT_EQ(stage.vendor->Count(stage.vendor->token_url()), 0u);
  EXPECT_EQ(stage.vendor->Count("https://api.github.com/user/emails"), 0u);
  vendor().organizations.erase(vendor().organizations.begin());
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshForbidden);
  // Rate limits, outages and an organization's own policies are no word on the membership.
  for (int status : {403, 404, 429, 500, 503}) {
    vendor().answers["https://api.github.com/user/orgs"] = JsonAnswer(status, "{}");
    EXPECT_EQ(stage.Refresh(data).kind, RefreshOutcome::Kind::kUnavailable) << status;
  }
  vendor().answers.clear();
  data["access_token"] = "revoked-by-the-person";
  outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshRefused);
}

TEST_F(Github, RefreshErrorsComeWithStatus200) {
  vendor().gives_refresh_token = true;  // a GitHub App
  json::Object data = stage.LogIn().assertion.value().data;
  vendor().answers[stage.vendor->token_url()] = JsonAnswer(
      200, R"({"error":"bad_refresh_token","error_description":"The refresh token is incorrect"})");
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.detail, "HTTP 200 (bad_refresh_token): The refresh token is incorrect");
}

TEST_F(Github, ScopesNeverIncludeCode) {
  stage.Begin();
  EXPECT_TRUE(stage.started.redirect_url.contains("scope=read%3Aorg%20user%3Aemail"))
      << stage.started.redirect_url;
}

TEST(GithubEnterprise, HasItsOwnHostAndApi) {
  struct Row {
    std::string host, api;
  };
  for (const Row& row : {Row{"https://github.example.com", "https://github.example.com/api/v3"},
                         Row{"https://octo.ghe.com", "https://api.octo.ghe.com"}}) {
    Stage stage(EnterpriseCase(row.host, row.api));
    stage.SetUp();
    CallbackOutcome outcome = stage.LogIn();
    ASSERT_TRUE(outcome.assertion.has_value()) << outcome.reason;
    EXPECT_EQ(outcome.assertion->issuer, row.host);
    for (const http::ClientRequest& request : stage.vendor->requests) {
      EXPECT_TRUE(request.url.starts_with(row.host) || request.url.starts_with(row.api))
          << request.url;
    }
  }
}

TEST_F(Github, Oidc28_HostThatTheGuardForbidsIsSaid) {
  stage.vendor->errors[stage.vendor->token_url()] =
      Error{Code::kPermissionDenied, "url_forbidden", ""};
  ExpectRefused(stage.LogIn(), oidc::kUrlForbidden);
  Settings settings = stage.GoodSettings();
  settings.emplace_back("host", "https://github.test/?x=1");
  EXPECT_EQ(stage.Build(settings).errors.at(0).reason, oidc::kUrlInvalid);
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
