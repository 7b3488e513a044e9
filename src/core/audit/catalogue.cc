#include <algorithm>

#include "base/check.h"
#include "core/audit/audit.h"

namespace gatehouse::audit {

const std::vector<EventInfo>& Catalogue() {
  static const std::vector<EventInfo> kAll = {
      {Event::kMemberAdd, "MEMBER_ADD", "member.add", "add member {email}"},
      {Event::kMemberEdit, "MEMBER_EDIT", "member.edit", "edited member {email} (role: {role})"},
      {Event::kMemberRemove, "MEMBER_REMOVE", "member.remove", "removed member {email}"},
      {Event::kOrgAdd, "ORG_ADD", "org.create", "created the organization"},
      {Event::kOrgEdit, "ORG_EDIT", "org.edit", "edited the organization setting: {k v, …}"},
      {Event::kSsoEnable, "SSO_ENABLE", "sso.enable", "enabled sso ({provider})"},
      {Event::kSsoDisable, "SSO_DISABLE", "sso.disable", "disabled sso ({provider})"},
      {Event::kSsoEdit, "SSO_EDIT", "sso.edit", "edited sso settings: {k v, …}"},
      {Event::kSsoIdentityLink, "SSO_IDENTITY_LINK", "sso-identity.link",
       "linked their account to a new identity"},
      {Event::kSsoIdentityUnlink, "SSO_IDENTITY_UNLINK", "sso-identity.unlink",
       "unlinked an identity from an account"},
      {Event::kSsoRefused, "SSO_REFUSED", "sso.refused", "was refused by sso ({reason})"},
      {Event::kSsoSetupRefused, "SSO_SETUP_REFUSED", "sso.setup-refused",
       "was refused a change of sso ({reason})"},
      {Event::kSsoUnlock, "SSO_UNLOCK", "sso.unlock", "let members in without sso, from the host"},
      {Event::kOutboxParked, "OUTBOX_PARKED", "outbox.parked",
       "an effect could not be delivered: {category} ({reason})"},
      {Event::kUserCreate, "USER_CREATE", "user.create", "created the user {username}"},
      {Event::kTokenCreate, "TOKEN_CREATE", "token.create", "created the token {name}"},
      {Event::kTokenRemove, "TOKEN_REMOVE", "token.remove", "removed the token {name}"},
  };
  return kAll;
}

const EventInfo* FindByApiName(std::string_view api_name) {
  const auto& all = Catalogue();
  auto found = std::ranges::find(all, api_name, &EventInfo::api_name);
  return found == all.end() ? nullptr : &*found;
}

const EventInfo& Info(Event event) {
  const auto& all = Catalogue();
  auto found = std::ranges::lower_bound(all, event, {}, &EventInfo::event);
  GH_CHECK(found != all.end() && found->event == event);
  return *found;
}

}  // namespace gatehouse::audit
