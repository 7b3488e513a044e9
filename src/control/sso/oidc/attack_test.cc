// One test per attack of a hostile or broken provider on a log-in. The id is the row of the
// negative test catalogue.

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/login_fixture.h"
#include "platform/crypto/hash.h"

namespace gatehouse::sso::oidc {
namespace {

using Attack = LoginTest;

json::Object Member(std::string_view name, const json::Value& value) {
  json::Object out;
  out[name] = value;
  return out;
}

std::string Unsigned(std::string_view header, std::string_view payload,
                     std::string_view signature) {
  return Base64UrlEncode(header) + "." + Base64UrlEncode(payload) + "." +
         Base64UrlEncode(signature);
}

TEST_F(Attack, HonestLoginSucceeds) {
  CallbackOutcome outcome = Login();
  ASSERT_TRUE(outcome.assertion.has_value()) << outcome.reason;
  EXPECT_EQ(outcome.reason, "");
  EXPECT_EQ(outcome.assertion->issuer, "https://idp.test");
  EXPECT_EQ(outcome.assertion->subject, "alice-1");
  EXPECT_EQ(outcome.assertion->email, "alice@corp.test");
  EXPECT_TRUE(outcome.assertion->email_verified);
  EXPECT_EQ(outcome.assertion->name, "Alice");
  const json::Object& data = outcome.assertion->data;
  EXPECT_EQ(json::GetString(data, "access_token"), "at-123");
  EXPECT_EQ(json::GetString(data, "refresh_token"), "rt-456");
  EXPECT_EQ(json::GetString(data, "token_type"), "Bearer");
  EXPECT_EQ(json::GetInt(data, "expires_at"), clock.Now().Seconds() + 3600);
  EXPECT_FALSE(data.contains("id_token"));
  for (const Check& check : outcome.checks) EXPECT_TRUE(check.passed) << check.name;
  // Token and keys: the keys were fetched at set-up, so one request is all.
  EXPECT_EQ(provider.requests.size(), 1u);
}

TEST_F(Attack, Oidc01_IssuerOfTheTokenIsAnother) {
  for (const char* iss : {"https://evil.test", "https://idp.test/", "https://IDP.test",
                          "https://idp.test:443", "https://a@idp.test", ""}) {
    ExpectRefused(Login([&](json::Object& c) { c["iss"] = iss; }), kIss);
  }
  ExpectRefused(Login([](json::Object& c) { c.erase("iss"); }), kIss);
  ExpectRefused(Login([](json::Object& c) { c["iss"] = json::Array{"https://idp.test"}; }), kIss);
}

TEST_F(Attack, Oidc02_AudienceIsAnotherClient) {
  ExpectRefused(Login([](json::Object& c) { c["aud"] = "client-2"; }), kAud);
  ExpectRefused(Login([](json::Object& c) { c["aud"] = "CLIENT-1"; }), kAud);
  ExpectRefused(Login([](json::Object& c) { c["aud"] = json::Array{"client-2"}; }), kAud);
}

TEST_F(Attack, Oidc03_AudienceIsMissingOrNoText) {
  ExpectRefused(Login([](json::Object& c) { c.erase("aud"); }), kAud);
  ExpectRefused(Login([](json::Object& c) { c["aud"] = json::Array(); }), kAud);
  ExpectRefused(Login([](json::Object& c) { c["aud"] = 1; }), kAud);
  ExpectRefused(Login([](json::Object& c) { c["aud"] = json::Array{"client-1", 7}; }), kAud);
}

TEST_F(Attack, SecondAudienceNeedsOurAzp) {
  auto two = [](json::Object& c) { c["aud"] = json::Array{"client-1", "client-2"}; };
  ExpectRefused(Login(two), kAud);
  ExpectRefused(Login([&](json::Object& c) {
                  two(c);
                  c["azp"] = "client-2";
                }),
                kAzp);
  ExpectRefused(Login([](json::Object& c) { c["azp"] = "client-2"; }), kAzp);
  ExpectRefused(Login([](json::Object& c) { c["azp"] = nullptr; }), kAzp);
  EXPECT_TRUE(Login([&](json::Object& c) {
                two(c);
                c["azp"] = "client-1";
              }).assertion);
  EXPECT_TRUE(Login([](json::Object& c) { c["aud"] = json::Array{"client-1"}; }).assertion);
}

TEST_F(Attack, Oidc05_SubjectMissingEmptyNoTextOrTooLong) {
  ExpectRefused(Login([](json::Object& c) { c.erase("sub"); }), kSub);
  ExpectRefused(Login([](json::Object& c) { c["sub"] = ""; }), kSub);
  ExpectRefused(Login([](json::Object& c) { c["sub"] = 42; }), kSub);
  ExpectRefused(Login([](json::Object& c) { c["sub"] = std::string(256, 'x'); }), kSub);
  ExpectRefused(Login([](json::Object& c) { c["sub"] = std::string_view("a\0b", 3); }), kSub);
  CallbackOutcome longest = Login([](json::Object& c) { c["sub"] = std::string(255, 'x'); });
  EXPECT_TRUE(longest.assertion);
}

TEST_F(Attack, Oidc06_IssuedAtMissingOrInTheFuture) {
  std::int64_t now = clock.Now().Seconds();
  ExpectRefused(Login([](json::Object& c) { c.erase("iat"); }), kIat);
  ExpectRefused(Login([](json::Object& c) { c["iat"] = "now"; }), kIat);
  ExpectRefused(Login([&](json::Object& c) { c["iat"] = now + 61; }), kIat);
  EXPECT_TRUE(Login([&](json::Object& c) { c["iat"] = now + 60; }).assertion);
}

TEST_F(Attack, Oidc07_ExpiryMissingPastTextOrNegative) {
  std::int64_t now = clock.Now().Seconds();
  ExpectRefused(Login([](json::Object& c) { c.erase("exp"); }), kExp);
  ExpectRefused(Login([&](json::Object& c) { c["exp"] = std::to_string(now + 300); }), kExp);
  ExpectRefused(Login([&](json::Object& c) { c["exp"] = now - 60; }), kExp);
  ExpectRefused(Login([](json::Object& c) { c["exp"] = -1; }), kExp);
  EXPECT_TRUE(Login([&](json::Object& c) { c["exp"] = now - 59; }).assertion);
  EXPECT_TRUE(Login([&](json::Object& c) { c["exp"] = static_cast<double>(now) + 0.5; }).assertion);
}

TEST_F(Attack, Oidc07_ExpiryBeyondEveryNumberMakesTheWholePayloadUnreadable) {
  Begin();
  std::string payload = json::Serialize(provider.Claims(nonce));
  payload.replace(payload.find("\"exp\":") + 6, 10, "1e400");
  provider.id_token = crypto::SignJws(provider.keys.front(), {}, payload).value();
  ExpectRefused(End(), kIdTokenMalformed);
}

TEST_F(Attack, NotBeforeLiesAhead) {
  std::int64_t now = clock.Now().Seconds();
  ExpectRefused(Login([&](json::Object& c) { c["nbf"] = now + 61; }), kNbf);
  ExpectRefused(Login([](json::Object& c) { c["nbf"] = "0"; }), kNbf);
  EXPECT_TRUE(Login([&](json::Object& c) { c["nbf"] = now; }).assertion);
}

TEST_F(Attack, Oidc08_BrokenRsaSignature) {
  provider.keys = {ScriptedProvider::NewKey("RS256", "rsa-1")};
  EXPECT_TRUE(Login().assertion);
  std::size_t keys_fetched = provider.Count("https://idp.test/jwks");
  ExpectRefused(LoginRaw([&](const std::string& payload) {
                  std::string token = crypto::SignJws(provider.keys.front(), {}, payload).value();
                  std::size_t at = token.size() - 20;
                  token[at] = token[at] == 'A' ? 'B' : 'A';
                  return token;
                }),
                kSigInvalid);
  EXPECT_EQ(provider.Count("https://idp.test/jwks"), keys_fetched);
  EXPECT_EQ(provider.Count("https://idp.test/userinfo"), 0u);
}

TEST_F(Attack, Oidc09_EcdsaSignatureOfZerosDerOrOddLength) {
  EXPECT_TRUE(Login().assertion);
  std::string der = HexDecode("3006020101020101").value();
  for (const std::string& bad : {std::string(64, '\0'), std::string(32, '\0'), der,
                                 std::string(63, 'x'), std::string(), std::string(65, 'x')}) {
    ExpectRefused(LoginRaw([&](const std::string& payload) {
                    return Unsigned(R"({"alg":"ES256","kid":"k1"})", payload, bad);
                  }),
                  kSigInvalid);
  }
}

TEST_F(Attack, Oidc10_AlgorithmNone) {
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"NONE"})", R"({"alg":"nOnE"})",
        R"({"alg":""})", R"({"typ":"JWT"})", R"({"alg":null})", R"({"alg":["none"]})"}) {
    for (const char* signature : {"", "x"}) {
      ExpectRefused(LoginRaw([&](const std::string& payload) {
                      return Unsigned(header, payload, signature);
                    }),
                    kAlg);
    }
  }
  EXPECT_EQ(provider.Count("https://idp.test/userinfo"), 0u);
}

TEST_F(Attack, Oidc11_HmacWithThePublicKey) {
  provider.keys = {ScriptedProvider::NewKey("RS256", "rsa-1")};
  std::string secret = json::Serialize(provider.keys.front().PublicJwk());
  for (const char* alg : {"HS256", "HS384", "HS512"}) {
    ExpectRefused(LoginRaw([&](const std::string& payload) {
                    std::string header = R"({"kid":"rsa-1","alg":")" + std::string(alg) + "\"}";
                    std::string input = Base64UrlEncode(header) + "." + Base64UrlEncode(payload);
                    return input + "." + Base64UrlEncode(crypto::HmacSha256(secret, input));
                  }),
                  kAlg);
  }
}

TEST_F(Attack, AlgorithmThatTheProviderDidNotAnnounce) {
  provider.keys = {ScriptedProvider::NewKey("ES384", "k384")};
  ExpectRefused(Login(), kAlg);
}

TEST_F(Attack, Oidc14_KeysCarriedInTheTokenAreIgnored) {
  EXPECT_TRUE(Login().assertion);
  crypto::Jwk evil = ScriptedProvider::NewKey("ES256", "evil");
  json::Object header;
  header["jku"] = "https://evil.test/jwks";
  header["x5u"] = "https://evil.test/cert";
  header["jwk"] = evil.PublicJwk();
  header["x5c"] = json::Array{"AAAA"};
  provider.requests.clear();
  ExpectRefused(LoginRaw([&](const std::string& payload) {
                  return crypto::SignJws(evil, header, payload).value();
                }),
                kKidUnknown);
  for (const http::ClientRequest& request : provider.requests) {
    EXPECT_TRUE(request.url.starts_with("https://idp.test/")) << request.url;
  }
}

TEST_F(Attack, CriticalHeaderIsNeverUnderstood) {
  ExpectRefused(LoginRaw([&](const std::string& payload) {
                  return Unsigned(R"({"alg":"ES256","kid":"k1","crit":["x"],"x":1})", payload, "s");
                }),
                kCrit);
}

TEST_F(Attack, TokenOfAnotherKindIsNoIdToken) {
  ExpectRefused(Login({}, Member("typ", "at+jwt")), kTyp);
  ExpectRefused(Login({}, Member("typ", "logout+jwt")), kTyp);
  EXPECT_TRUE(Login({}, Member("typ", "JWT")).assertion);
}

TEST_F(Attack, IdTokenIsNoToken) {
  for (const char* text : {"x", "a.b", "a.b.c", "....", "eyJhbGciOiJFUzI1NiJ9.e30"}) {
    CallbackOutcome outcome = LoginRaw([&](const std::string&) { return std::string(text); });
    ExpectRefused(outcome, kIdTokenMalformed);
  }
}

TEST_F(Attack, Oidc16_UnknownKidMakesOneRefreshInAMinute) {
  crypto::Jwk stranger = ScriptedProvider::NewKey("ES256", "stranger");
  Begin();
  provider.id_token =
      crypto::SignJws(stranger, {}, json::Serialize(provider.Claims(nonce))).value();
  for (int i = 0; i < 1000; ++i) {
    CallbackOutcome outcome = End();
    ASSERT_EQ(outcome.reason, kKidUnknown);
  }
  EXPECT_EQ(provider.Count("https://idp.test/jwks"), 1u);
  clock.Advance(std::chrono::seconds(61));
  EXPECT_EQ(End().reason, kKidUnknown);
  EXPECT_EQ(End().reason, kKidUnknown);
  EXPECT_EQ(provider.Count("https://idp.test/jwks"), 2u);
}

TEST_F(Attack, Oidc16_KeysRotatedJustBeforeSigning) {
  EXPECT_TRUE(Login().assertion);
  provider.keys.insert(provider.keys.begin(), ScriptedProvider::NewKey("RS256", "k2"));
  EXPECT_TRUE(Login().assertion);
  EXPECT_EQ(provider.Count("https://idp.test/jwks"), 1u);
  EXPECT_TRUE(Login().assertion);
  EXPECT_EQ(provider.Count("https://idp.test/jwks"), 1u) << "the new set is kept";
}

TEST_F(Attack, Oidc18_KidAbsentTriesEveryKeyOfTheType) {
  provider.keys = {ScriptedProvider::NewKey("ES256", ""), ScriptedProvider::NewKey("ES256", "")};
  EXPECT_TRUE(Login().assertion);
  crypto::Jwk stranger = ScriptedProvider::NewKey("ES256", "");
  ExpectRefused(LoginRaw([&](const std::string& payload) {
                  return crypto::SignJws(stranger, {}, payload).value();
                }),
                kSigInvalid);
}

TEST_F(Attack, FlowWithoutItsSecretsIsBrokenNotTrusted) {
  Begin();
  started.flow.erase("verifier");
  auto result = runtime::RunSync(
      adapter.Finish(config, CallbackInput{.params = {{"code", "c"}, {"state", "s"}},
                                           .redirect_uri = "https://gate.test/auth/sso/acme/",
                                           .flow = started.flow}));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().reason, kFlowInvalid);
  EXPECT_EQ(provider.Count("https://idp.test/token"), 0u);
}

TEST_F(Attack, Oidc19_NonceMissingWrongOrOfAnEarlierFlow) {
  ExpectRefused(Login([](json::Object& c) { c.erase("nonce"); }), kNonce);
  ExpectRefused(Login([](json::Object& c) { c["nonce"] = ""; }), kNonce);
  ExpectRefused(Login([](json::Object& c) { c["nonce"] = "guess"; }), kNonce);
  ExpectRefused(Login([](json::Object& c) { c["nonce"] = nullptr; }), kNonce);
  Begin();
  std::string earlier = nonce;
  ExpectRefused(Login([&](json::Object& c) { c["nonce"] = earlier; }), kNonce);
}

TEST_F(Attack, Oidc23_VerifierIsAlwaysSentAlthoughTheProviderDoesNotListPkce) {
  ASSERT_FALSE(provider.discovery.contains("code_challenge_methods_supported"));
  ASSERT_TRUE(Login().assertion);
  EXPECT_EQ(QueryValue(started.redirect_url, "code_challenge_method"), "S256");
  const http::ClientRequest& request = provider.requests.at(0);
  EXPECT_EQ(request.url, "https://idp.test/token");
  auto form = http::Form::Parse(request.body).value();
  std::string verifier(form.Get("code_verifier"));
  EXPECT_GE(verifier.size(), 43u);
  EXPECT_EQ(Base64UrlEncode(crypto::Sha256(verifier)),
            QueryValue(started.redirect_url, "code_challenge"));
  EXPECT_EQ(form.Get("grant_type"), "authorization_code");
  EXPECT_EQ(form.Get("code"), "c-1");
  EXPECT_EQ(form.Get("redirect_uri"), kReturnUrl);
}

TEST_F(Attack, Oidc24_MixUpIsStoppedBeforeTheTokenRequest) {
  Begin();
  ExpectRefused(End({{"code", "c"}, {"iss", "https://evil.test"}}), kMixup);
  ExpectRefused(End({{"code", "c"}, {"iss", ""}}), kMixup);
  ExpectRefused(End({{"error", "access_denied"}, {"iss", "https://evil.test"}}), kMixup);
  EXPECT_TRUE(provider.requests.empty());
}

TEST_F(Attack, Oidc24_AnnouncedIssuerParameterIsMissing) {
  provider.discovery["authorization_response_iss_parameter_supported"] = true;
  BuildConfig();
  Begin();
  ExpectRefused(End(), kMixup);
  EXPECT_TRUE(provider.requests.empty());
  provider.id_token = provider.Sign(provider.Claims(nonce));
  EXPECT_TRUE(End({{"code", "c"}, {"iss", "https://idp.test"}}).assertion);
}

TEST_F(Attack, Oidc45_ProviderWasEditedBetweenRedirectAndAnswer) {
  Begin();
  config["issuer"] = "https://other.test";
  ExpectRefused(End(), kMixup);
  EXPECT_TRUE(provider.requests.empty());
}

TEST_F(Attack, Oidc31_UserinfoOfAnotherPerson) {
  BuildConfig({{"use_userinfo", "on"}});
  for (const json::Value& sub : {json::Value("bob-2"), json::Value("Alice-1"), json::Value(1)}) {
    provider.userinfo["sub"] = sub;
    provider.userinfo["email"] = "bob@corp.test";
    CallbackOutcome outcome = Login();
    ExpectRefused(outcome, kUserinfoSub);
    EXPECT_FALSE(json::Serialize(outcome.claims).contains("bob@corp.test"));
  }
  provider.userinfo.erase("sub");
  ExpectRefused(Login(), kUserinfoSub);
}

TEST_F(Attack, UserinfoIsBroken) {
  BuildConfig({{"use_userinfo", "on"}});
  for (int status : {200, 401, 404}) {
    provider.answers["https://idp.test/userinfo"] = {status, {}, "<html>"};
    ExpectRefused(Login(), kUserinfo);
  }
  provider.answers["https://idp.test/userinfo"] = {503, {}, ""};
  ExpectRefused(Login(), kIdpUnavailable);
}

TEST_F(Attack, Oidc38_ErrorAndCodeTogether) {
  Begin();
  ExpectRefused(End({{"code", "c"}, {"error", "access_denied"}}), kResponse);
  ExpectRefused(End({{"state", "st-1"}}), kResponse);
  ExpectRefused(End({{"code", ""}}), kResponse);
  EXPECT_TRUE(provider.requests.empty());
}

TEST_F(Attack, Oidc38_ScriptInTheErrorDescriptionStaysText) {
  Begin();
  CallbackOutcome outcome =
      End({{"error", "access_denied"}, {"error_description", "<script>alert(1)</script>\r\nX: y"}});
  ExpectRefused(outcome, kAccessDenied);
  EXPECT_EQ(outcome.user_message, "<script>alert(1)</script>  X: y");  // pages escape it
  outcome = End({{"error", "server_error"}, {"error_description", std::string(5000, 'x')}});
  ExpectRefused(outcome, kProviderError);
  EXPECT_LE(outcome.user_message.size(), 300u);
  EXPECT_TRUE(provider.requests.empty());
}

TEST_F(Attack, Oidc39_ParameterSentTwice) {
  Begin();
  ExpectRefused(End({{"code", "a"}, {"code", "b"}}), kResponse);
  ExpectRefused(End({{"code", "a"}, {"iss", "https://idp.test"}, {"iss", "https://evil.test"}}),
                kResponse);
  EXPECT_TRUE(provider.requests.empty());
}

TEST_F(Attack, Oidc40_OnlyJsonTrueVerifiesAnEmail) {
  for (const json::Value& word : {json::Value(false), json::Value("true"), json::Value(1),
                                  json::Value(nullptr), json::Value(json::Array{true})}) {
    CallbackOutcome outcome = Login([&](json::Object& c) { c["email_verified"] = word; });
    ASSERT_TRUE(outcome.assertion);
    EXPECT_FALSE(outcome.assertion->email_verified) << json::Serialize(word);
    EXPECT_EQ(outcome.assertion->email, "alice@corp.test");
  }
  CallbackOutcome outcome = Login([](json::Object& c) { c.erase("email_verified"); });
  ASSERT_TRUE(outcome.assertion);
  EXPECT_FALSE(outcome.assertion->email_verified);
}

TEST_F(Attack, Oidc40_VerifiedNeverCoversAnotherClaimOrAnotherAddress) {
  BuildConfig({{"claim_email", "upn"}});
  CallbackOutcome outcome = Login([](json::Object& c) { c["upn"] = "victim@corp.test"; });
  ASSERT_TRUE(outcome.assertion);
  EXPECT_EQ(outcome.assertion->email, "victim@corp.test");
  EXPECT_FALSE(outcome.assertion->email_verified);

  // The token's address is another than the one that userinfo calls verified.
  BuildConfig({{"use_userinfo", "on"}});
  provider.userinfo["email"] = "mine@corp.test";
  provider.userinfo["email_verified"] = true;
  outcome = Login([](json::Object& c) {
    c["email"] = "victim@corp.test";
    c.erase("email_verified");
  });
  ASSERT_TRUE(outcome.assertion);
  EXPECT_EQ(outcome.assertion->email, "victim@corp.test");
  EXPECT_FALSE(outcome.assertion->email_verified);

  // No address in the token: its word on verification does not cover userinfo's address.
  provider.userinfo.erase("email_verified");
  outcome = Login([](json::Object& c) { c.erase("email"); });
  ASSERT_TRUE(outcome.assertion);
  EXPECT_EQ(outcome.assertion->email, "mine@corp.test");
  EXPECT_FALSE(outcome.assertion->email_verified);
}

TEST_F(Attack, Oidc44_SubjectsAreComparedByteForByte) {
  EXPECT_EQ(Login([](json::Object& c) { c["sub"] = "Alice-1"; }).assertion.value().subject,
            "Alice-1");
  EXPECT_EQ(Login([](json::Object& c) { c["sub"] = "e\xCC\x81"; }).assertion.value().subject,
            "e\xCC\x81");
  EXPECT_EQ(Login([](json::Object& c) { c["sub"] = "\xC3\xA9"; }).assertion.value().subject,
            "\xC3\xA9");
}

TEST_F(Attack, Oidc47_TokenEndpointWithABadCertificateOrNoAnswer) {
  struct Row {
    Code code;
    std::string_view error, reason;
  };
  for (const Row& row : {Row{Code::kUnavailable, "peer_tls_failed", kIdpUnavailable},
                         Row{Code::kUnavailable, "peer_unreachable", kIdpUnavailable},
                         Row{Code::kDeadlineExceeded, "peer_timeout", kIdpUnavailable},
                         Row{Code::kPermissionDenied, "url_forbidden", kUrlForbidden}}) {
    provider.errors["https://idp.test/token"] = Error{row.code, row.error, ""};
    provider.requests.clear();
    ExpectRefused(Login(), row.reason);
    EXPECT_EQ(provider.requests.size(), 1u) << "a code is never tried twice";
  }
}

TEST_F(Attack, Oidc51_ParametersOfTheEndpointOrHintNeverOverrideOurs) {
  provider.discovery["authorization_endpoint"] =
      "https://idp.test/authorize?tenant=a%20b&client_id=evil&redirect_uri=https%3A%2F%2Fevil.test"
      "&sco%70e=admin&Client_ID=evil&request_uri=https%3A%2F%2Fevil.test&prompt=none";
  BuildConfig();
  auto result = runtime::RunSync(adapter.Start(
      config,
      StartInput{.state = "st-1", .redirect_uri = kReturnUrl, .login_hint = "a&client_id=evil#x"}));
  const std::string& url = result.value().redirect_url;
  EXPECT_TRUE(url.starts_with("https://idp.test/authorize?tenant=a%20b&")) << url;
  EXPECT_EQ(QueryValue(url, "client_id"), "client-1");
  EXPECT_EQ(QueryValue(url, "redirect_uri"), kReturnUrl);
  EXPECT_EQ(QueryValue(url, "scope"), "openid email profile");
  EXPECT_EQ(QueryValue(url, "state"), "st-1");
  EXPECT_EQ(QueryValue(url, "response_type"), "code");
  EXPECT_EQ(QueryValue(url, "login_hint"), "a&client_id=evil#x");
  EXPECT_EQ(QueryValue(url, "nonce").size(), 43u);
  EXPECT_FALSE(url.contains("request_uri"));
  EXPECT_FALSE(url.contains("prompt"));
  EXPECT_FALSE(url.contains("Client_ID"));
  EXPECT_FALSE(url.contains('#'));
  auto form = http::Form::Parse(url.substr(url.find('?') + 1)).value();
  EXPECT_FALSE(form.HasDuplicates());
}

TEST_F(Attack, AccessTokenSwappedAgainstItsHash) {
  auto with = [](std::string hash) { return [hash](json::Object& c) { c["at_hash"] = hash; }; };
  EXPECT_TRUE(Login(with(HalfHash("ES256", "at-123"))).assertion);
  ExpectRefused(Login(with(HalfHash("ES256", "at-999"))), kAtHash);
  ExpectRefused(Login(with("")), kAtHash);
  ExpectRefused(Login([](json::Object& c) { c["at_hash"] = 1; }), kAtHash);
  // Another algorithm means another digest.
  provider.keys = {ScriptedProvider::NewKey("EdDSA", "ed")};
  EXPECT_TRUE(Login(with(HalfHash("EdDSA", "at-123"))).assertion);
  ExpectRefused(Login(with(HalfHash("ES256", "at-123"))), kAtHash);
}

TEST_F(Attack, CodeSwappedAgainstItsHash) {
  EXPECT_TRUE(Login([](json::Object& c) { c["c_hash"] = HalfHash("ES256", "c-1"); }).assertion);
  ExpectRefused(Login([](json::Object& c) { c["c_hash"] = HalfHash("ES256", "c-2"); }), kCHash);
}

TEST_F(Attack, NoTokenSecretOrCodeReachesTheChecks) {
  BuildConfig({{"use_userinfo", "on"}});
  std::vector<CallbackOutcome> outcomes;
  outcomes.push_back(Login());
  outcomes.push_back(Login([](json::Object& c) { c["nonce"] = "wrong-nonce"; }));
  outcomes.push_back(Login([&](json::Object& c) { c["name"] = provider.Sign(c); }));
  for (const CallbackOutcome& outcome : outcomes) {
    std::string text = json::Serialize(outcome.claims);
    for (const Check& check : outcome.checks) {
      text += check.name + check.expected + check.received;
      EXPECT_LE(check.expected.size(), 300u);
      EXPECT_LE(check.received.size(), 300u);
    }
    for (std::string_view secret : {"at-123", "rt-456", "s3cret", "c-1", "eyJ", "wrong-nonce"}) {
      EXPECT_FALSE(text.contains(secret)) << secret;
    }
    EXPECT_FALSE(text.contains(nonce));
  }
}

}  // namespace
}  // namespace gatehouse::sso::oidc
