#pragma once

// Google's dialect: developers.google.com/identity/openid-connect. The ID token says everything.
//
// Config: {domains: [..], version: "1"} besides client_id and client_secret; a single `domain` of
// older configurations counts too.

#include <memory>
#include <string>
#include <vector>

#include "control/sso/oauth2/vendor.h"

namespace gatehouse::sso::oauth2::google {

struct Options {
  std::string issuer = "https://accounts.google.com";
  std::string authorization = "https://accounts.google.com/o/oauth2/v2/auth";
  std::string token = "https://oauth2.googleapis.com/token";
  std::string userinfo = "https://openidconnect.googleapis.com/v1/userinfo";
  std::string jwks = "https://www.googleapis.com/oauth2/v3/certs";
  std::vector<std::string> blocked_domains = {"gmail.com", "googlemail.com"};
};

std::unique_ptr<const Vendor> NewVendor(Options options = {});

// The domains of a configuration, lower case, each once.
std::vector<std::string> DomainsOf(const json::Object& config);

}  // namespace gatehouse::sso::oauth2::google
