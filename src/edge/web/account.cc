// The account's own pages. Every one needs the user's own credentials: a session that came in
// through an organization's provider opens that organization and none of these (isolation law L2).

#include <algorithm>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/messages.h"
#include "edge/web/proof_words.h"
#include "edge/web/site.h"
#include "edge/web/user_agent.h"

namespace gatehouse::web {

namespace {

using access::Guard;

constexpr std::size_t kMaxName = 200;

Task<http::Response> ProfilePage(Site& site, Call& call, std::string error_slug, int status) {
  GH_CO_TRY(users::User user, co_await site.d.users.Get(call.user().id));
  Page page("account.tpl", "Profile");
  page.InAccount("profile");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("NAME", user.name).Set("USERNAME", user.username);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowProfile(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  co_return co_await ProfilePage(site, call, "", 200);
}

Task<http::Response> PostProfile(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  const std::string op = Field(call.form, "op");
  if (op == "name") {
    std::string name(Trim(Field(call.form, "name")));
    if (name.empty() || name.size() > kMaxName || HasControl(name)) {
      co_return co_await ProfilePage(site, call, "name_invalid", 400);
    }
    GH_CO_TRY_VOID(co_await site.d.users.Rename(call.user().id, std::move(name)));
    site.d.authn.Forget(call.user().id);
    co_return Go("/account/", "name_saved");
  }
  co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
}

Task<http::Response> SecurityPage(Site& site, Call& call, std::string error_slug, int status) {
  Page page("security.tpl", "Password");
  page.InAccount("security");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Show(call.user().has_password ? "CHANGE" : "NONE");
  body.Set("EMAIL", call.user().email).Set("USERNAME", call.user().username);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowSecurity(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  co_return co_await SecurityPage(site, call, "", 200);
}

Task<http::Response> PostSecurity(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  const UserId user = call.user().id;
  auto changed = co_await site.d.users.ChangePassword(
      user, Field(call.form, "current"), Field(call.form, "password"), call.client_info());
  if (!changed) {
    const Error& error = changed.error();
    if (HttpStatus(error.code) >= 500) co_return std::unexpected(error);
    co_return co_await SecurityPage(site, call, std::string(error.reason), FormStatus(error));
  }
  // Every session has ended, this one too: it goes on as a new one.
  site.d.authn.Forget(user);
  GH_CO_TRY(auto issued,
            co_await site.d.authn.Reissue(user, *call.previous(), authn::ProofKind::kPassword,
                                          call.client_info()));
  auto response = Go("/account/security/", "password_changed");
  site.SetSession(response, call, issued);
  co_return response;
}

// "password, authenticator code": how the person proved to be the owner of the account.
std::string DescribeProofs(const authn::Session& session) {
  std::vector<std::string> words;
  for (const authn::Proof& proof : session.proofs) {
    std::string word(ProofWord(proof.kind));
    if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
  }
  return Join(words, ", ");
}

Task<http::Response> ShowSessions(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  GH_CO_TRY(auto sessions, co_await site.d.authn.List(call.user().id));
  const auto current = call.previous();
  std::ranges::sort(sessions, [&](const authn::Session& a, const authn::Session& b) {
    if ((a.id == current) != (b.id == current)) return a.id == current;
    return a.last_seen_at > b.last_seen_at;
  });
  Page page("sessions.tpl", "Sessions");
  page.InAccount("sessions");
  html::Data& body = page.body();
  for (const authn::Session& session : sessions) {
    html::Data& row = body.Add("SESSION");
    row.Set("ID", session.id.ToString())
        .Set("AGENT", DescribeUserAgent(session.user_agent))
        .Set("IP", session.ip)
        .Set("SEEN", FormatHuman(session.last_seen_at))
        .Set("CREATED", FormatHuman(session.created_at));
    row.Show(session.id == current ? "CURRENT" : "OTHER");
    row.Show(session.OwnProof() != nullptr ? "OWN" : "BY_SSO");
    row.SetIf("PROOFS", DescribeProofs(session));
  }
  if (sessions.size() > 1) body.Show("OTHERS");
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> PostSessions(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  const UserId user = call.user().id;
  const SessionId current = *call.previous();
  const std::string op = Field(call.form, "op");
  if (op == "end-others") {
    GH_CO_TRY_VOID(co_await site.d.authn.EndOthers(user, current, call.client_info()));
    co_return Go("/account/sessions/", "sessions_ended");
  }
  auto id = SessionId::Parse(Field(call.form, "session"));
  if (op != "end" || !id) co_return Fail(Code::kInvalidArgument, "bad_request", "no session");
  // The service ends sessions of this user only.
  if (*id != current) {
    GH_CO_TRY_VOID(co_await site.d.authn.EndSession(user, *id, call.client_info()));
    co_return Go("/account/sessions/", "session_ended");
  }
  GH_CO_TRY_VOID(co_await site.d.authn.LogOut(user, *id, call.client_info()));
  auto response = Go("/auth/login/", "logged_out");
  response.headers.Add("Set-Cookie", site.d.guard.cookies().ClearSession().ToString());
  co_return response;
}

Task<http::Response> TokensPage(Site& site, Call& call, std::string token, std::string error_slug,
                                int status) {
  Page page("tokens.tpl", "API tokens");
  page.InAccount("tokens");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  if (!token.empty()) body.Add("CREATED").Set("TOKEN", std::move(token));
  body.Set("NAME", error_slug.empty() ? "" : Field(call.form, "name"));
  GH_CO_TRY(auto tokens, co_await site.d.authn.ListTokens(call.user().id));
  for (const authn::ApiToken& made : tokens) {
    html::Data& row = body.Add("TOKEN_ROW");
    row.Set("NAME", made.name)
        .Set("ID", std::to_string(made.id))
        .Set("HINT", made.hint)
        .Set("SCOPES", Join(made.scopes, ", "))
        .Set("ENDS", made.expires_at ? FormatHuman(*made.expires_at) : "never")
        .Set("USED", made.last_used_at ? FormatHuman(*made.last_used_at) : "never")
        .Set("CSRF", site.d.guard.CsrfToken(call.visitor));
  }
  if (!tokens.empty()) body.Show("TOKENS");
  for (std::string_view scope : orgs::AllScopes()) {
    body.Add("SCOPE").Set("ID", std::string(scope));
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowTokens(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  co_return co_await TokensPage(site, call, "", "", 200);
}

Task<http::Response> PostTokens(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  if (Field(call.form, "op") != "remove") {
    GH_CO_TRY_VOID(Guard::RequireFreshProof(call.visitor));
  } else {
    auto id = StrongId<struct TokenTag>::Parse(Field(call.form, "id"));
    if (!id) co_return Fail(Code::kInvalidArgument, "bad_request", "token id");
    GH_CO_TRY_VOID(co_await site.d.authn.DeleteToken(call.user().id, id->value));
    co_return Go("/account/tokens/");
  }
  std::string name(Trim(Field(call.form, "name")));
  std::vector<std::string> scopes;
  for (const auto& [field, value] : call.form.all()) {
    if (field == "scope") scopes.push_back(value);
  }
  if (name.empty() || name.size() > kMaxName || HasControl(name)) {
    co_return co_await TokensPage(site, call, "", "name_invalid", 400);
  }
  if (scopes.empty()) co_return co_await TokensPage(site, call, "", "scope_required", 400);
  const std::string days = Field(call.form, "days");
  std::optional<Timestamp> expires;
  if (days == "30" || days == "90" || days == "365") {
    expires = call.request.received + std::chrono::hours(24 * std::stoi(days));
  } else if (days != "never") {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown life");
  }
  auto token = co_await site.d.authn.CreateToken(call.user().id, std::move(name), std::move(scopes),
                                                 expires);
  if (!token) {
    const Error& error = token.error();
    if (error.code != Code::kInvalidArgument) co_return std::unexpected(error);
    co_return co_await TokensPage(site, call, "", std::string(error.reason), 400);
  }
  co_return co_await TokensPage(site, call, std::move(*token), "", 200);
}

Task<http::Response> ShowConfirmEmail(Site& site, Call& call) {
  // The link proves the mailbox; whoever came in through single sign-on may have nothing else.
  if (!call.visitor.principal) co_return Fail(Code::kUnauthenticated, "login_required");
  Page page("post_link.tpl", "Confirm your e-mail address");
  page.body()
      .Set("TITLE", "Confirm your e-mail address")
      .Set("TEXT", "This confirms that the address the mail went to is yours.")
      .Set("BUTTON", "Confirm my address");
  co_return site.ShowCard(call, std::move(page));
}

Task<http::Response> PostConfirmEmail(Site& site, Call& call) {
  if (!call.visitor.principal) co_return Fail(Code::kUnauthenticated, "login_required");
  GH_CO_TRY_VOID(co_await site.d.users.ConfirmEmail(call.user().id, call.request.Param("token")));
  site.d.authn.Forget(call.user().id);
  co_return Go(call.visitor.has_own_proof() ? "/account/emails/" : "/organizations/",
               "email_confirmed");
}

}  // namespace

void RegisterAccount(Site& site, http::Router& router) {
  site.Get(router, "/account/", ShowProfile);
  site.Post(router, "/account/", PostProfile);
  site.Get(router, "/account/security/", ShowSecurity);
  site.Post(router, "/account/security/", PostSecurity);
  site.Get(router, "/account/sessions/", ShowSessions);
  site.Post(router, "/account/sessions/", PostSessions);
  site.Get(router, "/account/tokens/", ShowTokens);
  site.Post(router, "/account/tokens/", PostTokens);
  site.Get(router, "/account/confirm-email/{token}/", ShowConfirmEmail, {.token_in_url = true});
  site.Post(router, "/account/confirm-email/{token}/", PostConfirmEmail, {.token_in_url = true});
}

}  // namespace gatehouse::web
