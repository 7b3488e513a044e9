#include "platform/crypto/webauthn.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "base/bytes.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/testing/software_authenticator.h"

namespace gatehouse::crypto::webauthn {
namespace {

using testing::CborBytes;
using testing::CborHead;
using testing::CborInt;
using testing::CborText;
using testing::KeyType;
using testing::SoftwareAuthenticator;

constexpr std::string_view kChallengeBytes = "0123456789abcdef0123456789abcdef";

Expected Want(bool user_verified = false) {
  return {.rp_id = "gate.example.com",
          .origin = "https://gate.example.com",
          .challenge = std::string(kChallengeBytes),
          .user_verified = user_verified};
}

std::string Challenge() { return Base64UrlEncode(kChallengeBytes); }

SoftwareAuthenticator Device(KeyType type = KeyType::kEs256) {
  return {"gate.example.com", "https://gate.example.com", "credential-one", type};
}

std::string_view Reason(const auto& result) { return result ? "ok" : result.error().reason; }

Result<Verified> LogIn(const Expected& expected, const std::string& key,
                       const std::string& response) {
  auto assertion = ParseAssertion(response);
  if (!assertion) return std::unexpected(assertion.error());
  return VerifyAssertion(expected, key, *assertion);
}

class WebauthnTest : public ::testing::Test {
 protected:
  std::string Register(SoftwareAuthenticator& device) {
    auto credential = VerifyRegistration(Want(), device.Create(Challenge()));
    EXPECT_EQ(Reason(credential), "ok");
    return credential ? credential->public_key : "";
  }
  // The answer of a device bent by `bend`, against an honest registration.
  std::string_view LogInBent(const std::function<void(SoftwareAuthenticator&)>& bend,
                             const Expected& expected = Want()) {
    SoftwareAuthenticator device = Device();
    std::string key = Register(device);
    bend(device);
    return Reason(LogIn(expected, key, device.Get(Challenge())));
  }
  std::string_view RegisterBent(const std::function<void(SoftwareAuthenticator&)>& bend,
                                const Expected& expected = Want()) {
    SoftwareAuthenticator device = Device();
    bend(device);
    return Reason(VerifyRegistration(expected, device.Create(Challenge())));
  }
};

TEST_F(WebauthnTest, EveryAlgorithmRegistersAndLogsIn) {
  for (auto [type, name] : {std::pair{KeyType::kEs256, "ES256."},
                            {KeyType::kEddsa, "EdDSA."},
                            {KeyType::kRs256, "RS256."}}) {
    SoftwareAuthenticator device = Device(type);
    device.counts = true;
    auto credential = VerifyRegistration(Want(true), device.Create(Challenge()));
    ASSERT_EQ(Reason(credential), "ok") << name;
    EXPECT_EQ(credential->id, "credential-one");
    EXPECT_TRUE(credential->public_key.starts_with(name));
    EXPECT_EQ(credential->counter, 1u);
    EXPECT_TRUE(credential->user_verified);
    EXPECT_TRUE(credential->discoverable);
    device.user_handle = "ada";
    std::string response = device.Get(Challenge());
    auto assertion = ParseAssertion(response);
    ASSERT_EQ(Reason(assertion), "ok");
    EXPECT_EQ(assertion->credential_id, "credential-one");
    EXPECT_EQ(assertion->user_handle, "ada");
    EXPECT_EQ(assertion->challenge, kChallengeBytes);
    auto verified = VerifyAssertion(Want(true), credential->public_key, *assertion);
    ASSERT_EQ(Reason(verified), "ok") << name;
    EXPECT_EQ(verified->counter, 2u);
    EXPECT_TRUE(verified->user_verified);
  }
}

TEST_F(WebauthnTest, LocalhostWorksWithoutTls) {
  SoftwareAuthenticator device("localhost", "http://localhost:8000", "id");
  Expected expected = Want();
  expected.rp_id = "localhost";
  expected.origin = "http://localhost:8000";
  EXPECT_EQ(Reason(VerifyRegistration(expected, device.Create(Challenge()))), "ok");
  expected.origin = "http://localhost:8001";
  EXPECT_EQ(Reason(VerifyRegistration(expected, device.Create(Challenge()))), "webauthn_origin");
}

TEST_F(WebauthnTest, ExtensionsAndForeignAttestationsAreSkipped) {
  EXPECT_EQ(RegisterBent([](auto& d) {
              d.extensions = CborHead(5, 1) + CborText("credProtect") + CborInt(2);
            }),
            "ok");
  EXPECT_EQ(RegisterBent([](auto& d) {
              d.format = "packed";
              d.statement = CborHead(5, 2) + CborText("alg") + CborInt(-7) + CborText("sig") +
                            CborBytes("forged");
            }),
            "ok");
  EXPECT_EQ(
      LogInBent([](auto& d) { d.extensions = CborHead(5, 1) + CborText("unknown") + CborInt(2); }),
      "ok");
}

TEST_F(WebauthnTest, AKeyWithoutUserVerificationSaysSo) {
  SoftwareAuthenticator device = Device();
  device.flags = SoftwareAuthenticator::kUserPresent;
  device.discoverable = false;
  auto credential = VerifyRegistration(Want(), device.Create(Challenge()));
  ASSERT_EQ(Reason(credential), "ok");
  EXPECT_FALSE(credential->user_verified);
  EXPECT_FALSE(credential->discoverable);
}

// AUTH-16
TEST_F(WebauthnTest, AnotherChallengeIsRefused) {
  Expected other = Want();
  other.challenge.back() ^= 1;
  EXPECT_EQ(LogInBent([](auto&) {}, other), "webauthn_challenge");
  EXPECT_EQ(RegisterBent([](auto&) {}, other), "webauthn_challenge");
  other.challenge.clear();
  EXPECT_EQ(LogInBent([](auto&) {}, other), "webauthn_challenge");
  SoftwareAuthenticator device = Device();
  EXPECT_EQ(Reason(VerifyRegistration(other, device.Create(""))), "webauthn_challenge");
}

// AUTH-18
TEST_F(WebauthnTest, AnAnswerToTheOtherCeremonyIsRefused) {
  EXPECT_EQ(LogInBent([](auto& d) { d.get_type = "webauthn.create"; }), "webauthn_flags");
  EXPECT_EQ(RegisterBent([](auto& d) { d.create_type = "webauthn.get"; }), "webauthn_flags");
  EXPECT_EQ(LogInBent([](auto& d) { d.get_type = "Webauthn.get"; }), "webauthn_flags");
}

// AUTH-18
TEST_F(WebauthnTest, FlagsThatAreMissingAreRefused) {
  auto absent = [](auto& d) { d.flags = SoftwareAuthenticator::kUserVerified; };
  EXPECT_EQ(LogInBent(absent), "webauthn_flags");
  EXPECT_EQ(RegisterBent(absent), "webauthn_flags");
  auto unverified = [](auto& d) { d.flags = SoftwareAuthenticator::kUserPresent; };
  EXPECT_EQ(LogInBent(unverified, Want(true)), "webauthn_flags");
  EXPECT_EQ(RegisterBent(unverified, Want(true)), "webauthn_flags");
  EXPECT_EQ(LogInBent(unverified, Want(false)), "ok");
}

TEST_F(WebauthnTest, AnotherOriginIsRefused) {
  for (const char* origin : {"https://gate.example.com.evil.test", "http://gate.example.com",
                             "https://example.com", "https://gate.example.com:8443",
                             "https://gate.example.com/", "HTTPS://gate.example.com", "null", ""}) {
    EXPECT_EQ(LogInBent([&](auto& d) { d.origin = origin; }), "webauthn_origin") << origin;
    EXPECT_EQ(RegisterBent([&](auto& d) { d.origin = origin; }), "webauthn_origin") << origin;
  }
  auto framed = [](auto& d) { d.more_client_data = R"(,"crossOrigin":true)"; };
  EXPECT_EQ(LogInBent(framed), "webauthn_origin");
  auto top = [](auto& d) { d.more_client_data = R"(,"topOrigin":"https://evil.test")"; };
  EXPECT_EQ(LogInBent(top), "webauthn_origin");
  auto own = [](auto& d) { d.more_client_data = R"(,"crossOrigin":false,"other":{"a":1})"; };
  EXPECT_EQ(LogInBent(own), "ok");
}

TEST_F(WebauthnTest, AnotherRelyingPartyIsRefused) {
  EXPECT_EQ(LogInBent([](auto& d) { d.rp_id = "example.com"; }), "webauthn_origin");
  EXPECT_EQ(RegisterBent([](auto& d) { d.rp_id = "evil.test"; }), "webauthn_origin");
}

TEST_F(WebauthnTest, EverySignedByteIsUnderTheSignature) {
  SoftwareAuthenticator device = Device();
  std::string key = Register(device);
  std::string client_data = device.ClientData("webauthn.get", Challenge());
  std::string data = device.AuthenticatorData(false);
  std::string signature = device.Sign(data + Sha256(client_data));
  auto verify = [&](const std::string& c, const std::string& d, const std::string& s) {
    return Reason(LogIn(Want(), key, device.GetResponse(c, d, s)));
  };
  EXPECT_EQ(verify(client_data, data, signature), "ok");
  // White space changes no meaning, only the hash.
  EXPECT_EQ(verify(client_data + " ", data, signature), "webauthn_signature");
  std::string counted = data;
  counted[36] ^= 1;
  EXPECT_EQ(verify(client_data, counted, signature), "webauthn_signature");
  std::string unverified = data;
  unverified[32] ^= 4;
  EXPECT_EQ(verify(client_data, unverified, signature), "webauthn_signature");
  for (std::size_t i = 0; i < signature.size(); i += 7) {
    std::string bad = signature;
    bad[i] ^= 1;
    EXPECT_EQ(verify(client_data, data, bad), "webauthn_signature") << i;
  }
  EXPECT_EQ(verify(client_data, data, ""), "webauthn_signature");
  EXPECT_EQ(verify(client_data, data, std::string(1024, 'x')), "webauthn_signature");
  SoftwareAuthenticator thief = Device();
  EXPECT_EQ(verify(client_data, data, thief.Sign(data + Sha256(client_data))),
            "webauthn_signature");
}

TEST_F(WebauthnTest, AKeyOfAnotherAlgorithmVerifiesNothing) {
  SoftwareAuthenticator es = Device();
  SoftwareAuthenticator ed = Device(KeyType::kEddsa);
  Register(es);
  std::string key = Register(ed);
  EXPECT_EQ(Reason(LogIn(Want(), key, es.Get(Challenge()))), "webauthn_signature");
  for (const char* damaged : {"", "ES256", "ES256.", "HS256.AAAA", "ES256.AAAA"}) {
    EXPECT_EQ(Reason(LogIn(Want(), damaged, es.Get(Challenge()))), "internal") << damaged;
  }
}

TEST_F(WebauthnTest, DamagedJsonIsMalformed) {
  SoftwareAuthenticator device = Device();
  std::string good = device.Get(Challenge());
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("{}"), good + "x", good.substr(0, 50),
        std::string(70'000, ' ') + good,
        R"({"type":"public-key","id":"YQ","rawId":"YQ"})" + std::string()}) {
    EXPECT_EQ(Reason(ParseAssertion(bad)), "webauthn_malformed");
    EXPECT_EQ(Reason(VerifyRegistration(Want(), bad)), "webauthn_malformed");
  }
  auto replaced = [&](std::string_view what, std::string_view with) {
    std::string text = good;
    text.replace(text.find(what), what.size(), with);
    return Reason(ParseAssertion(text));
  };
  EXPECT_EQ(replaced("public-key", "password"), "webauthn_malformed");
  EXPECT_EQ(replaced("\"rawId\":\"", "\"rawId\":\"AA"), "webauthn_malformed");
  EXPECT_EQ(replaced("\"signature\":\"", "\"signature\":\"="), "webauthn_malformed");
  EXPECT_EQ(replaced("clientDataJSON", "clientData"), "webauthn_malformed");
}

TEST_F(WebauthnTest, DamagedClientDataIsMalformed) {
  SoftwareAuthenticator device = Device();
  for (const char* more :
       {R"(,"type":"webauthn.get")", R"(,"crossOrigin":"true")", R"(,"x":)", "}"}) {
    device.more_client_data = more;
    EXPECT_EQ(Reason(ParseAssertion(device.Get(Challenge()))), "webauthn_malformed") << more;
    EXPECT_EQ(Reason(VerifyRegistration(Want(), device.Create(Challenge()))), "webauthn_malformed");
  }
}

// AUTH-21
TEST_F(WebauthnTest, HostileCborIsMalformedAtOnce) {
  SoftwareAuthenticator device = Device();
  std::string client_data = device.ClientData("webauthn.create", Challenge());
  std::string good = device.AuthenticatorData(true);
  std::string head = good.substr(0, 37 + 18 + device.credential_id.size());
  std::string cose = device.CoseKey();
  using namespace std::string_literals;
  std::string deep(10'000, '\x81');
  std::string huge = "\x5A\x40\x00\x00\x00"s;
  std::string twice = CborHead(5, 6) + cose.substr(1) + CborInt(3) + CborInt(-8);
  std::string no_alg = CborHead(5, 1) + CborInt(1) + CborInt(2);
  std::string foreign = CborHead(5, 2) + CborInt(1) + CborInt(2) + CborInt(3) + CborInt(-7);
  std::string off_curve = cose;
  off_curve.back() ^= 1;
  std::string long_id = good;
  long_id[37 + 16] = '\xFF';
  auto begin = std::chrono::steady_clock::now();
  for (const std::string& data :
       {""s, good.substr(0, 36), good.substr(0, 37), good.substr(0, good.size() - 1), good + "x",
        good + "\xA0", long_id, head + deep, head + huge, head + twice, head + no_alg,
        head + foreign, head + off_curve, head + CborHead(4, 0)}) {
    EXPECT_EQ(Reason(VerifyRegistration(
                  Want(), device.CreateResponse(client_data, device.AttestationObject(data)))),
              "webauthn_malformed")
        << data.size();
  }
  std::string object = device.AttestationObject(good);
  for (const std::string& attestation :
       {""s, deep, huge, object + "x", object + object, "\xA0"s, CborText("fmt"),
        object.substr(0, 40),
        CborHead(5, 4) + object.substr(1) + CborText("fmt") + CborText("none"),
        CborHead(5, 2) + object.substr(1, 9) + CborText("authData") + CborBytes(good)}) {
    EXPECT_EQ(Reason(VerifyRegistration(Want(), device.CreateResponse(client_data, attestation))),
              "webauthn_malformed")
        << attestation.size();
  }
  // In a log-in: extensions.
  std::string get_data = device.ClientData("webauthn.get", Challenge());
  for (const std::string& extensions : {deep, huge, "\xA0x"s, "\x80"s}) {
    device.extensions = extensions;
    EXPECT_EQ(Reason(ParseAssertion(
                  device.GetResponse(get_data, device.AuthenticatorData(false), "sig"))),
              "webauthn_malformed");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
}

TEST_F(WebauthnTest, AnUnknownAlgorithmIsRefused) {
  SoftwareAuthenticator device = Device();
  std::string data = device.AuthenticatorData(true);
  std::size_t at = data.find("\x03\x26");
  ASSERT_NE(at, std::string::npos);
  data[at + 1] = '\x2F';  // -16
  std::string client_data = device.ClientData("webauthn.create", Challenge());
  EXPECT_EQ(Reason(VerifyRegistration(
                Want(), device.CreateResponse(client_data, device.AttestationObject(data)))),
            "webauthn_malformed");
}

TEST_F(WebauthnTest, TheCredentialOutsideIsTheOneInside) {
  SoftwareAuthenticator device = Device();
  std::string object = device.AttestationObject(device.AuthenticatorData(true));
  std::string client_data = device.ClientData("webauthn.create", Challenge());
  device.credential_id = "somebody else's";
  EXPECT_EQ(Reason(VerifyRegistration(Want(), device.CreateResponse(client_data, object))),
            "webauthn_malformed");
  EXPECT_EQ(Reason(VerifyRegistration(
                Want(), device.CreateResponse(client_data, device.AttestationObject(
                                                               device.AuthenticatorData(false))))),
            "webauthn_malformed");
}

TEST(WebauthnCounterTest, ACounterOnlyGoesForward) {
  EXPECT_TRUE(CounterAdvanced(0, 0));
  EXPECT_TRUE(CounterAdvanced(0, 1));
  EXPECT_TRUE(CounterAdvanced(7, 8));
  EXPECT_FALSE(CounterAdvanced(7, 7));
  EXPECT_FALSE(CounterAdvanced(7, 0));
  EXPECT_FALSE(CounterAdvanced(8, 7));
}

}  // namespace
}  // namespace gatehouse::crypto::webauthn
