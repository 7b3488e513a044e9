#pragma once

// The second net under "secrets do not belong in audit data". Pure.

#include <string_view>

#include "platform/json/json.h"

namespace gatehouse::audit {

inline constexpr std::string_view kRedacted = "[redacted]";

// Whether a member of this name holds something that grants access: a secret, token, password,
// passphrase or private key in any spelling ("client_secret", "accessToken", "private-key"). Names
// that only speak of one are not: "token_endpoint", "token_type".
bool IsSecretName(std::string_view name);

// Masks the values of secret names and private keys in PEM, at any depth. true, false and null
// stay: "client_secret": true says that there is one.
json::Object Redact(const json::Object& data);

}  // namespace gatehouse::audit
