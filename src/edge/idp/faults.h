#pragma once

// What the built-in provider can do wrong on demand. A fault applies to one log-in: it travels with
// the authorization code.

#include <optional>
#include <span>
#include <string_view>

namespace gatehouse::idp {

enum class Fault {
  kNone,
  kSkewedClock,
  kRotatedKey,
  kUnknownKid,
  kChangedSubject,
  kMissingEmail,
  kUnverifiedEmail,
  kWrongAudience,
  kWrongNonce,
  kWrongIssuer,
  kExpired,
  kBadSignature,
  kAlgNone,
  kSlow,
  kGarbage,
  kTokenError,
  kUserinfoOtherSubject,
};

struct FaultInfo {
  Fault fault;
  std::string_view name;   // in forms and JSON
  std::string_view label;  // for people
};

// Every fault except kNone, in the order of the page.
std::span<const FaultInfo> AllFaults();
std::string_view FaultName(Fault fault);  // "" for kNone
// "" is kNone; std::nullopt for an unknown name.
std::optional<Fault> ParseFault(std::string_view name);

}  // namespace gatehouse::idp
