#include "edge/api/routes_intake.h"

#include "edge/api/handlers.h"

namespace gatehouse::api {
namespace {

using enum http::Method;

constexpr Route WithDsn(Route route) {
  route.takes_dsn = true;
  return route;
}

constexpr std::string_view kOrgRead = "org:read|org:write|org:admin";
constexpr std::string_view kOrgWrite = "org:write|org:admin";
constexpr std::string_view kMonitorWrite = "alerts:write|project:write|project:admin";

#define GH_ORG "/api/0/organizations/{organization}"
#define GH_PROJECT "/api/0/projects/{organization}/{project}"

const Route kIntakeRoutes[] = {
    // ---- monitors -----------------------------------------------------------------------------
    {"listMonitors", kGet, GH_ORG "/monitors/", "Monitored jobs", ListMonitors, kOrgRead},
    {"createMonitor", kPost, GH_ORG "/monitors/", "Monitor a job", CreateMonitor, kMonitorWrite},
    {"getMonitor", kGet, GH_ORG "/monitors/{monitor}/", "A monitored job", GetMonitor, kOrgRead},
    {"updateMonitor", kPut, GH_ORG "/monitors/{monitor}/", "Change a monitor", UpdateMonitor,
     kMonitorWrite},
    {"deleteMonitor", kDelete, GH_ORG "/monitors/{monitor}/", "No longer monitor a job",
     DeleteMonitor, kMonitorWrite},
    {"updateMonitorEnvironment", kPut, GH_ORG "/monitors/{monitor}/environments/{environment}/",
     "Mute an environment of a monitor, or no longer", UpdateMonitorEnvironment, kMonitorWrite},
    {"deleteMonitorEnvironment", kDelete, GH_ORG "/monitors/{monitor}/environments/{environment}/",
     "Forget an environment of a monitor", DeleteMonitorEnvironment, kMonitorWrite},
    {"listCheckIns", kGet, GH_ORG "/monitors/{monitor}/checkins/", "Runs of a monitored job",
     ListCheckIns, kOrgRead},

    // ---- how much, and how well ---------------------------------------------------------------
    {"getSessionStats", kGet, GH_ORG "/sessions/", "Release health over time", GetSessionStats,
     kOrgRead},
    {"getOutcomeStats", kGet, GH_ORG "/stats_v2/", "What became of what was sent", GetOutcomeStats,
     kOrgRead},
    {"getIntakeSettings", kGet, GH_ORG "/intake-settings/", "Quotas and filters of all projects",
     GetIntakeSettings, kOrgRead},
    {"updateIntakeSettings", kPut, GH_ORG "/intake-settings/",
     "Change quotas and filters of all projects", UpdateIntakeSettings, kOrgWrite},

    // ---- feedback -----------------------------------------------------------------------------
    {"listUserFeedback", kGet, GH_PROJECT "/user-feedback/", "What people wrote about errors",
     ListUserFeedback, kProjectRead},
    WithDsn({"submitUserFeedback", kPost, GH_PROJECT "/user-feedback/", "Write about an error",
             SubmitUserFeedback, kProjectRead}),
    {"listUserReports", kGet, GH_PROJECT "/user-reports/", "The same, under its other name",
     ListUserFeedback, kProjectRead},
    {"listIssueUserReports", kGet, GH_ORG "/issues/{issue}/user-reports/",
     "What people wrote about an issue", ListIssueUserReports, kEventRead},

    // ---- items --------------------------------------------------------------------------------
    {"listEventAttachments", kGet, GH_PROJECT "/events/{event}/attachments/",
     "Attachments of an event", ListEventAttachments, kEventRead},
    {"getEventAttachment", kGet, GH_PROJECT "/events/{event}/attachments/{attachment}/",
     "An attachment, or its content with ?download=1", GetEventAttachment, kEventRead},
    {"deleteEventAttachment", kDelete, GH_PROJECT "/events/{event}/attachments/{attachment}/",
     "Delete an attachment", DeleteEventAttachment, "event:admin"},
    {"listItems", kGet, GH_PROJECT "/items/", "Logs, spans, profiles and everything else, by type",
     ListItems, kEventRead},
    {"getItem", kGet, GH_PROJECT "/items/{type}/{item}/", "The content of an item", GetItem,
     kEventRead},
    {"searchEvents", kGet, GH_ORG "/events/", "Errors, transactions, logs and spans as a table",
     Discover, kEventRead},
};
#undef GH_ORG
#undef GH_PROJECT

}  // namespace

std::span<const Route> IntakeRoutes() { return kIntakeRoutes; }

}  // namespace gatehouse::api
