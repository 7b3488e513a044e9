// Any text: parsing a selector never crashes, nor does asking it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "region/events/scrub/selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::events;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto selector = scrub::Selector::Parse(text);
  if (!selector) return 0;
  std::vector<scrub::Step> steps = {
      {.role = Role::kEvent, .kind = scrub::ValueKind::kObject},
      {.key = "exception", .kind = scrub::ValueKind::kObject},
      {.key = "values", .kind = scrub::ValueKind::kArray},
      {.index = 3, .is_index = true, .role = Role::kException, .kind = scrub::ValueKind::kObject},
      {.key = "value", .kind = scrub::ValueKind::kString},
  };
  for (Pii pii : {Pii::kFalse, Pii::kMaybe, Pii::kTrue}) selector->Matches(steps, pii);
  selector->MatchesBinary("minidump");
  return 0;
}
