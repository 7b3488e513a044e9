#include "edge/access/access.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/text.h"
#include "edge/access/errors.h"
#include "platform/crypto/hash.h"
#include "platform/http/url.h"

namespace gatehouse::access {

namespace {

// Cut to what pages and rows show; a header can be 16 KiB.
constexpr std::size_t kMaxUserAgent = 300;

sso::Client ClientOf(const http::Request& request) {
  sso::Client client;
  client.ip = request.remote_ip;
  std::string_view agent = request.headers.Get("User-Agent");
  if (IsValidUtf8(agent) && !HasControl(agent)) {
    client.user_agent = std::string(TruncateUtf8(agent, kMaxUserAgent));
  }
  client.correlation_id = request.correlation_id;
  return client;
}

// A token of ours is far shorter; what is longer is not looked at.
constexpr std::size_t kMaxPending = 200;

bool IsPendingToken(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPending && IsValidUtf8(text) && !HasControl(text);
}

// One of "a|b|c" is among `granted`.
bool IncludesAny(const std::vector<std::string>& granted, std::string_view scopes) {
  for (std::string_view scope : Split(scopes, '|')) {
    if (orgs::ScopesInclude(granted, scope)) return true;
  }
  return false;
}

void SetPrincipal(Visitor& visitor, std::shared_ptr<const authn::Principal> principal) {
  visitor.client.principal = *principal;
  visitor.principal = std::move(principal);
}

}  // namespace

bool Visitor::has_own_proof() const {
  return principal && principal->session && principal->session->OwnProof() != nullptr;
}

Guard::Guard(Options options, authn::Service& authn, sso::Service& sso, orgs::Service& orgs,
             Rng& rng)
    : base_url_(std::move(options.base_url)),
      https_(base_url_.starts_with("https://")),
      cookies_(https_),
      csrf_key_(std::move(options.csrf_key)),
      denials_(options.denials),
      authn_(authn),
      sso_(sso),
      orgs_(orgs),
      rng_(rng) {
  while (base_url_.ends_with('/')) base_url_.pop_back();
  auto url = http::ParseUrl(base_url_);
  GH_CHECK(url.has_value());
  origin_ = url->Origin();
  GH_CHECK(csrf_key_.size() >= 32);
}

bool Guard::CameInTheClear(const http::Request& request) const {
  // Whoever sends the header without a proxy refuses only itself.
  return https_ && EqualsIgnoreCase(request.headers.Get("X-Forwarded-Proto"), "http");
}

Task<Visitor> Guard::Visit(const http::Request& request) {
  if (CameInTheClear(request)) co_return Fail(Code::kInvalidArgument, kHttpsRequired);
  Visitor visitor;
  visitor.client = ClientOf(request);
  visitor.at = request.received;
  visitor.route = RouteOf(request);
  // A second Cookie header would let two readers see two sessions: then there is none.
  std::string_view header =
      request.headers.Count("Cookie") == 1 ? request.headers.Get("Cookie") : std::string_view();
  std::string_view browser = http::CookieValue(header, cookies_.browser_name());
  if (IsBrowserId(browser)) {
    visitor.browser = std::string(browser);
  } else {
    visitor.browser = rng_.Token(32);
    visitor.new_browser = true;
  }
  visitor.client.browser = visitor.browser;
  std::string_view pending = http::CookieValue(header, cookies_.pending_name());
  if (IsPendingToken(pending)) visitor.pending_login = std::string(pending);

  std::string token(http::CookieValue(header, cookies_.session_name()));
  if (token.empty()) co_return visitor;
  auto principal = co_await authn_.FromSession(token);
  if (principal) {
    visitor.session_token = std::move(token);
    SetPrincipal(visitor, std::move(*principal));
  } else if (principal.error().code == Code::kUnauthenticated) {
    visitor.stale_session = true;
  } else {
    co_return std::unexpected(std::move(principal).error());
  }
  co_return visitor;
}

Task<Visitor> Guard::VisitByToken(const http::Request& request) {
  if (CameInTheClear(request)) co_return Fail(Code::kInvalidArgument, kHttpsRequired);
  std::string_view header = request.headers.Get("Authorization");
  auto [scheme, token] = SplitOnce(header, ' ');
  if (request.headers.Count("Authorization") != 1 || !EqualsIgnoreCase(scheme, "Bearer") ||
      token.empty()) {
    co_return Fail(Code::kUnauthenticated, kTokenInvalid, "no bearer token");
  }
  GH_CO_TRY(auto principal, co_await authn_.FromToken(std::string(token)));
  Visitor visitor;
  visitor.client = ClientOf(request);
  visitor.at = request.received;
  visitor.route = RouteOf(request);
  SetPrincipal(visitor, std::move(principal));
  co_return visitor;
}

std::string Guard::CsrfToken(const Visitor& visitor) const {
  // The prefix keeps the two kinds apart: a browser id must never pass for a session.
  std::string bound = visitor.session_token.empty() ? "browser:" + visitor.browser
                                                    : "session:" + visitor.session_token;
  return Base64UrlEncode(crypto::HmacSha256(csrf_key_, bound));
}

bool Guard::FromHere(const http::Request& request) const {
  const bool has_site = request.headers.Has("Sec-Fetch-Site");
  if (has_site) {
    std::string_view site = request.headers.Get("Sec-Fetch-Site");
    if (request.headers.Count("Sec-Fetch-Site") != 1) return false;
    if (site != "same-origin" && site != "none") return false;
  }
  if (!request.headers.Has("Origin")) return true;
  if (request.headers.Count("Origin") != 1) return false;
  std::string_view origin = request.headers.Get("Origin");
  if (origin == origin_) return true;
  // A page under `Referrer-Policy: no-referrer` sends "null". The browser's own word decides then;
  // only a plain-http address, where browsers send no Sec-Fetch-Site, relies on the token alone.
  if (origin == "null") return has_site || !https_;
  return false;
}

Result<http::Form> Guard::CheckPost(const http::Request& request, const Visitor& visitor) const {
  if (!FromHere(request)) return Fail(Code::kPermissionDenied, kCsrf, "cross-site request");
  std::string_view type = SplitOnce(request.headers.Get("Content-Type"), ';').first;
  if (!EqualsIgnoreCase(Trim(type), "application/x-www-form-urlencoded")) {
    return Fail(Code::kPermissionDenied, kCsrf, "not a form");
  }
  GH_TRY(http::Form form, http::Form::Parse(request.body));
  auto token = form.One("csrf");
  if (!token || !*token || !crypto::ConstantTimeEqual(**token, CsrfToken(visitor))) {
    return Fail(Code::kPermissionDenied, kCsrf, "token missing or wrong");
  }
  return form;
}

Result<void> Guard::CheckHeader(const http::Request& request, const Visitor& visitor) const {
  if (!FromHere(request)) return Fail(Code::kPermissionDenied, kCsrf, "cross-site request");
  if (!crypto::ConstantTimeEqual(request.headers.Get("X-CSRF-Token"), CsrfToken(visitor))) {
    return Fail(Code::kPermissionDenied, kCsrf, "token missing or wrong");
  }
  return {};
}

Task<OrgAccess> Guard::EnterOrg(const Visitor& visitor, std::string slug, std::string_view scopes,
                                Seat seat) {
  if (visitor.awaits_second_factor()) co_return Fail(Code::kUnauthenticated, k2faRequired);
  if (!visitor.principal) co_return Fail(Code::kUnauthenticated, kLoginRequired);
  const authn::Principal& principal = *visitor.principal;
  GH_CO_TRY(auto found, co_await orgs_.GetWithMember(std::move(slug), principal.user.id));
  // A pending row is no membership, whatever address it names.
  if (!found.second || found.second->pending()) {
    GH_CO_TRY_VOID(co_await Note(visitor, found.first.id, kNotAMember));
    co_return Fail(Code::kNotFound, kOrganizationNotFound, "not a member");
  }
  OrgAccess access{std::move(found.first), std::move(*found.second), {}, {}};
  access.scopes = orgs::ScopesOf(access.organization, access.member.role);

  GH_CO_TRY(access.sso, co_await sso_.QueryState(principal, access.organization.id, access.member));
  if (principal.token_id) {
    // A token cannot go through the provider; its owner's link must be good all the same.
    if (access.sso.required && !access.sso.valid) {
      co_return Fail(Code::kUnauthenticated, kSsoRequired);
    }
    std::erase_if(access.scopes, [&](const std::string& scope) {
      return !orgs::ScopesInclude(principal.scopes, scope);
    });
  } else {
    if (access.sso.needs_sso()) co_return Fail(Code::kUnauthenticated, kSsoRequired);
    const bool own = visitor.has_own_proof();
    if (!own && !access.sso.completed) co_return Fail(Code::kUnauthenticated, kReauthRequired);
  }
  if (access.organization.require_2fa() && !principal.user.has_2fa) {
    co_return Fail(Code::kUnauthenticated, k2faRequiredByOrganization);
  }
  if ((access.organization.flags & orgs::kRequireEmailVerification) != 0 &&
      !principal.user.email_verified) {
    co_return Fail(Code::kUnauthenticated, kEmailVerificationRequired);
  }
  if (seat == Seat::kNeeded && access.member.over_limit()) {
    co_return Fail(Code::kUnauthenticated, kMemberOverLimit);
  }
  if (!IncludesAny(access.scopes, scopes)) {
    GH_CO_TRY_VOID(co_await Note(visitor, access.organization.id, kForbidden));
    co_return Fail(Code::kPermissionDenied, kForbidden,
                   principal.token_id ? "role or token lacks scope" : "role lacks scope");
  }
  co_return access;
}

Task<void> Guard::NoteDenied(const Visitor& visitor, const OrgAccess& access,
                             std::string_view reason) {
  return Note(visitor, access.organization.id, reason);
}

Task<void> Guard::Note(const Visitor& visitor, OrgId organization, std::string_view reason) {
  if (denials_ == nullptr || !visitor.principal) co_return Result<void>();
  Denial denial;
  denial.organization = organization;
  denial.actor = visitor.principal->user.id;
  denial.actor_label = visitor.principal->user.username;
  denial.ip = visitor.client.ip;
  denial.correlation_id = visitor.client.correlation_id;
  denial.route = visitor.route;
  denial.reason = std::string(reason);
  // Not written now is written later, or counted with the next one: the refusal stands.
  (void)co_await denials_->Note(std::move(denial));
  co_return Result<void>();
}

Result<void> Guard::RequireOwnProof(const Visitor& visitor) {
  if (visitor.awaits_second_factor()) return Fail(Code::kUnauthenticated, k2faRequired);
  if (!visitor.principal) return Fail(Code::kUnauthenticated, kLoginRequired);
  if (!visitor.principal->session) return Fail(Code::kPermissionDenied, kSessionRequired);
  if (!visitor.has_own_proof()) return Fail(Code::kUnauthenticated, kReauthRequired);
  return {};
}

Result<void> Guard::RequireFreshProof(const Visitor& visitor) {
  GH_TRY_VOID(RequireOwnProof(visitor));
  if (!visitor.principal->session->IsFresh(visitor.at)) {
    return Fail(Code::kUnauthenticated, kSudoRequired);
  }
  return {};
}

orgs::Actor ActorOf(const Visitor& visitor) {
  orgs::Actor actor;
  if (visitor.principal) {
    actor.user = visitor.principal->user.id;
    actor.label = visitor.principal->user.username;
  }
  actor.ip = visitor.client.ip;
  actor.correlation_id = visitor.client.correlation_id;
  return actor;
}

members::Caller CallerOf(const Visitor& visitor, const OrgAccess& access) {
  return {ActorOf(visitor), access.member.id, access.scopes};
}

users::ClientInfo ClientInfoOf(const Visitor& visitor) {
  return {visitor.client.ip, visitor.client.user_agent, visitor.client.correlation_id};
}

std::string RouteOf(const http::Request& request) {
  std::string route(http::MethodName(request.method));
  route += ' ';
  std::size_t next = 0;
  bool first = true;
  for (std::string_view segment : Split(request.path, '/')) {
    if (!std::exchange(first, false)) route += '/';
    if (next < request.params.size() &&
        http::PercentDecode(segment, false) == request.params[next].second) {
      route += '{';
      route += request.params[next++].first;
      route += '}';
    } else {
      route += segment;
    }
  }
  return route;
}

}  // namespace gatehouse::access
