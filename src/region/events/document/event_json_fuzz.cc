// Any bytes: no crash, and what is read can be written and read again, to the same text.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "region/events/document/event_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (bool allow_nan : {false, true}) {
    auto event = events::Parse(text, {.allow_nan = allow_nan});
    if (!event) continue;
    std::string once = json::Serialize(*event);
    GH_CHECK(IsValidUtf8(once));
    auto again = events::Parse(once, {.max_bytes = once.size()});
    GH_CHECK(again.has_value());
    GH_CHECK(json::Serialize(*again) == once);
  }
  return 0;
}
