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
Task<http::Response> ListOrganizationUsers(Call& call);
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

// root.cc
Task<http::Response> GetRoot(Call& call);
Task<http::Response> ListRegions(Call& call);

// projects.cc
Task<http::Response> ListProjects(Call& call);
Task<http::Response> ListOrganizationProjects(Call& call);
Task<http::Response> CreateProject(Call& call);
Task<http::Response> GetProject(Call& call);
Task<http::Response> UpdateProject(Call& call);
Task<http::Response> DeleteProject(Call& call);
Task<http::Response> ListProjectTeams(Call& call);
Task<http::Response> AddProjectTeam(Call& call);
Task<http::Response> RemoveProjectTeam(Call& call);

// project_keys.cc
Task<http::Response> ListKeys(Call& call);
Task<http::Response> CreateKey(Call& call);
Task<http::Response> GetKey(Call& call);
Task<http::Response> UpdateKey(Call& call);
Task<http::Response> DeleteKey(Call& call);

// environments.cc
Task<http::Response> ListEnvironments(Call& call);
Task<http::Response> ListProjectEnvironments(Call& call);
Task<http::Response> GetProjectEnvironment(Call& call);
Task<http::Response> UpdateProjectEnvironment(Call& call);

// releases.cc
Task<http::Response> ListReleases(Call& call);
Task<http::Response> CreateRelease(Call& call);
Task<http::Response> GetRelease(Call& call);
Task<http::Response> UpdateRelease(Call& call);
Task<http::Response> DeleteRelease(Call& call);
Task<http::Response> ListReleaseCommits(Call& call);
Task<http::Response> GetPreviousRelease(Call& call);
Task<http::Response> GetReleaseMeta(Call& call);
Task<http::Response> ListDeploys(Call& call);
Task<http::Response> CreateDeploy(Call& call);
Task<http::Response> ListRepositories(Call& call);
Task<http::Response> ListProjectReleases(Call& call);
Task<http::Response> CreateProjectRelease(Call& call);
Task<http::Response> GetProjectRelease(Call& call);
Task<http::Response> UpdateProjectRelease(Call& call);
Task<http::Response> DeleteProjectRelease(Call& call);

// release_files.cc
Task<http::Response> ListReleaseFiles(Call& call);
Task<http::Response> UploadReleaseFile(Call& call);
Task<http::Response> GetReleaseFile(Call& call);
Task<http::Response> UpdateReleaseFile(Call& call);
Task<http::Response> DeleteReleaseFile(Call& call);
Task<http::Response> ListArtifactBundles(Call& call);
Task<http::Response> DeleteArtifactBundle(Call& call);

// debug_files.cc
Task<http::Response> ListDebugFiles(Call& call);
Task<http::Response> UploadDebugFiles(Call& call);
Task<http::Response> DeleteDebugFile(Call& call);
Task<http::Response> FindUnknownDebugFiles(Call& call);

// chunk_upload.cc
Task<http::Response> GetChunkUpload(Call& call);
Task<http::Response> UploadChunks(Call& call);
Task<http::Response> AssembleBundle(Call& call);
Task<http::Response> AssembleRelease(Call& call);
Task<http::Response> AssembleDebugFiles(Call& call);

// older_paths.cc
Task<http::Response> GetIssueById(Call& call);
Task<http::Response> ListEventsOfIssueById(Call& call);
Task<http::Response> ListProjectReleaseFiles(Call& call);
Task<http::Response> UploadProjectReleaseFile(Call& call);
Task<http::Response> ListProjectReleaseCommits(Call& call);
Task<http::Response> GetReprocessing(Call& call);
Task<http::Response> Reprocess(Call& call);

// issues.cc
Task<http::Response> ListIssues(Call& call);
Task<http::Response> UpdateIssues(Call& call);
Task<http::Response> DeleteIssues(Call& call);

// issue.cc
Task<http::Response> GetIssue(Call& call);
Task<http::Response> UpdateIssue(Call& call);
Task<http::Response> DeleteIssue(Call& call);
Task<http::Response> ListActivities(Call& call);
Task<http::Response> ListNotes(Call& call);
Task<http::Response> CreateNote(Call& call);
Task<http::Response> UpdateNote(Call& call);
Task<http::Response> DeleteNote(Call& call);
Task<http::Response> ListHashes(Call& call);
Task<http::Response> RemoveHashes(Call& call);

// tags.cc
Task<http::Response> ListIssueTags(Call& call);
Task<http::Response> GetIssueTag(Call& call);
Task<http::Response> ListIssueTagValues(Call& call);
Task<http::Response> ListProjectTags(Call& call);
Task<http::Response> ListProjectTagValues(Call& call);

// events.cc
Task<http::Response> ListEvents(Call& call);
Task<http::Response> GetEvent(Call& call);
Task<http::Response> GetEventJson(Call& call);
Task<http::Response> GetGroupingInfo(Call& call);
Task<http::Response> GetProjectStats(Call& call);
Task<http::Response> ListIssueEvents(Call& call);
Task<http::Response> GetIssueEvent(Call& call);
Task<http::Response> FindEventId(Call& call);
Task<http::Response> FindShortId(Call& call);

// monitors.cc
Task<http::Response> ListMonitors(Call& call);
Task<http::Response> CreateMonitor(Call& call);
Task<http::Response> GetMonitor(Call& call);
Task<http::Response> UpdateMonitor(Call& call);
Task<http::Response> DeleteMonitor(Call& call);
Task<http::Response> UpdateMonitorEnvironment(Call& call);
Task<http::Response> DeleteMonitorEnvironment(Call& call);
Task<http::Response> ListCheckIns(Call& call);

// stats.cc
Task<http::Response> GetSessionStats(Call& call);
Task<http::Response> GetOutcomeStats(Call& call);
Task<http::Response> GetIntakeSettings(Call& call);
Task<http::Response> UpdateIntakeSettings(Call& call);

// feedback.cc
Task<http::Response> ListUserFeedback(Call& call);
Task<http::Response> ListIssueUserReports(Call& call);
Task<http::Response> SubmitUserFeedback(Call& call);

// items.cc
Task<http::Response> ListIssueAttachments(Call& call);
Task<http::Response> ListEventAttachments(Call& call);
Task<http::Response> GetEventAttachment(Call& call);
Task<http::Response> DeleteEventAttachment(Call& call);
Task<http::Response> ListItems(Call& call);
Task<http::Response> GetItem(Call& call);
Task<http::Response> SearchEvents(Call& call);

// discover.cc. Of the datasets that are none of its own, SearchEvents answers.
Task<http::Response> Discover(Call& call);

}  // namespace gatehouse::api
