#pragma once

// The door of every browser page and API route: who is asking (Visit), did they mean it
// (CheckPost), and may they enter (EnterOrg, RequireOwnProof). Isolation law L2 is enforced here: a
// session born by organization A's provider opens A and nothing else.
//
// Thread-safe. The services given to Guard outlive it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/rng.h"
#include "control/authn/authn.h"
#include "control/sso/service.h"
#include "edge/access/cookies.h"
#include "platform/http/form.h"
#include "platform/http/message.h"
#include "platform/runtime/task.h"
#include "region/orgs/service.h"

namespace gatehouse::access {

// Who stands behind a request.
struct Visitor {
  std::shared_ptr<const authn::Principal> principal;  // null: anonymous
  std::string session_token;                          // of a live session, else ""
  std::string browser;                                // never empty for a browser
  bool new_browser = false;                           // the answer must set the browser cookie
  bool stale_session = false;  // a session cookie came that is no longer good
  sso::Client client;

  // The session is there and was opened with the user's own credentials.
  bool has_own_proof() const;
};

struct OrgAccess {
  orgs::Organization organization;
  orgs::Member member;
  sso::SsoState sso;

  bool can(std::string_view scope) const { return orgs::RoleHasScope(member.role, scope); }
};

struct Options {
  std::string base_url;  // "https://sso.example.com": its scheme and origin count
  std::string csrf_key;  // KeyRing::DeriveKey("csrf")
};

class Guard {
 public:
  Guard(Options options, authn::Service& authn, sso::Service& sso, orgs::Service& orgs, Rng& rng);

  const Cookies& cookies() const { return cookies_; }
  bool https() const { return https_; }
  const std::string& base_url() const { return base_url_; }
  // "https://sso.example.com": scheme, host and a port that is not the default.
  const std::string& origin() const { return origin_; }

  // The proxy in front says that this request came over plain http although the base URL is https.
  // It carried its cookies and tokens in the clear: pages move to https, everything else is
  // refused.
  bool CameInTheClear(const http::Request& request) const;

  // Both refuse a request that came in the clear: kInvalidArgument "https_required".
  // The visitor behind the cookies. A bad or dead session is anonymous, never an error; a database
  // that is down is one (fails closed). `request` outlives the call.
  Task<Visitor> Visit(const http::Request& request);
  // The caller behind "Authorization: Bearer ghp_…"; cookies are not looked at. Errors:
  // kUnauthenticated "token_invalid".
  Task<Visitor> VisitByToken(const http::Request& request);

  // Hidden field `csrf` of every form: bound to the session, or to the browser before a log-in.
  std::string CsrfToken(const Visitor& visitor) const;
  // The decoded form of a POST that this browser's user sent from a page of ours. Refuses a request
  // that the browser marks as cross-site even with a good token. Errors: kPermissionDenied "csrf";
  // kInvalidArgument "bad_request".
  Result<http::Form> CheckPost(const http::Request& request, const Visitor& visitor) const;

  // The same for a request without a form (the API): the token comes in X-CSRF-Token, which no
  // other site can send. Errors: kPermissionDenied "csrf".
  Result<void> CheckHeader(const http::Request& request, const Visitor& visitor) const;

  // The organization, if the visitor may use `scope` in it. Errors: kUnauthenticated
  // "login_required", "sso_required", "reauth_required"; kNotFound "organization_not_found" (also
  // for one the visitor is no member of); kPermissionDenied "forbidden". `visitor` and `scope`
  // outlive the call.
  Task<OrgAccess> EnterOrg(const Visitor& visitor, std::string slug, std::string_view scope);
  // For account settings. Errors: kUnauthenticated "login_required", "reauth_required".
  static Result<void> RequireOwnProof(const Visitor& visitor);

 private:
  bool FromHere(const http::Request& request) const;

  std::string base_url_;
  std::string origin_;
  bool https_;
  Cookies cookies_;
  std::string csrf_key_;
  authn::Service& authn_;
  sso::Service& sso_;
  orgs::Service& orgs_;
  Rng& rng_;
};

}  // namespace gatehouse::access
