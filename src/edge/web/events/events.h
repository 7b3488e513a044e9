#pragma once

// The pages of projects and of what they send: issues, transactions, releases, logs, monitors and
// feedback. A page group per kind; each registers its routes.

#include <string>

#include "edge/web/site.h"
#include "platform/http/router.h"
#include "region/artifacts/service.h"
#include "region/events/issues/service.h"
#include "region/eventstore/event_store.h"
#include "region/feedback/service.h"
#include "region/ingest/intake/outcomes.h"
#include "region/ingest/settings/settings.h"
#include "region/monitors/service.h"
#include "region/projects/service.h"
#include "region/releases/service.h"
#include "region/sessions/service.h"

namespace gatehouse::web {

// What these pages read and change. All of it outlives the Web.
struct Events {
  projects::Service& projects;
  issues::Service& issues;
  eventstore::EventStore& store;
  releases::Service& releases;
  artifacts::Service& artifacts;
  monitors::Service& monitors;
  sessions::Service& sessions;
  feedback::Service& feedback;
  ingest::Outcomes& outcomes;
  ingest::Settings& intake;
  std::string base_url;  // what DSNs name
};

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
