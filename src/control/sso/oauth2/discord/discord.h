#pragma once

// Discord's dialect: docs.discord.com, "OAuth2", "User resource".
//
// Config: {org: {id, name}} besides client_id and client_secret.

#include <memory>
#include <string>

#include "control/sso/oauth2/vendor.h"

namespace gatehouse::sso::oauth2::discord {

struct Options {
  std::string host = "https://discord.com";
};

std::unique_ptr<const Vendor> NewVendor(Options options = {});

}  // namespace gatehouse::sso::oauth2::discord
