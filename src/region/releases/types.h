#pragma once

// Releases, distributions and environments: the models beside an event.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "region/projects/types.h"

namespace gatehouse {

using ReleaseId = StrongId<struct ReleaseTag>;
using EnvironmentId = StrongId<struct EnvironmentTag>;
using DistributionId = StrongId<struct DistributionTag>;

}  // namespace gatehouse

namespace gatehouse::releases {

// The parts of "package@major.minor.patch.revision-prerelease+build".
struct SemanticVersion {
  std::string package;
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::int64_t patch = 0;
  std::int64_t revision = 0;
  std::string prerelease;  // "" is above any
  std::string build;       // does not count in comparisons
};

struct Release {
  ReleaseId id;
  OrgId organization;
  std::string version;
  bool is_open = true;
  std::optional<SemanticVersion> semantic = {};
  Timestamp created_at;
  std::optional<Timestamp> released_at = {};

  Timestamp EffectiveDate() const { return released_at.value_or(created_at); }
};

struct Environment {
  EnvironmentId id;
  OrgId organization;
  std::string name;  // "" stands for no environment
};

}  // namespace gatehouse::releases
