#include "region/events/grouping/project_config.h"

namespace gatehouse::grouping {

Config ConfigOf(const json::Object& project_options) {
  Config config = Config::Default();
  if (auto text = json::GetString(project_options, "grouping.stack_rules")) {
    if (auto rules = Rules::Parse(*text)) {
      config.project = std::make_shared<const Rules>(std::move(*rules));
    }
  }
  if (auto text = json::GetString(project_options, "grouping.fingerprint_rules")) {
    if (auto rules = FingerprintRules::Parse(*text)) {
      config.project_fingerprints = std::make_shared<const FingerprintRules>(std::move(*rules));
    }
  }
  return config;
}

}  // namespace gatehouse::grouping
