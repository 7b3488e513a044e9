#include <gtest/gtest.h>
#include <openssl/ec.h>

#include "base/bytes.h"
#include "base/text.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jose.h"
#include "platform/crypto/openssl.h"

namespace gatehouse::crypto {
namespace {

const std::vector<std::string> kAll = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                       "PS512", "ES256", "ES384", "ES512", "EdDSA"};

struct Keys {
  Jwk rsa = *Jwk::GeneratePrivate("RS256", "rsa");
  Jwk ec = *Jwk::GeneratePrivate("ES256", "ec");
  Jwk ed = *Jwk::GeneratePrivate("EdDSA", "ed");
  JwkSet set;
  Keys() {
    for (const Jwk* k : {&rsa, &ec, &ed}) set.keys.push_back(*Jwk::ParsePublic(k->PublicJwk()));
  }
};

class JoseAttack : public testing::Test {
 protected:
  static void SetUpTestSuite() { keys_ = new Keys(); }
  static void TearDownTestSuite() { delete keys_; }

  static std::string Token(std::string_view header, std::string_view payload,
                           std::string_view signature) {
    return Base64UrlEncode(header) + "." + Base64UrlEncode(payload) + "." +
           Base64UrlEncode(signature);
  }
  static std::string Reason(const std::string& token, const JwkSet& set,
                            const std::vector<std::string>& allowed = kAll) {
    auto r = VerifyJws(token, set, allowed);
    return r ? "ok" : std::string(r.error().reason);
  }
  static std::string Reason(const std::string& token) { return Reason(token, keys_->set); }
  static JwkSet Only(json::Object jwk) { return {{*Jwk::ParsePublic(jwk)}}; }

  static inline Keys* keys_ = nullptr;
};

TEST_F(JoseAttack, AlgNoneInEveryCaseIsRefused) {
  for (int mask = 0; mask < 16; ++mask) {
    std::string alg = "none";
    for (std::size_t i = 0; i < 4; ++i) {
      if ((mask >> i & 1) != 0) alg[i] = static_cast<char>(alg[i] - 32);
    }
    for (const char* sig : {"", "x"}) {
      EXPECT_EQ(Reason(Token("{\"alg\":\"" + alg + "\"}", "{}", sig)), "jws_alg") << alg;
    }
    // Even a configuration that names it does not switch it on.
    EXPECT_EQ(Reason(Token("{\"alg\":\"" + alg + "\"}", "{}", ""), keys_->set, {alg}), "jws_alg");
  }
  for (const char* header : {R"({"alg":""})", R"({"alg":" none"})", R"({"alg":null})", R"({})",
                             R"({"alg":["RS256"]})", R"({"alg":"rs256"})", R"({"alg":"RS256 "})",
                             R"({"alg":"ES256K"})", R"({"alg":"RS1"})", R"({"typ":"JWT"})"}) {
    EXPECT_EQ(Reason(Token(header, "{}", "x")), "jws_alg") << header;
  }
}

TEST_F(JoseAttack, EmptySignatureWithARealAlgIsRefused) {
  for (const char* header : {R"({"alg":"RS256","kid":"rsa"})", R"({"alg":"ES256","kid":"ec"})",
                             R"({"alg":"EdDSA","kid":"ed"})"}) {
    EXPECT_EQ(Reason(Token(header, "{}", "")), "jws_signature");
  }
}

TEST_F(JoseAttack, Hs256WithThePublicKeyAsSecretIsRefused) {
  std::string header = R"({"alg":"HS256","kid":"rsa"})";
  std::string input = Base64UrlEncode(header) + "." + Base64UrlEncode("{}");
  json::Object jwk = keys_->rsa.PublicJwk();
  for (const std::string& secret : {json::Serialize(jwk), std::string(*json::GetString(jwk, "n")),
                                    *Base64UrlDecode(*json::GetString(jwk, "n")), std::string()}) {
    std::string token = input + "." + Base64UrlEncode(HmacSha256(secret, input));
    EXPECT_EQ(Reason(token), "jws_alg");
    EXPECT_EQ(Reason(token, keys_->set, {"HS256"}), "jws_alg");
  }
}

TEST_F(JoseAttack, KeysCarriedInTheTokenAreIgnored) {
  Jwk evil = *Jwk::GeneratePrivate("RS256", "rsa");
  for (const json::Object& extra :
       {json::Object{{"jwk", evil.PublicJwk()}}, json::Object{{"jku", "https://evil.example/jwks"}},
        json::Object{{"x5u", "https://evil.example/c"}, {"x5c", json::Array{"MIIB"}}}}) {
    EXPECT_EQ(Reason(*SignJws(evil, extra, "{}")), "jws_signature");
    // The members alone do no harm to an honest token.
    EXPECT_EQ(Reason(*SignJws(keys_->rsa, extra, "{}")), "ok");
  }
}

TEST_F(JoseAttack, CritIsRefusedWhateverItNames) {
  for (const char* crit : {R"(["exp"])", R"(["b64"],"b64":false)", "[]", "null", "1"}) {
    std::string header = std::string(R"({"alg":"RS256","kid":"rsa","crit":)") + crit + "}";
    EXPECT_EQ(Reason(Token(header, "{}", "x")), "jws_crit") << header;
    EXPECT_EQ(PeekJwsHeader(Token(header, "{}", "x")).error().reason, "jws_crit");
  }
}

TEST_F(JoseAttack, PsychicSignaturesAreRefused) {
  std::string header = R"({"alg":"ES256","kid":"ec"})";
  std::string order = *Base64UrlDecode("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
  std::string zero(32, '\0');
  std::string one = std::string(31, '\0') + "\x01";
  for (const std::string& r : {zero, one, order, std::string(32, '\xff')}) {
    for (const std::string& s : {zero, one, order, std::string(32, '\xff')}) {
      EXPECT_EQ(Reason(Token(header, "{}", r + s)), "jws_signature");
    }
  }
}

TEST_F(JoseAttack, DerInsteadOfRawEcSignatureIsRefused) {
  std::string token = *SignJws(keys_->ec, {}, "{}");
  std::size_t at = token.rfind('.') + 1;
  std::string raw = *Base64UrlDecode(std::string_view(token).substr(at));
  ASSERT_EQ(raw.size(), 64u);
  ossl::EcdsaSig sig(ECDSA_SIG_new());
  ECDSA_SIG_set0(sig.get(), BN_bin2bn(ossl::Data(raw), 32, nullptr),
                 BN_bin2bn(ossl::Data(raw) + 32, 32, nullptr));
  unsigned char* der = nullptr;
  int size = i2d_ECDSA_SIG(sig.get(), &der);
  ASSERT_GT(size, 0);
  std::string der_text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  std::string head = token.substr(0, at);
  std::string nul(1, '\0');
  EXPECT_EQ(Reason(head + Base64UrlEncode(raw)), "ok");
  EXPECT_EQ(Reason(head + Base64UrlEncode(der_text)), "jws_signature");
  EXPECT_EQ(Reason(head + Base64UrlEncode(raw.substr(0, 63))), "jws_signature");
  EXPECT_EQ(Reason(head + Base64UrlEncode(raw.substr(1))), "jws_signature");
  EXPECT_EQ(Reason(head + Base64UrlEncode(raw + std::string(1, '\0'))), "jws_signature");
  EXPECT_EQ(Reason(head + Base64UrlEncode(nul + raw.substr(0, 32) + nul + raw.substr(32))),
            "jws_signature");
}

TEST_F(JoseAttack, AlgOfAnotherKeyTypeIsRefused) {
  for (const auto& [alg, kid] : std::vector<std::pair<std::string, std::string>>{
           {"ES256", "rsa"}, {"RS256", "ec"}, {"EdDSA", "rsa"}, {"PS256", "ed"}, {"ES384", "ec"}}) {
    std::string header = "{\"alg\":\"" + alg + "\",\"kid\":\"" + kid + "\"}";
    EXPECT_EQ(Reason(Token(header, "{}", std::string(64, 'x'))), "jws_signature");
  }
}

TEST_F(JoseAttack, KeyThatNamesItsAlgVerifiesNoOther) {
  std::string pem = *keys_->rsa.PrivatePem();
  Jwk ps = *Jwk::ParsePrivatePem(pem, "PS256", "rsa");
  std::string token = *SignJws(ps, {}, "{}");
  EXPECT_EQ(Reason(token), "jws_signature");  // the key set says RS256
  json::Object open = keys_->rsa.PublicJwk();
  open.erase("alg");
  EXPECT_EQ(Reason(token, Only(open)), "ok");
  EXPECT_EQ(Reason(token, Only(open), {"RS256"}), "jws_alg");  // the configuration says RS256
}

TEST_F(JoseAttack, AlgOutsideTheConfiguredListIsRefused) {
  EXPECT_EQ(Reason(*SignJws(keys_->ec, {}, "{}"), keys_->set, {"RS256"}), "jws_alg");
  EXPECT_EQ(Reason(*SignJws(keys_->ec, {}, "{}"), keys_->set, {}), "jws_alg");
}

TEST_F(JoseAttack, UnknownKidIsRefusedEvenIfAnotherKeyWouldFit) {
  Jwk same = *Jwk::ParsePrivatePem(*keys_->rsa.PrivatePem(), "RS256", "other");
  auto r = VerifyJws(*SignJws(same, {}, "{}"), keys_->set, kAll);
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().reason, "jws_kid_unknown");
  EXPECT_EQ(r.error().code, Code::kUnauthenticated);
  for (const char* kid : {"../../etc/passwd", "' OR 1=1 --", "rsa\\u0000", "RSA", "rs"}) {
    std::string header = std::string(R"({"alg":"RS256","kid":")") + kid + "\"}";
    EXPECT_EQ(Reason(Token(header, "{}", "x")), "jws_kid_unknown") << kid;
  }
}

TEST_F(JoseAttack, WithoutKidAtMostEightKeysAreTried) {
  Jwk signer = *Jwk::GeneratePrivate("EdDSA", "");
  std::string token = *SignJws(signer, {}, "{}");
  auto set_with = [&](int before) {
    JwkSet set;
    for (int i = 0; i < before; ++i) {
      set.keys.push_back(*Jwk::ParsePublic(Jwk::GeneratePrivate("EdDSA", "x")->PublicJwk()));
      set.keys.push_back(keys_->set.keys[0]);  // another type does not count
    }
    set.keys.push_back(*Jwk::ParsePublic(signer.PublicJwk()));
    return set;
  };
  EXPECT_EQ(Reason(token, set_with(0)), "ok");
  EXPECT_EQ(Reason(token, set_with(7)), "ok");
  EXPECT_EQ(Reason(token, set_with(8)), "jws_signature");
  EXPECT_EQ(Reason(token, {}), "jws_signature");
}

TEST_F(JoseAttack, SeveralKeysMayShareAKid) {
  JwkSet set;
  for (int i = 0; i < 3; ++i) {
    set.keys.push_back(*Jwk::ParsePublic(Jwk::GeneratePrivate("ES256", "ec")->PublicJwk()));
  }
  std::string token = *SignJws(keys_->ec, {}, "{}");
  EXPECT_EQ(Reason(token, set), "jws_signature");
  set.keys.push_back(keys_->set.keys[1]);
  EXPECT_EQ(Reason(token, set), "ok");
}

TEST_F(JoseAttack, EncryptionKeyIsNotUsedForSignatures) {
  json::Object jwk = keys_->rsa.PublicJwk();
  jwk["use"] = "enc";
  JwkSet set{{*Jwk::ParsePublic(jwk)}};
  EXPECT_EQ(Reason(*SignJws(keys_->rsa, {}, "{}"), set), "jws_signature");
}

TEST_F(JoseAttack, SmallRsaKeysAreSkipped) {
  ossl::Pkey small(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(1024)));
  BIGNUM* n = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(small.get(), OSSL_PKEY_PARAM_RSA_N, &n), 1);
  ossl::Bn owned(n);
  std::string raw(128, '\0');
  BN_bn2binpad(n, ossl::Data(raw), 128);
  for (const std::string& modulus : {raw, std::string(200, '\0') + raw}) {  // padding is not size
    json::Object jwk{{"kty", "RSA"}, {"n", Base64UrlEncode(modulus)}, {"e", "AQAB"}};
    EXPECT_EQ(Jwk::ParsePublic(jwk).error().reason, "jwk_invalid");
    EXPECT_FALSE(
        JwkSet::Parse(json::Serialize(json::Object{{"keys", json::Array{jwk}}})).has_value());
  }
  json::Object huge{
      {"kty", "RSA"}, {"n", Base64UrlEncode(std::string(2049, '\xff'))}, {"e", "AQAB"}};
  EXPECT_FALSE(Jwk::ParsePublic(huge).has_value());
}

TEST_F(JoseAttack, RsaExponentOneIsRefused) {
  json::Object jwk = keys_->rsa.PublicJwk();
  jwk["e"] = "AQ";
  EXPECT_EQ(Jwk::ParsePublic(jwk).error().reason, "jwk_invalid");
}

TEST_F(JoseAttack, PointOffTheCurveIsRefused) {
  json::Object jwk = keys_->ec.PublicJwk();
  std::string y = *Base64UrlDecode(*json::GetString(jwk, "y"));
  y[31] = static_cast<char>(y[31] ^ 1);
  jwk["y"] = Base64UrlEncode(y);
  EXPECT_EQ(Jwk::ParsePublic(jwk).error().reason, "jwk_invalid");
}

TEST_F(JoseAttack, SymmetricKeysOfAKeySetAreRefused) {
  EXPECT_FALSE(Jwk::ParsePublic({{"kty", "oct"}, {"k", "AAAA"}, {"alg", "HS256"}}).has_value());
  // libjwt's mistake: an RSA key that claims HS256 became an empty HMAC key.
  json::Object jwk = keys_->rsa.PublicJwk();
  jwk["alg"] = "HS256";
  EXPECT_FALSE(Jwk::ParsePublic(jwk).has_value());
}

TEST_F(JoseAttack, MoreThanAHundredKeysAreRefused) {
  json::Array keys;
  for (int i = 0; i < 100; ++i) keys.push_back(keys_->ed.PublicJwk());
  EXPECT_TRUE(JwkSet::Parse(json::Serialize(json::Object{{"keys", keys}})).has_value());
  keys.push_back(keys_->ed.PublicJwk());
  EXPECT_EQ(JwkSet::Parse(json::Serialize(json::Object{{"keys", keys}})).error().reason,
            "jwks_invalid");
  std::string large = "{\"keys\":[],\"x\":\"" + std::string(300'000, 'x') + "\"}";
  EXPECT_EQ(JwkSet::Parse(large).error().reason, "jwks_invalid");
}

TEST_F(JoseAttack, SecondSpellingsOfATokenAreMalformed) {
  std::string token = *SignJws(keys_->ed, {}, "{\"a\":1}");
  ASSERT_EQ(Reason(token), "ok");
  std::vector<std::string_view> p = Split(token, '.');
  std::string h(p[0]), b(p[1]), s(p[2]);
  for (const std::string& bad :
       {token + ".", "." + token, h + "." + b, h + ".." + b + "." + s, token + "=", token + "\n",
        " " + token, h + "." + b + "=." + s, h + "." + b + "." + s + "AAA", h + "." + b + "+." + s,
        std::string("a.b.c"), std::string(".."), std::string(),
        std::string(300'000, 'A') + "." + b + "." + s, Base64UrlEncode("[]") + "." + b + "." + s,
        "." + b + "." + s}) {
    EXPECT_EQ(Reason(bad), "jws_malformed") << bad.substr(0, 100);
  }
  // Trailing bits of the last character: the 86th character of 64 bytes carries four zero bits.
  std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  char last = alphabet[alphabet.find(token.back()) + 1];
  EXPECT_EQ(Reason(token.substr(0, token.size() - 1) + last), "jws_malformed");
}

TEST_F(JoseAttack, DuplicateHeaderMembersAreMalformed) {
  for (const char* header :
       {R"({"alg":"none","alg":"RS256","kid":"rsa"})", R"({"alg":"RS256","kid":"a","kid":"rsa"})",
        R"({"alg":"RS256","\u0061lg":"none"})", R"({"alg":"RS256","kid":1})",
        R"({"alg":"RS256","typ":[]})",
        R"({"alg":"RS256"} )"
        "x"}) {
    EXPECT_EQ(Reason(Token(header, "{}", "x")), "jws_malformed") << header;
  }
}

TEST_F(JoseAttack, HeaderOfAnotherTokenCannotBeGraftedOn) {
  std::string a = *SignJws(keys_->rsa, {{"typ", "at+jwt"}}, "{\"scope\":\"a\"}");
  std::string b = *SignJws(keys_->rsa, {{"typ", "JWT"}}, "{\"scope\":\"b\"}");
  auto pa = Split(a, '.');
  auto pb = Split(b, '.');
  std::string grafted = std::string(pa[0]) + "." + std::string(pb[1]) + "." + std::string(pb[2]);
  EXPECT_EQ(Reason(grafted), "jws_signature");
}

}  // namespace
}  // namespace gatehouse::crypto
