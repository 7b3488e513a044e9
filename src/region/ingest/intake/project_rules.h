#pragma once

// What a project groups, filters and scrubs by, compiled from its options once per version of the
// project. Options that cannot be read (they are checked when they are set) leave the defaults.

#include <memory>
#include <mutex>
#include <unordered_map>

#include "region/events/grouping/grouping.h"
#include "region/events/scrub/rules.h"
#include "region/ingest/filters/filters.h"
#include "region/ingest/settings/settings.h"
#include "region/projects/types.h"

namespace gatehouse::ingest {

struct CompiledRules {
  grouping::Config grouping;
  std::shared_ptr<const Filters> filters;
  std::shared_ptr<const events::scrub::Rules> scrub;
  std::int64_t crash_reports = 0;  // that an issue keeps; -1: any number
};

// Thread-safe.
class ProjectRules {
 public:
  ProjectRules();
  // `settings`: of the project's organization.
  std::shared_ptr<const CompiledRules> Of(const projects::Project& project,
                                          const OrganizationSettings& settings);

 private:
  struct Entry {
    std::int64_t version = 0;
    std::int64_t settings = 0;  // version of the organization's
    std::shared_ptr<const CompiledRules> rules;
  };
  std::shared_ptr<const CompiledRules> Compile(const projects::Project& project,
                                               const OrganizationSettings& organization) const;

  const grouping::Config default_grouping_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Entry> entries_;
};

}  // namespace gatehouse::ingest
