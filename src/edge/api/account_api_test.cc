// Logging in, proving oneself, the account and its second factors.

#include "edge/api/api_fixture.h"

namespace gatehouse::api {
namespace {

using http::Method;

// ---- /auth/ (sso.md 6.8 line 178) ---------------------------------------------------------------

TEST_F(ApiTest, LogInSetsTheSessionCookie) {
  LogOut();
  auto response = Ask(Method::kPost, "/api/0/auth/login/",
                      R"({"username":"ada@acme.example","password":"correct horse battery"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(Cookie(response, "__Host-sid").empty());
  EXPECT_EQ(Body(response).at("user").at("email").as_string(), "ada@acme.example");
  response = Ask(Method::kPost, "/api/0/auth/login/",
                 R"({"username":"ada@acme.example","password":"wrong"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Body(response).at("detail").as_string(), "Login attempt failed");
  EXPECT_TRUE(Cookie(response, "__Host-sid").empty());
}

// AUTH-07.
TEST_F(ApiTest, PasswordAloneOpensNoAccountWithASecondFactor) {
  LogOut();
  world_.AddFactor(ada_, factors::Kind::kTotp, "Phone");
  auto response = Ask(Method::kPost, "/api/0/auth/login/",
                      R"({"username":"ada@acme.example","password":"correct horse battery"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Cookie(response, "__Host-sid").empty());
  EXPECT_FALSE(Cookie(response, "__Host-pending").empty());
  EXPECT_EQ(Body(response).at("nextUri").as_string(), "/auth/2fa/");
  EXPECT_TRUE(Body(response).at("user").is_null()) << "who it is stays unsaid";

  // base64("ada@acme.example:correct horse battery")
  response = Ask(Method::kPost, "/api/0/auth/", "",
                 {{"Authorization", "Basic YWRhQGFjbWUuZXhhbXBsZTpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="}});
  EXPECT_EQ(response.status, 403);
  EXPECT_TRUE(Body(response).at("2fa_required").as_bool());
  EXPECT_TRUE(Cookie(response, "__Host-sid").empty());
}

TEST_F(ApiTest, BasicCredentialsLogIn) {
  LogOut();
  auto response =
      Ask(Method::kPost, "/api/0/auth/", "",
          {{"Authorization", "Basic YWRhQGFjbWUuZXhhbXBsZTpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="}});
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_FALSE(Cookie(response, "__Host-sid").empty());
  for (const char* bad : {"Basic", "Basic !", "Basic YWRh", "Basic OnB3", "Basic YWRhOg=="}) {
    EXPECT_EQ(Ask(Method::kPost, "/api/0/auth/", "", {{"Authorization", bad}}).status, 400) << bad;
  }
}

TEST_F(ApiTest, ProvingOneselfAgainGivesANewSession) {
  auto response = Ask(Method::kPut, "/api/0/auth/", R"({"password":"correct horse battery"})");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_FALSE(Cookie(response, "__Host-sid").empty());
  response = Ask(Method::kPut, "/api/0/auth/", R"({"otp":"123456"})");
  EXPECT_EQ(response.status, 200);
  response = Ask(Method::kPut, "/api/0/auth/", R"({"challenge":"x","response":"{\"good\":true}"})");
  EXPECT_EQ(response.status, 200);
  for (const char* wrong : {R"({"password":"wrong"})", R"({"otp":"000000"})"}) {
    response = Ask(Method::kPut, "/api/0/auth/", wrong);
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(response.body, R"({"detail":{"code":"ignore"}})");
  }
  response = Ask(Method::kPut, "/api/0/auth/", "{}");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, R"({"detail":{"code":"missing_password_or_u2f"}})");
}

// ---- the account --------------------------------------------------------------------------------

TEST_F(ApiTest, AnswerToANewAddressSaysNothingAboutOthers) {
  auto fresh = Ask(Method::kPost, "/api/0/users/me/emails/", R"({"email":"new@acme.example"})");
  EXPECT_EQ(fresh.status, 201);
  EXPECT_EQ(fresh.body, R"({"email":"new@acme.example","isPrimary":false,"isVerified":false})");
  EXPECT_EQ(Ask(Method::kPost, "/api/0/users/me/emails/", R"({"email":"nothing"})").status, 400);
}

TEST_F(ApiTest, PrimaryAddressMustBeVerifiedAndRotatesTheSession) {
  world_.more_emails[ada_] = {{"new@acme.example", false}, {"old@acme.example", true}};
  auto refused = Ask(Method::kPut, "/api/0/users/me/emails/", R"({"email":"new@acme.example"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Body(refused).at("detail").as_string(),
            "You must verify your email address before marking it as primary.");
  refused = Ask(Method::kDelete, "/api/0/users/me/emails/", R"({"email":"ada@acme.example"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Body(refused).at("detail").as_string(), "Cannot remove primary email");
  auto changed = Ask(Method::kPut, "/api/0/users/me/emails/", R"({"email":"old@acme.example"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_FALSE(Cookie(changed, "__Host-sid").empty());
}

TEST_F(ApiTest, PasswordChangeNeedsTheOldOneTwiceTheNewOne) {
  const auto change = [this](std::string_view old, std::string_view fresh, std::string_view again) {
    json::Object body{{"password", old}, {"passwordNew", fresh}, {"passwordVerify", again}};
    return Ask(Method::kPut, "/api/0/users/me/password/", json::Serialize(body));
  };
  auto response = change("correct horse battery", "a fresh long password", "another one");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Body(response).at("passwordVerify").as_array().at(0).as_string(),
            "The passwords you entered did not match.");
  EXPECT_EQ(change("wrong", "a fresh long password", "a fresh long password").status, 400);
  EXPECT_EQ(change("correct horse battery", "short", "short").status, 400);
  response = change("correct horse battery", "a fresh long password", "a fresh long password");
  EXPECT_EQ(response.status, 204) << response.body;
  EXPECT_FALSE(Cookie(response, "__Host-sid").empty());
}

TEST_F(ApiTest, SessionsAreListedAndEnded) {
  world_.AddSession(ada_, {PasswordProof(), SsoProof(acme_)});
  auto list = json::Parse(Get("/api/0/users/me/sessions/").body);
  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->as_array().size(), 2u);
  int current = 0;
  for (const json::Value& one : list->as_array()) current += one.at("isCurrent").as_bool() ? 1 : 0;
  EXPECT_EQ(current, 1);
  EXPECT_EQ(Ask(Method::kDelete, "/api/0/users/me/sessions/").status, 204);
  list = json::Parse(Get("/api/0/users/me/sessions/").body);
  EXPECT_EQ(list->as_array().size(), 1u);
}

// sso.md 2i.5.
TEST_F(ApiTest, IdentitiesAreListedAndTakenOff) {
  sso::LinkedIdentity linked;
  linked.identity.id = IdentityId{77};
  linked.identity.user = ada_;
  linked.identity.organization = acme_;
  linked.identity.subject = "s-1";
  linked.provider_kind = "oidc";
  linked.provider_name = "Acme ID";
  linked.needed_by_organization = true;
  world_.identities = {linked};
  const std::string path = "/api/0/users/me/user-identities/org-identity/77/";
  json::Object shown = Body(Get(path));
  EXPECT_EQ(Keys(shown),
            (std::set<std::string>{"category", "id", "provider", "name", "status", "isLogin",
                                   "isValid", "state", "stateReason", "organization", "dateAdded",
                                   "dateVerified", "dateSynced"}));
  EXPECT_EQ(shown.at("status").as_string(), "needed_for_org_auth");
  EXPECT_EQ(shown.at("organization").at("slug").as_string(), "acme");
  EXPECT_EQ(Ask(Method::kDelete, path).status, 403);
  world_.identities[0].needed_by_organization = false;
  EXPECT_EQ(Ask(Method::kDelete, "/api/0/users/me/user-identities/global-identity/77/").status,
            404);
  LogInAs(bob_);
  EXPECT_EQ(Get(path).status, 404);
  EXPECT_EQ(Ask(Method::kDelete, path).status, 404);
  LogInAs(ada_);
  EXPECT_EQ(Ask(Method::kDelete, "/api/0/users/me/identities/77/").status, 204);
  EXPECT_EQ(Get("/api/0/users/me/identities/").body, "[]");
}

// sso.md 235.
TEST_F(ApiTest, LinkedAccountsAreListedWithTheirStateAndTakenOff) {
  linking::Account account;
  account.id = identity::LinkedId{88};
  account.user = ada_;
  account.organization = acme_;
  account.kind = "github";
  account.provider_name = "GitHub";
  account.external_id = "gh-1";
  account.status = identity::LinkStatus::kInvalid;
  account.state = identity::TokenState::kSuspended;
  account.state_reason = "refresh_refused";
  world_.linked = {account};
  const std::string path = "/api/0/users/me/user-identities/global-identity/88/";
  json::Object shown = Body(Get(path));
  EXPECT_EQ(shown.at("status").as_string(), "can_disconnect");
  EXPECT_EQ(shown.at("name").as_string(), "gh-1");
  EXPECT_FALSE(shown.at("isLogin").as_bool());
  EXPECT_FALSE(shown.at("isValid").as_bool());
  EXPECT_EQ(shown.at("state").as_string(), "suspended");
  EXPECT_EQ(shown.at("stateReason").as_string(), "refresh_refused");
  EXPECT_EQ(Get("/api/0/users/me/identities/?provider=slack").body, "[]");
  EXPECT_NE(Get("/api/0/users/me/identities/?provider=github").body, "[]");
  EXPECT_EQ(Get("/api/0/users/me/user-identities/org-identity/88/").status, 404);
  EXPECT_EQ(Get("/api/0/users/me/user-identities/social-identity/88/").status, 404);
  LogInAs(bob_);
  EXPECT_EQ(Get(path).status, 404);
  EXPECT_EQ(Ask(Method::kDelete, path).status, 404);
  LogInAs(ada_);
  EXPECT_EQ(Ask(Method::kDelete, path).status, 204);
  EXPECT_EQ(Get("/api/0/users/me/user-identities/").body, "[]");
}

TEST_F(ApiTest, IdentityProvidersAreMadeByOwnersAndShowNoSecret) {
  const std::string path = "/api/0/organizations/acme/identity-providers/";
  EXPECT_EQ(Get(path).body, "[]");
  json::Object body{{"provider", "oidc"},
                    {"externalId", "main"},
                    {"name", "Main"},
                    {"settings", json::Object{{"client_secret", "cs-planted"}, {"flag", true}}}};
  auto made = Ask(Method::kPost, path, json::Serialize(body));
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(Keys(Body(made)),
            (std::set<std::string>{"id", "provider", "externalId", "name", "issuer", "dateAdded"}));
  EXPECT_EQ(*world_.last_settings,
            (sso::Settings{{"client_secret", "cs-planted"}, {"flag", "true"}}));
  EXPECT_FALSE(Get(path).body.contains("planted"));
  body["externalId"] = "wrong";
  EXPECT_EQ(Ask(Method::kPost, path, json::Serialize(body)).status, 400);
  const std::string id = std::string(Body(made).at("id").as_string());
  LogInAs(bob_);
  EXPECT_EQ(Get(path).status, 200) << "members see where they may link";
  EXPECT_EQ(Ask(Method::kPost, path, json::Serialize(body)).status, 403);
  EXPECT_EQ(Ask(Method::kDelete, path + id + "/").status, 403);
  LogInAs(ada_);
  EXPECT_EQ(Ask(Method::kDelete, path + id + "/").status, 204);
  EXPECT_EQ(Ask(Method::kDelete, path + id + "/").status, 404);
}

// ---- second factors (sso.md 6.9 lines 179 to 188) -----------------------------------------------

TEST_F(ApiTest, InterfacesAreListedEnrolledOrNot) {
  auto list = json::Parse(Get("/api/0/users/me/authenticators/").body);
  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->as_array().size(), 3u);
  for (const json::Value& one : list->as_array()) {
    EXPECT_FALSE(one.at("isEnrolled").as_bool());
    EXPECT_EQ(one.at("status").as_string(), "new");
    EXPECT_FALSE(one.as_object().contains("authId"));
  }
  world_.AddFactor(ada_, factors::Kind::kWebAuthn, "Key");
  LogInAs(ada_);
  list = json::Parse(Get("/api/0/users/me/authenticators/").body);
  EXPECT_EQ(list->as_array()[1].at("status").as_string(), "multi");
  EXPECT_EQ(list->as_array()[1].at("authId").as_string(), "u2f");
  EXPECT_EQ(list->as_array()[2].at("codesLeft").as_int64(), 10);
}

// AUTH-13: whatever secret the client sends.
TEST_F(ApiTest, TotpIsEnrolledWithTheServersSecret) {
  auto begun = Body(Get("/api/0/users/me/authenticators/totp/enroll/"));
  EXPECT_TRUE(begun.contains("secret"));
  EXPECT_TRUE(begun.contains("qrcode"));
  EXPECT_TRUE(begun.contains("form"));
  auto wrong = Ask(Method::kPost, "/api/0/users/me/authenticators/totp/enroll/",
                   R"({"secret":"AAAAAAAAAAAAAAAA","otp":"000000"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(Body(wrong).at("details").as_string(), "Invalid OTP");
  auto right =
      Ask(Method::kPost, "/api/0/users/me/authenticators/totp/enroll/", R"({"otp":"123456"})");
  EXPECT_EQ(right.status, 200) << right.body;
  EXPECT_EQ(Body(right).at("codes").as_array().size(), 1u);
  EXPECT_FALSE(Cookie(right, "__Host-sid").empty());
  EXPECT_EQ(Get("/api/0/users/me/authenticators/totp/enroll/").status, 401) << "the old session";
}

TEST_F(ApiTest, KeysAreEnrolledNamedAndRemoved) {
  auto begun = Body(Get("/api/0/users/me/authenticators/u2f/enroll/"));
  EXPECT_TRUE(begun.at("challenge").as_object().contains("webAuthnRegisterData"));
  auto made = Ask(Method::kPost, "/api/0/users/me/authenticators/u2f/enroll/",
                  R"({"deviceName":"Blue","response":"{\"good\":true}"})");
  EXPECT_EQ(made.status, 200) << made.body;
  session_ = Cookie(made, "__Host-sid");
  auto shown = Body(Get("/api/0/users/me/authenticators/u2f/"));
  ASSERT_EQ(shown.at("devices").as_array().size(), 1u);
  const std::string id(shown.at("devices").as_array()[0].at("key_handle").as_string());
  EXPECT_EQ(
      Ask(Method::kPut, "/api/0/users/me/authenticators/u2f/" + id + "/", R"({"name":"Green"})")
          .status,
      204);
  EXPECT_EQ(Body(Get("/api/0/users/me/authenticators/" + id + "/"))
                .at("devices")
                .as_array()[0]
                .at("name")
                .as_string(),
            "Green");
  auto removed = Ask(Method::kDelete, "/api/0/users/me/authenticators/u2f/" + id + "/");
  EXPECT_EQ(removed.status, 204);
  session_ = Cookie(removed, "__Host-sid");
  EXPECT_EQ(Get("/api/0/users/me/authenticators/u2f/").status, 404);
  EXPECT_EQ(Get("/api/0/users/me/authenticators/sms/enroll/").status, 404);
  EXPECT_EQ(Get("/api/0/users/me/authenticators/recovery/enroll/").status, 404);
}

// Line 187.
TEST_F(ApiTest, LastFactorStaysWhileAnOrganizationRequiresIt) {
  world_.AddFactor(ada_, factors::Kind::kTotp, "Phone");
  world_.organizations[0].flags |= orgs::kRequire2fa;
  LogInAs(ada_);
  const std::string id = world_.factors[ada_].factors[0].id.ToString();
  auto refused = Ask(Method::kDelete, "/api/0/users/me/authenticators/" + id + "/");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(Body(refused).at("detail").as_string(),
            "Cannot delete authenticator because organization requires 2FA");
  world_.organizations[0].flags &= ~orgs::kRequire2fa;
  EXPECT_EQ(Ask(Method::kDelete, "/api/0/users/me/authenticators/" + id + "/").status, 204);
}

TEST_F(ApiTest, EnrolmentNeedsAVerifiedAddress) {
  world_.next_change = Fail(Code::kFailedPrecondition, "email_unverified");
  auto refused = Get("/api/0/users/me/authenticators/totp/enroll/");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(Body(refused).at("detail").at("code").as_string(), "email-verification-required");
}

TEST_F(ApiTest, RecoveryCodesAreMadeAnew) {
  EXPECT_EQ(Ask(Method::kPut, "/api/0/users/me/authenticators/recovery/").status, 400);
  world_.AddFactor(ada_, factors::Kind::kTotp, "Phone");
  auto made = Ask(Method::kPut, "/api/0/users/me/authenticators/recovery/");
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(Body(made).at("codes").as_array().size(), 1u);
  EXPECT_EQ(Ask(Method::kPut, "/api/0/users/me/authenticators/totp/").status, 401);
}

}  // namespace
}  // namespace gatehouse::api
