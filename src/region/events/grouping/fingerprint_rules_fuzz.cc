// Fingerprint rules: whatever a project's owner writes is read or refused with a place, and what is
// read can be applied.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "region/events/grouping/fingerprint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  using namespace gatehouse::grouping;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rules = FingerprintRules::Parse(text);
  if (!rules) {
    if (rules.error().detail.empty()) std::abort();
    return 0;
  }
  json::Object event{{"platform", "javascript"},
                     {"level", "error"},
                     {"logentry", json::Object{{"formatted", "Cannot pay 7"}}}};
  const auto* rule = rules->Find(event, {});
  if (rule == nullptr) return 0;
  if (rule->fingerprint.empty() || rule->Text().empty()) std::abort();
  for (const std::string& value : rule->fingerprint) ResolveValue(value, event);
  if (rule->title) ExpandVariables(*rule->title, event);
  return 0;
}
