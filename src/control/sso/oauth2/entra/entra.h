#pragma once

// Microsoft Entra's dialect (v2.0 endpoints): learn.microsoft.com/entra/identity-platform, "ID
// token claims reference". The ID token says everything.
//
// Config: {tenant} besides client_id and client_secret.

#include <memory>
#include <string>

#include "control/sso/oauth2/vendor.h"

namespace gatehouse::sso::oauth2::entra {

struct Options {
  std::string login = "https://login.microsoftonline.com";  // national clouds have others
};

std::unique_ptr<const Vendor> NewVendor(Options options = {});

}  // namespace gatehouse::sso::oauth2::entra
