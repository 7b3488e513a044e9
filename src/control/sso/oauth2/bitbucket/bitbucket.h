#pragma once

// Bitbucket Cloud's dialect: developer.atlassian.com/cloud/bitbucket, "OAuth on Bitbucket Cloud"
// and REST API "Users", "Workspaces".
//
// Config: {org: {id, name}} besides client_id and client_secret.

#include <memory>
#include <string>

#include "control/sso/oauth2/vendor.h"

namespace gatehouse::sso::oauth2::bitbucket {

struct Options {
  std::string host = "https://bitbucket.org";
  std::string api = "https://api.bitbucket.org/2.0";
};

std::unique_ptr<const Vendor> NewVendor(Options options = {});

}  // namespace gatehouse::sso::oauth2::bitbucket
