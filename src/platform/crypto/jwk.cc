#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <utility>

#include "base/bytes.h"
#include "platform/crypto/jose.h"
#include "platform/crypto/jwk_impl.h"
#include "platform/crypto/openssl.h"

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kJwkInvalid = "jwk_invalid";
constexpr std::string_view kJwksInvalid = "jwks_invalid";

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;  // a larger key only makes every verification slower
constexpr std::size_t kMaxJwksBytes = 256 * 1024;
constexpr std::size_t kMaxKeys = 100;
constexpr std::size_t kMaxNameBytes = 1024;

using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, ossl::Deleter<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, ossl::Deleter<OSSL_PARAM_free>>;

struct Curve {
  std::string_view crv;
  const char* group;
  std::size_t coordinate_bytes;
};
constexpr std::array<Curve, 3> kCurves{
    {{"P-256", "prime256v1", 32}, {"P-384", "secp384r1", 48}, {"P-521", "secp521r1", 66}}};

const Curve* FindCurve(std::string_view crv) {
  for (const Curve& c : kCurves) {
    if (c.crv == crv) return &c;
  }
  return nullptr;
}

std::unexpected<Error> Invalid(std::string detail) {
  std::string openssl = ossl::TakeError();
  if (!openssl.empty()) detail += ": " + openssl;
  return Fail(Code::kInvalidArgument, kJwkInvalid, std::move(detail));
}

ossl::Bn ToBn(std::string_view bytes) {
  return ossl::Bn(BN_bin2bn(ossl::Data(bytes), static_cast<int>(bytes.size()), nullptr));
}

Result<ossl::Pkey> FromData(const char* type, OSSL_PARAM_BLD* builder) {
  Params params(OSSL_PARAM_BLD_to_param(builder));
  ossl::PkeyCtx ctx(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !ctx || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
      EVP_PKEY_fromdata(ctx.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return Invalid(std::string(type) + " key");
  }
  return ossl::Pkey(key);
}

// A base64url member of at most `max_bytes` bytes.
Result<std::string> Octets(const json::Object& jwk, std::string_view name, std::size_t max_bytes) {
  auto text = json::GetString(jwk, name);
  if (!text || text->size() > max_bytes * 2) return Invalid("member " + std::string(name));
  auto bytes = Base64UrlDecode(*text);
  if (!bytes || bytes->empty() || bytes->size() > max_bytes) {
    return Invalid("member " + std::string(name));
  }
  return std::move(*bytes);
}

bool RsaAcceptable(EVP_PKEY* key) {
  int bits = EVP_PKEY_get_bits(key);
  return bits >= kMinRsaBits && bits <= kMaxRsaBits;
}

Result<ossl::Pkey> ParseRsa(const json::Object& jwk) {
  GH_TRY(std::string modulus, Octets(jwk, "n", kMaxRsaBits / 8 + 1));
  GH_TRY(std::string exponent, Octets(jwk, "e", 8));
  ossl::Bn n = ToBn(modulus);
  ossl::Bn e = ToBn(exponent);
  if (!n || !e || BN_num_bits(n.get()) < kMinRsaBits || BN_num_bits(n.get()) > kMaxRsaBits) {
    return Invalid("RSA size");
  }
  // With e = 1 a signature is the padded digest itself: anyone could write it.
  if (BN_is_odd(n.get()) == 0 || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) != 0) {
    return Invalid("RSA numbers");
  }
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return Invalid("RSA parameters");
  }
  return FromData("RSA", builder.get());
}

Result<ossl::Pkey> ParseEc(const json::Object& jwk, const Curve& curve) {
  GH_TRY(std::string x, Octets(jwk, "x", curve.coordinate_bytes));
  GH_TRY(std::string y, Octets(jwk, "y", curve.coordinate_bytes));
  // RFC 7518 6.2.1.2: always the full size.
  if (x.size() != curve.coordinate_bytes || y.size() != x.size()) return Invalid("EC coordinate");
  std::string point = "\x04" + x + y;
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.group, 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return Invalid("EC parameters");
  }
  return FromData("EC", builder.get());  // refuses a point that is not on the curve
}

Result<ossl::Pkey> ParseEd25519(const json::Object& jwk) {
  GH_TRY(std::string x, Octets(jwk, "x", 32));
  if (x.size() != 32) return Invalid("Ed25519 size");
  ossl::Pkey key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, ossl::Data(x), x.size()));
  if (!key) return Invalid("Ed25519 key");
  return key;
}

// An optional string member; present with another type is an error.
Result<std::string> Name(const json::Object& jwk, std::string_view member) {
  if (!jwk.contains(member)) return std::string();
  auto text = json::GetString(jwk, member);
  if (!text || text->size() > kMaxNameBytes) return Invalid("member " + std::string(member));
  return std::string(*text);
}

// A private key of the type and curve that `alg` asks for.
Result<Jwk::Impl> FromPrivate(ossl::Pkey key, std::string_view alg, std::string kid) {
  const JwsAlg* row = FindJwsAlg(alg);
  if (row == nullptr) return Invalid("alg");
  Jwk::Impl impl;
  impl.kid = std::move(kid);
  impl.kty = row->kty;
  impl.crv = row->crv;
  impl.alg = alg;
  impl.use = "sig";
  impl.key = std::move(key);
  impl.is_private = true;
  bool fits = false;
  if (row->kty == "RSA") {
    fits = EVP_PKEY_is_a(impl.key.get(), "RSA") == 1 && RsaAcceptable(impl.key.get());
  } else if (row->kty == "OKP") {
    fits = EVP_PKEY_is_a(impl.key.get(), "ED25519") == 1;
  } else if (EVP_PKEY_is_a(impl.key.get(), "EC") == 1) {
    char group[64] = {};
    fits = EVP_PKEY_get_group_name(impl.key.get(), group, sizeof group, nullptr) == 1 &&
           std::string_view(group) == FindCurve(row->crv)->group;
  }
  if (!fits) return Invalid("key does not fit " + std::string(alg));
  return impl;
}

std::string BnParam(EVP_PKEY* key, const char* name, std::size_t pad_to) {
  BIGNUM* raw = nullptr;
  GH_CHECK(EVP_PKEY_get_bn_param(key, name, &raw) == 1);
  ossl::Bn number(raw);
  std::size_t size = pad_to != 0 ? pad_to : static_cast<std::size_t>(BN_num_bytes(raw));
  std::string out(size, '\0');
  GH_CHECK(BN_bn2binpad(raw, ossl::Data(out), static_cast<int>(size)) >= 0);
  return Base64UrlEncode(out);
}

// Without this OpenSSL asks for the passphrase of an encrypted file on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

const JwsAlg* FindJwsAlg(std::string_view name) {
  using ossl::Sha256Md, ossl::Sha384Md, ossl::Sha512Md;
  static constexpr std::array<JwsAlg, 10> kAlgs{{
      {"RS256", "RSA", "", Sha256Md, false, 0},
      {"RS384", "RSA", "", Sha384Md, false, 0},
      {"RS512", "RSA", "", Sha512Md, false, 0},
      {"PS256", "RSA", "", Sha256Md, true, 0},
      {"PS384", "RSA", "", Sha384Md, true, 0},
      {"PS512", "RSA", "", Sha512Md, true, 0},
      {"ES256", "EC", "P-256", Sha256Md, false, 32},
      {"ES384", "EC", "P-384", Sha384Md, false, 48},
      {"ES512", "EC", "P-521", Sha512Md, false, 66},
      {"EdDSA", "OKP", "Ed25519", nullptr, false, 0},
  }};
  for (const JwsAlg& alg : kAlgs) {
    if (alg.name == name) return &alg;
  }
  return nullptr;
}

Result<Jwk> Jwk::ParsePublic(const json::Object& jwk) {
  Impl impl;
  GH_TRY(impl.kty, Name(jwk, "kty"));
  GH_TRY(impl.kid, Name(jwk, "kid"));
  GH_TRY(impl.alg, Name(jwk, "alg"));
  GH_TRY(impl.use, Name(jwk, "use"));
  if (jwk.contains("key_ops")) {
    const json::Array* ops = json::GetArray(jwk, "key_ops");
    bool verify = false;
    if (ops != nullptr) {
      for (const json::Value& op : *ops) verify |= op.is_string() && op.get_string() == "verify";
    }
    if (!verify) return Invalid("key_ops");
  }
  if (impl.kty == "RSA") {
    GH_TRY(impl.key, ParseRsa(jwk));
  } else if (impl.kty == "EC") {
    GH_TRY(impl.crv, Name(jwk, "crv"));
    const Curve* curve = FindCurve(impl.crv);
    if (curve == nullptr) return Invalid("crv");
    GH_TRY(impl.key, ParseEc(jwk, *curve));
  } else if (impl.kty == "OKP") {
    GH_TRY(impl.crv, Name(jwk, "crv"));
    if (impl.crv != "Ed25519") return Invalid("crv");
    GH_TRY(impl.key, ParseEd25519(jwk));
  } else {
    return Invalid("kty");  // also "oct": a published secret is none
  }
  if (!impl.alg.empty() && impl.use != "enc") {
    const JwsAlg* row = FindJwsAlg(impl.alg);
    if (row == nullptr || !impl.Fits(*row)) return Invalid("alg does not fit the key");
  }
  return Jwk(std::make_shared<const Impl>(std::move(impl)));
}

Result<Jwk> Jwk::ParsePrivatePem(std::string_view pem, std::string_view alg, std::string kid) {
  if (pem.size() > 64 * 1024) return Invalid("PEM size");
  ossl::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return Invalid("PEM");
  ossl::Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  if (!key) return Invalid("PEM");
  GH_TRY(Impl impl, FromPrivate(std::move(key), alg, std::move(kid)));
  return Jwk(std::make_shared<const Impl>(std::move(impl)));
}

Result<Jwk> Jwk::GeneratePrivate(std::string_view alg, std::string kid) {
  const JwsAlg* row = FindJwsAlg(alg);
  if (row == nullptr) return Invalid("alg");
  ossl::Pkey key;
  if (row->kty == "RSA") {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(kMinRsaBits)));
  } else if (row->kty == "EC") {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", FindCurve(row->crv)->group));
  } else {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  if (!key) return Invalid("key generation");
  GH_TRY(Impl impl, FromPrivate(std::move(key), alg, std::move(kid)));
  return Jwk(std::make_shared<const Impl>(std::move(impl)));
}

const std::string& Jwk::kid() const { return impl_->kid; }
const std::string& Jwk::kty() const { return impl_->kty; }
const std::string& Jwk::alg() const { return impl_->alg; }
const std::string& Jwk::use() const { return impl_->use; }

json::Object Jwk::PublicJwk() const {
  json::Object out;
  EVP_PKEY* key = impl_->key.get();
  out["kty"] = impl_->kty;
  if (!impl_->kid.empty()) out["kid"] = impl_->kid;
  if (!impl_->use.empty()) out["use"] = impl_->use;
  if (!impl_->alg.empty()) out["alg"] = impl_->alg;
  if (impl_->kty == "RSA") {
    out["n"] = BnParam(key, OSSL_PKEY_PARAM_RSA_N, 0);
    out["e"] = BnParam(key, OSSL_PKEY_PARAM_RSA_E, 0);
  } else if (impl_->kty == "EC") {
    std::size_t size = FindCurve(impl_->crv)->coordinate_bytes;
    out["crv"] = impl_->crv;
    out["x"] = BnParam(key, OSSL_PKEY_PARAM_EC_PUB_X, size);
    out["y"] = BnParam(key, OSSL_PKEY_PARAM_EC_PUB_Y, size);
  } else {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    GH_CHECK(EVP_PKEY_get_raw_public_key(key, ossl::Data(raw), &size) == 1 && size == 32);
    out["crv"] = impl_->crv;
    out["x"] = Base64UrlEncode(raw);
  }
  return out;
}

Result<std::string> Jwk::PrivatePem() const {
  if (!impl_->is_private) return Invalid("not a private key");
  ossl::Bio bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0,
                                            nullptr, nullptr) != 1) {
    return Invalid("PEM");
  }
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  if (size <= 0) return Invalid("PEM");
  return std::string(data, static_cast<std::size_t>(size));
}

Result<JwkSet> JwkSet::Parse(std::string_view text) {
  auto document = json::ParseObject(text, {.max_bytes = kMaxJwksBytes, .max_depth = 16});
  if (!document) {
    return Fail(Code::kInvalidArgument, kJwksInvalid, std::string(document.error().reason));
  }
  const json::Array* keys = json::GetArray(*document, "keys");
  if (keys == nullptr) return Fail(Code::kInvalidArgument, kJwksInvalid, "no keys");
  if (keys->size() > kMaxKeys) return Fail(Code::kInvalidArgument, kJwksInvalid, "too many keys");
  JwkSet set;
  for (const json::Value& entry : *keys) {
    const json::Object* object = entry.if_object();
    if (object == nullptr) continue;
    auto jwk = Jwk::ParsePublic(*object);
    if (!jwk || (!jwk->use().empty() && jwk->use() != "sig")) continue;
    set.keys.push_back(std::move(*jwk));
  }
  if (set.keys.empty()) return Fail(Code::kInvalidArgument, kJwksInvalid, "no usable key");
  return set;
}

}  // namespace gatehouse::crypto
