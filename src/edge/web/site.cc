#include "edge/web/site.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "edge/access/errors.h"
#include "edge/access/headers.h"
#include "edge/web/embedded.h"
#include "edge/web/messages.h"
#include "platform/http/url.h"

namespace gatehouse::web {

users::ClientInfo Call::client_info() const {
  return {visitor.client.ip, visitor.client.user_agent, visitor.client.correlation_id};
}

std::optional<SessionId> Call::previous() const {
  if (!visitor.principal || !visitor.principal->session) return std::nullopt;
  return visitor.principal->session->id;
}

// ---- Page ---------------------------------------------------------------------------------------

Page::Page(std::string_view body_template, std::string title)
    : body_(&data_.Include("BODY", std::string(body_template))), title_(std::move(title)) {}

Page& Page::InOrg(const access::OrgAccess& access, std::string_view active) {
  frame_ = Frame::kOrg;
  org_slug_ = access.organization.slug;
  org_name_ = access.organization.name;
  can_write_ = access.can("org:write");
  active_ = active;
  return *this;
}

Page& Page::InAccount(std::string_view active) {
  frame_ = Frame::kAccount;
  active_ = active;
  return *this;
}

Page& Page::LeaveFor(std::string url) {
  data_.Add("REFRESH").Set("URL", std::move(url));
  return *this;
}

Page& Page::Wide() {
  data_.Show("WIDE");
  return *this;
}

Page& Page::Styles(std::string_view name) {
  data_.Add("STYLES").Set("URL", AssetUrl(name));
  return *this;
}

Page& Page::Notice(std::string_view level, std::string text) {
  data_.Add("NOTICE").Set("LEVEL", std::string(level)).Set("TEXT", std::move(text));
  has_notice_ = true;
  return *this;
}

// ---- small things -------------------------------------------------------------------------------

std::string WithQuery(std::string path, std::string_view name, std::string_view value) {
  http::AppendQuery(path, name, value);
  return path;
}

http::Response Go(std::string path, std::string_view flash) {
  if (!flash.empty()) http::AppendQuery(path, "flash", flash);
  return http::Response::Redirect(std::move(path));
}

std::string NextOr(std::string_view next, std::string_view fallback) {
  auto safe = http::SafeLocalPath(next);
  // Back into signing in or out would be a loop, or an action nobody asked for.
  if (!safe || safe->starts_with("/auth/")) return std::string(fallback);
  return *std::move(safe);
}

std::string Field(const http::Form& form, std::string_view name) {
  auto value = form.One(name);
  return value && *value ? std::string(**value) : std::string();
}

Result<std::optional<std::int64_t>> NumberIn(const http::Form& form, std::string_view name) {
  const std::string text = Field(form, name);
  if (text.empty()) return std::nullopt;
  const auto id = StrongId<struct NumberTag>::Parse(text);
  if (!id) return Fail(Code::kInvalidArgument, "bad_request", std::string(name));
  return id->value;
}

std::optional<Timestamp> ParseDay(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00";
  if (text.size() != kShape.size()) return std::nullopt;
  int parts[3] = {};
  std::size_t part = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kShape[i] == '-') {
      if (text[i] != '-') return std::nullopt;
      ++part;
    } else if (text[i] < '0' || text[i] > '9') {
      return std::nullopt;
    } else {
      parts[part] = parts[part] * 10 + (text[i] - '0');
    }
  }
  using namespace std::chrono;
  const year_month_day day{year(parts[0]), month(static_cast<unsigned>(parts[1])),
                           std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!day.ok() || parts[0] < 1970) return std::nullopt;
  return Timestamp::FromSeconds(duration_cast<seconds>(sys_days(day).time_since_epoch()).count());
}

int FormStatus(const Error& error) { return HttpStatus(error.code); }

void AddError(html::Data& body, std::string_view slug) {
  const Message& message = FindMessage(slug);
  body.Add("ERROR")
      .Set("TITLE", std::string(message.title))
      .Set("WHAT", std::string(message.what))
      .Set("NEXT", std::string(message.next));
}

// ---- Site ---------------------------------------------------------------------------------------

Site::Site(Deps deps) : d(std::move(deps)) {
  auto templates = html::Templates::Load(EmbeddedTemplates());
  GH_CHECK(templates.has_value());
  templates_ = std::move(*templates);
}

Site::~Site() = default;

void Site::Get(http::Router& router, std::string pattern, PageHandler page, PageOptions options) {
  router.Add(http::Method::kGet, std::move(pattern),
             [this, page, options](http::Request& r) { return Run(r, page, false, options); });
}

void Site::Post(http::Router& router, std::string pattern, PageHandler page, PageOptions options) {
  router.Add(http::Method::kPost, std::move(pattern),
             [this, page, options](http::Request& r) { return Run(r, page, true, options); });
}

// Cookies belong to the host of the base URL: a page under another name of this server ("127.0.0.1"
// for "localhost") goes there, or a log-in begun here would end there without its cookies.
bool Site::OwnHost(const http::Request& request) const {
  const std::string& origin = d.guard.origin();
  std::string_view host = request.headers.Get("Host");
  const std::size_t authority = origin.find("://") + 3;
  if (EqualsIgnoreCase(host, std::string_view(origin).substr(authority))) return true;
  // The same place spelled with its default port.
  auto url = http::ParseUrl(origin.substr(0, authority) + std::string(host));
  return url && url->Origin() == origin;
}

Task<http::Response> Site::Run(http::Request& request, PageHandler page, bool post,
                               PageOptions options) {
  if (!post && (!OwnHost(request) || d.guard.CameInTheClear(request))) {
    auto elsewhere = http::Response::Redirect(d.guard.origin() + request.target);
    access::SetPageHeaders(elsewhere,
                           {.token_in_url = options.token_in_url, .https = d.guard.https()});
    co_return elsewhere;
  }
  GH_CO_TRY(access::Visitor visitor, co_await d.guard.Visit(request));
  Call call{request, std::move(visitor), {}, {}};
  http::Response response;
  if (auto query = http::Form::Parse(request.query); !query) {
    response = Refuse(call, query.error());
  } else {
    call.query = std::move(*query);
    Result<http::Form> form = post ? d.guard.CheckPost(request, call.visitor) : http::Form();
    if (!form) {
      response = Refuse(call, form.error());
    } else {
      call.form = std::move(*form);
      auto result = co_await page(*this, call);
      response = result ? std::move(*result) : Refuse(call, result.error());
    }
  }
  access::SetPageHeaders(response,
                         {.token_in_url = options.token_in_url, .https = d.guard.https()});
  if (options.mail) {
    response.headers.Set("Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                         "form-action 'none'; frame-ancestors 'none'; "
                         "sandbox allow-top-navigation-by-user-activation");
  }
  const access::Cookies& cookies = d.guard.cookies();
  if (call.visitor.new_browser) {
    response.headers.Add("Set-Cookie", cookies.Browser(call.visitor.browser).ToString());
  }
  if (call.visitor.stale_session &&
      !std::ranges::any_of(response.headers.all(), [&](const auto& field) {
        return field.first == "Set-Cookie" &&
               field.second.starts_with(cookies.session_name() + "=");
      })) {
    response.headers.Add("Set-Cookie", cookies.ClearSession().ToString());
  }
  co_return response;
}

// Sends people who can help it to the right door; everybody else gets the error page.
http::Response Site::Refuse(const Call& call, const Error& error) const {
  const http::Request& request = call.request;
  const bool again = request.method == http::Method::kGet || request.method == http::Method::kHead;
  std::string slug;
  for (const auto& [name, value] : request.params) {
    if (name == "slug") slug = value;
  }
  auto door = [&](std::string path) {
    if (again && http::SafeLocalPath(request.target)) {
      http::AppendQuery(path, "next", request.target);
    }
    return path;
  };
  if (error.Is(access::kLoginRequired) || error.Is("session_invalid")) {
    std::string path =
        slug.empty() ? "/auth/login/" : "/auth/login/" + http::PercentEncode(slug) + "/";
    return Go(door(std::move(path)), call.visitor.stale_session ? "session_expired" : "");
  }
  if (error.Is(access::kSsoRequired) && !slug.empty()) {
    return Go(door("/auth/login/" + http::PercentEncode(slug) + "/"));
  }
  if (error.Is(access::k2faRequired)) return Go("/auth/2fa/");
  if (error.Is(access::kSudoRequired)) {
    // A form that was sent cannot be sent again by a redirect: back to where it stands.
    std::string path = "/auth/sudo/";
    if (auto safe = http::SafeLocalPath(again ? request.target : request.path)) {
      http::AppendQuery(path, "next", *safe);
    }
    return Go(std::move(path));
  }
  if (error.Is(access::k2faRequiredByOrganization)) {
    return Go(WithQuery(door("/account/two-factor/"), "reason", "required"));
  }
  if (error.Is(access::kMemberOverLimit) && !slug.empty()) {
    return Go("/organizations/" + http::PercentEncode(slug) + "/disabled-member/");
  }
  if (error.Is(access::kEmailVerificationRequired)) {
    return Go(WithQuery(door("/account/emails/"), "reason", "required"));
  }
  if (error.Is(access::kReauthRequired)) {
    return Go(WithQuery(door("/auth/login/"), "reason", access::kReauthRequired));
  }
  return RenderError(request, error, HttpStatus(error.code));
}

http::Response Site::RenderError(const http::Request& request, const Error& error,
                                 int status) const {
  const Message& message = FindMessage(error.reason);
  Page page("error.tpl", std::string(message.title));
  page.body()
      .Set("TITLE", std::string(message.title))
      .Set("WHAT", std::string(message.what))
      .Set("NEXT", std::string(message.next))
      .Set("REASON", std::string(error.reason))
      .Set("CORRELATION_ID", request.correlation_id);
  const bool signed_in =
      !http::CookieValue(request.headers.Get("Cookie"), d.guard.cookies().session_name()).empty();
  page.body().Show(signed_in ? "INSIDE" : "OUTSIDE");
  if (!d.mailbox_folder.empty()) page.data_.Show("MAILBOX");
  auto response = http::Response::Html(status, Frame(page, "layout_card.tpl"));
  access::SetPageHeaders(response, {.token_in_url = false, .https = d.guard.https()});
  return response;
}

void Site::SetSession(http::Response& response, const Call& call,
                      const authn::IssuedSession& issued) const {
  response.headers.Add("Set-Cookie",
                       d.guard.cookies()
                           .Session(issued.token, call.request.received, issued.session.expires_at)
                           .ToString());
}

void Site::SetPending(http::Response& response, const std::string& token) const {
  response.headers.Add("Set-Cookie", d.guard.cookies().Pending(token).ToString());
}

http::Response Site::Enter(const Call& call, const authn::LoginOutcome& outcome, std::string next,
                           std::string_view flash) const {
  if (!outcome.session) {
    http::Response response = Go("/auth/2fa/");
    SetPending(response, outcome.pending_token);
    return response;
  }
  http::Response response = Go(std::move(next), flash);
  SetSession(response, call, *outcome.session);
  return response;
}

Task<std::vector<orgs::OrgMembership>> Site::VisibleOrgs(const Call& call) {
  if (!call.visitor.principal) co_return std::vector<orgs::OrgMembership>();
  GH_CO_TRY(auto all, co_await d.orgs.ListForUser(call.user().id));
  if (!call.visitor.has_own_proof()) {
    const auto& session = call.visitor.principal->session;
    std::erase_if(all, [&](const orgs::OrgMembership& membership) {
      return !session || session->SsoProof(membership.organization.id) == nullptr;
    });
  }
  std::ranges::sort(all, {}, [](const auto& membership) { return membership.organization.name; });
  co_return all;
}

Task<bool> Site::IsSetUp() {
  if (set_up_.load(std::memory_order_relaxed)) co_return true;
  GH_CO_TRY(bool any, co_await d.users.AnyUser());
  set_up_.store(any, std::memory_order_relaxed);
  co_return any;
}

void Site::FillNotice(const http::Form& query, Page& page) const {
  if (page.has_notice_) return;
  if (const Notice* notice = FindNotice(Field(query, "flash"))) {
    page.Notice(notice->level, std::string(notice->text));
  }
}

std::string Site::Frame(Page& page, std::string_view layout) const {
  page.data_.Set("TITLE", page.title_)
      .Set("CSS_URL", AssetUrl("gatehouse.css"))
      .Set("JS_URL", AssetUrl("gatehouse.js"))
      .Set("ICON_URL", AssetUrl("icon.svg"));
  return templates_->Render(layout, page.data_);
}

http::Response Site::ShowCard(const Call& call, Page page, int status) const {
  FillNotice(call.query, page);
  page.body().Set("CSRF", d.guard.CsrfToken(call.visitor));
  if (!d.mailbox_folder.empty()) page.data_.Show("MAILBOX");
  return http::Response::Html(status, Frame(page, "layout_card.tpl"));
}

Task<http::Response> Site::Show(Call& call, Page page, int status) {
  if (page.frame_ == Page::Frame::kCard || !call.visitor.principal) {
    co_return ShowCard(call, std::move(page), status);
  }
  FillNotice(call.query, page);
  html::Data& data = page.data_;
  const users::User& user = call.user();
  data.Set("CSRF", d.guard.CsrfToken(call.visitor));
  page.body().Set("CSRF", d.guard.CsrfToken(call.visitor));
  data.Set("USER_NAME", user.Display()).Set("USER_EMAIL", user.email);
  if (!d.mailbox_folder.empty()) data.Show("MAILBOX");
  GH_CO_TRY(auto memberships, co_await VisibleOrgs(call));
  for (const auto& membership : memberships) {
    html::Data& item = data.Add("ORG_ITEM");
    item.Set("NAME", membership.organization.name).Set("SLUG", membership.organization.slug);
    if (membership.organization.slug == page.org_slug_) item.Show("CURRENT");
  }
  // What comes next begins a group.
  std::string_view heading;
  auto nav = [&](std::string_view id, std::string_view label, std::string url) {
    html::Data& item = data.Add("NAV");
    if (!heading.empty()) item.Add("HEADING").Set("TEXT", std::string(std::exchange(heading, {})));
    item.Set("LABEL", std::string(label)).Set("URL", std::move(url));
    if (id == page.active_) item.Show("CURRENT");
  };
  if (page.frame_ == Page::Frame::kOrg) {
    data.Set("SWITCHER", page.org_name_).Set("NAV_LABEL", "Organization");
    const std::string base = "/organizations/" + page.org_slug_ + "/";
    nav("overview", "Overview", base);
    if (d.events != nullptr) {
      heading = "Events";
      nav("issues", "Issues", base + "issues/");
      nav("transactions", "Transactions", base + "transactions/");
      nav("releases", "Releases", base + "releases/");
      nav("logs", "Logs", base + "logs/");
      nav("monitors", "Crons", base + "monitors/");
      nav("feedback", "Feedback", base + "feedback/");
      nav("projects", "Projects", base + "projects/");
      nav("usage", "Usage", base + "stats/");
      if (page.can_write_) nav("event-settings", "Event settings", base + "settings/events/");
    }
    heading = "People";
    nav("members", "Members", base + "members/");
    nav("teams", "Teams", base + "teams/");
    if (page.can_write_) {
      heading = "Security";
      nav("sso", "Single sign-on", "/settings/" + page.org_slug_ + "/auth/");
      nav("providers", "Linked accounts", "/settings/" + page.org_slug_ + "/identity-providers/");
      nav("decisions", "Sign-in decisions", base + "sso-decisions/");
      nav("audit", "Audit log", base + "audit-log/");
      nav("settings", "Settings", base + "settings/");
    }
  } else {
    data.Set("SWITCHER", "Your account").Set("NAV_LABEL", "Account");
    nav("organizations", "Organizations", "/organizations/");
    nav("profile", "Profile", "/account/");
    nav("emails", "E-mail addresses", "/account/emails/");
    nav("security", "Password", "/account/security/");
    nav("two-factor", "Two-factor", "/account/two-factor/");
    nav("sessions", "Sessions", "/account/sessions/");
    nav("identities", "Linked accounts", "/account/identities/");
    nav("tokens", "API tokens", "/account/tokens/");
    nav("history", "History", "/account/history/");
  }
  co_return http::Response::Html(status, Frame(page, "layout_app.tpl"));
}

// ---- Web ----------------------------------------------------------------------------------------

Web::Web(Deps deps) : site_(std::make_unique<Site>(std::move(deps))) {}
Web::~Web() = default;

void Web::Register(http::Router& router) {
  RegisterAssets(*site_, router);
  RegisterLogin(*site_, router);
  RegisterSsoLogin(*site_, router);
  RegisterAccount(*site_, router);
  RegisterEmails(*site_, router);
  RegisterTwoFactor(*site_, router);
  RegisterSecondStep(*site_, router);
  RegisterHistory(*site_, router);
  RegisterIdentities(*site_, router);
  RegisterIdentityProviders(*site_, router);
  RegisterRecovery(*site_, router);
  RegisterFirstRun(*site_, router);
  RegisterOrganization(*site_, router);
  RegisterOrganizationSettings(*site_, router);
  RegisterMembers(*site_, router);
  RegisterInvites(*site_, router);
  RegisterTeams(*site_, router);
  RegisterAccept(*site_, router);
  RegisterAuditPages(*site_, router);
  RegisterDecisions(*site_, router);
  RegisterTokens(*site_, router);
  RegisterSessions(*site_, router);
  RegisterSsoSetup(*site_, router);
  if (!site_->d.mailbox_folder.empty()) RegisterMailbox(*site_, router);
}

http::Response Web::RenderError(const http::Request& request, const Error& error,
                                int status) const {
  return site_->RenderError(request, error, status);
}

}  // namespace gatehouse::web
