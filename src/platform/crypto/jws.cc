#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "platform/crypto/jose.h"
#include "platform/crypto/jwk_impl.h"
#include "platform/crypto/openssl.h"

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kMalformed = "jws_malformed";
constexpr std::string_view kAlg = "jws_alg";
constexpr std::string_view kCrit = "jws_crit";
constexpr std::string_view kKidUnknown = "jws_kid_unknown";
constexpr std::string_view kSignature = "jws_signature";
constexpr std::string_view kSignFailed = "sign_failed";

constexpr std::size_t kMaxTokenBytes = 256 * 1024;
constexpr std::size_t kMaxHeaderBytes = 8 * 1024;
constexpr int kMaxTries = 8;

struct Compact {
  JwsHeader header;
  std::string_view signing_input;
  std::string_view payload;  // still base64url
  std::string_view signature;
};

std::unexpected<Error> Malformed(std::string detail) {
  return Fail(Code::kInvalidArgument, kMalformed, std::move(detail));
}

// "" if absent, an error unless a string.
Result<std::string> HeaderText(const json::Object& header, std::string_view name) {
  if (!header.contains(name)) return std::string();
  auto text = json::GetString(header, name);
  if (!text) return Malformed("header member " + std::string(name));
  return std::string(*text);
}

Result<Compact> ParseCompact(std::string_view compact) {
  if (compact.size() > kMaxTokenBytes) return Malformed("too large");
  std::vector<std::string_view> parts = Split(compact, '.');
  if (parts.size() != 3 || parts[0].empty()) return Malformed("not three parts");
  if (parts[0].size() > kMaxHeaderBytes) return Malformed("header too large");
  std::optional<std::string> text = Base64UrlDecode(parts[0]);
  if (!text) return Malformed("header encoding");
  auto header = json::ParseObject(*text, {.max_bytes = kMaxHeaderBytes, .max_depth = 8});
  if (!header) return Malformed("header: " + std::string(header.error().reason));
  // No extension is understood, so a token that insists on one is refused (RFC 7515 4.1.11).
  if (header->contains("crit")) return Fail(Code::kInvalidArgument, kCrit);
  auto alg = json::GetString(*header, "alg");
  if (!alg || FindJwsAlg(*alg) == nullptr) {
    return Fail(Code::kInvalidArgument, kAlg, alg ? std::string(alg->substr(0, 32)) : "absent");
  }
  Compact out;
  out.header.alg = *alg;
  GH_TRY(out.header.kid, HeaderText(*header, "kid"));
  GH_TRY(out.header.typ, HeaderText(*header, "typ"));
  out.signing_input = compact.substr(0, parts[0].size() + 1 + parts[1].size());
  out.payload = parts[1];
  out.signature = parts[2];
  return out;
}

// JWS carries r||s, each of the curve's full size; OpenSSL wants DER.
std::optional<std::string> RawToDer(std::string_view raw, std::size_t coordinate_bytes) {
  if (raw.size() != 2 * coordinate_bytes) return std::nullopt;
  int half = static_cast<int>(coordinate_bytes);
  ossl::Bn r(BN_bin2bn(ossl::Data(raw), half, nullptr));
  ossl::Bn s(BN_bin2bn(ossl::Data(raw.substr(coordinate_bytes)), half, nullptr));
  ossl::EcdsaSig sig(ECDSA_SIG_new());
  if (!r || !s || !sig || BN_is_zero(r.get()) || BN_is_zero(s.get())) return std::nullopt;
  if (ECDSA_SIG_set0(sig.get(), r.get(), s.get()) != 1) return std::nullopt;
  (void)r.release();  // owned by sig now
  (void)s.release();
  int size = i2d_ECDSA_SIG(sig.get(), nullptr);
  if (size <= 0) return std::nullopt;
  std::string der(static_cast<std::size_t>(size), '\0');
  unsigned char* out = ossl::Data(der);
  i2d_ECDSA_SIG(sig.get(), &out);
  return der;
}

std::optional<std::string> DerToRaw(std::string_view der, std::size_t coordinate_bytes) {
  const unsigned char* in = ossl::Data(der);
  ossl::EcdsaSig sig(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  std::string raw(2 * coordinate_bytes, '\0');
  int half = static_cast<int>(coordinate_bytes);
  unsigned char* out = ossl::Data(raw);
  if (!sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), out, half) != half ||
      BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), out + coordinate_bytes, half) != half) {
    return std::nullopt;
  }
  return raw;
}

bool SetPadding(const JwsAlg& alg, EVP_PKEY_CTX* ctx) {
  if (!alg.pss) return true;  // PKCS #1 v1.5 is the default for RSA
  return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

// EdDSA signs the text itself, so nothing can be prepared.
bool VerifyText(EVP_PKEY* key, std::string_view input, std::string_view signature) {
  ossl::MdCtx ctx(EVP_MD_CTX_new());
  return ctx && EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(ctx.get(), ossl::Data(signature), signature.size(), ossl::Data(input),
                          input.size()) == 1;
}

ossl::PkeyCtx PreparedVerify(EVP_PKEY* key, const JwsAlg& alg) {
  ossl::PkeyCtx ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!ctx || EVP_PKEY_verify_init(ctx.get()) != 1 || !SetPadding(alg, ctx.get()) ||
      EVP_PKEY_CTX_set_signature_md(ctx.get(), alg.md()) != 1) {
    return {};
  }
  return ctx;
}

}  // namespace

bool Verifier::Verify(EVP_PKEY* key, const JwsAlg& alg, std::string_view input,
                      std::string_view signature) const {
  bool valid = false;
  if (alg.md == nullptr) {
    valid = VerifyText(key, input, signature);
  } else {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int size = 0;
    GH_CHECK(EVP_Digest(input.data(), input.size(), digest.data(), &size, alg.md(), nullptr) == 1);
    std::lock_guard lock(mutex_);
    if (alg_ != &alg) {
      ctx_ = PreparedVerify(key, alg);
      alg_ = ctx_ ? &alg : nullptr;
    }
    // A malformed EC signature makes it return -1, which is "true" to a careless caller.
    valid = ctx_ && EVP_PKEY_verify(ctx_.get(), ossl::Data(signature), signature.size(),
                                    digest.data(), size) == 1;
  }
  if (!valid) ERR_clear_error();
  return valid;
}

Result<JwsHeader> PeekJwsHeader(std::string_view compact) {
  GH_TRY(Compact parsed, ParseCompact(compact));
  return std::move(parsed.header);
}

Result<std::string> VerifyJws(std::string_view compact, const JwkSet& keys,
                              const std::vector<std::string>& allowed_algs) {
  GH_TRY(Compact token, ParseCompact(compact));
  const JwsHeader& header = token.header;
  if (std::ranges::find(allowed_algs, header.alg) == allowed_algs.end()) {
    return Fail(Code::kInvalidArgument, kAlg, header.alg);
  }
  const JwsAlg& alg = *FindJwsAlg(header.alg);
  std::optional<std::string> payload = Base64UrlDecode(token.payload);
  std::optional<std::string> signature = Base64UrlDecode(token.signature);
  if (!payload || !signature) return Malformed("encoding");

  bool known = header.kid.empty();
  std::vector<const Jwk::Impl*> candidates;
  for (const Jwk& jwk : keys.keys) {
    if (!header.kid.empty() && jwk.kid() != header.kid) continue;
    known = true;
    if (jwk.impl().Fits(alg)) candidates.push_back(&jwk.impl());
  }
  if (!known) {
    return Fail(Code::kUnauthenticated, kKidUnknown, header.kid.substr(0, 128));
  }

  auto refused = Fail(Code::kUnauthenticated, kSignature);
  if (signature->empty()) return refused;
  if (alg.coordinate_bytes != 0) {
    std::optional<std::string> der = RawToDer(*signature, alg.coordinate_bytes);
    if (!der) return refused;
    signature = std::move(der);
  }
  int tries = 0;
  for (const Jwk::Impl* candidate : candidates) {
    if (++tries > kMaxTries) break;
    if (candidate->verifier->Verify(candidate->key.get(), alg, token.signing_input, *signature)) {
      return std::move(*payload);
    }
  }
  return refused;
}

Result<std::string> SignJws(const Jwk& jwk, const json::Object& extra_header,
                            std::string_view payload) {
  const Jwk::Impl& impl = jwk.impl();
  const JwsAlg* alg = FindJwsAlg(impl.alg);
  if (!impl.is_private || alg == nullptr) return Fail(Code::kInternal, kSignFailed, "public key");
  json::Object header;
  header["alg"] = impl.alg;
  if (!impl.kid.empty()) header["kid"] = impl.kid;
  for (const auto& [name, value] : extra_header) {
    if (name == "crit" || !header.emplace(name, value).second) {
      return Fail(Code::kInternal, kSignFailed, "header member " + std::string(name));
    }
  }
  std::string token = Base64UrlEncode(json::Serialize(header)) + "." + Base64UrlEncode(payload);

  ossl::MdCtx ctx(EVP_MD_CTX_new());
  EVP_PKEY_CTX* pkey = nullptr;
  const EVP_MD* md = alg->md != nullptr ? alg->md() : nullptr;
  std::size_t size = 0;
  std::string signature;
  bool ok = ctx && EVP_DigestSignInit(ctx.get(), &pkey, md, nullptr, impl.key.get()) == 1 &&
            SetPadding(*alg, pkey) &&
            EVP_DigestSign(ctx.get(), nullptr, &size, ossl::Data(token), token.size()) == 1;
  if (ok) {
    signature.resize(size);
    ok = EVP_DigestSign(ctx.get(), ossl::Data(signature), &size, ossl::Data(token), token.size()) ==
         1;
    signature.resize(size);
  }
  if (ok && alg->coordinate_bytes != 0) {
    std::optional<std::string> raw = DerToRaw(signature, alg->coordinate_bytes);
    ok = raw.has_value();
    if (ok) signature = std::move(*raw);
  }
  if (!ok) return Fail(Code::kInternal, kSignFailed, ossl::TakeError());
  return token + "." + Base64UrlEncode(signature);
}

}  // namespace gatehouse::crypto
