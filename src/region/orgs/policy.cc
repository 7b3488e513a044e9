#include "region/orgs/policy.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "region/orgs/errors.h"

namespace gatehouse::orgs {
namespace {

struct FlagName {
  std::string_view name;
  OrgFlag bit;
  // The bit says the contrary of the name: true is what is usual.
  bool inverted = false;
};
constexpr std::array kFlagNames = {
    FlagName{"allow_joinleave", kAllowJoinLeave},
    FlagName{"require_2fa", kRequire2fa},
    FlagName{"require_email_verification", kRequireEmailVerification},
    FlagName{"allow_join_requests", kNoJoinRequests, true},
    FlagName{"events_member_admin", kMembersNoEventAdmin, true},
    FlagName{"alerts_member_write", kMembersNoAlertsWrite, true},
    FlagName{"allow_invites", kNoInvites, true},
    FlagName{"bind_invites_to_email", kBindInvitesToEmail},
};

constexpr std::size_t kMaxNameBytes = 64;

std::string_view Word(bool value) { return value ? "True" : "False"; }

}  // namespace

Result<std::string> CheckName(std::string_view name) {
  const std::string_view trimmed = Trim(name);
  if (trimmed.empty() || trimmed.size() > kMaxNameBytes || !IsValidUtf8(trimmed) ||
      HasControl(trimmed)) {
    return Fail(Code::kInvalidArgument, kNameInvalid);
  }
  return std::string(trimmed);
}

Result<store::FlagChange> ParseFlags(const json::Object& flags, bool sso_active) {
  store::FlagChange change;
  for (const auto& member : flags) {
    const std::string_view name = member.key();
    const auto known = std::ranges::find(kFlagNames, name, &FlagName::name);
    if (known == kFlagNames.end()) {
      return Fail(Code::kInvalidArgument, kUnknownFlag, std::string(name));
    }
    const bool* value = member.value().if_bool();
    if (value == nullptr) {
      return Fail(Code::kInvalidArgument, kInvalidFlagValue,
                  "Invalid value received for update_flags: " + std::string(name) + "=" +
                      json::Serialize(member.value()));
    }
    (*value != known->inverted ? change.set : change.clear) |= known->bit;
  }
  if ((change.set & kRequire2fa) != 0 && sso_active) {
    return Fail(Code::kFailedPrecondition, kSsoActive);
  }
  return change;
}

json::Object DescribeFlags(std::int64_t before, std::int64_t after) {
  json::Object data;
  for (const FlagName& flag : kFlagNames) {
    const bool was = ((before & flag.bit) != 0) != flag.inverted;
    const bool is = ((after & flag.bit) != 0) != flag.inverted;
    if (was == is) continue;
    data[flag.name] = "from " + std::string(Word(was)) + " to " + std::string(Word(is));
  }
  return data;
}

}  // namespace gatehouse::orgs
