#pragma once

// The sub-commands that change or read an installation from the host. Each returns what it did as a
// JSON object: printed as it is with --json, as "key: value" lines without. Runs on the caller's
// thread; REQUIRES: not a network thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/authn/authn.h"
#include "control/authn/factors/service.h"
#include "control/sso/service.h"
#include "control/users/service.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"
#include "region/orgs/service.h"
#include "region/projects/service.h"

namespace gatehouse::cli {

struct Services {
  users::Service& users;
  authn::Service& authn;
  factors::Service& factors;
  sso::Service& sso;
  orgs::Service& orgs;
  projects::Service& projects;
  sql::Database& db;  // to find a user by address
  const users::Store& user_store;
  const Clock& clock;
  std::string operator_label;  // "host operator (root)"
  std::string base_url;        // what DSNs name
};

Result<json::Object> CreateUser(Services& s, const std::string& email, const std::string& name,
                                std::optional<std::string> password);
// For somebody who lost them all: removes the second factors, ends every session. Audited, mailed.
Result<json::Object> ResetFactors(Services& s, const std::string& email);
// `owner` is the user's address.
Result<json::Object> CreateOrg(Services& s, const std::string& slug, const std::string& name,
                               const std::string& owner);
// Somebody who has this role already is no error ("already_member": true in the result). Errors:
// kAlreadyExists "already_member" for a member with another role, which stays as it is.
Result<json::Object> AddMember(Services& s, const std::string& org, const std::string& email,
                               const std::string& role);
// The token is printed once and stored only as a hash.
Result<json::Object> CreateToken(Services& s, const std::string& user, const std::string& name,
                                 const std::vector<std::string>& scopes,
                                 std::optional<std::int64_t> days);
// With its first key, whose DSN is in the result.
Result<json::Object> CreateProject(Services& s, const std::string& org, const std::string& slug,
                                   const std::string& name, const std::string& platform);
// Break-glass: members may enter without single sign-on. Audited.
Result<json::Object> UnlockSso(Services& s, const std::string& org);

// Exit codes, the same for every sub-command; docs/operations.md lists them.
inline constexpr int kExitDone = 0;
// It was tried and cannot be done, or what was checked is not in order.
inline constexpr int kExitRefused = 1;
// Nothing was tried: the command line, the configuration or an input cannot be read.
inline constexpr int kExitUsage = 2;
int ExitStatus(const Error& error);

std::string Format(const json::Object& result, bool as_json);
// `sentence`: the reason in words, "" when there are none; the slug and the detail follow them.
std::string FormatError(const Error& error, std::string_view sentence, bool as_json);

}  // namespace gatehouse::cli
