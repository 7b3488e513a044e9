#pragma once

// Reason slugs of this module. Those of WebAuthn are made by platform/crypto/webauthn.h.

#include <string_view>

namespace gatehouse::factors {

inline constexpr std::string_view kAlreadyEnrolled = "already_enrolled";
inline constexpr std::string_view kEnrolmentExpired = "enrolment_expired";
inline constexpr std::string_view kOtpInvalid = "otp_invalid";
inline constexpr std::string_view kOtpLocked = "otp_locked";
inline constexpr std::string_view kRecoveryInvalid = "recovery_invalid";
inline constexpr std::string_view kFactorNotFound = "factor_not_found";
inline constexpr std::string_view kFactorRequired = "factor_required";
inline constexpr std::string_view kNoFactor = "no_factor";
inline constexpr std::string_view kTooManyFactors = "too_many_factors";
inline constexpr std::string_view kCredentialTaken = "credential_taken";

inline constexpr std::string_view kWebauthnMalformed = "webauthn_malformed";
inline constexpr std::string_view kWebauthnChallenge = "webauthn_challenge";
inline constexpr std::string_view kWebauthnOrigin = "webauthn_origin";
inline constexpr std::string_view kWebauthnFlags = "webauthn_flags";
inline constexpr std::string_view kWebauthnSignature = "webauthn_signature";
inline constexpr std::string_view kWebauthnCounter = "webauthn_counter";

}  // namespace gatehouse::factors
