#pragma once

// All browser pages. Web owns the templates and knows how each page is made; it decides nothing
// that access/ or a service decides. No page needs JavaScript.
//
// Thread-safe after Register. Everything in Deps outlives Web, and Web outlives the router's
// server.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/authn/authn.h"
#include "control/authn/factors/service.h"
#include "control/identity/linking/service.h"
#include "control/sso/service.h"
#include "control/users/service.h"
#include "core/audit/checkpoint.h"
#include "core/audit/sealer.h"
#include "edge/access/access.h"
#include "platform/http/router.h"
#include "platform/sql/sql.h"
#include "region/orgs/invites/service.h"
#include "region/orgs/members/service.h"
#include "region/orgs/service.h"
#include "region/orgs/teams/service.h"

namespace gatehouse::events {
struct Services;
}

namespace gatehouse::web {

// What a demonstration shows: ready accounts on the log-in page, and a provider that can be set up
// with one click.
struct Demo {
  struct Person {
    std::string label;
    std::string email;
    std::string password;
  };
  std::string idp_name;  // "Gatehouse test provider"
  std::string kind = "oidc";
  sso::Settings preset;
  std::vector<Person> people;
};

struct Deps {
  access::Guard& guard;
  users::Service& users;
  authn::Service& authn;
  sso::Service& sso;
  factors::Service& factors;
  orgs::Service& orgs;
  members::Service& members;
  invites::Service& invites;
  teams::Service& teams;
  sql::Database& control;  // the audit log
  const audit::Log& audit;
  audit::Sealer& sealer;
  linking::Service& linking;
  const audit::CheckpointFile* checkpoints = nullptr;  // what they say of the chain is shown
  const events::Services* events = nullptr;            // without it there are no such pages
  std::optional<Demo> demo = {};
  std::filesystem::path mailbox_folder = {};  // empty: no /demo/mailbox/
};

class Site;

class Web {
 public:
  // Aborts when an embedded template is broken (a test proves that none is).
  explicit Web(Deps deps);
  ~Web();

  void Register(http::Router& router);
  // For page groups of other modules.
  Site& site() { return *site_; }
  // The page for an error that left a handler, or that the server itself found: title, what
  // happened, what to do, reason and correlation id. Never a cause that the reason does not name.
  http::Response RenderError(const http::Request& request, const Error& error, int status) const;

 private:
  std::unique_ptr<Site> site_;
};

}  // namespace gatehouse::web
