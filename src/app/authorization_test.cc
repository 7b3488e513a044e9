// Attacks on the authorization of the API (AUTHZ rows): objects of others, forged organizations,
// worn-out tokens, roles beyond one's own, edited cursors, methods and paths in disguise.

#include <chrono>
#include <set>
#include <thread>

#include "app/api_fixture.h"

namespace gatehouse::app {
namespace {

using http::Method;

class AuthorizationTest : public ApiTest {
 protected:
  std::string Acme(std::string_view rest) {
    return "/api/0/organizations/acme/" + std::string(rest);
  }
  std::string IdIn(const http::Response& response) {
    auto body = json::ParseObject(response.body);
    EXPECT_TRUE(body.has_value()) << response.body;
    if (!body) return "0";
    return std::string(json::GetString(*body, "id").value_or("0"));
  }
  void ExpectRefused(const http::Response& response, int status, std::string_view code) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_NE(response.body.find("\"code\":\"" + std::string(code) + "\""), std::string::npos)
        << response.body;
  }
};
GATEHOUSE_ON_ALL_ENGINES(AuthorizationTest);

// AUTHZ-02: an object of another organization is exactly as unknown as one that never was.
TEST_P(AuthorizationTest, ForeignObjectAnswersLikeARandomOne) {
  const Credentials foreign = LogIn(stranger_);
  const std::string member = MemberOf(beta_, stranger_).ToString();
  const std::string invite = IdIn(Send(foreign, Method::kPost, "/api/0/organizations/beta/members/",
                                       R"({"email":"new@gate.example"})"));
  const std::string request =
      IdIn(Send(foreign, Method::kPost, "/api/0/organizations/beta/invite-requests/",
                R"({"email":"other@gate.example"})"));
  ASSERT_EQ(Send(foreign, Method::kPost, "/api/0/organizations/beta/teams/",
                 R"({"slug":"secret","name":"Secret"})")
                .status,
            201);
  ASSERT_NE(invite, "0");
  ASSERT_NE(request, "0");
  const std::string unknown = "987654321987654321";
  const std::string before = Digest();

  struct Probe {
    Method method;
    std::string path;  // with {id}
    std::vector<std::string> foreign;
    std::string random;
    std::string body = "{}";
  };
  const std::vector<Probe> probes = {
      {Method::kGet, Acme("members/{id}/"), {member, invite, request}, unknown},
      {Method::kPut, Acme("members/{id}/"), {member, invite}, unknown, R"({"orgRole":"member"})"},
      {Method::kPut, Acme("members/{id}/"), {invite}, unknown, R"({"reinvite":true})"},
      {Method::kPut,
       Acme("members/{id}/"),
       {invite},
       unknown,
       R"({"reinvite":true,"regenerate":true})"},
      {Method::kDelete, Acme("members/{id}/"), {member, invite, request}, unknown},
      {Method::kGet, Acme("invite-requests/{id}/"), {request, member}, unknown},
      {Method::kPut, Acme("invite-requests/{id}/"), {request}, unknown, R"({"approve":true})"},
      {Method::kDelete, Acme("invite-requests/{id}/"), {request, invite}, unknown},
      {Method::kGet, Acme("members/me/teams/{id}/"), {"secret"}, "nowhere"},
      {Method::kPost, Acme("members/me/teams/{id}/"), {"secret"}, "nowhere"},
      {Method::kPut,
       Acme("members/me/teams/{id}/"),
       {"secret"},
       "nowhere",
       R"({"teamRole":"admin"})"},
      {Method::kDelete, Acme("members/me/teams/{id}/"), {"secret"}, "nowhere"},
      {Method::kGet, "/api/0/teams/acme/{id}/", {"secret"}, "nowhere"},
      {Method::kPut, "/api/0/teams/acme/{id}/", {"secret"}, "nowhere", R"({"name":"x"})"},
      {Method::kDelete, "/api/0/teams/acme/{id}/", {"secret"}, "nowhere"},
      {Method::kGet, "/api/0/teams/acme/{id}/members/", {"secret"}, "nowhere"}};
  const auto with = [](std::string path, const std::string& id) {
    return path.replace(path.find("{id}"), 4, id);
  };
  const Credentials owner = LogIn(owner_);
  for (const Probe& probe : probes) {
    const http::Response random =
        Send(owner, probe.method, with(probe.path, probe.random), probe.body);
    EXPECT_EQ(random.status, 404) << probe.path << random.body;
    for (const std::string& id : probe.foreign) {
      const http::Response response = Send(owner, probe.method, with(probe.path, id), probe.body);
      EXPECT_EQ(response.status, random.status) << probe.path << " " << id;
      EXPECT_EQ(response.body, random.body) << probe.path << " " << id;
    }
  }
  // In the body, too.
  for (const char* method : {"members/", "invite-requests/"}) {
    http::Response foreign_team = Send(owner, Method::kPost, Acme(method),
                                       R"({"email":"x@gate.example","teams":["secret"]})");
    http::Response no_team = Send(owner, Method::kPost, Acme(method),
                                  R"({"email":"x@gate.example","teams":["nowhere"]})");
    EXPECT_EQ(foreign_team.status, 400);
    EXPECT_EQ(foreign_team.body, no_team.body);
  }
  EXPECT_EQ(Digest(), before);
}

// AUTHZ-02: sessions, tokens and accounts of others.
TEST_P(AuthorizationTest, ForeignAccountObjectsAreUnknown) {
  const std::string other_session =
      std::to_string((LogIn(stranger_), Number("SELECT MAX(id) FROM sessions WHERE user_id = " +
                                               stranger_.ToString())));
  Token(stranger_, {"org:read"});
  const std::string other_token = std::to_string(Number("SELECT MAX(id) FROM api_tokens"));
  const Credentials owner = LogIn(owner_);
  const std::string before = Digest();
  const auto same = [&](Method method, const std::string& foreign, const std::string& random) {
    const http::Response a = Send(owner, method, foreign, "{}");
    const http::Response b = Send(owner, method, random, "{}");
    EXPECT_EQ(a.status, 404) << foreign;
    EXPECT_EQ(a.body, b.body) << foreign;
  };
  same(Method::kDelete, "/api/0/users/me/sessions/" + other_session + "/",
       "/api/0/users/me/sessions/12345/");
  same(Method::kDelete, "/api/0/api-tokens/" + other_token + "/", "/api/0/api-tokens/12345/");
  for (const char* rest : {"", "emails/", "sessions/", "authenticators/", "account-events/"}) {
    same(Method::kGet, "/api/0/users/" + stranger_.ToString() + "/" + rest,
         std::string("/api/0/users/12345/") + rest);
  }
  same(Method::kDelete, "/api/0/users/" + stranger_.ToString() + "/authenticators/1/",
       "/api/0/users/12345/authenticators/1/");
  EXPECT_EQ(Digest(), before);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sessions WHERE id = " + other_session), 1);
}

// AUTHZ-04: the URL names the organization; nothing else does.
TEST_P(AuthorizationTest, OrganizationOfHeaderOrBodyIsIgnored) {
  const Credentials owner = LogIn(owner_);
  Asked foreign{Method::kGet, "/api/0/organizations/beta/"};
  foreign.headers = {{"X-Organization", "acme"},
                     {"X-Org-Id", acme_.ToString()},
                     {"X-Sentry-Organization", "acme"}};
  EXPECT_EQ(Ask(owner, foreign).status, 404);
  http::Response made = Send(owner, Method::kPost, Acme("teams/"),
                             R"({"slug":"mine","organization":"beta","organization_id":")" +
                                 beta_.ToString() + R"(","organizationSlug":"beta"})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(Number("SELECT COUNT(*) FROM teams WHERE organization_id = " + beta_.ToString()), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM teams WHERE organization_id = " + acme_.ToString()), 1);
  // By id it is the same organization, and the same rule.
  EXPECT_EQ(Get(owner, "/api/0/organizations/" + acme_.ToString() + "/").status, 200);
  EXPECT_EQ(Get(owner, "/api/0/organizations/" + beta_.ToString() + "/").body,
            Get(owner, "/api/0/organizations/987654321/").body);
}

// AUTHZ-06, AUTHZ-08.
TEST_P(AuthorizationTest, TokenActsWithinItsScopesAndItsOrganizationsOnly) {
  const Credentials reader = Token(owner_, {"member:read"});
  EXPECT_EQ(Get(reader, Acme("members/")).status, 200);
  const std::string before = Digest();
  ExpectRefused(Send(reader, Method::kPost, Acme("members/"), R"({"email":"x@gate.example"})"), 403,
                "forbidden");
  ExpectRefused(Get(reader, Acme("audit-logs/")), 403, "forbidden");
  // It may leave the members alone, and so may not remove one either.
  ExpectRefused(Send(reader, Method::kDelete,
                     Acme("members/" + MemberOf(acme_, member_).ToString() + "/"), ""),
                403, "forbidden");
  ExpectRefused(Get(reader, "/api/0/organizations/beta/members/"), 404, "organization_not_found");
  const Credentials all = Token(owner_, AllScopes());
  ExpectRefused(Get(all, "/api/0/api-tokens/"), 403, "session_required");
  ExpectRefused(Send(all, Method::kPost, "/api/0/api-tokens/", R"({"name":"x"})"), 403,
                "session_required");
  ExpectRefused(Send(all, Method::kPut, "/api/0/users/me/password/", "{}"), 403,
                "session_required");
  // A cookie beside a token lends it nothing.
  Credentials both = reader;
  both.session = LogIn(owner_).session;
  ExpectRefused(Get(both, Acme("audit-logs/")), 403, "forbidden");
  Execute("DELETE FROM api_tokens WHERE id = " +
          std::to_string(Number("SELECT MAX(id) FROM api_tokens")));
  EXPECT_EQ(Digest(), before);
}

// AUTHZ-07, INV-22.
TEST_P(AuthorizationTest, TokenOfARemovedOrDeactivatedMemberIsWornOut) {
  const Credentials token = Token(manager_, AllScopes());
  const Credentials session = LogIn(manager_);
  EXPECT_EQ(Get(token, Acme("audit-logs/")).status, 200);
  EXPECT_EQ(Send(LogIn(owner_), Method::kDelete,
                 Acme("members/" + MemberOf(acme_, manager_).ToString() + "/"), "")
                .status,
            204);
  EXPECT_EQ(Get(token, Acme("audit-logs/")).status, 404);
  EXPECT_EQ(Get(session, Acme("audit-logs/")).status, 404);
  EXPECT_EQ(Get(session, "/api/0/auth/").status, 200) << "the account lives on";

  const Credentials other = Token(admin_, AllScopes());
  EXPECT_EQ(Get(other, Acme("members/")).status, 200);
  // One member too many.
  const std::string row =
      " WHERE organization_id = " + acme_.ToString() + " AND user_id = " + admin_.ToString();
  Execute("UPDATE organization_members SET flags = flags | 4" + row);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (Get(other, Acme("members/")).status == 200 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(Get(other, Acme("members/")).status, 401);
  EXPECT_EQ(Get(LogIn(admin_), Acme("members/")).status, 401);
  Execute("UPDATE organization_members SET flags = 0" + row);
  while (Get(other, Acme("members/")).status == 401 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  Execute("UPDATE users SET is_active = 0 WHERE id = " + admin_.ToString());
  ExpectRefused(Get(other, Acme("members/")), 401, "token_invalid");
}

// AUTHZ-20: nothing of an organization that is switched off is there, and its people live on.
TEST_P(AuthorizationTest, ASuspendedOrganizationHasNoRoutes) {
  const Credentials owner = LogIn(owner_);
  const Credentials token = Token(owner_, AllScopes());
  EXPECT_EQ(Get(owner, Acme("")).status, 200);
  Execute("UPDATE organizations SET status = 'pending_deletion' WHERE id = " + acme_.ToString());
  // Until then a node may go on with what it read before.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (Get(owner, Acme("")).status == 200 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const std::string before = Digest();
  for (const api::Route& route : api::Routes()) {
    if (!route.pattern.contains("{organization}")) continue;
    SCOPED_TRACE(route.operation);
    std::string target;
    for (std::string_view segment : Split(route.pattern.substr(1), '/')) {
      target += "/";
      target += segment == "{organization}" ? "acme"
                : segment.starts_with("{")  ? MemberOf(acme_, member_).ToString()
                                            : std::string(segment);
    }
    const std::string body = R"({"email":"new@gate.example"})";
    for (const Credentials& who : {owner, token}) {
      if (!who.token.empty() && route.who == api::Who::kSession) continue;
      // How an invitation's link is refused is documented.
      const bool link = route.pattern.contains("accept-invite");
      EXPECT_EQ(Send(who, route.method, target, body).status, link ? 400 : 404);
    }
  }
  EXPECT_EQ(Digest(), before);
  EXPECT_EQ(Get(owner, "/api/0/users/me/").status, 200);
  EXPECT_EQ(Get(owner, "/api/0/organizations/").body, "[]");
  EXPECT_EQ(Get(LogIn(stranger_), "/api/0/organizations/beta/").status, 200);
}

// AUTHZ-07: less of a role is less at once, whatever the token was granted.
TEST_P(AuthorizationTest, DemotedMembersTokenShrinks) {
  const Credentials token = Token(manager_, AllScopes());
  EXPECT_EQ(Get(token, Acme("audit-logs/")).status, 200);
  EXPECT_EQ(
      Send(LogIn(owner_), Method::kPut,
           Acme("members/" + MemberOf(acme_, manager_).ToString() + "/"), R"({"orgRole":"member"})")
          .status,
      200);
  ExpectRefused(Get(token, Acme("audit-logs/")), 403, "forbidden");
}

// AUTHZ-09, INV-12.
TEST_P(AuthorizationTest, NobodyReachesAboveTheOwnRole) {
  const Credentials manager = LogIn(manager_);
  const std::string owner_row = Acme("members/" + MemberOf(acme_, owner_).ToString() + "/");
  const std::string member_row = Acme("members/" + MemberOf(acme_, member_).ToString() + "/");
  const std::string before = Digest();
  ExpectRefused(Send(manager, Method::kPut, owner_row, R"({"orgRole":"member"})"), 403,
                "role_too_high");
  ExpectRefused(Send(manager, Method::kPut, member_row, R"({"orgRole":"owner"})"), 403,
                "role_too_high");
  ExpectRefused(Send(manager, Method::kDelete, owner_row, ""), 403, "role_too_high");
  ExpectRefused(Send(manager, Method::kPost, Acme("members/"),
                     R"({"email":"x@gate.example","orgRole":"owner"})"),
                403, "role_too_high");
  ExpectRefused(Send(manager, Method::kPut, Acme("members/me/"), R"({"orgRole":"owner"})"), 403,
                "role_too_high");
  ExpectRefused(Send(manager, Method::kPut, Acme("members/me/"), R"({"orgRole":"member"})"), 400,
                "own_role");
  ExpectRefused(
      Send(manager, Method::kPut, "/api/0/organizations/acme/", R"({"defaultRole":"member"})"), 403,
      "forbidden");
  ExpectRefused(Send(LogIn(owner_), Method::kDelete, owner_row, ""), 403, "only_owner");
  EXPECT_EQ(Digest(), before);
  // Each of them is in the log of the organization.
  EXPECT_GE(Number("SELECT COUNT(*) FROM audit_log WHERE event = 1010"), 4);
}

// An administrator resets the second factor of a member only; not of somebody above, of a stranger,
// or of somebody whom other organizations know as well.
TEST_P(AuthorizationTest, SecondFactorsOfOthersAreResetWithinTheOrganizationOnly) {
  for (UserId user : {member_, owner_, stranger_}) {
    const std::string id = std::to_string(user.value + 1);
    Execute(
        "INSERT INTO authenticators (id, user_id, kind, name, secret, credential_id, counter, "
        "is_passkey, created_at, last_used_at) VALUES (" +
        id + ", " + user.ToString() + ", 'webauthn', 'Key', 's', 'c" + id + "', 0, 0, 1, NULL)");
    Execute("UPDATE users SET has_2fa = 1 WHERE id = " + user.ToString());
  }
  const auto path = [](UserId user) {
    return "/api/0/users/" + user.ToString() + "/authenticators/" + std::to_string(user.value + 1) +
           "/";
  };
  const std::string before = Digest();
  ExpectRefused(Send(LogIn(manager_), Method::kDelete, path(owner_), ""), 403, "role_too_high");
  ExpectRefused(Send(LogIn(manager_), Method::kDelete, path(stranger_), ""), 404, "user_not_found");
  ExpectRefused(Send(LogIn(admin_), Method::kDelete, path(member_), ""), 403, "forbidden");
  const std::string wrong = "/api/0/users/" + member_.ToString() + "/authenticators/987654321/";
  ExpectRefused(Send(LogIn(manager_), Method::kDelete, wrong, ""), 404, "factor_not_found");
  EXPECT_EQ(Digest(), before);
  AddMember(beta_, member_, "member");
  ExpectRefused(Send(LogIn(manager_), Method::kDelete, path(member_), ""), 403, "member_elsewhere");
  Execute("DELETE FROM organization_members WHERE user_id = " + member_.ToString() +
          " AND organization_id = " + beta_.ToString());
  EXPECT_EQ(Send(LogIn(manager_), Method::kDelete, path(member_), "").status, 204);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM authenticators WHERE user_id = " + member_.ToString()), 0);
}

// AUTHZ-11: a cursor of another organization shows rows of this one, or is refused.
TEST_P(AuthorizationTest, EditedCursorShowsNoForeignRow) {
  const Credentials owner = LogIn(owner_);
  const std::string foreign = MemberOf(beta_, stranger_).ToString();
  for (const char* list : {"members/", "audit-logs/", "sso-decisions/"}) {
    const http::Response page = Get(owner, Acme(list) + "?cursor=" + foreign);
    EXPECT_EQ(page.status, 200) << list;
    EXPECT_EQ(page.body.find("stranger"), std::string::npos) << page.body;
    for (const char* bad : {"-1", "0", "x", "1%3B2", "9223372036854775808", "0:100:0"}) {
      ExpectRefused(Get(owner, Acme(list) + "?cursor=" + bad), 400, "cursor");
    }
  }
}

// AUTHZ-12.
TEST_P(AuthorizationTest, LogMembersAndExportOfAnotherOrganizationAreUnknown) {
  const Credentials owner = LogIn(owner_);
  for (const char* rest : {"audit-logs/", "audit-logs/export/", "members/", "sso-decisions/",
                           "invite-requests/", "teams/", "access-requests/", "auth-provider/"}) {
    const http::Response foreign = Get(owner, std::string("/api/0/organizations/beta/") + rest);
    const http::Response unknown = Get(owner, std::string("/api/0/organizations/none/") + rest);
    EXPECT_EQ(foreign.status, 404) << rest;
    EXPECT_EQ(foreign.body, unknown.body) << rest;
  }
}

// AUTHZ-19: a route in disguise is no other route.
TEST_P(AuthorizationTest, DisguisedMethodsAndPathsGetNoFurther) {
  const Credentials member = LogIn(member_);
  const Credentials owner = LogIn(owner_);
  const std::string row = Acme("members/" + MemberOf(acme_, admin_).ToString() + "/");
  const std::string before = Digest();
  // HEAD asks what GET asks.
  EXPECT_EQ(Ask({}, {Method::kHead, Acme("audit-logs/")}).status, 401);
  EXPECT_EQ(Ask(member, {Method::kHead, Acme("audit-logs/")}).status, 403);
  EXPECT_EQ(Ask(owner, {Method::kHead, Acme("audit-logs/")}).status, 200);
  EXPECT_EQ(Ask(owner, {Method::kHead, "/api/0/organizations/beta/"}).status, 404);
  // OPTIONS reaches no handler; nor does a method that the path has not.
  EXPECT_EQ(Ask(owner, {Method::kOptions, Acme("audit-logs/")}).status, 405);
  EXPECT_EQ(Ask(owner, {Method::kPatch, row}).status, 405);
  // A header does not change the method.
  for (const char* header : {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}) {
    Asked disguised{Method::kGet, row};
    disguised.headers = {{header, "DELETE"}};
    EXPECT_EQ(Ask(owner, disguised).status, 200) << header;
    disguised.method = Method::kPost;
    EXPECT_EQ(Ask(owner, disguised).status, 405) << header;
  }
  EXPECT_EQ(Get(owner, Acme("members/") + "?_method=DELETE").status, 200);
  // Other spellings of a path are other paths, for everybody.
  for (const char* path :
       {"/api/0/organizations/acme/audit-logs", "/api/0/organizations/acme//audit-logs/",
        "/api/0//organizations/acme/audit-logs/", "//api/0/organizations/acme/audit-logs/",
        "/api/0/organizations/acme/audit-logs//", "/api/0/organizations/acme/./audit-logs/",
        "/api/0/organizations/beta/../acme/audit-logs/", "/API/0/organizations/acme/audit-logs/",
        "/api/0/organizations/acme/audit-logs/;x", "/api/0/organizations/%2e%2e/audit-logs/"}) {
    EXPECT_EQ(Get(owner, path).status, 404) << path;
    EXPECT_EQ(Get(member, path).status, 404) << path;
  }
  // An escaped letter is the same segment, and the same rule.
  EXPECT_EQ(Get(member, "/api/0/organizations/%61cme/audit-logs/").status, 403);
  EXPECT_EQ(Digest(), before);
}

// WEB-01 for the API: a session changes nothing without the token of its own page.
TEST_P(AuthorizationTest, SessionWithoutCsrfTokenChangesNothing) {
  const std::string before = Digest();
  for (const api::Route& route : api::Routes()) {
    if (route.method == Method::kGet || route.who == api::Who::kAnyone) continue;
    Asked forged{route.method, std::string(route.pattern), "{}"};
    for (const char* name :
         {"{organization}", "{member}", "{team}", "{request}", "{token}", "{user}", "{session}",
          "{interface}", "{auth}", "{device}", "{identity}", "{category}"}) {
      if (auto at = forged.target.find(name); at != std::string::npos) {
        forged.target.replace(at, std::string_view(name).size(),
                              std::string_view(name) == "{organization}" ? "acme"
                              : std::string_view(name) == "{user}"       ? "me"
                                                                         : "1");
      }
    }
    forged.headers = {{"X-CSRF-Token", "forged"}};
    ExpectRefused(Ask(LogIn(owner_), forged), 403, "csrf");
  }
  EXPECT_EQ(Digest(), before);
}

}  // namespace
}  // namespace gatehouse::app
