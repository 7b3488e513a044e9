#include "control/sso/mails.h"

#include <string>

namespace gatehouse::sso {

mail::Composed LinkProofMail(std::string_view organization_slug, std::string_view url) {
  mail::Draft draft;
  draft.subject = "Link single sign-on to your Gatehouse account?";
  draft.before = {"Somebody is logging in to the organization \"" + std::string(organization_slug) +
                      "\" through its identity provider and wants to link that log-in to your "
                      "Gatehouse account.",
                  "If it is you, open this link within ten minutes, in the browser you are logging "
                  "in with:"};
  draft.action = mail::Action{.label = "It is me", .url = std::string(url)};
  draft.after = {"If it is not you, ignore this mail: nothing happens. Do not pass the link on."};
  return mail::Compose(draft);
}

mail::Composed IdentityMovedMail(std::string_view provider_name,
                                 std::string_view organization_name) {
  mail::Draft draft;
  draft.subject = "Your single sign-on link was moved";
  draft.before = {"Your link to " + std::string(provider_name) + " in " +
                  std::string(organization_name) +
                  " now belongs to another account, whose owner confirmed it."};
  draft.after = {"If that was not you or your administrator, tell an owner of the organization."};
  return mail::Compose(draft);
}

}  // namespace gatehouse::sso
