#include "platform/crypto/jose.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/text.h"

// Round trips, published vectors and key parsing; attacks are in jose_attack_test.cc.

namespace gatehouse::crypto {
namespace {

const std::vector<std::string> kAll = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                       "PS512", "ES256", "ES384", "ES512", "EdDSA"};

const std::string kNul(1, '\0');

json::Value Text(const std::string& s) { return json::Value(std::string_view(s)); }

Jwk Public(const Jwk& key) { return *Jwk::ParsePublic(key.PublicJwk()); }

class EveryAlg : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Jose, EveryAlg, testing::ValuesIn(kAll),
                         [](const auto& info) { return info.param; });

TEST_P(EveryAlg, SignsAndVerifies) {
  auto key = Jwk::GeneratePrivate(GetParam(), "k1");
  ASSERT_TRUE(key.has_value()) << key.error().detail;
  std::string payload("{\"sub\":\"a\"}\0\xff", 13);
  auto token = SignJws(*key, {{"typ", "JWT"}}, payload);
  ASSERT_TRUE(token.has_value()) << token.error().detail;
  auto header = PeekJwsHeader(*token);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->alg, GetParam());
  EXPECT_EQ(header->kid, "k1");
  EXPECT_EQ(header->typ, "JWT");
  JwkSet set{{Public(*key)}};
  EXPECT_EQ(VerifyJws(*token, set, {GetParam()}), payload);
  EXPECT_EQ(VerifyJws(*token, set, kAll), payload);
  auto other = Jwk::GeneratePrivate(GetParam(), "k1");
  EXPECT_EQ(VerifyJws(*token, {{Public(*other)}}, kAll).error().reason, "jws_signature");
  EXPECT_EQ(*VerifyJws(*SignJws(*key, {}, ""), set, kAll), "");
}

TEST_P(EveryAlg, PrivateKeySurvivesPem) {
  auto key = *Jwk::GeneratePrivate(GetParam(), "k1");
  auto pem = key.PrivatePem();
  ASSERT_TRUE(pem.has_value());
  EXPECT_TRUE(pem->starts_with("-----BEGIN PRIVATE KEY-----"));
  auto again = Jwk::ParsePrivatePem(*pem, GetParam(), "k1");
  ASSERT_TRUE(again.has_value()) << again.error().detail;
  EXPECT_EQ(again->PublicJwk(), key.PublicJwk());
  EXPECT_EQ(Public(key).PublicJwk(), key.PublicJwk());
  EXPECT_FALSE(Public(key).PrivatePem().has_value());
  EXPECT_EQ(SignJws(Public(key), {}, "x").error().reason, "sign_failed");
  for (const std::string& alg : kAll) {
    bool same_kind = alg == GetParam() ||
                     (key.kty() == "RSA" && (alg.starts_with("RS") || alg.starts_with("PS")));
    EXPECT_EQ(Jwk::ParsePrivatePem(*pem, alg, "k").has_value(), same_kind) << alg;
  }
}

TEST_P(EveryAlg, BitFlipAnywhereIsRefused) {
  auto key = *Jwk::GeneratePrivate(GetParam(), "k1");
  JwkSet set{{Public(key)}};
  std::string token = *SignJws(key, {}, R"({"sub":"user","exp":1})");
  std::vector<std::string_view> parts = Split(token, '.');
  for (std::size_t part = 0; part < 3; ++part) {
    std::string raw = *Base64UrlDecode(parts[part]);
    for (std::size_t byte = 0; byte < raw.size(); byte += part == 2 ? 3 : 1) {
      std::string bent = raw;
      bent[byte] = static_cast<char>(bent[byte] ^ (1 << (byte % 8)));
      std::string text;
      for (std::size_t i = 0; i < 3; ++i) {
        if (i > 0) text += '.';
        text += i == part ? Base64UrlEncode(bent) : std::string(parts[i]);
      }
      EXPECT_FALSE(VerifyJws(text, set, kAll).has_value()) << part << " " << byte;
    }
  }
}

TEST_P(EveryAlg, TruncatedOrExtendedSignatureIsRefused) {
  auto key = *Jwk::GeneratePrivate(GetParam(), "k1");
  JwkSet set{{Public(key)}};
  std::string token = *SignJws(key, {}, "payload");
  std::size_t at = token.rfind('.') + 1;
  std::string raw = *Base64UrlDecode(std::string_view(token).substr(at));
  for (std::size_t keep : {std::size_t{0}, std::size_t{1}, raw.size() / 2, raw.size() - 1}) {
    auto r = VerifyJws(token.substr(0, at) + Base64UrlEncode(raw.substr(0, keep)), set, kAll);
    EXPECT_EQ(r.error().reason, "jws_signature") << keep;
  }
  for (const std::string& longer : {raw + kNul, kNul + raw, raw + raw}) {
    auto r = VerifyJws(token.substr(0, at) + Base64UrlEncode(longer), set, kAll);
    EXPECT_EQ(r.error().reason, "jws_signature");
  }
}

constexpr std::string_view kRfc7515Rsa =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";
constexpr std::string_view kClaims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";

JwkSet SetOf(std::string_view jwk) {
  auto set = JwkSet::Parse("{\"keys\":[" + std::string(jwk) + "]}");
  EXPECT_TRUE(set.has_value());
  return std::move(*set);
}

TEST(JoseVectorTest, Rfc7515A2Rs256) {
  std::string token =
      "eyJhbGciOiJSUzI1NiJ9." + std::string(kClaims) +
      ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp"
      "5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
      "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1"
      "L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
      "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEU"
      "ipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
  auto payload = VerifyJws(token, SetOf(kRfc7515Rsa), {"RS256"});
  ASSERT_TRUE(payload.has_value()) << payload.error().reason;
  EXPECT_TRUE(payload->starts_with("{\"iss\":\"joe\",\r\n"));
}

TEST(JoseVectorTest, Rfc7515A3Es256) {
  std::string token =
      "eyJhbGciOiJFUzI1NiJ9." + std::string(kClaims) +
      ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  JwkSet set = SetOf(
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  EXPECT_TRUE(VerifyJws(token, set, {"ES256"}).has_value());
}

TEST(JoseVectorTest, Rfc7515A4Es512) {
  std::string token =
      "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA."
      "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_"
      "7XdtAG8GaSw"
      "FKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
  JwkSet set = SetOf(
      R"({"kty":"EC","crv":"P-521",
          "x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
          "y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"})");
  EXPECT_EQ(VerifyJws(token, set, {"ES512"}), "Payload");
}

TEST(JoseVectorTest, Rfc7520Section42Ps384) {
  std::string token =
      "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
      "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250"
      "by"
      "B0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcm"
      "Ug"
      "eW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4."
      "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-"
      "tPid6VrklHkqsGqDqHCdP6O8TTB5d"
      "DDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-"
      "UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_"
      "ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_"
      "jLAeQTlqRHtfa64QQSUmF"
      "AAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw";
  JwkSet set = SetOf(
      R"({"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"})");
  EXPECT_TRUE(VerifyJws(token, set, {"PS384"}).has_value());
}

TEST(JoseVectorTest, Rfc8037A4EdDsa) {
  std::string token =
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  JwkSet set =
      SetOf(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  EXPECT_EQ(VerifyJws(token, set, {"EdDSA"}), "Example of Ed25519 signing");
}

TEST(JwkSetTest, UsableKeysSurviveAmongUnusableOnes) {
  json::Array keys;
  keys.push_back(Jwk::GeneratePrivate("ES256", "ec")->PublicJwk());
  json::Object enc = Jwk::GeneratePrivate("RS256", "enc")->PublicJwk();
  enc["use"] = "enc";
  enc["alg"] = "RSA-OAEP";
  keys.push_back(enc);
  keys.push_back({{"kty", "oct"}, {"k", "c2VjcmV0"}, {"kid", "oct"}});
  keys.push_back({{"kty", "OKP"}, {"crv", "X25519"}, {"x", std::string(43, 'A')}});
  keys.push_back({{"kty", "EC"}, {"crv", "secp256k1"}, {"x", std::string(43, 'A')}});
  keys.push_back("text");
  keys.push_back(nullptr);
  json::Object sign_only = Jwk::GeneratePrivate("ES256", "ops")->PublicJwk();
  sign_only["key_ops"] = json::Array{"encrypt"};
  keys.push_back(sign_only);
  auto set = JwkSet::Parse(json::Serialize(json::Object{{"keys", keys}, {"extra", 1}}));
  ASSERT_TRUE(set.has_value());
  ASSERT_EQ(set->keys.size(), 1u);
  EXPECT_EQ(set->keys[0].kid(), "ec");
  EXPECT_EQ(set->keys[0].kty(), "EC");
  EXPECT_EQ(set->keys[0].alg(), "ES256");
  EXPECT_EQ(set->keys[0].use(), "sig");
}

TEST(JwkSetTest, NotAKeySet) {
  for (std::string text : {"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[]}", "{\"keys\":[{}]}",
                           "<html>", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}"}) {
    auto set = JwkSet::Parse(text);
    ASSERT_FALSE(set.has_value()) << text;
    EXPECT_EQ(set.error().reason, "jwks_invalid");
    EXPECT_EQ(set.error().code, Code::kInvalidArgument);
  }
}

TEST(JwkTest, MalformedMembersAreRefused) {
  json::Object rsa = Jwk::GeneratePrivate("RS256", "k")->PublicJwk();
  json::Object ec = Jwk::GeneratePrivate("ES256", "k")->PublicJwk();
  json::Object okp = Jwk::GeneratePrivate("EdDSA", "k")->PublicJwk();
  auto with = [](json::Object base, std::string_view name, json::Value value) {
    base[name] = std::move(value);
    return base;
  };
  auto without = [](json::Object base, std::string_view name) {
    base.erase(name);
    return base;
  };
  std::string x = std::string(*json::GetString(ec, "x"));
  for (const json::Object& bad : {without(rsa, "n"),
                                  without(rsa, "e"),
                                  without(rsa, "kty"),
                                  with(rsa, "n", 5),
                                  with(rsa, "n", ""),
                                  with(rsa, "n", "%%%"),
                                  with(rsa, "e", "AQ"),
                                  with(rsa, "e", "AAAA"),
                                  with(rsa, "e", "BA"),
                                  with(rsa, "kid", 1),
                                  with(rsa, "alg", "ES256"),
                                  with(rsa, "alg", "HS256"),
                                  with(rsa, "alg", "none"),
                                  with(rsa, "alg", nullptr),
                                  with(rsa, "kty", "rsa"),
                                  without(ec, "y"),
                                  with(ec, "x", Text(x + "A")),
                                  with(ec, "x", Text(Base64UrlEncode(kNul + *Base64UrlDecode(x)))),
                                  with(ec, "y", Text(x)),
                                  with(ec, "crv", "P-384"),
                                  with(ec, "alg", "ES384"),
                                  with(ec, "crv", "p-256"),
                                  without(okp, "x"),
                                  with(okp, "x", "AAAA"),
                                  with(okp, "crv", "Ed448"),
                                  with(ec, "x", Text(Base64UrlEncode(std::string(32, '\0')))),
                                  with(rsa, "key_ops", "verify")}) {
    auto r = Jwk::ParsePublic(bad);
    ASSERT_FALSE(r.has_value()) << json::Serialize(bad);
    EXPECT_EQ(r.error().reason, "jwk_invalid");
  }
  // A curve that is not known is not guessed, even when the point lies on another one.
  for (const char* crv : {"secp256k1", "P-256K", "prime256v1", ""}) {
    EXPECT_FALSE(Jwk::ParsePublic(with(without(ec, "alg"), "crv", crv)).has_value()) << crv;
  }
  EXPECT_FALSE(Jwk::ParsePublic(without(without(ec, "alg"), "crv")).has_value());
  EXPECT_TRUE(Jwk::ParsePublic(with(rsa, "key_ops", json::Array{"verify"})).has_value());
  EXPECT_TRUE(Jwk::ParsePublic(without(rsa, "alg")).has_value());
}

TEST(JwkTest, PemThatIsNotAPlainPrivateKeyIsRefused) {
  // An encrypted file must not make the server ask for a passphrase on its terminal.
  constexpr std::string_view kEncrypted =
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
      "00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END EC PRIVATE "
      "KEY-----\n";
  for (std::string_view pem : {std::string_view(), std::string_view("x"), kEncrypted}) {
    EXPECT_EQ(Jwk::ParsePrivatePem(pem, "ES256", "k").error().reason, "jwk_invalid");
  }
  EXPECT_FALSE(Jwk::GeneratePrivate("HS256", "k").has_value());
  EXPECT_FALSE(Jwk::GeneratePrivate("none", "k").has_value());
}

TEST(SignJwsTest, ExtraHeaderCannotReplaceAlgOrKidOrAddCrit) {
  auto key = *Jwk::GeneratePrivate("EdDSA", "k1");
  for (const json::Object& extra :
       {json::Object{{"alg", "none"}}, json::Object{{"kid", "x"}}, json::Object{{"crit", 1}}}) {
    EXPECT_EQ(SignJws(key, extra, "x").error().reason, "sign_failed");
  }
}

}  // namespace
}  // namespace gatehouse::crypto
