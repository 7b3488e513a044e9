#include "control/sso/oidc/discovery.h"

#include <gtest/gtest.h>

#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/login_fixture.h"

namespace gatehouse::sso::oidc {
namespace {

class DiscoveryTest : public testing::Test {
 protected:
  ConfigOutcome Build(std::string issuer = "https://idp.test", Settings extra = {}) {
    Settings settings = {
        {"issuer", std::move(issuer)}, {"client_id", "client-1"}, {"client_secret", "s3cret"}};
    settings.insert(settings.end(), extra.begin(), extra.end());
    auto outcome = runtime::RunSync(adapter.BuildConfig(settings, std::nullopt));
    EXPECT_TRUE(outcome.has_value());
    return outcome.value_or(ConfigOutcome{});
  }
  void ExpectRefused(const ConfigOutcome& outcome, std::string_view field,
                     std::string_view reason) {
    EXPECT_FALSE(outcome.config.has_value());
    ASSERT_EQ(outcome.errors.size(), 1u);
    EXPECT_EQ(outcome.errors[0].field, field);
    EXPECT_EQ(outcome.errors[0].reason, reason);
    ASSERT_FALSE(outcome.checks.empty());
    EXPECT_FALSE(outcome.checks.back().passed);
  }
  void Say(int status, std::string body) {
    provider.answers["https://idp.test/.well-known/openid-configuration"] = {
        status, {}, std::move(body)};
  }

  ManualClock clock;
  SeededRng rng{3};
  ScriptedProvider provider{clock};
  OidcAdapter adapter{provider, clock, rng};
};

TEST_F(DiscoveryTest, HonestProviderGivesAConfigAndAChainOfChecks) {
  ConfigOutcome outcome = Build();
  ASSERT_TRUE(outcome.config.has_value());
  for (const char* name :
       {"discovery.fetched", "discovery.document", "discovery.issuer", "discovery.token_endpoint",
        "discovery.jwks_uri", "jwks.fetched", "jwks.usable", "discovery.auth_methods"}) {
    const Check* check = FindCheck(outcome.checks, name);
    ASSERT_NE(check, nullptr) << name;
    EXPECT_TRUE(check->passed);
  }
  EXPECT_EQ(provider.requests.size(), 2u);
}

TEST_F(DiscoveryTest, Oidc27_IssuerDiffersBySlashCasePortOrUser) {
  for (const char* said : {"https://idp.test/", "https://IDP.test", "https://idp.test:443",
                           "https://u@idp.test", "http://idp.test", "https://evil.test",
                           "https://login.microsoftonline.com/{tenantid}/v2.0"}) {
    provider.discovery["issuer"] = said;
    ConfigOutcome outcome = Build();
    ExpectRefused(outcome, "issuer", kDiscoveryInvalid);
    EXPECT_EQ(outcome.checks.back().name, "discovery.issuer");
    EXPECT_EQ(outcome.checks.back().expected, "https://idp.test");
    EXPECT_EQ(outcome.checks.back().received, said);
  }
  provider.discovery.erase("issuer");
  ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
  EXPECT_EQ(provider.Count("https://idp.test/jwks"), 0u);
}

TEST_F(DiscoveryTest, Oidc28_ForbiddenAddresses) {
  provider.errors["https://idp.test/.well-known/openid-configuration"] =
      Error{Code::kPermissionDenied, "url_forbidden", ""};
  ExpectRefused(Build(), "issuer", kUrlForbidden);
  provider.errors.clear();
  provider.errors["https://idp.test/jwks"] = Error{Code::kPermissionDenied, "url_forbidden", ""};
  ExpectRefused(Build(), "issuer", kUrlForbidden);
  provider.errors.clear();
  std::size_t before = provider.requests.size();
  for (const char* member :
       {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"}) {
    for (const char* url : {"https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x",
                            "https://2130706433/x", "http://idp.test/x", "http://evil.test/x"}) {
      json::Value honest = provider.discovery[member];
      provider.discovery[member] = url;
      ExpectRefused(Build(), "issuer", kUrlForbidden);
      provider.discovery[member] = honest;
      ++before;  // the document itself
    }
  }
  EXPECT_EQ(provider.requests.size(), before) << "nothing was sent to those addresses";
}

TEST_F(DiscoveryTest, EndpointsThatAreNoUsableUrls) {
  for (const char* url : {"", "x", "//idp.test/x", "https://u:p@idp.test/x", "https://idp.test/#f",
                          "javascript:alert(1)//"}) {
    provider.discovery["token_endpoint"] = url;
    ConfigOutcome outcome = Build();
    EXPECT_FALSE(outcome.config) << url;
    EXPECT_EQ(outcome.checks.back().name, "discovery.token_endpoint");
  }
  provider.discovery["token_endpoint"] = 5;
  ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
  provider.discovery.erase("token_endpoint");
  ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
}

TEST_F(DiscoveryTest, Oidc30_DocumentThatIsNone) {
  std::string deep = "{\"issuer\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  for (const std::string& body :
       {std::string("<html></html>"), std::string(), std::string("[]"), deep,
        std::string(2'000'000, ' '),
        std::string(R"({"issuer":"https://idp.test","issuer":"https://idp.test"})")}) {
    Say(200, body);
    ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
  }
  for (int status : {301, 404, 500}) {
    Say(status, json::Serialize(provider.discovery));
    ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
  }
  provider.answers.clear();
  const std::string url = "https://idp.test/.well-known/openid-configuration";
  provider.errors[url] = Error{Code::kResourceExhausted, "peer_answer_too_large", ""};
  ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
  provider.errors[url] = Error{Code::kDeadlineExceeded, "peer_timeout", ""};
  ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
  provider.errors[url] = Error{Code::kUnavailable, "peer_tls_failed", ""};
  ExpectRefused(Build(), "issuer", kIdpUnavailable);
}

TEST_F(DiscoveryTest, Oidc30_KeySetThatIsNone) {
  std::string many = R"({"keys":[)";
  json::Object jwk = provider.keys.front().PublicJwk();
  for (int i = 0; i < 200; ++i) many += (i == 0 ? "" : ",") + json::Serialize(jwk);
  many += "]}";
  for (const std::string& body :
       {many, std::string("{}"), std::string(R"({"keys":[]})"),
        std::string(R"({"keys":[{"kty":"oct","k":"AAAA"}]})"), std::string("<html>")}) {
    provider.answers["https://idp.test/jwks"] = {200, {}, body};
    ExpectRefused(Build(), "issuer", kJwksInvalid);
  }
}

TEST_F(DiscoveryTest, KeysDoNotFitTheAlgorithms) {
  provider.discovery["id_token_signing_alg_values_supported"] = json::Array{"RS256"};
  ConfigOutcome outcome = Build();
  ExpectRefused(outcome, "issuer", kJwksInvalid);
  EXPECT_EQ(outcome.checks.back().name, "jwks.usable");
}

TEST_F(DiscoveryTest, OnlyStrongAlgorithmsOfTheOfferAreAccepted) {
  provider.discovery["id_token_signing_alg_values_supported"] =
      json::Array{"none", "HS256", "ES256", "ES256", "ES256K", "PS512"};
  ConfigOutcome outcome = Build();
  ASSERT_TRUE(outcome.config);
  EXPECT_EQ(json::Serialize(outcome.config->at("id_token_algs")), R"(["ES256","PS512"])");
  for (const json::Value& bad : {json::Value(json::Array{"none", "HS256"}), json::Value("ES256"),
                                 json::Value(json::Array()), json::Value(json::Array{1})}) {
    provider.discovery["id_token_signing_alg_values_supported"] = bad;
    ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
  }
}

TEST_F(DiscoveryTest, ClientAuthenticationThatTheProviderDoesNotOffer) {
  provider.discovery["token_endpoint_auth_methods_supported"] = json::Array{"client_secret_post"};
  ExpectRefused(Build(), "auth_method", kAuthMethodUnsupported);
  EXPECT_TRUE(Build("https://idp.test", {{"auth_method", "client_secret_post"}}).config);
  provider.discovery.erase("token_endpoint_auth_methods_supported");
  EXPECT_TRUE(Build("https://idp.test", {{"auth_method", "client_secret_post"}}).config);
}

TEST_F(DiscoveryTest, CodeFlowIsNeeded) {
  provider.discovery["response_types_supported"] = json::Array{"id_token", "token"};
  ExpectRefused(Build(), "issuer", kDiscoveryInvalid);
}

// Shapes of documents as the vendors publish them (public documentation; shortened lists).
struct Vendor {
  const char* name;
  const char* issuer;
  const char* document;
  const char* token;
  bool userinfo;
  bool iss_parameter;
};

const Vendor kVendors[] = {
    {"Google", "https://accounts.google.com", R"({
 "issuer": "https://accounts.google.com",
 "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
 "device_authorization_endpoint": "https://oauth2.googleapis.com/device/code",
 "token_endpoint": "https://oauth2.googleapis.com/token",
 "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
 "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
 "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
 "response_types_supported": ["code", "token", "id_token", "code token", "code id_token", "none"],
 "response_modes_supported": ["query", "fragment", "form_post"],
 "subject_types_supported": ["public"],
 "id_token_signing_alg_values_supported": ["RS256"],
 "scopes_supported": ["openid", "email", "profile"],
 "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
 "claims_supported": ["aud", "email", "email_verified", "exp", "iat", "iss", "name", "sub"],
 "code_challenge_methods_supported": ["plain", "S256"],
 "grant_types_supported": ["authorization_code", "refresh_token",
   "urn:ietf:params:oauth:grant-type:device_code"]})",
     "https://oauth2.googleapis.com/token", true, false},
    {"Okta", "https://dev-1234.okta.com", R"({
 "issuer": "https://dev-1234.okta.com",
 "authorization_endpoint": "https://dev-1234.okta.com/oauth2/v1/authorize",
 "token_endpoint": "https://dev-1234.okta.com/oauth2/v1/token",
 "userinfo_endpoint": "https://dev-1234.okta.com/oauth2/v1/userinfo",
 "registration_endpoint": "https://dev-1234.okta.com/oauth2/v1/clients",
 "jwks_uri": "https://dev-1234.okta.com/oauth2/v1/keys",
 "response_types_supported": ["code", "id_token", "code id_token", "code token"],
 "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
 "grant_types_supported": ["authorization_code", "implicit", "refresh_token", "password"],
 "subject_types_supported": ["public"],
 "id_token_signing_alg_values_supported": ["RS256"],
 "scopes_supported": ["openid", "email", "profile", "address", "phone", "offline_access", "groups"],
 "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
   "client_secret_jwt", "private_key_jwt", "none"],
 "code_challenge_methods_supported": ["S256"],
 "request_parameter_supported": true,
 "request_object_signing_alg_values_supported": ["HS256", "RS256", "ES256"],
 "end_session_endpoint": "https://dev-1234.okta.com/oauth2/v1/logout"})",
     "https://dev-1234.okta.com/oauth2/v1/token", true, false},
    {"Microsoft Entra ID v2",
     "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0", R"({
 "token_endpoint":
   "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token",
 "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt",
   "client_secret_basic", "self_signed_tls_client_auth"],
 "jwks_uri":
   "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/discovery/v2.0/keys",
 "response_modes_supported": ["query", "fragment", "form_post"],
 "subject_types_supported": ["pairwise"],
 "id_token_signing_alg_values_supported": ["RS256"],
 "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
 "scopes_supported": ["openid", "profile", "email", "offline_access"],
 "issuer": "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
 "request_uri_parameter_supported": false,
 "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
 "authorization_endpoint":
   "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/authorize",
 "http_logout_supported": true,
 "frontchannel_logout_supported": true,
 "mtls_endpoint_aliases": {"token_endpoint": "https://mtlsauth.microsoft.com/t/oauth2/v2.0/token"},
 "tenant_region_scope": "EU",
 "cloud_instance_name": "microsoftonline.com",
 "kerberos_endpoint": "https://login.microsoftonline.com/t/kerberos",
 "rbac_url": "https://pas.windows.net"})",
     "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token",
     true, false},
    {"Keycloak", "https://sso.corp.test/realms/main", R"({
 "issuer": "https://sso.corp.test/realms/main",
 "authorization_endpoint": "https://sso.corp.test/realms/main/protocol/openid-connect/auth",
 "token_endpoint": "https://sso.corp.test/realms/main/protocol/openid-connect/token",
 "introspection_endpoint":
   "https://sso.corp.test/realms/main/protocol/openid-connect/token/introspect",
 "userinfo_endpoint": "https://sso.corp.test/realms/main/protocol/openid-connect/userinfo",
 "jwks_uri": "https://sso.corp.test/realms/main/protocol/openid-connect/certs",
 "check_session_iframe":
   "https://sso.corp.test/realms/main/protocol/openid-connect/login-status-iframe.html",
 "grant_types_supported": ["authorization_code", "implicit", "refresh_token", "password",
   "client_credentials", "urn:openid:params:grant-type:ciba"],
 "acr_values_supported": ["0", "1"],
 "response_types_supported": ["code", "none", "id_token", "token", "id_token token"],
 "subject_types_supported": ["public", "pairwise"],
 "id_token_signing_alg_values_supported": ["PS384", "RS384", "EdDSA", "ES384", "HS256", "HS512",
   "ES256", "RS256", "HS384", "ES512", "PS256", "PS512", "RS512"],
 "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic",
   "client_secret_post", "tls_client_auth", "client_secret_jwt"],
 "token_endpoint_auth_signing_alg_values_supported": ["PS384", "RS384", "EdDSA", "ES384", "ES256",
   "RS256", "ES512", "PS256", "PS512", "RS512"],
 "claims_parameter_supported": true,
 "code_challenge_methods_supported": ["plain", "S256"],
 "mtls_endpoint_aliases": {
   "token_endpoint": "https://sso.corp.test/realms/main/protocol/openid-connect/token"},
 "authorization_response_iss_parameter_supported": true})",
     "https://sso.corp.test/realms/main/protocol/openid-connect/token", true, true},
    {"Auth0", "https://tenant.eu.auth0.com/", R"({
 "issuer": "https://tenant.eu.auth0.com/",
 "authorization_endpoint": "https://tenant.eu.auth0.com/authorize",
 "token_endpoint": "https://tenant.eu.auth0.com/oauth/token",
 "device_authorization_endpoint": "https://tenant.eu.auth0.com/oauth/device/code",
 "userinfo_endpoint": "https://tenant.eu.auth0.com/userinfo",
 "mfa_challenge_endpoint": "https://tenant.eu.auth0.com/mfa/challenge",
 "jwks_uri": "https://tenant.eu.auth0.com/.well-known/jwks.json",
 "registration_endpoint": "https://tenant.eu.auth0.com/oidc/register",
 "scopes_supported": ["openid", "profile", "offline_access", "name", "email", "email_verified"],
 "response_types_supported": ["code", "token", "id_token", "code token", "code id_token"],
 "code_challenge_methods_supported": ["S256", "plain"],
 "response_modes_supported": ["query", "fragment", "form_post"],
 "subject_types_supported": ["public"],
 "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
   "private_key_jwt"],
 "token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "PS256"],
 "id_token_signing_alg_values_supported": ["HS256", "RS256", "PS256"],
 "request_uri_parameter_supported": false,
 "request_parameter_supported": false,
 "backchannel_logout_supported": true})",
     "https://tenant.eu.auth0.com/oauth/token", true, false},
};

TEST(VendorDiscovery, DocumentsOfTheUsualProvidersAreRead) {
  for (const Vendor& vendor : kVendors) {
    SCOPED_TRACE(vendor.name);
    Checks checks;
    auto discovery = ParseDiscovery(vendor.document, vendor.issuer, checks);
    ASSERT_TRUE(discovery.has_value()) << discovery.error().detail;
    EXPECT_EQ(discovery->endpoints.token, vendor.token);
    EXPECT_EQ(!discovery->endpoints.userinfo.empty(), vendor.userinfo);
    EXPECT_EQ(discovery->iss_parameter_supported, vendor.iss_parameter);
    EXPECT_NE(std::ranges::find(discovery->id_token_algs, "RS256"), discovery->id_token_algs.end());
    for (const std::string& alg : discovery->id_token_algs) EXPECT_FALSE(alg.starts_with("HS"));
    for (const Check& check : checks.rows()) EXPECT_TRUE(check.passed) << check.name;
  }
}

TEST(VendorDiscovery, Auth0WithoutItsSlashIsExplained) {
  Checks checks;
  auto discovery = ParseDiscovery(kVendors[4].document, "https://tenant.eu.auth0.com", checks);
  ASSERT_FALSE(discovery.has_value());
  EXPECT_EQ(checks.rows().back().received, "https://tenant.eu.auth0.com/");
}

}  // namespace
}  // namespace gatehouse::sso::oidc
