// A pattern, a line break and a text: compiling and searching never crash, matches lie inside the
// text, and the step budget bounds the work.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "region/events/scrub/pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::events::scrub;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::size_t line = input.find('\n');
  auto pattern = Pattern::Compile(input.substr(0, line));
  if (!pattern || line == input.npos) return 0;
  std::string_view text = input.substr(line + 1);
  std::uint64_t budget = 200'000;
  auto ranges = pattern->Search(text, 0, budget);
  if (!ranges) return 0;
  for (const auto& [begin, end] : *ranges) {
    if (begin == std::string_view::npos) continue;
    GH_CHECK(begin <= end && end <= text.size());
  }
  return 0;
}
