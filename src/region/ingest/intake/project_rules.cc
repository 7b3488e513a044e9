#include "region/ingest/intake/project_rules.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxEntries = 10'000;

}  // namespace

ProjectRules::ProjectRules() : default_grouping_(grouping::Config::Default()) {}

std::shared_ptr<const CompiledRules> ProjectRules::Of(const projects::Project& project,
                                                      const OrganizationSettings& settings) {
  {
    std::lock_guard lock(mutex_);
    auto known = entries_.find(project.id.value);
    if (known != entries_.end() && known->second.version == project.version &&
        known->second.settings == settings.version) {
      return known->second.rules;
    }
  }
  std::shared_ptr<const CompiledRules> rules = Compile(project, settings);
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kMaxEntries) entries_.clear();
  entries_[project.id.value] = {project.version, settings.version, rules};
  return rules;
}

std::shared_ptr<const CompiledRules> ProjectRules::Compile(
    const projects::Project& project, const OrganizationSettings& organization) const {
  auto rules = std::make_shared<CompiledRules>();
  rules->grouping = default_grouping_;
  if (auto text = json::GetString(project.options, "grouping.stack_rules")) {
    if (auto parsed = grouping::Rules::Parse(*text)) {
      rules->grouping.project = std::make_shared<const grouping::Rules>(std::move(*parsed));
    }
  }
  if (auto text = json::GetString(project.options, "grouping.fingerprint_rules")) {
    if (auto parsed = grouping::FingerprintRules::Parse(*text)) {
      rules->grouping.project_fingerprints =
          std::make_shared<const grouping::FingerprintRules>(std::move(*parsed));
    }
  }
  rules->filters =
      std::make_shared<const Filters>(FilterSettingsOf(project.options, organization.filters));

  rules->scrub = std::make_shared<const events::scrub::Rules>(
      ScrubRulesOf(project.options, organization.scrubbing));
  rules->crash_reports = CrashReportsOf(project.options, organization);
  return rules;
}

}  // namespace gatehouse::ingest
