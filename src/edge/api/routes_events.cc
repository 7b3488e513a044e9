#include "edge/api/routes_events.h"

#include "edge/api/handlers.h"

namespace gatehouse::api {
namespace {

using enum http::Method;

constexpr std::string_view kProjectWrite = "project:write|project:admin";
constexpr std::string_view kEventWrite = "event:write|event:admin";

#define GH_ORG "/api/0/organizations/{organization}"
#define GH_PROJECT "/api/0/projects/{organization}/{project}"
#define GH_ISSUE "/api/0/organizations/{organization}/issues/{issue}"

const Route kEventRoutes[] = {
    // ---- where a client begins ----------------------------------------------------------------
    Anyone("getRoot", kGet, "/api/0/", "Version, scopes of the token, and the caller", GetRoot),
    {"listRegions", kGet, "/api/0/users/{user}/regions/", "Where the data is", ListRegions},

    // ---- projects -----------------------------------------------------------------------------
    {"listProjects", kGet, "/api/0/projects/", "Projects of all organizations of the caller",
     ListProjects},
    {"listOrganizationProjects", kGet, GH_ORG "/projects/", "Projects of an organization",
     ListOrganizationProjects, kProjectRead},
    {"createProject", kPost, "/api/0/teams/{organization}/{team}/projects/",
     "Create a project of a team", CreateProject, kProjectWrite},
    {"getProject", kGet, GH_PROJECT "/", "A project", GetProject, kProjectRead},
    {"updateProject", kPut, GH_PROJECT "/", "Change a project", UpdateProject, kProjectWrite},
    {"deleteProject", kDelete, GH_PROJECT "/", "Delete a project", DeleteProject, "project:admin"},
    {"getProjectStats", kGet, GH_PROJECT "/stats/", "How many events came when", GetProjectStats,
     kProjectRead},
    {"listProjectTeams", kGet, GH_PROJECT "/teams/", "Teams of a project", ListProjectTeams,
     kProjectRead},
    {"addProjectTeam", kPost, GH_PROJECT "/teams/{team}/", "Give a project to a team, too",
     AddProjectTeam, kProjectWrite},
    {"removeProjectTeam", kDelete, GH_PROJECT "/teams/{team}/", "Take a project from a team",
     RemoveProjectTeam, kProjectWrite},
    {"getReprocessing", kGet, GH_PROJECT "/reprocessing/", "Events that wait for files: none",
     GetReprocessing, kProjectRead},
    {"reprocess", kPost, GH_PROJECT "/reprocessing/", "Process what waits for files: nothing",
     Reprocess, "project:write|project:admin|project:releases"},

    // ---- keys ---------------------------------------------------------------------------------
    {"listKeys", kGet, GH_PROJECT "/keys/", "Keys (DSNs) of a project", ListKeys, kProjectRead},
    {"createKey", kPost, GH_PROJECT "/keys/", "Create a key", CreateKey, kProjectWrite},
    {"getKey", kGet, GH_PROJECT "/keys/{key}/", "A key", GetKey, kProjectRead},
    {"updateKey", kPut, GH_PROJECT "/keys/{key}/", "Rename, limit, or switch off a key", UpdateKey,
     kProjectWrite},
    {"deleteKey", kDelete, GH_PROJECT "/keys/{key}/", "Delete a key", DeleteKey, kProjectWrite},

    // ---- environments -------------------------------------------------------------------------
    {"listEnvironments", kGet, GH_ORG "/environments/", "Environments of an organization",
     ListEnvironments, "org:read|org:write|org:admin"},
    {"listProjectEnvironments", kGet, GH_PROJECT "/environments/", "Environments of a project",
     ListProjectEnvironments, kProjectRead},
    {"getProjectEnvironment", kGet, GH_PROJECT "/environments/{environment}/",
     "An environment of a project", GetProjectEnvironment, kProjectRead},
    {"updateProjectEnvironment", kPut, GH_PROJECT "/environments/{environment}/",
     "Hide or show an environment", UpdateProjectEnvironment, kProjectWrite},

    // ---- issues -------------------------------------------------------------------------------
    {"listIssues", kGet, GH_ORG "/issues/", "Issues of an organization, with search", ListIssues,
     kEventRead},
    {"updateIssues", kPut, GH_ORG "/issues/", "Change many issues", UpdateIssues, kEventWrite},
    {"deleteIssues", kDelete, GH_ORG "/issues/", "Delete many issues", DeleteIssues, "event:admin"},
    {"listProjectIssues", kGet, GH_PROJECT "/issues/", "Issues of a project, with search",
     ListIssues, kEventRead},
    {"updateProjectIssues", kPut, GH_PROJECT "/issues/", "Change many issues of a project",
     UpdateIssues, kEventWrite},
    {"deleteProjectIssues", kDelete, GH_PROJECT "/issues/", "Delete many issues of a project",
     DeleteIssues, "event:admin"},
    {"getIssue", kGet, GH_ISSUE "/", "An issue, by id or short id", GetIssue, kEventRead},
    {"updateIssue", kPut, GH_ISSUE "/", "Change an issue", UpdateIssue, kEventWrite},
    {"deleteIssue", kDelete, GH_ISSUE "/", "Delete an issue", DeleteIssue, "event:admin"},
    {"listActivities", kGet, GH_ISSUE "/activities/", "What happened to an issue", ListActivities,
     kEventRead},
    {"listNotes", kGet, GH_ISSUE "/notes/", "Comments on an issue", ListNotes, kEventRead},
    {"createNote", kPost, GH_ISSUE "/notes/", "Comment on an issue", CreateNote, kEventWrite},
    {"updateNote", kPut, GH_ISSUE "/notes/{note}/", "Change an own comment", UpdateNote,
     kEventWrite},
    {"deleteNote", kDelete, GH_ISSUE "/notes/{note}/", "Remove an own comment", DeleteNote,
     kEventWrite},
    {"listHashes", kGet, GH_ISSUE "/hashes/", "Hashes of an issue", ListHashes, kEventRead},
    {"removeHashes", kDelete, GH_ISSUE "/hashes/",
     "Let events with these hashes make an issue of their own", RemoveHashes, kEventWrite},
    {"listIssueTags", kGet, GH_ISSUE "/tags/", "Tags of an issue", ListIssueTags, kEventRead},
    {"getIssueTag", kGet, GH_ISSUE "/tags/{key}/", "A tag of an issue", GetIssueTag, kEventRead},
    {"listIssueTagValues", kGet, GH_ISSUE "/tags/{key}/values/", "Values of a tag of an issue",
     ListIssueTagValues, kEventRead},
    {"listIssueEvents", kGet, GH_ISSUE "/events/", "Events of an issue, with search",
     ListIssueEvents, kEventRead},
    {"getIssueEvent", kGet, GH_ISSUE "/events/{event}/",
     "An event of an issue: by id, latest, oldest or recommended", GetIssueEvent, kEventRead},

    {"listIssueAttachments", kGet, GH_ISSUE "/attachments/", "Attachments of an issue's events",
     ListIssueAttachments, kEventRead},
    // The organization is that of the issue: the handler asks for the scopes there.
    {"getIssueById", kGet, "/api/0/issues/{issue}/", "An issue, by id (event:read)", GetIssueById},
    {"listEventsOfIssueById", kGet, "/api/0/issues/{issue}/events/",
     "Events of an issue (event:read)", ListEventsOfIssueById},

    // ---- events -------------------------------------------------------------------------------
    {"listEvents", kGet, GH_PROJECT "/events/", "Events of a project", ListEvents, kEventRead},
    {"getEvent", kGet, GH_PROJECT "/events/{event}/", "An event", GetEvent, kEventRead},
    {"getEventJson", kGet, GH_PROJECT "/events/{event}/json/", "An event as it is stored",
     GetEventJson, kEventRead},
    {"getGroupingInfo", kGet, GH_PROJECT "/events/{event}/grouping-info/",
     "Why an event is in its issue", GetGroupingInfo, kEventRead},
    {"findEventId", kGet, GH_ORG "/eventids/{event}/", "Find an event by its id", FindEventId,
     kEventRead},
    {"findShortId", kGet, GH_ORG "/shortids/{short_id}/", "Find an issue by its short id",
     FindShortId, kEventRead},
    {"listProjectTags", kGet, GH_PROJECT "/tags/", "Tags of a project", ListProjectTags,
     kEventRead},
    {"listProjectTagValues", kGet, GH_PROJECT "/tags/{key}/values/", "Values of a tag of a project",
     ListProjectTagValues, kEventRead},
};
#undef GH_ORG
#undef GH_PROJECT
#undef GH_ISSUE

}  // namespace

std::span<const Route> EventRoutes() { return kEventRoutes; }

}  // namespace gatehouse::api
