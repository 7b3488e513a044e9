#pragma once

// The handlers of the route table, by the file that holds them. Each may rely on what its row
// demands; the row is the only place that demands it.

#include "edge/api/api.h"

namespace gatehouse::api {

// document.cc
Task<http::Response> GetDocument(Call& call);

// auth.cc
Task<http::Response> GetSelf(Call& call);
Task<http::Response> LogInBasic(Call& call);
Task<http::Response> VerifySelf(Call& call);
Task<http::Response> LogOut(Call& call);
Task<http::Response> GetAuthConfig(Call& call);
Task<http::Response> LogIn(Call& call);
Task<http::Response> Validate(Call& call);
Task<http::Response> GetStepUpChallenge(Call& call);

// organizations.cc
Task<http::Response> ListOrganizations(Call& call);
Task<http::Response> GetOrganization(Call& call);
Task<http::Response> UpdateOrganization(Call& call);

// members.cc
Task<http::Response> ListMembers(Call& call);
Task<http::Response> GetMember(Call& call);
Task<http::Response> UpdateMember(Call& call);
Task<http::Response> RemoveMember(Call& call);

// invites.cc
Task<http::Response> CreateInvite(Call& call);
Task<http::Response> ListInviteRequests(Call& call);
Task<http::Response> CreateInviteRequest(Call& call);
Task<http::Response> GetInviteRequest(Call& call);
Task<http::Response> DecideInviteRequest(Call& call);
Task<http::Response> RejectInviteRequest(Call& call);
Task<http::Response> RequestToJoin(Call& call);
Task<http::Response> LookAtInvite(Call& call);
Task<http::Response> AcceptInvite(Call& call);

// teams.cc
Task<http::Response> ListTeams(Call& call);
Task<http::Response> CreateTeam(Call& call);
Task<http::Response> GetTeam(Call& call);
Task<http::Response> UpdateTeam(Call& call);
Task<http::Response> DeleteTeam(Call& call);
Task<http::Response> ListTeamMembers(Call& call);
Task<http::Response> GetTeamMembership(Call& call);
Task<http::Response> JoinTeam(Call& call);
Task<http::Response> SetTeamRole(Call& call);
Task<http::Response> LeaveTeam(Call& call);
Task<http::Response> ListAccessRequests(Call& call);
Task<http::Response> DecideAccessRequest(Call& call);

// sso.cc
Task<http::Response> GetAuthProvider(Call& call);
Task<http::Response> ListAuthProviders(Call& call);
Task<http::Response> ListSsoDecisions(Call& call);
Task<http::Response> GetClientKeys(Call& call);

// audit.cc
Task<http::Response> ListAuditLogs(Call& call);
Task<http::Response> ExportAuditLogs(Call& call);

// account.cc
Task<http::Response> GetUser(Call& call);
Task<http::Response> ListEmails(Call& call);
Task<http::Response> AddEmail(Call& call);
Task<http::Response> SetPrimaryEmail(Call& call);
Task<http::Response> RemoveEmail(Call& call);
Task<http::Response> ConfirmEmail(Call& call);
Task<http::Response> ChangePassword(Call& call);
Task<http::Response> ListAccountEvents(Call& call);

// identities.cc
Task<http::Response> ListIdentities(Call& call);
Task<http::Response> GetIdentity(Call& call);
Task<http::Response> RemoveIdentity(Call& call);

// identity_providers.cc
Task<http::Response> ListIdentityProviders(Call& call);
Task<http::Response> AddIdentityProvider(Call& call);
Task<http::Response> RemoveIdentityProvider(Call& call);

// sessions.cc
Task<http::Response> ListSessions(Call& call);
Task<http::Response> EndOtherSessions(Call& call);
Task<http::Response> EndSession(Call& call);
Task<http::Response> ListTokens(Call& call);
Task<http::Response> CreateToken(Call& call);
Task<http::Response> DeleteToken(Call& call);

// authenticators.cc
Task<http::Response> ListAuthenticators(Call& call);
Task<http::Response> BeginEnrolment(Call& call);
Task<http::Response> FinishEnrolment(Call& call);
Task<http::Response> GetAuthenticator(Call& call);
Task<http::Response> RegenerateAuthenticator(Call& call);
Task<http::Response> RemoveAuthenticator(Call& call);
Task<http::Response> RenameDevice(Call& call);
Task<http::Response> RemoveDevice(Call& call);

}  // namespace gatehouse::api
