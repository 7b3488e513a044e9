#pragma once

// What page groups share: the call in hand, the page being made, and the frame around both. A page
// is a free coroutine `Task<Response> ShowX(Site&, Call&)`; Site::Run keeps both alive until its
// answer is there, finds out who asks, checks the CSRF token of a POST, and turns refusals into the
// right redirect or error page.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge/web/web.h"
#include "platform/html/html.h"

namespace gatehouse::web {

struct Call {
  http::Request& request;
  access::Visitor visitor;
  http::Form query;
  http::Form form;  // of a POST, its CSRF token checked

  const users::User& user() const { return visitor.principal->user; }
  users::ClientInfo client_info() const;
  // Session to be replaced by a new one, if there is one.
  std::optional<SessionId> previous() const;
};

using PageHandler = Task<http::Response> (*)(Site&, Call&);

// A page being filled: a body template inside one of two frames.
class Page {
 public:
  Page(std::string_view body_template, std::string title);

  html::Data& body() { return *body_; }
  // The frame with navigation, for a signed-in visitor. Without it the page is a card.
  Page& InOrg(const access::OrgAccess& access, std::string_view active);
  Page& InAccount(std::string_view active);
  // Leaves for `url` at once (with a link for those who do not).
  Page& LeaveFor(std::string url);
  Page& Wide();
  // One more style sheet of static/, after the common one.
  Page& Styles(std::string_view name);
  Page& Notice(std::string_view level, std::string text);

 private:
  friend class Site;
  html::Data data_;
  html::Data* body_;
  std::string title_;
  enum class Frame { kCard, kOrg, kAccount } frame_ = Frame::kCard;
  std::string org_slug_, org_name_, active_;
  bool can_write_ = false;
  bool has_notice_ = false;
};

struct PageOptions {
  bool token_in_url = false;
  // A mail as its reader sees it: inline styles, nothing that runs, no origin.
  bool mail = false;
};

class Site {
 public:
  explicit Site(Deps deps);
  ~Site();

  void Get(http::Router& router, std::string pattern, PageHandler page, PageOptions options = {});
  void Post(http::Router& router, std::string pattern, PageHandler page, PageOptions options = {});

  // Draws a page. Loads what its frame needs.
  Task<http::Response> Show(Call& call, Page page, int status = 200);
  // Without navigation, so without any read.
  http::Response ShowCard(const Call& call, Page page, int status = 200) const;
  // The same page whichever way an error came: of the visitor it looks at no more than the cookie.
  http::Response RenderError(const http::Request& request, const Error& error, int status) const;

  void SetSession(http::Response& response, const Call& call,
                  const authn::IssuedSession& session) const;
  // After a first proof: signed in and on to `next`, or to the second factor, which goes on there.
  http::Response Enter(const Call& call, const authn::LoginOutcome& outcome, std::string next,
                       std::string_view flash = {}) const;
  void SetPending(http::Response& response, const std::string& token) const;
  // Organizations that this session may know about: all with own proof, else those it has proofs
  // for.
  Task<std::vector<orgs::OrgMembership>> VisibleOrgs(const Call& call);
  // False until the first account exists.
  Task<bool> IsSetUp();

  const Deps d;

 private:
  Task<http::Response> Run(http::Request& request, PageHandler page, bool post,
                           PageOptions options);
  bool OwnHost(const http::Request& request) const;
  http::Response Refuse(const Call& call, const Error& error) const;
  std::string Frame(Page& page, std::string_view layout) const;
  void FillNotice(const http::Form& query, Page& page) const;

  std::unique_ptr<html::Templates> templates_;
  std::atomic<bool> set_up_{false};
};

// "?a=b" added to a path of ours.
std::string WithQuery(std::string path, std::string_view name, std::string_view value);
http::Response Go(std::string path, std::string_view flash = {});
// `next` of the call, if it is a path of this site that is not part of signing in; else `fallback`.
std::string NextOr(std::string_view next, std::string_view fallback);
// The one value of a form or query field, trimmed of nothing; "" if absent or sent twice.
std::string Field(const http::Form& form, std::string_view name);
// An id or cursor in it: absent, or a positive number. Errors: kInvalidArgument "bad_request".
Result<std::optional<std::int64_t>> NumberIn(const http::Form& form, std::string_view name);
// The beginning of a day in UTC; nullopt if it is none. "2026-11-21"
std::optional<Timestamp> ParseDay(std::string_view text);
// The form again with a reason on it. 4xx or 5xx.
int FormStatus(const Error& error);
// Fills {{#ERROR}}{{TITLE}}{{WHAT}}{{NEXT}}.
void AddError(html::Data& body, std::string_view slug);

// Fills {{#CHECKS}}{{#CHECK}} with the chain of checks that explains a decision.
void AddChecks(html::Data& body, const std::vector<sso::Check>& checks);

// The page groups.
void RegisterAssets(Site& site, http::Router& router);
void RegisterLogin(Site& site, http::Router& router);
void RegisterSsoLogin(Site& site, http::Router& router);
void RegisterAccount(Site& site, http::Router& router);
void RegisterEmails(Site& site, http::Router& router);
void RegisterTwoFactor(Site& site, http::Router& router);
void RegisterSecondStep(Site& site, http::Router& router);
void RegisterHistory(Site& site, http::Router& router);
void RegisterRecovery(Site& site, http::Router& router);
void RegisterFirstRun(Site& site, http::Router& router);
void RegisterOrganization(Site& site, http::Router& router);
void RegisterOrganizationSettings(Site& site, http::Router& router);
void RegisterMembers(Site& site, http::Router& router);
void RegisterInvites(Site& site, http::Router& router);
void RegisterTeams(Site& site, http::Router& router);
void RegisterAccept(Site& site, http::Router& router);
void RegisterAuditPages(Site& site, http::Router& router);
void RegisterDecisions(Site& site, http::Router& router);
void RegisterTokens(Site& site, http::Router& router);
void RegisterSessions(Site& site, http::Router& router);
void RegisterSsoSetup(Site& site, http::Router& router);
void RegisterMailbox(Site& site, http::Router& router);
void RegisterIdentities(Site& site, http::Router& router);
void RegisterIdentityProviders(Site& site, http::Router& router);

}  // namespace gatehouse::web
