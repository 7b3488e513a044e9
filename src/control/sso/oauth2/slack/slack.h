#pragma once

// Slack's dialect: docs.slack.dev, "Sign in with Slack" (OpenID Connect endpoints).
//
// Config: {org: {id, name}} besides client_id and client_secret.

#include <memory>
#include <string>

#include "control/sso/oauth2/vendor.h"

namespace gatehouse::sso::oauth2::slack {

struct Options {
  std::string host = "https://slack.com";
};

std::unique_ptr<const Vendor> NewVendor(Options options = {});

}  // namespace gatehouse::sso::oauth2::slack
