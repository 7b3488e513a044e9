#include "edge/idp/test_provider.h"

#include "base/text.h"
#include "edge/idp/errors.h"
#include "edge/idp/impl.h"
#include "embedded_idp.h"
#include "platform/http/url.h"

namespace gatehouse::idp {
namespace {

Task<http::Response> Ready(http::Response response) { co_return response; }

bool IsJsonRequest(const http::Request& request) {
  std::string_view type = SplitOnce(request.headers.Get("Content-Type"), ';').first;
  return EqualsIgnoreCase(Trim(type), "application/json");
}

bool IsOrigin(std::string_view text) {
  auto url = http::ParseUrl(text);
  return url && (url->scheme == "http" || url->scheme == "https") && !text.ends_with('/') &&
         url->query.empty() && !url->has_fragment && !url->has_userinfo;
}

}  // namespace

http::Response JsonAnswer(int status, const json::Object& body) {
  http::Response response = http::Response::Json(status, json::Serialize(body));
  response.headers.Set("Cache-Control", "no-store");
  return response;
}

http::Response OAuthError(int status, std::string_view error, std::string_view description) {
  json::Object body;
  body["error"] = error;
  body["error_description"] = description;
  return JsonAnswer(status, body);
}

Result<std::unique_ptr<TestProvider>> TestProvider::Create(Options options, const Clock& clock,
                                                           Rng& rng) {
  auto invalid = [](std::string detail) {
    return Fail(Code::kInvalidArgument, kOptionsInvalid, std::move(detail));
  };
  if (!IsOrigin(options.origin) || !IsOrigin(options.product_url)) return invalid("origin");
  if (!options.prefix.empty() &&
      (!options.prefix.starts_with('/') || options.prefix.ends_with('/'))) {
    return invalid("prefix");
  }
  if (options.client_id.empty() || options.client_secret.empty()) return invalid("client");
  if (options.users.empty()) return invalid("no user");
  for (const User& user : options.users) {
    if (user.subject.empty() || user.subject.size() > 255) return invalid("subject");
  }

  auto impl = std::make_unique<Impl>(std::move(options), clock, rng);
  std::vector<html::Embedded> pages;
  for (const embedded::File& file : embedded::kFiles) {
    if (file.name.ends_with(".tpl")) pages.push_back({.name = file.name, .text = file.text});
  }
  GH_TRY(impl->templates, html::Templates::Load(pages));
  // RS256 is what every client must accept (Discovery 1.0 §3).
  GH_TRY(crypto::Jwk key, crypto::Jwk::GeneratePrivate("RS256", "rsa-" + rng.Token(6)));
  impl->keys.push_back(std::move(key));
  std::unique_ptr<TestProvider> provider(new TestProvider(std::move(impl)));
  if (std::string jwks = provider->impl_->options.client_jwks; !jwks.empty()) {
    if (!provider->SetClientKeys(jwks)) return invalid("client_jwks");
  }
  return provider;
}

TestProvider::TestProvider(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TestProvider::~TestProvider() = default;

std::string TestProvider::Issuer() const { return impl_->Issuer(); }
void TestProvider::SetOrigin(std::string origin) { impl_->options.origin = std::move(origin); }
void TestProvider::SetProductUrl(std::string product_url) {
  impl_->options.product_url = std::move(product_url);
}

Result<void> TestProvider::SetClientKeys(std::string_view jwks) {
  GH_TRY(crypto::JwkSet keys, crypto::JwkSet::Parse(jwks));
  std::lock_guard lock(impl_->mutex);
  impl_->client_keys = std::move(keys);
  return {};
}

void TestProvider::SetFault(Fault fault, bool sticky) {
  std::lock_guard lock(impl_->mutex);
  impl_->fault = fault;
  impl_->fault_is_sticky = sticky && fault != Fault::kNone;
}

void TestProvider::Register(http::Router& router) {
  const std::string& p = impl_->options.prefix;
  Impl* impl = impl_.get();
  using http::Method;
  router.Add(Method::kGet, p + "/.well-known/openid-configuration",
             [impl](http::Request&) { return Ready(impl->Discovery()); });
  router.Add(Method::kGet, p + "/jwks", [impl](http::Request&) { return Ready(impl->Jwks()); });
  router.Add(Method::kGet, p + "/authorize",
             [impl](http::Request& request) { return Ready(impl->Authorize(request)); });
  router.Add(Method::kPost, p + "/authorize",
             [impl](http::Request& request) { return Ready(impl->Approve(request)); });
  router.Add(Method::kPost, p + "/token",
             [impl](http::Request& request) { return impl->Token(request); });
  for (Method method : {Method::kGet, Method::kPost}) {
    router.Add(method, p + "/userinfo",
               [impl](http::Request& request) { return Ready(impl->Userinfo(request)); });
  }
  router.Add(Method::kGet, p + "/faults",
             [impl](http::Request&) { return Ready(impl->ShowFaults()); });
  router.Add(Method::kPost, p + "/faults",
             [impl](http::Request& request) { return Ready(impl->ChangeFaults(request)); });
  router.Add(Method::kGet, p + "/", [impl](http::Request&) { return Ready(impl->Index()); });
  router.Add(Method::kGet, p + "/idp.css", [](http::Request&) {
    http::Response response;
    response.headers.Set("Content-Type", "text/css; charset=utf-8");
    response.headers.Set("Cache-Control", "max-age=3600");
    response.headers.Set("X-Content-Type-Options", "nosniff");
    response.body = embedded::FindFile("idp.css")->text;
    return Ready(std::move(response));
  });
}

Fault TestProvider::Impl::TakeFault() {
  Fault taken = fault;
  if (!fault_is_sticky) fault = Fault::kNone;
  return taken;
}

http::Response TestProvider::Impl::ShowFaults() {
  json::Array names;
  for (const FaultInfo& info : AllFaults()) names.emplace_back(info.name);
  json::Object body;
  std::lock_guard lock(mutex);
  body["fault"] = FaultName(fault);
  body["sticky"] = fault_is_sticky;
  body["known"] = std::move(names);
  return JsonAnswer(200, body);
}

// JSON only: a form on another site cannot send that without asking first.
http::Response TestProvider::Impl::ChangeFaults(const http::Request& request) {
  auto body = json::ParseObject(request.body, {.max_bytes = 1024, .max_depth = 2});
  if (!IsJsonRequest(request) || !body) {
    return OAuthError(400, "invalid_request", "send {\"fault\": name, \"sticky\": bool} as JSON");
  }
  auto name = json::GetString(*body, "fault");
  auto parsed = name ? ParseFault(*name) : std::nullopt;
  if (!parsed) return OAuthError(400, "invalid_request", "no such fault");
  {
    std::lock_guard lock(mutex);
    fault = *parsed;
    fault_is_sticky = fault != Fault::kNone && json::GetBool(*body, "sticky").value_or(false);
  }
  return ShowFaults();
}

}  // namespace gatehouse::idp
