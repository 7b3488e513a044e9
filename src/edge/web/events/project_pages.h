#pragma once

// What the pages of one project share: who may enter, the tabs above them, texts of several lines.

#include <string>
#include <string_view>
#include <vector>

#include "edge/access/access.h"
#include "edge/web/site.h"
#include "platform/json/json.h"
#include "region/projects/types.h"

namespace gatehouse::web {

struct ProjectVisit {
  access::OrgAccess access = {};
  projects::Project project = {};

  // "/organizations/acme/projects/shop/"
  std::string Path() const;
};

// The project of the path, {project}, if the visitor may use one of `scopes` in its organization.
// Errors: those of Enter; kNotFound "project_not_found".
Task<ProjectVisit> EnterProject(Site& site, Call& call, std::string_view scopes);

// Fills {{NAME}}, {{SLUG}} and {{#TAB}}{{URL}}{{LABEL}}{{#CURRENT}}; `active` is the id of a tab.
void AddProjectHead(html::Data& body, const ProjectVisit& visit, std::string_view active);

// A text as the lines of {{#name}}{{ROW}}, for a text area or a listing.
void AddLines(html::Data& body, std::string_view name, std::string_view text);
// What a text area holds, one entry a line; blank lines are left out.
std::vector<std::string> ListIn(std::string_view text);
std::string ListText(const std::vector<std::string>& list);
// As people write it, two blanks deep.
std::string PrettyJson(const json::Value& value);

// Whether anything has ever arrived.
bool HasReceived(const projects::Project& project);

}  // namespace gatehouse::web
