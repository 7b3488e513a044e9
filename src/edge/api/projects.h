#pragma once

// Projects as the API shows them, and the project that a path names.

#include <optional>
#include <string>
#include <vector>

#include "edge/api/api.h"
#include "edge/api/encode.h"
#include "region/projects/service.h"

namespace gatehouse::api {

// The project of {project}, slug or id. `moved` is the answer when the path has a name that the
// project does not bear any more: 302 to where it is.
struct FoundProject {
  projects::Project project = {};
  std::optional<http::Response> moved = {};
};
// Errors: kNotFound "project_not_found".
Task<FoundProject> ReadProject(Call& call);

// The teams of the organization that the caller is in.
Task<std::vector<TeamId>> OwnTeams(Call& call);

// As it stands in lists; with teams, environments and the newest release.
json::Object EncodeSummary(const Call& call, const projects::Project& project,
                           const projects::Surroundings& around, const std::vector<TeamId>& own);
// With everything that is known.
json::Object EncodeProject(const Call& call, const projects::Project& project,
                           const projects::Surroundings& around, const std::vector<TeamId>& own);

// All of the organization.
Task<json::Array> EncodeProjects(Call& call);

}  // namespace gatehouse::api
