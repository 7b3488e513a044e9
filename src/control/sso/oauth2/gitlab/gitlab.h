#pragma once

// GitLab's dialect: docs.gitlab.com, "OAuth 2.0 identity provider API" and "GitLab as OpenID
// Connect identity provider" (userinfo).
//
// Config: {host, org: {id, name}} besides client_id and client_secret.

#include <memory>
#include <string>

#include "control/sso/oauth2/vendor.h"

namespace gatehouse::sso::oauth2::gitlab {

struct Options {
  // The public instance, and the form's host when none is entered.
  std::string host = "https://gitlab.com";
};

// Id of "everybody of this instance".
inline constexpr std::string_view kEverybody = "*";

std::unique_ptr<const Vendor> NewVendor(Options options = {});

}  // namespace gatehouse::sso::oauth2::gitlab
