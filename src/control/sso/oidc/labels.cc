#include "control/sso/oidc/labels.h"

#include "base/text.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::size_t kMaxEmail = 254;
constexpr std::size_t kMaxName = 200;

}  // namespace

bool IsEmail(std::string_view text) {
  std::size_t at = text.find('@');
  return text.size() <= kMaxEmail && at != std::string_view::npos && at > 0 &&
         at + 1 < text.size() && text.find('@', at + 1) == std::string_view::npos &&
         !HasControl(text) && !text.contains(' ') && IsValidUtf8(text);
}

std::string NameLabel(std::string_view text) {
  if (HasControl(text) || !IsValidUtf8(text)) return {};
  return std::string(TruncateUtf8(text, kMaxName));
}

std::string_view MemberText(const json::Object& object, std::string_view name) {
  return json::GetString(object, name).value_or(std::string_view());
}

}  // namespace gatehouse::sso::oidc
