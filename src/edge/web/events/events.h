#pragma once

// The pages of projects and of what they send: issues, transactions, releases, logs, monitors and
// feedback. A page group per kind; each registers its routes.

#include "edge/web/site.h"
#include "platform/http/router.h"
#include "region/events/services.h"

namespace gatehouse::web {

// REQUIRES: the site was made with Deps::events.
void RegisterEvents(Site& site, http::Router& router);

// The page groups.
void RegisterProjects(Site& site, http::Router& router);
void RegisterProjectSettings(Site& site, http::Router& router);
void RegisterProjectRules(Site& site, http::Router& router);
void RegisterProjectFiles(Site& site, http::Router& router);
void RegisterIntakeSettings(Site& site, http::Router& router);
void RegisterIntakePrivacy(Site& site, http::Router& router);
void RegisterIntakeStats(Site& site, http::Router& router);
void RegisterIssues(Site& site, http::Router& router);
void RegisterIssue(Site& site, http::Router& router);
void RegisterIssueEvents(Site& site, http::Router& router);
void RegisterIssueTags(Site& site, http::Router& router);
void RegisterIssueActivity(Site& site, http::Router& router);
void RegisterIssueMerge(Site& site, http::Router& router);
void RegisterTransactions(Site& site, http::Router& router);
void RegisterTraces(Site& site, http::Router& router);
void RegisterReleases(Site& site, http::Router& router);
void RegisterLogs(Site& site, http::Router& router);
void RegisterMonitors(Site& site, http::Router& router);
void RegisterFeedback(Site& site, http::Router& router);
void RegisterReplays(Site& site, http::Router& router);

}  // namespace gatehouse::web
