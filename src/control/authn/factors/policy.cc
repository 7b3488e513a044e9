#include "control/authn/factors/policy.h"

#include <array>

#include "base/bytes.h"
#include "base/text.h"
#include "control/users/errors.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/otp.h"

namespace gatehouse::factors {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kCodeBytes = 10;
constexpr std::size_t kCodeLength = 16;
constexpr std::size_t kNonce = 8;
constexpr std::size_t kTime = 8;
constexpr std::size_t kMac = 16;

std::string RandomBytes(Rng& rng, std::size_t size) {
  std::string bytes(size, '\0');
  rng.Fill(std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()));
  return bytes;
}

std::string PasskeyMac(std::string_view key, std::string_view browser, std::string_view body) {
  return crypto::HmacSha256(key, std::string(body) + crypto::Sha256(browser)).substr(0, kMac);
}

}  // namespace

Result<std::string> CheckFactorName(std::string_view name) {
  name = Trim(name);
  if (name.empty() || name.size() > kMaxName || !IsValidUtf8(name) || HasControl(name)) {
    return Fail(Code::kInvalidArgument, users::kNameInvalid);
  }
  return std::string(name);
}

std::string NewRecoveryCode(Rng& rng) {
  std::string code = crypto::Base32Encode(RandomBytes(rng, kCodeBytes));
  for (std::size_t at : {12u, 8u, 4u}) code.insert(at, 1, '-');
  return code;
}

std::string CanonicalRecoveryCode(std::string_view typed) {
  if (typed.size() > 64) return {};
  std::string code;
  for (char c : typed) {
    if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  bool valid = code.size() == kCodeLength && crypto::Base32Decode(code).has_value();
  return valid ? code : std::string();
}

RelyingParty RelyingPartyOf(std::string_view base_url) {
  std::size_t host = base_url.find("://");
  host = host == std::string_view::npos ? 0 : host + 3;
  std::string origin = AsciiLower(base_url.substr(0, base_url.find('/', host)));
  if (origin.starts_with("https://") && origin.ends_with(":443")) origin.resize(origin.size() - 4);
  if (origin.starts_with("http://") && origin.ends_with(":80")) origin.resize(origin.size() - 3);
  std::string id = origin.substr(host);
  // An IPv6 address keeps its brackets; browsers refuse it as a relying party anyway.
  std::size_t colon = id.rfind(':');
  if (colon != std::string::npos && id.find(']', colon) == std::string::npos) id.resize(colon);
  return {.id = std::move(id), .origin = std::move(origin)};
}

std::string SealPasskeyChallenge(std::string_view key, std::string_view browser, Timestamp now,
                                 Rng& rng) {
  std::string body = RandomBytes(rng, kNonce);
  auto end = static_cast<std::uint64_t>((now + kChallengeLife).micros);
  for (int shift = 56; shift >= 0; shift -= 8) body += static_cast<char>(end >> shift & 0xFF);
  return body + PasskeyMac(key, browser, body);
}

bool IsPasskeyChallenge(std::string_view key, std::string_view browser, std::string_view challenge,
                        Timestamp now) {
  if (challenge.size() != kNonce + kTime + kMac) return false;
  std::string_view body = challenge.substr(0, kNonce + kTime);
  if (!crypto::ConstantTimeEqual(challenge.substr(kNonce + kTime),
                                 PasskeyMac(key, browser, body))) {
    return false;
  }
  std::uint64_t end = 0;
  for (char c : body.substr(kNonce)) end = end << 8 | static_cast<unsigned char>(c);
  Timestamp expires{static_cast<std::int64_t>(end)};
  return expires > now && expires <= now + kChallengeLife + kChallengeLife;
}

}  // namespace gatehouse::factors
