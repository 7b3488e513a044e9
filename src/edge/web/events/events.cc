#include "edge/web/events/events.h"

namespace gatehouse::web {

void RegisterEvents(Site& site, http::Router& router) {
  RegisterProjects(site, router);
  RegisterProjectSettings(site, router);
  RegisterProjectRules(site, router);
  RegisterProjectFiles(site, router);
  RegisterIntakeSettings(site, router);
  RegisterIntakePrivacy(site, router);
  RegisterIntakeStats(site, router);
  RegisterIssues(site, router);
  RegisterIssue(site, router);
  RegisterIssueEvents(site, router);
  RegisterIssueTags(site, router);
  RegisterIssueActivity(site, router);
  RegisterIssueMerge(site, router);
  RegisterTransactions(site, router);
  RegisterTraces(site, router);
  RegisterReleases(site, router);
  RegisterLogs(site, router);
  RegisterMonitors(site, router);
  RegisterFeedback(site, router);
  RegisterReplays(site, router);
}

}  // namespace gatehouse::web
