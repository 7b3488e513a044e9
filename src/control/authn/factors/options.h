#pragma once

// What a browser is asked: PublicKeyCredentialCreationOptions and …RequestOptions in the JSON of
// PublicKeyCredential.parseCreationOptionsFromJSON() (W3C WebAuthn Level 3 §5.1.8, §5.1.9).

#include <string>
#include <string_view>
#include <vector>

#include "control/authn/factors/policy.h"

namespace gatehouse::factors {

struct CreationOptions {
  std::string challenge;    // base64url
  std::string user_handle;  // base64url; says nothing about the user
  std::string user_name;
  std::string display_name;
  std::vector<std::string> existing;  // credential ids, base64url: a key is registered once
};
std::string CreationOptionsJson(const RelyingParty& rp, const CreationOptions& options);

// `allowed`: credential ids, base64url; empty asks for a passkey. `verify_user`: a PIN or finger is
// asked for, not the touch alone.
std::string RequestOptionsJson(const RelyingParty& rp, std::string_view challenge,
                               const std::vector<std::string>& allowed, bool verify_user);

}  // namespace gatehouse::factors
