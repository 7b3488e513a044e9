#pragma once

// Any OAuth 2 provider with a user endpoint, endpoints and member names being settings. A dot in a
// member's name leads into an object ("data.id"), unless there is a member of that very name.
//
// Config: {authorization_url, token_url, user_url, scopes, auth_method, pkce, claim_id,
// claim_email, claim_verified, claim_name, answer_issuer} besides client_id and client_secret.

#include <memory>

#include "control/sso/oauth2/vendor.h"

namespace gatehouse::sso::oauth2::generic {

std::unique_ptr<const Vendor> NewVendor();

// What the user endpoint's document says. A person without subject if there is no usable one.
Person ReadPerson(const json::Object& document, const json::Object& config);

}  // namespace gatehouse::sso::oauth2::generic
