#pragma once

// The door of every browser page and API route: who is asking (Visit), did they mean it
// (CheckPost), and may they enter (EnterOrg, RequireOwnProof, RequireFreshProof). Isolation law L2
// is enforced here: a session born by organization A's provider opens A and nothing else.
//
// Thread-safe. The services given to Guard outlive it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "control/authn/authn.h"
#include "control/sso/service.h"
#include "edge/access/cookies.h"
#include "edge/access/denials.h"
#include "platform/http/form.h"
#include "platform/http/message.h"
#include "platform/runtime/task.h"
#include "region/orgs/members/service.h"
#include "region/orgs/service.h"

namespace gatehouse::access {

// Who stands behind a request.
struct Visitor {
  std::shared_ptr<const authn::Principal> principal;  // null: anonymous
  std::string session_token;                          // of a live session, else ""
  std::string browser;                                // never empty for a browser
  bool new_browser = false;                           // the answer must set the browser cookie
  bool stale_session = false;  // a session cookie came that is no longer good
  // Of the cookie of a log-in that waits for its second factor, else "". Whether it is still good
  // is the factors' business.
  std::string pending_login;
  Timestamp at;       // when the request came
  std::string route;  // "GET /organizations/{organization}/": for the denials
  sso::Client client;

  // The first proof is given and the second is not: only the second-factor pages are open.
  bool awaits_second_factor() const { return !principal && !pending_login.empty(); }

  // The session is there and was opened with the user's own credentials.
  bool has_own_proof() const;
};

struct OrgAccess {
  orgs::Organization organization;
  orgs::Member member;
  sso::SsoState sso;
  // Of the member's role in this organization; for a token, those of them that it was granted.
  std::vector<std::string> scopes;

  bool can(std::string_view scope) const { return orgs::ScopesInclude(scopes, scope); }
};

// The visitor as the services of the organization know a caller.
orgs::Actor ActorOf(const Visitor& visitor);
members::Caller CallerOf(const Visitor& visitor, const OrgAccess& access);
users::ClientInfo ClientInfoOf(const Visitor& visitor);

// Whether the visitor's membership must count. A member over the limit of the organization
// (member-limit:restricted) may do nothing there but leave it.
enum class Seat { kNeeded, kNotNeeded };

struct Options {
  std::string base_url;        // "https://sso.example.com": its scheme and origin count
  std::string csrf_key;        // KeyRing::DeriveKey("csrf")
  Denials* denials = nullptr;  // outlives the guard; null: refusals are not audited
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

  // The organization, if the visitor may use one of `scopes` ("member:read|member:write") in it.
  // Errors: kUnauthenticated "login_required", "2fa_required" (the second proof of a log-in is
  // missing), "sso_required", "reauth_required", "2fa_required_by_organization" (the user has no
  // second factor), "email_verification_required", "member_over_limit"; kNotFound
  // "organization_not_found" (also for one the visitor is no member of); kPermissionDenied
  // "forbidden". A refusal to a member, and to somebody who is none, is audited (authz.denied).
  // `visitor` and `scopes` outlive the call.
  Task<OrgAccess> EnterOrg(const Visitor& visitor, std::string slug, std::string_view scopes,
                           Seat seat = Seat::kNeeded);
  // A service refused what the visitor, who had entered, wanted (kPermissionDenied): for the audit
  // log. Never fails: the refusal stands either way. All arguments outlive the call.
  Task<void> NoteDenied(const Visitor& visitor, const OrgAccess& access, std::string_view reason);

  // For account settings. Errors: kUnauthenticated "login_required", "2fa_required",
  // "reauth_required"; kPermissionDenied "session_required" (an API token).
  static Result<void> RequireOwnProof(const Visitor& visitor);
  // For changes of what protects the account: besides that, a proof of the last 15 minutes. Errors:
  // those of RequireOwnProof; kUnauthenticated "sudo_required".
  static Result<void> RequireFreshProof(const Visitor& visitor);

 private:
  Task<void> Note(const Visitor& visitor, OrgId organization, std::string_view reason);
  bool FromHere(const http::Request& request) const;

  std::string base_url_;
  std::string origin_;
  bool https_;
  Cookies cookies_;
  std::string csrf_key_;
  Denials* denials_;
  authn::Service& authn_;
  sso::Service& sso_;
  orgs::Service& orgs_;
  Rng& rng_;
};

// "GET /organizations/{organization}/": the pattern again, from the path and what the router found
// in it. Holds no value of a parameter, so that neither ids nor secrets of links reach the log.
std::string RouteOf(const http::Request& request);

}  // namespace gatehouse::access
