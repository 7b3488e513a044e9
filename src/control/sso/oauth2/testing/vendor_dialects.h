#pragma once

// For tests: what each vendor answers, in the shapes that its documentation shows. The person is
// Alice of the group "acme"; members say who she is and may be changed.

#include "control/sso/oauth2/testing/vendor_simulator.h"

namespace gatehouse::sso::oauth2::simulator {

class GenericSimulator final : public VendorSimulator {
 public:
  explicit GenericSimulator(const Clock& clock)
      : VendorSimulator(clock, "https://id.test/authorize", "https://id.test/token") {}
  json::Object user = Parse(R"({"sub":"alice-1","email":"alice@corp.test","email_verified":true,
                                "name":"Alice Example"})");

 protected:
  std::optional<http::ClientResponse> Api(const std::string& path, const http::Form&) override {
    if (path != "https://id.test/me") return {};
    return JsonAnswer(200, json::Serialize(user));
  }
};

// Tokens of OAuth apps neither expire nor renew. Errors come with status 200.
class GithubSimulator final : public VendorSimulator {
 public:
  explicit GithubSimulator(const Clock& clock, std::string host = "https://github.com",
                           std::string api_url = "https://api.github.com")
      : VendorSimulator(clock, host + "/login/oauth/authorize", host + "/login/oauth/access_token"),
        api(std::move(api_url)) {
    gives_refresh_token = false;
    tokens_expire = false;
  }
  const std::string api;
  json::Object user = Parse(R"({"login":"alice","id":583231,"node_id":"MDQ6VXNlcjU4MzIzMQ==",
      "type":"User","site_admin":false,"name":"Alice Example","company":null,
      "email":"public@corp.test","two_factor_authentication":true})");
  json::Array organizations = {Organization(9919, "acme"), Organization(4711, "other")};
  json::Array emails = {Email("alice@corp.test", true, true), Email("old@corp.test", false, true)};

  static json::Object Organization(std::int64_t id, std::string_view login) {
    return {{"login", login}, {"id", id}, {"description", "A great organization"}};
  }
  static json::Object Email(std::string_view address, bool primary, bool verified) {
    return {{"email", address},
            {"primary", primary},
            {"verified", verified},
            {"visibility", "private"}};
  }

 protected:
  void AddToTokenAnswer(json::Object& answer, const std::string&) override {
    answer["token_type"] = "bearer";
    answer["scope"] = "read:org,user:email";
  }
  http::ClientResponse TokenError(std::string_view error, std::string_view text) override {
    json::Object body;
    body["error"] = error == "invalid_client"  ? "incorrect_client_credentials"
                    : error == "invalid_grant" ? "bad_verification_code"
                                               : error;
    body["error_description"] = text;
    body["error_uri"] = "https://docs.github.com/apps/troubleshooting";
    return JsonAnswer(200, json::Serialize(body));
  }
  std::optional<http::ClientResponse> Api(const std::string& path,
                                          const http::Form& query) override {
    if (path == api + "/user") return JsonAnswer(200, json::Serialize(user));
    if (path == api + "/user/emails") return JsonAnswer(200, json::Serialize(emails));
    if (path != api + "/user/orgs") return {};
    std::size_t page = std::stoul(std::string(query.Get("page")));
    std::size_t size = std::stoul(std::string(query.Get("per_page")));
    json::Array out;
    for (std::size_t i = (page - 1) * size; i < page * size && i < organizations.size(); ++i) {
      out.push_back(organizations[i]);
    }
    return JsonAnswer(200, json::Serialize(out));
  }
};

class GitlabSimulator final : public VendorSimulator {
 public:
  explicit GitlabSimulator(const Clock& clock, std::string host_url = "https://gitlab.com")
      : VendorSimulator(clock, host_url + "/oauth/authorize", host_url + "/oauth/token"),
        host(std::move(host_url)) {}
  const std::string host;
  json::Object user = Parse(R"({"sub":"90210","sub_legacy":"0af3","name":"Alice Example",
      "nickname":"alice","preferred_username":"alice","email":"alice@corp.test",
      "email_verified":true,"groups":["acme","acme/backend","other"]})");

 protected:
  void AddToTokenAnswer(json::Object& answer, const std::string&) override {
    answer["created_at"] = 1607635748;
  }
  std::optional<http::ClientResponse> Api(const std::string& path, const http::Form&) override {
    if (path != host + "/oauth/userinfo") return {};
    return JsonAnswer(200, json::Serialize(user));
  }
};

// What Google, Entra and OpenID Connect have in common: everything is in the ID token.
class IdTokenSimulator : public VendorSimulator {
 public:
  IdTokenSimulator(const Clock& clock, std::string authorization, std::string token,
                   std::string issuer_name, std::string jwks_url, json::Object person)
      : VendorSimulator(clock, std::move(authorization), std::move(token)),
        user(std::move(person)),
        issuer(std::move(issuer_name)),
        jwks(std::move(jwks_url)) {}
  json::Object user;  // claims
  std::string issuer;
  const std::string jwks;
  bool id_token_at_refresh = true;

 protected:
  void AddToTokenAnswer(json::Object& answer, const std::string& nonce) override {
    if (nonce.empty() && !id_token_at_refresh) return;
    answer["id_token"] = IdToken(user, nonce, issuer);
  }
  std::optional<http::ClientResponse> Open(const std::string& path) override {
    if (path == jwks) return JsonAnswer(200, Jwks());
    return {};
  }
  std::optional<http::ClientResponse> Api(const std::string&, const http::Form&) override {
    return {};
  }
};

class GoogleSimulator final : public IdTokenSimulator {
 public:
  explicit GoogleSimulator(const Clock& clock)
      : IdTokenSimulator(clock, "https://accounts.google.com/o/oauth2/v2/auth",
                         "https://oauth2.googleapis.com/token", "https://accounts.google.com",
                         "https://www.googleapis.com/oauth2/v3/certs",
                         Parse(R"({"sub":"110169484474386276334","hd":"corp.test",
                             "email":"alice@corp.test","email_verified":true,
                             "name":"Alice Example"})")) {}

 protected:
  std::optional<http::ClientResponse> Api(const std::string& path, const http::Form&) override {
    if (path != "https://openidconnect.googleapis.com/v1/userinfo") return {};
    return JsonAnswer(200, json::Serialize(user));
  }
};

inline constexpr std::string_view kTenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";

class EntraSimulator final : public IdTokenSimulator {
 public:
  explicit EntraSimulator(const Clock& clock)
      : IdTokenSimulator(clock, Base() + "/oauth2/v2.0/authorize", Base() + "/oauth2/v2.0/token",
                         Base() + "/v2.0", Base() + "/discovery/v2.0/keys",
                         Parse(R"({"ver":"2.0","sub":"AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
                             "oid":"690222be-ff1a-4d56-abd1-7e4f7d38e474",
                             "tid":"72f988bf-86f1-41af-91ab-2d7cd011db47",
                             "preferred_username":"alice@corp.test","email":"alice@corp.test",
                             "name":"Alice Example"})")) {}
  static std::string Base() { return "https://login.microsoftonline.com/" + std::string(kTenant); }
};

class OidcSimulator final : public IdTokenSimulator {
 public:
  explicit OidcSimulator(const Clock& clock)
      : IdTokenSimulator(clock, "https://idp.test/authorize", "https://idp.test/token",
                         "https://idp.test", "https://idp.test/jwks",
                         Parse(R"({"sub":"alice-1","email":"alice@corp.test",
                             "email_verified":true,"name":"Alice Example"})")) {}

 protected:
  std::optional<http::ClientResponse> Open(const std::string& path) override {
    if (path != "https://idp.test/.well-known/openid-configuration") {
      return IdTokenSimulator::Open(path);
    }
    return JsonAnswer(200, R"({"issuer":"https://idp.test",
        "authorization_endpoint":"https://idp.test/authorize",
        "token_endpoint":"https://idp.test/token","jwks_uri":"https://idp.test/jwks",
        "response_types_supported":["code"],"subject_types_supported":["public"],
        "id_token_signing_alg_values_supported":["RS256"],
        "token_endpoint_auth_methods_supported":["client_secret_basic"]})");
  }
};

class BitbucketSimulator final : public VendorSimulator {
 public:
  explicit BitbucketSimulator(const Clock& clock)
      : VendorSimulator(clock, "https://bitbucket.org/site/oauth2/authorize",
                        "https://bitbucket.org/site/oauth2/access_token") {}
  json::Object user = Parse(R"({"type":"user","uuid":"{a54f16da-24e9-4d7f-a3a7-b1ba2cd98aa3}",
      "account_id":"557058:aaaa","nickname":"alice","display_name":"Alice Example"})");
  json::Array workspaces = {Workspace("{0e0c1b6e-b8e4-4d2a-9a3e-9f8a32c1d111}", "acme"),
                            Workspace("{1f1c1b6e-b8e4-4d2a-9a3e-9f8a32c1d222}", "other")};
  json::Array emails = {Parse(R"({"type":"email","email":"old@corp.test","is_primary":false,
                                  "is_confirmed":true})"),
                        Parse(R"({"type":"email","email":"alice@corp.test","is_primary":true,
                                  "is_confirmed":true})")};

  static json::Object Workspace(std::string_view uuid, std::string_view slug) {
    json::Object workspace{{"type", "workspace_base"}, {"uuid", uuid}, {"slug", slug}};
    return {{"type", "workspace_access"},
            {"administrator", false},
            {"workspace", std::move(workspace)}};
  }

 protected:
  void AddToTokenAnswer(json::Object& answer, const std::string&) override {
    answer["token_type"] = "bearer";
    answer["scopes"] = "account email";
    answer["state"] = "authorization_code";
  }
  std::optional<http::ClientResponse> Api(const std::string& path,
                                          const http::Form& query) override {
    const std::string api = "https://api.bitbucket.org/2.0";
    if (path == api + "/user") return JsonAnswer(200, json::Serialize(user));
    const json::Array* list = path == api + "/user/workspaces" ? &workspaces
                              : path == api + "/user/emails"   ? &emails
                                                               : nullptr;
    if (list == nullptr) return {};
    std::size_t page = std::stoul(std::string(query.Get("page")));
    std::size_t size = std::stoul(std::string(query.Get("pagelen")));
    json::Array values;
    for (std::size_t i = (page - 1) * size; i < page * size && i < list->size(); ++i) {
      values.push_back((*list)[i]);
    }
    json::Object out;
    out["pagelen"] = size;
    out["page"] = page;
    out["size"] = list->size();
    if (page * size < list->size()) out["next"] = "https://evil.test/next";
    out["values"] = std::move(values);
    return JsonAnswer(200, json::Serialize(out));
  }
};

// Refusals come with status 200 and "ok": false.
class SlackSimulator final : public IdTokenSimulator {
 public:
  explicit SlackSimulator(const Clock& clock)
      : IdTokenSimulator(clock, "https://slack.com/openid/connect/authorize",
                         "https://slack.com/api/openid.connect.token", "https://slack.com",
                         "https://slack.com/openid/connect/keys",
                         Parse(R"({"sub":"U123ABC456","https://slack.com/user_id":"U123ABC456",
                             "https://slack.com/team_id":"T123ABC456",
                             "https://slack.com/team_name":"acme","email":"alice@corp.test",
                             "email_verified":true,"name":"Alice Example"})")) {
    gives_refresh_token = false;
    tokens_expire = false;
  }

 protected:
  void AddToTokenAnswer(json::Object& answer, const std::string& nonce) override {
    answer["ok"] = true;
    IdTokenSimulator::AddToTokenAnswer(answer, nonce);
  }
  http::ClientResponse TokenError(std::string_view error, std::string_view) override {
    json::Object body;
    body["ok"] = false;
    body["error"] = error == "invalid_client"  ? "bad_client_secret"
                    : error == "invalid_grant" ? "invalid_code"
                                               : error;
    return JsonAnswer(200, json::Serialize(body));
  }
  std::optional<http::ClientResponse> Api(const std::string& path, const http::Form&) override {
    if (path != "https://slack.com/api/openid.connect.userInfo") return {};
    json::Object body = user;
    body["ok"] = true;
    return JsonAnswer(200, json::Serialize(body));
  }
};

class DiscordSimulator final : public VendorSimulator {
 public:
  explicit DiscordSimulator(const Clock& clock)
      : VendorSimulator(clock, "https://discord.com/oauth2/authorize",
                        "https://discord.com/api/oauth2/token") {}
  json::Object user = Parse(R"({"id":"80351110224678912","username":"alice",
      "global_name":"Alice Example","discriminator":"0","email":"alice@corp.test",
      "verified":true,"mfa_enabled":true})");
  json::Array servers = {Parse(R"({"id":"197038439483310086","name":"acme","owner":false})"),
                         Parse(R"({"id":"297038439483310099","name":"other","owner":false})")};

 protected:
  std::optional<http::ClientResponse> Api(const std::string& path, const http::Form&) override {
    const std::string me = "https://discord.com/api/v10/users/@me";
    if (path == me) return JsonAnswer(200, json::Serialize(user));
    if (path == me + "/guilds") return JsonAnswer(200, json::Serialize(servers));
    return {};
  }
};

}  // namespace gatehouse::sso::oauth2::simulator
