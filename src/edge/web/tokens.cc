// Personal API tokens: made with scopes and an end, shown once, revoked.

#include <algorithm>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/scope_words.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

using access::Guard;

constexpr std::string_view kTokensPath = "/account/tokens/";
constexpr std::size_t kMaxTokenName = 200;

struct Life {
  std::string_view id;
  std::string_view label;
};
constexpr Life kLives[] = {
    {"30", "30 days"}, {"90", "90 days"}, {"365", "1 year"}, {"never", "No end"}};
constexpr std::string_view kUsualLife = "90";

bool IsChosen(const Call& call, std::string_view scope) {
  return std::ranges::any_of(call.form.all(), [&](const auto& field) {
    return field.first == "scope" && field.second == scope;
  });
}

void FillForm(html::Data& body, const Call& call, bool typed) {
  body.Set("NAME", typed ? Field(call.form, "name") : "");
  const std::string days = typed ? Field(call.form, "days") : std::string();
  const bool known = std::ranges::find(kLives, days, &Life::id) != std::end(kLives);
  for (const Life& life : kLives) {
    html::Data& option = body.Add("LIFE");
    option.Set("ID", std::string(life.id)).Set("LABEL", std::string(life.label));
    if (life.id == (known ? std::string_view(days) : kUsualLife)) option.Show("SELECTED");
  }
  for (const ScopeGroup& group : ScopeGroups()) {
    html::Data& section = body.Add("GROUP");
    section.Set("TITLE", std::string(group.title));
    for (const ScopeWords& scope : group.scopes) {
      html::Data& row = section.Add("SCOPE");
      row.Set("ID", std::string(scope.id)).Set("HELP", std::string(scope.help));
      // Nothing is ticked beforehand: who makes a token says what it may.
      if (typed && IsChosen(call, scope.id)) row.Show("SELECTED");
    }
  }
}

// The organizations that a token of this user opens, and what keeps it out of the others.
Task<void> FillReach(Site& site, Call& call, html::Data& body) {
  GH_CO_TRY(auto memberships, co_await site.d.orgs.ListForUser(call.user().id));
  for (const orgs::OrgMembership& membership : memberships) {
    const orgs::Organization& organization = membership.organization;
    GH_CO_TRY(auto state, co_await site.d.sso.QueryState(*call.visitor.principal, organization.id,
                                                         membership.member));
    html::Data& row = body.Add("REACH");
    row.Set("ORGANIZATION", organization.name).Set("SLUG", organization.slug);
    row.Show(state.required && !state.valid                       ? "LINK_FIRST"
             : organization.require_2fa() && !call.user().has_2fa ? "FACTOR_FIRST"
             : (organization.flags & orgs::kRequireEmailVerification) != 0 &&
                     !call.user().email_verified
                 ? "CONFIRM_FIRST"
                 : "OPEN");
  }
  if (!memberships.empty()) body.Show("REACHES");
  co_return Result<void>();
}

Task<http::Response> TokensPage(Site& site, Call& call, std::string token, std::string error_slug,
                                int status) {
  Page page("tokens.tpl", "API tokens");
  page.InAccount("tokens");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  if (!token.empty()) body.Add("CREATED").Set("TOKEN", std::move(token));
  GH_CO_TRY(auto tokens, co_await site.d.authn.ListTokens(call.user().id));
  for (const authn::ApiToken& made : tokens) {
    html::Data& row = body.Add("TOKEN_ROW");
    row.Set("NAME", made.name)
        .Set("ID", std::to_string(made.id))
        .Set("HINT", made.hint)
        .Set("SCOPES", Join(made.scopes, ", "))
        .Set("USED", made.last_used_at ? FormatHuman(*made.last_used_at) : "never")
        .Set("CSRF", site.d.guard.CsrfToken(call.visitor));
    row.Set("ENDS", made.expires_at ? FormatHuman(*made.expires_at) : "no end");
    if (made.expires_at && *made.expires_at <= call.request.received) row.Show("OVER");
  }
  if (!tokens.empty()) body.Show("TOKENS");
  FillForm(body, call, !error_slug.empty());
  GH_CO_TRY_VOID(co_await FillReach(site, call, body));
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
    GH_CO_TRY(auto id, NumberIn(call.form, "id"));
    if (!id) co_return Fail(Code::kInvalidArgument, "bad_request", "token id");
    GH_CO_TRY_VOID(co_await site.d.authn.DeleteToken(call.user().id, *id));
    co_return Go(std::string(kTokensPath), "token_revoked");
  }
  std::string name(Trim(Field(call.form, "name")));
  std::vector<std::string> scopes;
  for (const auto& [field, value] : call.form.all()) {
    if (field == "scope") scopes.push_back(value);
  }
  if (name.empty() || name.size() > kMaxTokenName || HasControl(name)) {
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

}  // namespace

void RegisterTokens(Site& site, http::Router& router) {
  site.Get(router, std::string(kTokensPath), ShowTokens);
  site.Post(router, std::string(kTokensPath), PostTokens);
}

}  // namespace gatehouse::web
