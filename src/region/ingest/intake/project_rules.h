#pragma once

// What a project groups, filters and scrubs by, compiled from its options once per version of the
// project. Options that cannot be read (they are checked when they are set) leave the defaults.

#include <memory>
#include <mutex>
#include <unordered_map>

#include "region/events/grouping/grouping.h"
#include "region/events/scrub/rules.h"
#include "region/ingest/filters/filters.h"
#include "region/projects/types.h"

namespace gatehouse::ingest {

struct CompiledRules {
  grouping::Config grouping;
  std::shared_ptr<const Filters> filters;
  std::shared_ptr<const events::scrub::Rules> scrub;
};

// Thread-safe.
class ProjectRules {
 public:
  ProjectRules();
  std::shared_ptr<const CompiledRules> Of(const projects::Project& project);

 private:
  struct Entry {
    std::int64_t version = 0;
    std::shared_ptr<const CompiledRules> rules;
  };
  std::shared_ptr<const CompiledRules> Compile(const projects::Project& project) const;

  const grouping::Config default_grouping_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Entry> entries_;
};

// `options["filters"]` of a project. Unknown names and wrong types are left at their defaults.
FilterSettings FilterSettingsOf(const json::Object& options);

}  // namespace gatehouse::ingest
