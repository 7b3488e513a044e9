#include "edge/idp/faults.h"

namespace gatehouse::idp {
namespace {

constexpr FaultInfo kFaults[] = {
    {Fault::kSkewedClock, "skewed_clock", "Clock runs ten minutes ahead"},
    {Fault::kRotatedKey, "rotated_key", "Signing key was rotated just now"},
    {Fault::kUnknownKid, "unknown_kid", "Signed with a key nobody published"},
    {Fault::kChangedSubject, "changed_subject", "The person has a new subject"},
    {Fault::kMissingEmail, "missing_email", "No e-mail address"},
    {Fault::kUnverifiedEmail, "unverified_email", "E-mail address is not verified"},
    {Fault::kWrongAudience, "wrong_audience", "Token is for another client"},
    {Fault::kWrongNonce, "wrong_nonce", "Token belongs to another log-in"},
    {Fault::kWrongIssuer, "wrong_issuer", "Token names another issuer"},
    {Fault::kExpired, "expired", "Token expired an hour ago"},
    {Fault::kBadSignature, "bad_signature", "Signature is broken"},
    {Fault::kAlgNone, "alg_none", "Token is not signed at all"},
    {Fault::kSlow, "slow", "Token endpoint hangs"},
    {Fault::kGarbage, "garbage", "Token endpoint answers with a web page"},
    {Fault::kTokenError, "token_error", "Token endpoint answers with an error"},
    {Fault::kUserinfoOtherSubject, "userinfo_other_subject", "Userinfo describes somebody else"},
};

}  // namespace

std::span<const FaultInfo> AllFaults() { return kFaults; }

std::string_view FaultName(Fault fault) {
  for (const FaultInfo& info : kFaults) {
    if (info.fault == fault) return info.name;
  }
  return {};
}

std::optional<Fault> ParseFault(std::string_view name) {
  if (name.empty()) return Fault::kNone;
  for (const FaultInfo& info : kFaults) {
    if (info.name == name) return info.fault;
  }
  return std::nullopt;
}

}  // namespace gatehouse::idp
