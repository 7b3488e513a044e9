#pragma once

// The services of a region's events, side by side: what the API and the pages read and change. app/
// puts them together; all of them outlive whoever is given these references.

#include <string>

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

namespace gatehouse::events {

struct Services {
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

}  // namespace gatehouse::events
