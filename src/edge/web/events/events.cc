#include "edge/web/events/events.h"

namespace gatehouse::web {

void RegisterEvents(Site& site, http::Router& router) {
  RegisterProjects(site, router);
  RegisterIssues(site, router);
}

}  // namespace gatehouse::web
