#include "platform/mail/address.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/text.h"
#include "platform/mail/mail.h"

namespace gatehouse::mail {
namespace {

// atext of RFC 5322.
bool IsAtom(char c) {
  return IsAlnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= 63 && IsAlnum(label.front()) && IsAlnum(label.back()) &&
         std::ranges::all_of(label, [](char c) { return IsAlnum(c) || c == '-'; });
}

}  // namespace

bool IsAddress(std::string_view text) {
  if (text.size() > 254) return false;
  std::size_t at = text.find('@');
  if (at == std::string_view::npos || at > 64) return false;
  for (std::string_view atom : Split(text.substr(0, at), '.')) {
    if (atom.empty() || !std::ranges::all_of(atom, IsAtom)) return false;
  }
  return std::ranges::all_of(Split(text.substr(at + 1), '.'), IsLabel);
}

std::optional<Sender> ParseSender(std::string_view text) {
  if (HasControl(text) || !IsValidUtf8(text)) return std::nullopt;
  Sender out;
  std::string_view address = Trim(text);
  if (address.ends_with('>')) {
    std::size_t open = address.find('<');
    if (open == std::string_view::npos) return std::nullopt;
    std::string_view name = Trim(address.substr(0, open));
    if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
      name = name.substr(1, name.size() - 2);
    }
    if (name.size() > 200 || name.find_first_of("\"\\") != std::string_view::npos) {
      return std::nullopt;
    }
    out.name = name;
    address = address.substr(open + 1, address.size() - open - 2);
  }
  if (!IsAddress(address)) return std::nullopt;
  out.address = address;
  out.host = address.substr(address.find('@') + 1);
  return out;
}

bool IsSender(std::string_view text) { return ParseSender(text).has_value(); }

}  // namespace gatehouse::mail
