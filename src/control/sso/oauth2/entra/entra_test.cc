// Microsoft Entra: the contract, the tenant rule, attacks.

#include "control/sso/oauth2/entra/entra.h"

#include "control/sso/oauth2/entra/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

constexpr const char* kOtherTenant = "11111111-2222-3333-4444-555555555555";

ContractCase EntraCase() {
  return {.kind = "entra",
          .settings = {{"tenant", std::string(kTenant)}},
          .simulator = [](const Clock& clock) { return std::make_unique<EntraSimulator>(clock); },
          .adapter =
              [](http::Client& client, const Clock& clock, Rng& rng) {
                return std::make_unique<OAuth2Adapter>(entra::NewVendor(), client, clock, rng);
              },
          .subject = "690222be-ff1a-4d56-abd1-7e4f7d38e474." + std::string(kTenant),
          .elsewhere = {"tenant", kOtherTenant}};
}

INSTANTIATE_TEST_SUITE_P(Entra, AdapterContract, testing::Values(EntraCase()));
INSTANTIATE_TEST_SUITE_P(Entra, RefreshContract, testing::Values(EntraCase()));

class Entra : public testing::Test {
 protected:
  Entra() { stage.SetUp(); }
  EntraSimulator& vendor() { return static_cast<EntraSimulator&>(*stage.vendor); }
  Stage stage{EntraCase()};
};

TEST_F(Entra, OnlyOneDirectoryOfAnOrganizationCanBeEntered) {
  for (const char* tenant :
       {"common", "organizations", "consumers", "corp.onmicrosoft.com", "../common",
        "9188040d-6c67-4c5b-b112-36a304b66dad", "72f988bf-86f1-41af-91ab-2d7cd011db4",
        "72f988bf-86f1-41af-91ab-2d7cd011db4g"}) {
    ConfigOutcome outcome =
        stage.Build({{"client_id", "c"}, {"client_secret", "s"}, {"tenant", tenant}});
    ASSERT_EQ(outcome.errors.size(), 1u) << tenant;
    EXPECT_EQ(outcome.errors[0].field, "tenant");
    EXPECT_EQ(outcome.errors[0].reason, oidc::kFieldInvalid);
  }
}

TEST_F(Entra, AccountOfAnotherDirectoryIsRefused) {
  // Signed by the same vendor, with the right issuer even.
  for (const json::Value& tid : {json::Value(kOtherTenant), json::Value(nullptr), json::Value(""),
                                 json::Value("9188040d-6c67-4c5b-b112-36a304b66dad")}) {
    vendor().user["tid"] = tid;
    ExpectRefused(stage.LogIn(), entra::kTenant);
  }
  vendor().user["tid"] = kTenant;
  vendor().issuer = "https://login.microsoftonline.com/" + std::string(kOtherTenant) + "/v2.0";
  ExpectRefused(stage.LogIn(), oidc::kIss);
}

TEST_F(Entra, NOAuth_AddressIsNeitherKeyNorVerified) {
  vendor().user["email"] = "victim@corp.test";
  vendor().user["email_verified"] = true;
  vendor().user["oid"] = "aaaaaaaa-0000-0000-0000-000000000001";
  CallbackOutcome outcome = stage.LogIn();
  ASSERT_TRUE(outcome.assertion.has_value());
  EXPECT_EQ(outcome.assertion->email, "victim@corp.test");
  EXPECT_FALSE(outcome.assertion->email_verified);
  EXPECT_TRUE(outcome.assertion->subject.starts_with("aaaaaaaa-"));
  EXPECT_EQ(outcome.assertion->legacy_subject, "");
  vendor().user.erase("email");
  EXPECT_EQ(stage.LogIn().assertion.value().email, "alice@corp.test") << "the user name, a label";
}

TEST_F(Entra, ObjectIdMissingOrStrange) {
  for (const json::Value& oid :
       {json::Value(nullptr), json::Value(""), json::Value("alice"), json::Value(7)}) {
    vendor().user["oid"] = oid;
    ExpectRefused(stage.LogIn(), entra::kObject);
  }
}

TEST_F(Entra, Oidc08_ForgedSignature) {
  static const crypto::Jwk stranger = crypto::Jwk::GeneratePrivate("RS256", "vendor-1").value();
  vendor().sign = [](const json::Object& claims) {
    return crypto::SignJws(stranger, {}, json::Serialize(claims)).value();
  };
  ExpectRefused(stage.LogIn(), oidc::kSigInvalid);
}

TEST_F(Entra, Oidc33_RefreshOfAnotherAccount) {
  json::Object data = stage.LogIn().assertion.value().data;
  vendor().user["oid"] = "aaaaaaaa-0000-0000-0000-000000000001";
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshOther);
}

TEST_F(Entra, RefreshWithoutIdTokenSaysNothingNew) {
  json::Object data = stage.LogIn().assertion.value().data;
  vendor().id_token_at_refresh = false;
  EXPECT_EQ(stage.Refresh(data).kind, RefreshOutcome::Kind::kValid);
}

TEST_F(Entra, DeletedOrBlockedAccountIsADefiniteAnswer) {
  json::Object data = stage.LogIn().assertion.value().data;
  vendor().answers[stage.vendor->token_url()] = JsonAnswer(
      400,
      R"({"error":"invalid_grant","error_description":"AADSTS50057: The user account is disabled.",
          "error_codes":[50057],"correlation_id":"x"})");
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.detail, "HTTP 400 (invalid_grant): AADSTS50057: The user account is disabled.");
  // The application's secret has expired: nobody's identity is worse for it.
  vendor().answers[stage.vendor->token_url()] =
      JsonAnswer(401, R"({"error":"invalid_client","error_description":"AADSTS7000222: expired"})");
  EXPECT_EQ(stage.Refresh(data).kind, RefreshOutcome::Kind::kUnavailable);
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
