// The search grammar: whatever somebody types is read, within its limits, and twice alike.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "region/orgs/members/search.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::members;
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  const Terms terms = ParseSearch(query);
  if (!(ParseSearch(query) == terms)) std::abort();
  const std::size_t conditions = terms.emails.size() + terms.ids.size() + terms.users.size() +
                                 terms.scopes.size() + terms.roles.size();
  if (conditions > kMaxTerms || terms.text.size() > size) std::abort();
  if (size > kMaxQueryBytes && !terms.nothing) std::abort();
  return 0;
}
