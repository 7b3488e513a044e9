// Any bytes: no crash, and what is accepted survives a round trip unchanged.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "platform/json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto value = gatehouse::json::Parse(text);
  if (!value) return 0;
  GH_CHECK(gatehouse::IsValidUtf8(text));
  std::string once = gatehouse::json::Serialize(*value);
  auto again = gatehouse::json::Parse(once, {.max_bytes = once.size(), .max_depth = 32});
  GH_CHECK(again.has_value());
  GH_CHECK(gatehouse::json::Serialize(*again) == once);
  return 0;
}
