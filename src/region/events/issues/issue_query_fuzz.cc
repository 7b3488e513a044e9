// The search of issues takes whatever people type: any text is terms or refused.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "region/events/issues/search.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::issues;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr gatehouse::Timestamp kNow{1'800'000'000'000'000};
  if (auto terms = ParseQuery(text, kNow)) {
    GH_CHECK(terms->terms.size() + terms->texts.size() <= 52);
    ReplaceMe(*terms, gatehouse::UserId{1});
    for (const std::string& one : terms->texts) (void)LikePattern(one);
  }
  if (auto id = ParseEventId(text)) GH_CHECK(id->size() == 32);
  if (auto parsed = ParseShortId(text)) {
    GH_CHECK(ParseShortId(ShortId(parsed->project_slug, parsed->number)).has_value() ||
             parsed->number < 0);
  }
  return 0;
}
