#include "platform/rpc/codec.h"

namespace gatehouse::rpc {

std::string WireName(std::string_view enumerator) {
  const bool prefixed =
      enumerator.size() > 1 && enumerator[0] == 'k' && enumerator[1] >= 'A' && enumerator[1] <= 'Z';
  if (prefixed) enumerator.remove_prefix(1);
  std::string name;
  for (char c : enumerator) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !name.empty()) name += '_';
    name += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

}  // namespace gatehouse::rpc
