// The authorization endpoint: the page where a visitor picks who to be, and the way back.

#include <algorithm>

#include "base/text.h"
#include "edge/idp/impl.h"
#include "platform/http/url.h"

namespace gatehouse::idp {
namespace {

constexpr std::size_t kMaxParameter = 2048;
constexpr Duration kCodeLifetime = std::chrono::seconds(60);

// base64url of a SHA-256.
bool IsChallenge(std::string_view text) {
  return text.size() == 43 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  c == '-' || c == '_';
         });
}

}  // namespace

bool HasScope(std::string_view scopes, std::string_view wanted) {
  std::vector<std::string_view> list = Split(scopes, ' ');
  return std::ranges::find(list, wanted) != list.end();
}

http::Response TestProvider::Impl::Page(int status, std::string body) const {
  http::Response response = http::Response::Html(status, std::move(body));
  // Browsers apply form-action to the redirect that answers a form, too.
  std::string product;
  if (auto url = http::ParseUrl(options.product_url)) product = " " + url->Origin();
  response.headers.Set("Content-Security-Policy",
                       "default-src 'none'; style-src 'self'; form-action 'self'" + product +
                           "; base-uri 'none'; frame-ancestors 'none'");
  response.headers.Set("Cache-Control", "no-store");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  response.headers.Set("Referrer-Policy", "no-referrer");
  return response;
}

http::Response TestProvider::Impl::Refused(std::string why) const {
  html::Data data;
  data.Set("PREFIX", options.prefix).Set("WHY", std::move(why));
  return Page(400, templates->Render("refused.tpl", data));
}

http::Response TestProvider::Impl::Index() const {
  html::Data data;
  data.Set("PREFIX", options.prefix)
      .Set("ISSUER", Issuer())
      .Set("CLIENT", options.client_id)
      .Set("SECRET", options.client_secret)
      .Set("PRODUCT", options.product_url);
  for (const User& user : options.users) {
    html::Data& row = data.Add("USER");
    row.Set("WHO", user.name.empty() ? user.subject : user.name).Set("MAIL", user.email);
    if (!user.email.empty()) row.Show("HAS_MAIL");
  }
  return Page(200, templates->Render("index.tpl", data));
}

http::Response TestProvider::Impl::Back(
    const std::string& redirect_uri, std::string_view state,
    const std::vector<std::pair<std::string, std::string>>& params) const {
  std::string url = redirect_uri;
  for (const auto& [name, value] : params) http::AppendQuery(url, name, value);
  if (!state.empty()) http::AppendQuery(url, "state", state);
  http::AppendQuery(url, "iss", Issuer());  // RFC 9207
  http::Response response = http::Response::Redirect(std::move(url), 303);
  response.headers.Set("Cache-Control", "no-store");
  response.headers.Set("Referrer-Policy", "no-referrer");
  return response;
}

// OpenID Connect Core §3.1.2.2. Until client and return address are known to be good, the visitor
// is told here; afterwards the client is.
TestProvider::Impl::Checked TestProvider::Impl::CheckAuthorize(const http::Form& form) const {
  auto refused = [&](std::string why) { return Checked{{}, Refused(std::move(why))}; };
  if (form.HasDuplicates()) return refused("A parameter occurs twice.");
  for (const auto& [name, value] : form.all()) {
    if (value.size() > kMaxParameter) return refused("A parameter is too long.");
  }
  if (form.Get("client_id") != options.client_id) return refused("The client is not registered.");
  std::string redirect_uri(form.Get("redirect_uri"));
  auto url = http::ParseUrl(redirect_uri);
  if (!url || url->has_fragment || url->has_userinfo ||
      !redirect_uri.starts_with(options.product_url + "/")) {
    return refused("The return address is not registered for this client.");
  }

  std::string_view state = form.Get("state");
  auto error = [&](std::string code, std::string description) {
    return Checked{
        {},
        Back(redirect_uri, state,
             {{"error", std::move(code)}, {"error_description", std::move(description)}})};
  };
  if (form.Get("response_type") != "code") {
    return error("unsupported_response_type", "only the code flow is offered");
  }
  if (form.Has("request")) return error("request_not_supported", "send plain parameters");
  if (form.Has("request_uri")) return error("request_uri_not_supported", "send plain parameters");
  if (form.Has("response_mode") && form.Get("response_mode") != "query") {
    return error("invalid_request", "response_mode must be query");
  }
  if (!HasScope(form.Get("scope"), "openid")) {
    return error("invalid_scope", "scope openid is needed");
  }
  if (form.Get("code_challenge_method") != "S256" || !IsChallenge(form.Get("code_challenge"))) {
    return error("invalid_request", "PKCE with S256 is required");
  }
  if (HasScope(form.Get("prompt"), "none")) {
    return error("login_required", "nobody is logged in here, ever");
  }
  Checked out;
  out.request = AuthorizeRequest{.redirect_uri = std::move(redirect_uri),
                                 .state = std::string(state),
                                 .nonce = std::string(form.Get("nonce")),
                                 .scope = std::string(form.Get("scope")),
                                 .challenge = std::string(form.Get("code_challenge")),
                                 .login_hint = std::string(form.Get("login_hint"))};
  return out;
}

http::Response TestProvider::Impl::Authorize(const http::Request& request) {
  auto form = http::Form::Parse(request.query);
  if (!form) return Refused("The request is not a valid query.");
  Checked checked = CheckAuthorize(*form);
  if (checked.answer) return std::move(*checked.answer);

  html::Data data;
  data.Set("PREFIX", options.prefix).Set("CLIENT", options.client_id);
  auto field = [&](std::string name, std::string_view value) {
    if (value.empty()) return;
    data.Add("FIELD").Set("NAME", std::move(name)).Set("VALUE", std::string(value));
  };
  field("client_id", options.client_id);
  field("response_type", "code");
  field("code_challenge_method", "S256");
  field("code_challenge", checked.request->challenge);
  field("redirect_uri", checked.request->redirect_uri);
  field("state", checked.request->state);
  field("nonce", checked.request->nonce);
  field("scope", checked.request->scope);
  for (const User& user : options.users) {
    html::Data& row = data.Add("USER");
    row.Set("SUBJECT", user.subject)
        .Set("WHO", user.name.empty() ? user.subject : user.name)
        .Set("MAIL", user.email.empty() ? "no e-mail address" : user.email);
    if (!user.email.empty() && !user.email_verified) row.Show("UNVERIFIED");
    if (!user.email.empty() && user.email == checked.request->login_hint) row.Show("SUGGESTED");
  }
  Fault pending = Fault::kNone;
  {
    std::lock_guard lock(mutex);
    pending = fault;
  }
  for (const FaultInfo& info : AllFaults()) {
    data.Add("FAULT").Set("NAME", std::string(info.name)).Set("LABEL", std::string(info.label));
    if (info.fault == pending) data.Add("PENDING").Set("LABEL", std::string(info.label));
  }
  return Page(200, templates->Render("authorize.tpl", data));
}

http::Response TestProvider::Impl::Approve(const http::Request& request) {
  auto form = http::Form::Parse(request.body);
  if (!form) return Refused("The form is not valid.");
  Checked checked = CheckAuthorize(*form);
  if (checked.answer) return std::move(*checked.answer);
  const AuthorizeRequest& asked = *checked.request;
  if (form->Has("cancel")) {
    return Back(asked.redirect_uri, asked.state,
                {{"error", "access_denied"}, {"error_description", "The log-in was cancelled."}});
  }
  auto chosen = std::ranges::find(options.users, form->Get("user"), &User::subject);
  auto picked = ParseFault(form->Get("fault"));
  if (chosen == options.users.end() || !picked) return Refused("There is no such choice.");

  CodeGrant grant{.request = asked,
                  .user = *chosen,
                  .fault = *picked,
                  .expires = clock.Now() + kCodeLifetime,
                  .used = false,
                  .access_token = {}};
  std::string code = rng.Token(32);
  {
    std::lock_guard lock(mutex);
    if (form->Has("clear")) {
      fault = Fault::kNone;
      fault_is_sticky = false;
    }
    if (*picked != Fault::kNone && form->Has("sticky")) {
      fault = *picked;
      fault_is_sticky = true;
    }
    if (*picked == Fault::kNone) grant.fault = TakeFault();
    codes.Put(code, std::move(grant));
  }
  return Back(asked.redirect_uri, asked.state, {{"code", code}});
}

}  // namespace gatehouse::idp
