#pragma once

// Has the provider vouched for a second factor? Read from the claims of a verified ID token and
// from nowhere else: `acr` (OpenID Connect Core 1.0 §2) and `amr` with the names of RFC 8176 §2.
// Pure.

#include <string>
#include <vector>

#include "platform/json/json.h"

namespace gatehouse::sso::oidc {

struct SecondFactor {
  bool vouched = false;
  std::string received;  // "acr urn:x; amr pwd otp", for a check row
};

// Yes if `acr` is one of `accepted_acr`, or if `amr` names "mfa", a method that people use next to
// a password (otp, hwk, swk, sc, fpt, face, iris), or methods of two kinds: what one knows (pwd,
// pin, kba), has (sms, tel, pop) or is (retina, vbm). Names are compared as they are; anything
// but texts in `amr` counts for nothing.
SecondFactor ReadSecondFactor(const json::Object& claims,
                              const std::vector<std::string>& accepted_acr);

}  // namespace gatehouse::sso::oidc
