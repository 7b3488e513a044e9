// An accepted address is its own normal form, fits its limits and holds nothing that could end a
// mail header or a line.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "control/users/users.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto key = gatehouse::users::NormalizeEmail(input);
  if (!key) {
    GH_CHECK(key.error().reason == "email_invalid");
    return 0;
  }
  GH_CHECK(key->size() <= 254);
  GH_CHECK(gatehouse::IsValidUtf8(*key));
  GH_CHECK(!gatehouse::HasControl(*key));
  GH_CHECK(key->find_first_of(" \"<>,;:()[]\\") == std::string::npos);
  GH_CHECK(key->find('@') == key->rfind('@'));
  auto again = gatehouse::users::NormalizeEmail(*key);
  GH_CHECK(again.has_value() && *again == *key);
  return 0;
}
