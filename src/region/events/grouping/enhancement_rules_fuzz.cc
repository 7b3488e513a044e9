// Enhancement rules: whatever a project's owner writes is read or refused with a place, and what is
// read can be applied.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "region/events/grouping/rules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::grouping;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rules = Rules::Parse(text);
  if (!rules) {
    if (rules.error().detail.empty()) std::abort();
    return 0;
  }
  std::vector<MatchFrame> frames(3);
  for (MatchFrame& frame : frames) {
    frame.function = text.substr(0, 40);
    frame.path = "/srv/app/vendor/main.py";
    frame.has_path = true;
    frame.family = Family::kNative;
  }
  rules->Modify(frames, {});
  std::vector<Rules::Update> updates;
  rules->CollectUpdates(frames, {}, updates);
  for (const Rules::Update& update : updates) {
    if (update.first > update.last || update.last > frames.size()) std::abort();
  }
  return 0;
}
