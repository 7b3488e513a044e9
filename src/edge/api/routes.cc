#include "edge/api/routes.h"

#include <iterator>

#include "base/text.h"
#include "edge/api/handlers.h"
#include "edge/api/routes_events.h"
#include "edge/api/routes_intake.h"
#include "edge/api/routes_releases.h"

namespace gatehouse::api {

namespace {

using enum http::Method;

// Rows of one account: a session by own credentials.
constexpr Route Account(std::string_view operation, http::Method method, std::string_view pattern,
                        std::string_view summary, Handler handler, Proof proof) {
  Route route{operation, method, pattern, summary, handler};
  route.who = Who::kSession;
  route.proof = proof;
  return route;
}

constexpr Route ForOthersToo(Route route) {
  route.other_users = true;
  return route;
}

constexpr std::string_view kMemberRead = "member:read|member:write|member:admin";
constexpr std::string_view kMemberWrite = "member:write|member:admin";
constexpr std::string_view kTeamRead = "team:read|team:write|team:admin";
constexpr std::string_view kAnyRead = "org:read|org:write|team:write";

const Route kPeopleRoutes[] = {
    // ---- this document ------------------------------------------------------------------------
    Anyone("getDocument", kGet, "/api/0/openapi.yaml", "The OpenAPI document of this API",
           GetDocument),

    // ---- who is asking ------------------------------------------------------------------------
    Anyone("getSelf", kGet, "/api/0/auth/", "The caller", GetSelf),
    Anyone("logInBasic", kPost, "/api/0/auth/", "Log in with HTTP Basic credentials", LogInBasic),
    Account("verifySelf", kPut, "/api/0/auth/", "Prove oneself again, for sensitive changes",
            VerifySelf, Proof::kNone),
    Account("logOut", kDelete, "/api/0/auth/", "End the session", LogOut, Proof::kNone),
    Anyone("getAuthConfig", kGet, "/api/0/auth/config/", "What a log-in page needs to know",
           GetAuthConfig),
    Anyone("logIn", kPost, "/api/0/auth/login/", "Log in with a password", LogIn),
    Anyone("validateAuth", kGet, "/api/0/auth/validate/", "Is the session or token good?",
           Validate),
    Account("getStepUpChallenge", kGet, "/api/0/authenticators/",
            "A challenge for a key, to prove oneself again", GetStepUpChallenge, Proof::kNone),

    // ---- organizations ------------------------------------------------------------------------
    {"listOrganizations", kGet, "/api/0/organizations/", "Organizations of the caller",
     ListOrganizations},
    {"getOrganization", kGet, "/api/0/organizations/{organization}/", "An organization",
     GetOrganization, "org:read|org:write|org:admin"},
    {"updateOrganization", kPut, "/api/0/organizations/{organization}/",
     "Change settings of an organization", UpdateOrganization, "org:write|org:admin"},

    // ---- members ------------------------------------------------------------------------------
    {"listMembers", kGet, "/api/0/organizations/{organization}/members/",
     "Members and invitations, with search", ListMembers, kMemberRead},
    {"listOrganizationUsers", kGet, "/api/0/organizations/{organization}/users/",
     "Members who have come, with search", ListOrganizationUsers, kMemberRead},
    {"createInvite", kPost, "/api/0/organizations/{organization}/members/",
     "Invite somebody by e-mail", CreateInvite, kMemberWrite},
    {"getMember", kGet, "/api/0/organizations/{organization}/members/{member}/", "A member",
     GetMember, kMemberRead},
    {"updateMember", kPut, "/api/0/organizations/{organization}/members/{member}/",
     "Change role or teams, or send the invitation again", UpdateMember, kMemberWrite},
    {"removeMember", kDelete, "/api/0/organizations/{organization}/members/{member}/",
     "Remove a member, leave, or withdraw an invitation", RemoveMember, kMemberRead, Who::kCaller,
     Proof::kNone, /*other_users=*/false, /*without_seat=*/true},
    {"getTeamMembership", kGet,
     "/api/0/organizations/{organization}/members/{member}/teams/{team}/",
     "Is the member in the team?", GetTeamMembership,
     "org:read|org:write|org:admin|member:read|member:write|member:admin"},
    {"joinTeam", kPost, "/api/0/organizations/{organization}/members/{member}/teams/{team}/",
     "Join or add to a team, or ask for it", JoinTeam, kAnyRead},
    {"setTeamRole", kPut, "/api/0/organizations/{organization}/members/{member}/teams/{team}/",
     "Change the role in a team", SetTeamRole,
     "org:read|org:write|org:admin|member:read|member:write|member:admin"},
    {"leaveTeam", kDelete, "/api/0/organizations/{organization}/members/{member}/teams/{team}/",
     "Leave or remove from a team", LeaveTeam, "org:read|org:write|org:admin|team:admin"},

    // ---- requests -----------------------------------------------------------------------------
    {"listInviteRequests", kGet, "/api/0/organizations/{organization}/invite-requests/",
     "Requests that wait for approval", ListInviteRequests, kMemberRead},
    {"createInviteRequest", kPost, "/api/0/organizations/{organization}/invite-requests/",
     "Ask that somebody be invited", CreateInviteRequest, kMemberRead},
    {"getInviteRequest", kGet, "/api/0/organizations/{organization}/invite-requests/{member}/",
     "A request", GetInviteRequest, kMemberRead},
    {"decideInviteRequest", kPut, "/api/0/organizations/{organization}/invite-requests/{member}/",
     "Approve a request", DecideInviteRequest, kMemberWrite},
    {"rejectInviteRequest", kDelete,
     "/api/0/organizations/{organization}/invite-requests/{member}/", "Reject a request",
     RejectInviteRequest, kMemberWrite},
    Anyone("requestToJoin", kPost, "/api/0/organizations/{organization}/join-request/",
           "Ask to become a member", RequestToJoin),
    Anyone("lookAtInvite", kGet, "/api/0/accept-invite/{organization}/{member}/{token}/",
           "What an invitation offers", LookAtInvite),
    Account("acceptInvite", kPost, "/api/0/accept-invite/{organization}/{member}/{token}/",
            "Accept an invitation", AcceptInvite, Proof::kNone),

    // ---- teams --------------------------------------------------------------------------------
    {"listTeams", kGet, "/api/0/organizations/{organization}/teams/", "Teams", ListTeams,
     kTeamRead},
    {"createTeam", kPost, "/api/0/organizations/{organization}/teams/", "Create a team", CreateTeam,
     "team:write|team:admin"},
    {"getTeam", kGet, "/api/0/teams/{organization}/{team}/", "A team", GetTeam, kTeamRead},
    // Members of the organization may be admins of a team: the service decides by the team.
    {"updateTeam", kPut, "/api/0/teams/{organization}/{team}/", "Change a team", UpdateTeam,
     kTeamRead},
    {"deleteTeam", kDelete, "/api/0/teams/{organization}/{team}/", "Delete a team", DeleteTeam,
     kTeamRead},
    {"listTeamMembers", kGet, "/api/0/teams/{organization}/{team}/members/", "Members of a team",
     ListTeamMembers, kTeamRead},
    {"listAccessRequests", kGet, "/api/0/organizations/{organization}/access-requests/",
     "Requests to join teams", ListAccessRequests,
     "org:read|org:write|org:admin|team:read|team:write|team:admin|member:read|member:write|"
     "member:admin"},
    {"decideAccessRequest", kPut, "/api/0/organizations/{organization}/access-requests/{request}/",
     "Approve or refuse a request to join a team", DecideAccessRequest,
     "org:write|org:admin|team:write|team:admin|member:write|member:admin"},

    // ---- single sign-on and audit -------------------------------------------------------------
    {"getAuthProvider", kGet, "/api/0/organizations/{organization}/auth-provider/",
     "The identity provider", GetAuthProvider, "org:read"},
    {"listAuthProviders", kGet, "/api/0/organizations/{organization}/auth-providers/",
     "Kinds of identity providers", ListAuthProviders, "org:read"},
    {"listSsoDecisions", kGet, "/api/0/organizations/{organization}/sso-decisions/",
     "Decisions about log-ins, with their checks", ListSsoDecisions, "org:write"},
    Anyone("getClientKeys", kGet, "/auth/sso/{organization}/jwks.json",
           "Public keys for the identity provider", GetClientKeys),
    {"listIdentityProviders", kGet, "/api/0/organizations/{organization}/identity-providers/",
     "Where members may link accounts", ListIdentityProviders, "org:read"},
    {"addIdentityProvider", kPost, "/api/0/organizations/{organization}/identity-providers/",
     "Let members link accounts at a provider", AddIdentityProvider, "org:write"},
    {"removeIdentityProvider", kDelete,
     "/api/0/organizations/{organization}/identity-providers/{provider}/",
     "No longer let members link accounts there", RemoveIdentityProvider, "org:write"},
    {"listAuditLogs", kGet, "/api/0/organizations/{organization}/audit-logs/", "The audit log",
     ListAuditLogs, "org:write"},
    {"exportAuditLogs", kGet, "/api/0/organizations/{organization}/audit-logs/export/",
     "The audit log as a file", ExportAuditLogs, "org:write"},

    // ---- the account --------------------------------------------------------------------------
    {"getUser", kGet, "/api/0/users/{user}/", "The caller", GetUser},
    Account("listEmails", kGet, "/api/0/users/{user}/emails/", "Addresses", ListEmails,
            Proof::kOwn),
    Account("addEmail", kPost, "/api/0/users/{user}/emails/", "Add an address", AddEmail,
            Proof::kFresh),
    Account("setPrimaryEmail", kPut, "/api/0/users/{user}/emails/", "Choose the primary address",
            SetPrimaryEmail, Proof::kFresh),
    Account("removeEmail", kDelete, "/api/0/users/{user}/emails/", "Remove an address", RemoveEmail,
            Proof::kFresh),
    Account("confirmEmail", kPost, "/api/0/users/{user}/emails/confirm/",
            "Mail a confirmation link", ConfirmEmail, Proof::kOwn),
    Account("changePassword", kPut, "/api/0/users/{user}/password/", "Change the password",
            ChangePassword, Proof::kOwn),
    Account("listIdentities", kGet, "/api/0/users/{user}/identities/",
            "Identities at organizations' providers, and linked accounts", ListIdentities,
            Proof::kOwn),
    Account("removeIdentity", kDelete, "/api/0/users/{user}/identities/{identity}/",
            "Take an identity off the account", RemoveIdentity, Proof::kFresh),
    Account("listUserIdentities", kGet, "/api/0/users/{user}/user-identities/",
            "The same, in the field's general list", ListIdentities, Proof::kOwn),
    Account("getUserIdentity", kGet, "/api/0/users/{user}/user-identities/{category}/{identity}/",
            "An identity", GetIdentity, Proof::kOwn),
    Account("removeUserIdentity", kDelete,
            "/api/0/users/{user}/user-identities/{category}/{identity}/",
            "Take an identity off the account", RemoveIdentity, Proof::kFresh),
    Account("listAccountEvents", kGet, "/api/0/users/{user}/account-events/",
            "Log-ins and changes of the account", ListAccountEvents, Proof::kOwn),
    Account("listSessions", kGet, "/api/0/users/{user}/sessions/", "Sessions", ListSessions,
            Proof::kOwn),
    Account("endOtherSessions", kDelete, "/api/0/users/{user}/sessions/",
            "End all sessions but this one", EndOtherSessions, Proof::kOwn),
    Account("endSession", kDelete, "/api/0/users/{user}/sessions/{session}/", "End a session",
            EndSession, Proof::kOwn),
    Account("listTokens", kGet, "/api/0/api-tokens/", "Personal API tokens", ListTokens,
            Proof::kOwn),
    Account("createToken", kPost, "/api/0/api-tokens/", "Create a personal API token", CreateToken,
            Proof::kFresh),
    Account("deleteToken", kDelete, "/api/0/api-tokens/{token}/", "Delete a personal API token",
            DeleteToken, Proof::kOwn),

    // ---- second factors -----------------------------------------------------------------------
    Account("listAuthenticators", kGet, "/api/0/users/{user}/authenticators/",
            "Kinds of second factors, enrolled or not", ListAuthenticators, Proof::kOwn),
    Account("beginEnrolment", kGet, "/api/0/users/{user}/authenticators/{interface}/enroll/",
            "Begin to enrol a second factor", BeginEnrolment, Proof::kFresh),
    Account("finishEnrolment", kPost, "/api/0/users/{user}/authenticators/{interface}/enroll/",
            "Enrol a second factor", FinishEnrolment, Proof::kFresh),
    Account("getAuthenticator", kGet, "/api/0/users/{user}/authenticators/{auth}/",
            "A second factor", GetAuthenticator, Proof::kFresh),
    Account("regenerateRecoveryCodes", kPut, "/api/0/users/{user}/authenticators/{auth}/",
            "New recovery codes", RegenerateAuthenticator, Proof::kFresh),
    ForOthersToo(Account("removeAuthenticator", kDelete,
                         "/api/0/users/{user}/authenticators/{auth}/",
                         "Remove a second factor, or all of a member who lost them",
                         RemoveAuthenticator, Proof::kFresh)),
    Account("renameDevice", kPut, "/api/0/users/{user}/authenticators/{auth}/{device}/",
            "Rename a key", RenameDevice, Proof::kFresh),
    Account("removeDevice", kDelete, "/api/0/users/{user}/authenticators/{auth}/{device}/",
            "Remove a key", RemoveDevice, Proof::kFresh),
};

std::string_view WhoText(const Route& route) {
  switch (route.proof) {
    case Proof::kOwn:
      return "session, own credentials";
    case Proof::kFresh:
      return "session, proved within 15 minutes";
    case Proof::kNone:
      break;
  }
  switch (route.who) {
    case Who::kAnyone:
      return "anyone";
    case Who::kSession:
      return "session";
    case Who::kCaller:
      break;
  }
  return "session or token";
}

}  // namespace

std::span<const Route> PeopleRoutes() { return kPeopleRoutes; }

std::span<const Route> Routes() {
  static const std::vector<Route> kAll = [] {
    std::vector<Route> all(std::begin(kPeopleRoutes), std::end(kPeopleRoutes));
    const std::span<const Route> events = EventRoutes();
    all.insert(all.end(), events.begin(), events.end());
    const std::span<const Route> releases = ReleaseRoutes();
    all.insert(all.end(), releases.begin(), releases.end());
    const std::span<const Route> intake = IntakeRoutes();
    all.insert(all.end(), intake.begin(), intake.end());
    return all;
  }();
  return kAll;
}

std::string DescribeRoutes() {
  std::string out =
      "# Routes of the REST API\n\n"
      "<!-- Printed by `gatehouse routes`. A test compares this page with the table in\n"
      "src/edge/api/routes.cc. -->\n\n"
      "One of the scopes is needed: from the member's role in the organization, and, for a token, "
      "among those it\nwas granted. A scope with `write` holds its `read`, one with `admin` both. "
      "What a service decides by the object\n(who may change whom) is in the API reference.\n\n"
      "| method | path | who | one of these scopes | operation | |\n"
      "|---|---|---|---|---|---|\n";
  for (const Route& route : Routes()) {
    std::string scopes;
    for (std::string_view scope : Split(route.scopes, '|')) {
      if (scope.empty()) continue;
      scopes += (scopes.empty() ? "`" : ", `") + std::string(scope) + "`";
    }
    if (scopes.empty()) scopes = "–";
    out += "| " + std::string(http::MethodName(route.method)) + " | `" +
           std::string(route.pattern) + "` | " + std::string(WhoText(route)) + " | " + scopes +
           " | " + std::string(route.operation) + " | " + std::string(route.summary) + " |\n";
  }
  return out;
}

}  // namespace gatehouse::api
