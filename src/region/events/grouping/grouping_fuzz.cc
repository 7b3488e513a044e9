// Any JSON object can be grouped, also one that was never normalized: twice alike, and explained.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "region/events/grouping/grouping.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  using namespace gatehouse::grouping;
  static const Config config = Config::Default();
  auto event = json::ParseObject({reinterpret_cast<const char*>(data), size});
  if (!event) return 0;
  const Grouping first = Group(*event, config);
  if (first.hashes.empty() && first.headline.type != "transaction") std::abort();
  if (Group(*event, config).hashes != first.hashes) std::abort();
  Store(first, *event);
  if (json::Serialize(Explain(first)).empty()) std::abort();
  return 0;
}
