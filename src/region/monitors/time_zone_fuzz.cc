// Any bytes as a time zone file: no crash, and every wall clock time has its moments.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "region/monitors/time_zone.h"

using namespace gatehouse::monitors;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto zone = TimeZone::Parse({reinterpret_cast<const char*>(data), size});
  if (!zone) return 0;
  for (const std::int64_t at : {0ll, 1'700'000'000ll, 4'000'000'000ll}) {
    GH_CHECK(zone->ToLocal(at) >= at - 2 * 86'400 * 7 && zone->ToLocal(at) <= at + 2 * 86'400 * 7);
    const TimeZone::Moments moments = zone->ToUtc(at);
    GH_CHECK(moments.first <= moments.second);
  }
  return 0;
}
