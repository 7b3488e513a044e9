#pragma once

// The link of an invitation: {base}/accept/{slug}/{member}/{token}/. The token is a keyed MAC of
// the member's id and nonce, so that neither the row alone nor a link alone makes another one.
// Pure.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rng.h"

namespace gatehouse::members {

inline constexpr Duration kInviteLife = std::chrono::hours(24 * 30);

// A fresh nonce kills the links of the one before.
std::string NewInviteNonce(Rng& rng);
// base64url(HMAC-SHA256(key, "<member id>.<nonce>")): 43 characters. Compare it with
// crypto::ConstantTimeEqual only.
std::string InviteToken(std::string_view key, MemberId member, std::string_view nonce);
// `base_url` with or without a slash at its end.
std::string InviteLink(std::string_view key, std::string_view base_url, std::string_view slug,
                       MemberId member, std::string_view nonce);

}  // namespace gatehouse::members
