#include "region/ingest/intake/project_rules.h"

#include "base/check.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxEntries = 10'000;

void ReadList(const json::Object& from, std::string_view key, std::vector<std::string>& out) {
  const json::Array* list = json::GetArray(from, key);
  if (list == nullptr) return;
  out.clear();
  for (const json::Value& value : *list) {
    if (value.is_string()) out.emplace_back(value.get_string());
  }
}

void ReadFlag(const json::Object& from, std::string_view key, bool& out) {
  out = json::GetBool(from, key).value_or(out);
}

}  // namespace

FilterSettings FilterSettingsOf(const json::Object& options) {
  FilterSettings settings;
  const json::Object* filters = json::GetObject(options, "filters");
  if (filters == nullptr) return settings;
  ReadList(*filters, "ip_addresses", settings.ip_addresses);
  ReadList(*filters, "releases", settings.releases);
  ReadList(*filters, "error_messages", settings.error_messages);
  ReadList(*filters, "csp_disallowed_sources", settings.csp_disallowed_sources);
  ReadList(*filters, "ignore_transactions", settings.ignore_transactions);
  ReadFlag(*filters, "browser_extensions", settings.browser_extensions);
  ReadFlag(*filters, "localhost", settings.localhost);
  ReadFlag(*filters, "web_crawlers", settings.web_crawlers);
  ReadFlag(*filters, "filtered_transactions", settings.filtered_transactions);
  ReadFlag(*filters, "chunk_load_error", settings.chunk_load_error);
  ReadFlag(*filters, "react_hydration_errors", settings.react_hydration_errors);
  std::vector<std::string> browsers;
  ReadList(*filters, "legacy_browsers", browsers);
  settings.legacy_browsers.insert(browsers.begin(), browsers.end());
  return settings;
}

ProjectRules::ProjectRules() : default_grouping_(grouping::Config::Default()) {}

std::shared_ptr<const CompiledRules> ProjectRules::Of(const projects::Project& project) {
  {
    std::lock_guard lock(mutex_);
    auto known = entries_.find(project.id.value);
    if (known != entries_.end() && known->second.version == project.version) {
      return known->second.rules;
    }
  }
  std::shared_ptr<const CompiledRules> rules = Compile(project);
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kMaxEntries) entries_.clear();
  entries_[project.id.value] = {project.version, rules};
  return rules;
}

std::shared_ptr<const CompiledRules> ProjectRules::Compile(const projects::Project& project) const {
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
  rules->filters = std::make_shared<const Filters>(FilterSettingsOf(project.options));

  events::scrub::Settings settings;
  if (const json::Object* wanted = json::GetObject(project.options, "scrubbing")) {
    if (auto parsed = events::scrub::ParseSettings(*wanted)) settings = std::move(*parsed);
  }
  auto compiled = events::scrub::Rules::Compile(settings);
  if (!compiled) compiled = events::scrub::Rules::Compile(events::scrub::Settings{});
  GH_CHECK(compiled.has_value());
  rules->scrub = std::make_shared<const events::scrub::Rules>(std::move(*compiled));
  return rules;
}

}  // namespace gatehouse::ingest
