#include "control/sso/oidc/id_token.h"

#include <cmath>

#include "base/bytes.h"
#include "base/text.h"
#include "control/sso/oidc/errors.h"
#include "platform/crypto/hash.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::size_t kMaxSubject = 255;
constexpr std::size_t kMaxAudiences = 100;

std::string Moment(double seconds) {
  // Beyond the year 9999 a time is shown as the number it is.
  if (seconds < 0 || seconds > 253402300799.0) return std::to_string(seconds);
  return FormatIso8601(Timestamp::FromSeconds(static_cast<std::int64_t>(seconds)));
}

// NumericDate (RFC 7519 §2): a number of seconds, maybe with a fraction. Not a string.
std::optional<double> NumericDate(const json::Object& claims, std::string_view name) {
  std::optional<double> value = json::GetNumber(claims, name);
  if (!value || !std::isfinite(*value) || *value < 0) return std::nullopt;
  return value;
}

std::string ShownDate(const json::Object& claims, std::string_view name) {
  if (auto value = NumericDate(claims, name)) return Moment(*value);
  return Shown(claims, name);
}

struct Audience {
  bool valid = false;     // a string, or a list of strings
  bool includes = false;  // our client id
  bool others = false;
};

Audience ReadAudience(const json::Object& claims, std::string_view client_id) {
  Audience out;
  auto see = [&](std::string_view name) { (name == client_id ? out.includes : out.others) = true; };
  if (auto one = json::GetString(claims, "aud")) {
    out.valid = true;
    see(*one);
  } else if (const json::Array* list = json::GetArray(claims, "aud")) {
    out.valid = list->size() <= kMaxAudiences;
    for (const json::Value& item : *list) {
      if (!item.is_string()) return {};
      see({item.get_string().data(), item.get_string().size()});
    }
  }
  return out;
}

}  // namespace

bool IsSubject(const json::Object& claims, std::string_view* subject) {
  auto text = json::GetString(claims, "sub");
  if (!text || text->empty() || text->size() > kMaxSubject || HasControl(*text) ||
      !IsValidUtf8(*text)) {
    return false;
  }
  *subject = *text;
  return true;
}

std::string HalfHash(std::string_view alg, std::string_view text) {
  std::string digest;
  if (alg.ends_with("256")) {
    digest = crypto::Sha256(text);
  } else if (alg.ends_with("384")) {
    digest = crypto::Sha384(text);
  } else if (alg.ends_with("512") || alg == "EdDSA") {  // Ed25519 signs with SHA-512
    digest = crypto::Sha512(text);
  } else {
    return {};
  }
  return Base64UrlEncode(std::string_view(digest).substr(0, digest.size() / 2));
}

std::string_view CheckIdToken(const json::Object& claims, const IdTokenRules& rules,
                              Checks& checks) {
  std::string_view issuer = json::GetString(claims, "iss").value_or(std::string_view());
  if (!checks.Add("id_token.issuer", issuer == rules.issuer, rules.issuer, Shown(claims, "iss"))) {
    return kIss;
  }

  Audience audience = ReadAudience(claims, rules.client_id);
  bool has_azp = claims.contains("azp");
  bool azp_is_us = has_azp && json::GetString(claims, "azp") == rules.client_id;
  // A token for several parties is ours only if it says that it was issued to us.
  bool audience_holds = audience.valid && audience.includes && (!audience.others || has_azp);
  std::string expected(rules.client_id);
  if (audience.others && audience.includes) expected += " alone, or with azp";
  if (!checks.Add("id_token.audience", audience_holds, expected, Shown(claims, "aud"))) return kAud;
  if (has_azp && !checks.Add("id_token.azp", azp_is_us, rules.client_id, Shown(claims, "azp"))) {
    return kAzp;
  }

  std::string_view subject;
  if (!checks.Add("id_token.subject", IsSubject(claims, &subject), "a text of 1 to 255 bytes",
                  Shown(claims, "sub"))) {
    return kSub;
  }

  double now = static_cast<double>(rules.now.micros) / 1e6;
  auto exp = NumericDate(claims, "exp");
  if (!checks.Add("id_token.expires", exp && *exp + kSkewSeconds > now, "after " + Moment(now),
                  ShownDate(claims, "exp"))) {
    return kExp;
  }
  auto iat = NumericDate(claims, "iat");
  if (!checks.Add("id_token.issued_at", iat && *iat <= now + kSkewSeconds,
                  "not after " + Moment(now), ShownDate(claims, "iat"))) {
    return kIat;
  }
  if (claims.contains("nbf")) {
    auto nbf = NumericDate(claims, "nbf");
    if (!checks.Add("id_token.not_before", nbf && *nbf <= now + kSkewSeconds,
                    "not after " + Moment(now), ShownDate(claims, "nbf"))) {
      return kNbf;
    }
  }

  if (!rules.refreshed) {
    auto nonce = json::GetString(claims, "nonce");
    bool nonce_holds =
        nonce && !rules.nonce.empty() && crypto::ConstantTimeEqual(*nonce, rules.nonce);
    if (!checks.Add("id_token.nonce", nonce_holds, "the nonce of this log-in",
                    nonce_holds ? "the same"
                    : nonce     ? "another"
                                : "absent")) {
      return kNonce;
    }
  }

  auto hash_holds = [&](std::string_view claim, std::string_view name, std::string_view of) {
    if (!claims.contains(claim)) return true;
    auto value = json::GetString(claims, claim);
    std::string hash = HalfHash(rules.alg, of);
    bool same = value && !hash.empty() && crypto::ConstantTimeEqual(*value, hash);
    return checks.Add(name, same, "the hash of what we received", same ? "the same" : "another");
  };
  if (!hash_holds("at_hash", "id_token.at_hash", rules.access_token)) return kAtHash;
  if (!rules.refreshed && !hash_holds("c_hash", "id_token.c_hash", rules.code)) return kCHash;
  return {};
}

}  // namespace gatehouse::sso::oidc
