// AUTHZ-01: every route of the API, asked by everybody. What each answer must be follows from the
// route table; what somebody who may enter hears is in kAllowed below, and a route that is missing
// there fails the test.

#include <map>

#include "app/api_fixture.h"

namespace gatehouse::app {
namespace {

using api::Proof;
using api::Who;

enum class As {
  kAnonymous,
  kPending,  // the password is given, the second factor is not
  kMember,
  kAdmin,
  kManager,
  kOwner,
  kStranger,      // owner of another organization
  kFullToken,     // the owner's, with all scopes
  kNarrowToken,   // the owner's, with a scope that no route of the API takes
  kRemovedToken,  // of somebody who was a manager here
};
constexpr std::pair<As, std::string_view> kEverybody[] = {
    {As::kAnonymous, "anonymous"},
    {As::kPending, "pending second factor"},
    {As::kMember, "member"},
    {As::kAdmin, "admin"},
    {As::kManager, "manager"},
    {As::kOwner, "owner"},
    {As::kStranger, "foreign owner"},
    {As::kFullToken, "token with all scopes"},
    {As::kNarrowToken, "narrow token"},
    {As::kRemovedToken, "token of a removed member"}};

// The answer to somebody who may enter, for requests that name objects which do not exist and carry
// an empty body: nothing is changed.
struct Allowed {
  int status = 0;
  // Of a route that anybody may call: what others than sessions hear, when that differs.
  std::optional<int> anonymous = {};
  std::optional<int> pending = {};
  std::optional<int> token = {};
};
const std::map<std::string_view, Allowed> kAllowed = {
    {"getDocument", {200}},
    {"getSelf", {.status = 200, .anonymous = 400, .pending = 401}},
    {"logInBasic", {.status = 400, .token = 400}},
    {"verifySelf", {400}},
    {"logOut", {204}},
    {"getAuthConfig", {200}},
    // A token has no browser whose page could have sent the form.
    {"logIn", {.status = 400, .token = 403}},
    {"validateAuth", {.status = 200, .anonymous = 403, .pending = 401}},
    {"getStepUpChallenge", {200}},
    {"listOrganizations", {200}},
    {"getOrganization", {200}},
    {"updateOrganization", {200}},
    {"listMembers", {200}},
    {"listOrganizationUsers", {200}},
    {"createInvite", {400}},
    {"getMember", {404}},
    {"updateMember", {404}},
    {"removeMember", {404}},
    {"getTeamMembership", {404}},
    {"joinTeam", {404}},
    {"setTeamRole", {400}},
    {"leaveTeam", {404}},
    {"listInviteRequests", {200}},
    {"createInviteRequest", {400}},
    {"getInviteRequest", {404}},
    {"decideInviteRequest", {404}},
    {"rejectInviteRequest", {404}},
    {"requestToJoin", {400}},
    {"lookAtInvite", {400}},
    {"acceptInvite", {400}},
    {"listTeams", {200}},
    {"createTeam", {400}},
    {"getTeam", {404}},
    {"updateTeam", {404}},
    {"deleteTeam", {404}},
    {"listTeamMembers", {404}},
    {"listAccessRequests", {200}},
    {"decideAccessRequest", {400}},
    {"getAuthProvider", {204}},
    {"listAuthProviders", {200}},
    {"listSsoDecisions", {200}},
    {"listIdentityProviders", {200}},
    {"addIdentityProvider", {400}},
    {"removeIdentityProvider", {404}},
    {"getClientKeys", {200}},
    {"listAuditLogs", {200}},
    {"exportAuditLogs", {200}},
    {"getUser", {200}},
    {"listEmails", {200}},
    {"addEmail", {400}},
    {"setPrimaryEmail", {400}},
    {"removeEmail", {400}},
    {"confirmEmail", {400}},
    {"changePassword", {400}},
    {"listIdentities", {200}},
    {"removeIdentity", {404}},
    {"listUserIdentities", {200}},
    {"getUserIdentity", {404}},
    {"removeUserIdentity", {404}},
    {"listAccountEvents", {200}},
    {"listSessions", {200}},
    {"endOtherSessions", {204}},
    {"endSession", {404}},
    {"listTokens", {200}},
    {"createToken", {400}},
    {"deleteToken", {404}},
    {"listAuthenticators", {200}},
    {"beginEnrolment", {200}},
    {"finishEnrolment", {400}},
    {"getAuthenticator", {404}},
    {"regenerateRecoveryCodes", {404}},
    {"removeAuthenticator", {404}},
    {"renameDevice", {400}},
    {"removeDevice", {404}},
    // ---- releases and uploads
    {"listReleases", {200}},
    {"createRelease", {400}},
    {"getRelease", {404}},
    {"updateRelease", {404}},
    {"deleteRelease", {404}},
    {"listReleaseCommits", {404}},
    {"getPreviousRelease", {404}},
    {"getReleaseMeta", {404}},
    {"listDeploys", {404}},
    {"createDeploy", {400}},
    {"listRepositories", {200}},
    {"listProjectReleases", {404}},
    {"createProjectRelease", {404}},
    {"getProjectRelease", {404}},
    {"updateProjectRelease", {404}},
    {"deleteProjectRelease", {404}},
    {"listProjectReleaseCommits", {404}},
    {"listProjectReleaseFiles", {404}},
    {"uploadProjectReleaseFile", {404}},
    {"listReleaseFiles", {404}},
    {"uploadReleaseFile", {404}},
    {"getReleaseFile", {404}},
    {"updateReleaseFile", {404}},
    {"deleteReleaseFile", {404}},
    {"listArtifactBundles", {404}},
    {"deleteArtifactBundle", {404}},
    {"listDebugFiles", {404}},
    {"uploadDebugFiles", {404}},
    {"deleteDebugFile", {404}},
    {"findUnknownDebugFiles", {404}},
    {"getChunkUpload", {200}},
    {"uploadChunks", {200}},
    {"assembleBundle", {400}},
    {"assembleRelease", {404}},
    {"assembleDebugFiles", {404}},
    // ---- projects, issues and events
    {"getRoot", {200}},
    {"listRegions", {200}},
    {"listProjects", {200}},
    {"listOrganizationProjects", {200}},
    {"createProject", {400}},
    {"getProject", {404}},
    {"updateProject", {404}},
    {"deleteProject", {404}},
    {"getProjectStats", {404}},
    {"listProjectTeams", {404}},
    {"addProjectTeam", {404}},
    {"removeProjectTeam", {404}},
    {"listKeys", {404}},
    {"createKey", {404}},
    {"getKey", {404}},
    {"updateKey", {404}},
    {"deleteKey", {404}},
    {"listEnvironments", {200}},
    {"listProjectEnvironments", {404}},
    {"getProjectEnvironment", {404}},
    {"updateProjectEnvironment", {404}},
    {"listIssues", {200}},
    {"updateIssues", {204}},
    {"deleteIssues", {204}},
    {"listProjectIssues", {404}},
    {"updateProjectIssues", {404}},
    {"deleteProjectIssues", {404}},
    {"getIssue", {404}},
    {"updateIssue", {404}},
    {"deleteIssue", {404}},
    {"listActivities", {404}},
    {"listNotes", {404}},
    {"createNote", {404}},
    {"updateNote", {404}},
    {"deleteNote", {404}},
    {"listHashes", {404}},
    {"removeHashes", {404}},
    {"listIssueTags", {404}},
    {"getIssueTag", {404}},
    {"listIssueTagValues", {404}},
    {"listIssueEvents", {404}},
    {"getIssueEvent", {404}},
    {"listIssueAttachments", {404}},
    {"getIssueById", {404}},
    {"listEventsOfIssueById", {404}},
    {"getReprocessing", {404}},
    {"reprocess", {404}},
    {"listEvents", {404}},
    {"getEvent", {404}},
    {"getEventJson", {404}},
    {"getGroupingInfo", {404}},
    {"findEventId", {400}},
    {"findShortId", {404}},
    {"listProjectTags", {404}},
    {"listProjectTagValues", {404}},
    {"listMonitors", {200}},
    {"createMonitor", {400}},
    {"getMonitor", {404}},
    {"updateMonitor", {404}},
    {"deleteMonitor", {404}},
    {"updateMonitorEnvironment", {404}},
    {"deleteMonitorEnvironment", {404}},
    {"listCheckIns", {404}},
    {"getSessionStats", {400}},
    {"getOutcomeStats", {400}},
    {"getIntakeSettings", {200}},
    {"updateIntakeSettings", {200}},
    {"listUserFeedback", {404}},
    {"submitUserFeedback", {404}},
    {"listUserReports", {404}},
    {"listIssueUserReports", {404}},
    {"listEventAttachments", {404}},
    {"getEventAttachment", {404}},
    {"deleteEventAttachment", {404}},
    {"listItems", {404}},
    {"getItem", {404}},
    {"searchEvents", {400}}};

std::string_view RoleOf(As who) {
  switch (who) {
    case As::kMember:
      return "member";
    case As::kAdmin:
      return "admin";
    case As::kManager:
      return "manager";
    case As::kOwner:
    case As::kFullToken:
      return "owner";
    default:
      return "";
  }
}

bool IsToken(As who) {
  return who == As::kFullToken || who == As::kNarrowToken || who == As::kRemovedToken;
}

bool RoleHasAny(std::string_view role, std::string_view scopes) {
  for (std::string_view scope : Split(scopes, '|')) {
    if (orgs::RoleHasScope(role, scope)) return true;
  }
  return false;
}

int Expected(const api::Route& route, const Allowed& allowed, As who) {
  if (route.who == Who::kAnyone) {
    if (who == As::kAnonymous) return allowed.anonymous.value_or(allowed.status);
    if (who == As::kPending) return allowed.pending.value_or(allowed.status);
    return IsToken(who) ? allowed.token.value_or(allowed.status) : allowed.status;
  }
  if (who == As::kAnonymous || who == As::kPending) return 401;
  if (route.who == Who::kSession) return IsToken(who) ? 403 : allowed.status;
  if (route.scopes.empty()) return allowed.status;
  if (who == As::kStranger || who == As::kRemovedToken) return 404;
  if (who == As::kNarrowToken) return 403;
  return RoleHasAny(RoleOf(who), route.scopes) ? allowed.status : 403;
}

std::string TargetOf(std::string_view pattern) {
  static const std::map<std::string_view, std::string_view> kValues = {
      {"organization", "acme"},    {"member", "987654321"},   {"team", "nowhere"},
      {"request", "987654321"},    {"token", "987654321"},    {"user", "me"},
      {"session", "987654321"},    {"interface", "totp"},     {"auth", "987654321"},
      {"device", "987654321"},     {"identity", "987654321"}, {"category", "org-identity"},
      {"provider", "987654321"},   {"project", "nowhere"},    {"key", "987654321"},
      {"environment", "nowhere"},  {"issue", "987654321"},    {"note", "987654321"},
      {"event", "987654321"},      {"short_id", "NOWHERE-1"}, {"monitor", "nowhere"},
      {"attachment", "987654321"}, {"type", "log"},           {"item", "987654321"},
      {"version", "nowhere"},      {"file", "987654321"},     {"bundle", "987654321"}};
  std::string target;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '{') {
      target += pattern[at++];
      continue;
    }
    std::size_t end = pattern.find('}', at);
    target += kValues.at(pattern.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return target;
}

class MatrixTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    pending_ = AddUser("pending");
    Execute("UPDATE users SET has_2fa = 1 WHERE id = " + pending_.ToString());
    UserId removed = AddUser("removed");
    MemberId row = AddMember(acme_, removed, "manager");
    full_ = Token(owner_, AllScopes());
    narrow_ = Token(owner_, {"alerts:read"});
    removed_ = Token(removed, AllScopes());
    EXPECT_EQ(Send(LogIn(owner_), http::Method::kDelete,
                   "/api/0/organizations/acme/members/" + row.ToString() + "/", "")
                  .status,
              204);
  }

  // A session of its own for every request: some of them end sessions.
  Credentials Make(As who) {
    switch (who) {
      case As::kAnonymous:
        return {};
      case As::kPending:
        return LogIn(pending_);
      case As::kMember:
        return LogIn(member_);
      case As::kAdmin:
        return LogIn(admin_);
      case As::kManager:
        return LogIn(manager_);
      case As::kOwner:
        return LogIn(owner_);
      case As::kStranger:
        return LogIn(stranger_);
      case As::kFullToken:
        return full_;
      case As::kNarrowToken:
        return narrow_;
      case As::kRemovedToken:
        return removed_;
    }
    return {};
  }

  UserId pending_;
  Credentials full_, narrow_, removed_;
};
GATEHOUSE_ON_ALL_ENGINES(MatrixTest);

TEST_P(MatrixTest, EveryRouteAnswersEverybodyAsTheTableSays) {
  const std::string before = Digest();
  int cells = 0;
  for (const api::Route& route : api::Routes()) {
    auto allowed = kAllowed.find(route.operation);
    ASSERT_NE(allowed, kAllowed.end()) << "no expectation for " << route.operation;
    for (const auto& [who, name] : kEverybody) {
      const http::Response response = Ask(Make(who), {route.method, TargetOf(route.pattern), "{}"});
      EXPECT_EQ(response.status, Expected(route, allowed->second, who))
          << route.operation << " as " << name << ": " << response.body.substr(0, 300);
      EXPECT_NE(response.headers.Get("Cache-Control"), "") << route.operation;
      ++cells;
    }
  }
  EXPECT_EQ(cells, static_cast<int>(api::Routes().size() * std::size(kEverybody)));
  EXPECT_EQ(Digest(), before) << "a refused or empty request changed something";
}

TEST_P(MatrixTest, ExpectationsHaveNoRowTooMany) {
  EXPECT_EQ(kAllowed.size(), api::Routes().size());
}

// AUTH-07: the code, too, says what is missing.
TEST_P(MatrixTest, PendingSecondFactorIsToldSo) {
  http::Response response = Get(Make(As::kPending), "/api/0/organizations/");
  EXPECT_EQ(response.status, 401);
  EXPECT_NE(response.body.find("\"2fa-required\""), std::string::npos) << response.body;
  response = Get(Make(As::kPending), "/api/0/auth/");
  EXPECT_NE(response.body.find("\"2fa-required\""), std::string::npos) << response.body;
}

// AUTH-11, by the table: whatever needs a fresh proof refuses an old one, and does nothing.
TEST_P(MatrixTest, OldProofOpensNoSensitiveRoute) {
  const std::string before = Digest();
  int sensitive = 0;
  ahead_ = std::chrono::minutes(20);
  for (const api::Route& route : api::Routes()) {
    if (route.proof != Proof::kFresh) continue;
    ++sensitive;
    http::Response response = Ask(LogIn(member_), {route.method, TargetOf(route.pattern), "{}"});
    EXPECT_EQ(response.status, 401) << route.operation;
    EXPECT_NE(response.body.find("\"sudo-required\""), std::string::npos) << response.body;
    EXPECT_NE(response.body.find("member@gate.example"), std::string::npos) << response.body;
  }
  EXPECT_GE(sensitive, 10);
  EXPECT_EQ(Digest(), before);
}

// Isolation law L2, by the table: a session born by an organization's provider is nobody's own.
TEST_P(MatrixTest, ProviderSessionOpensNoAccountRouteAndNoOtherOrganization) {
  for (const api::Route& route : api::Routes()) {
    const bool account = route.proof != Proof::kNone;
    if (!account && route.scopes.empty()) continue;
    Credentials session = LogIn(member_);
    Execute(
        "UPDATE sessions SET proofs = '[{\"kind\":\"sso\",\"at\":" +
        std::to_string(app().clock.Now().micros) + ",\"organization\":" + beta_.ToString() +
        ",\"provider\":7,\"revision\":1,\"identity\":8}]' WHERE user_id = " + member_.ToString());
    http::Response response = Ask(session, {route.method, TargetOf(route.pattern), "{}"});
    EXPECT_EQ(response.status, 401) << route.operation << response.body;
    EXPECT_NE(response.body.find("\"reauth-required\""), std::string::npos) << response.body;
  }
}

}  // namespace
}  // namespace gatehouse::app
