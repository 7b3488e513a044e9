#pragma once

// What the outbound HTTP client said about a provider, as the reason of a refusal. Pure.

#include <string>

#include "base/error.h"

namespace gatehouse::sso::oidc {

// Errors that are no refusal: they say nothing about the person or the provider.
bool IsOurs(const Error& error);

// `error` of http::Client as a refusal: "url_forbidden", "jwks_invalid" or "idp_unavailable". Ours
// stay what they are.
Error PeerError(const Error& error);

// `error` as administrators read it during set-up: the slug, and which of name, connection, time or
// certificate was the trouble.
std::string PeerWords(const Error& error);

}  // namespace gatehouse::sso::oidc
