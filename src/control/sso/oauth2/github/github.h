#pragma once

// GitHub's dialect: docs.github.com, "Authorizing OAuth apps", and REST API "Users", "Emails",
// "Organizations".
//
// Config: {host, org: {id, name}} besides client_id and client_secret.

#include <memory>
#include <string>

#include "control/sso/oauth2/vendor.h"

namespace gatehouse::sso::oauth2::github {

struct Options {
  // The form's host when none is entered.
  std::string host = "https://github.com";
  // Where the API of a host is; "" for what follows from the host.
  std::string api = {};
  bool require_verified_email = true;
};

std::unique_ptr<const Vendor> NewVendor(Options options = {});

struct Email {
  std::string address;
  bool verified = false;
};
// The primary address of the account in a list of addresses. Errors (kPermissionDenied): the e-mail
// slugs of errors.h.
Result<Email> PrimaryEmail(const json::Array& emails, bool require_verified);
// What a person may read about such an error.
std::string_view EmailMessage(std::string_view reason);

// "john.smith@example.com" -> "John Smith".
std::string NameFromEmail(std::string_view email);

}  // namespace gatehouse::sso::oauth2::github
