#include "region/orgs/mails.h"

namespace gatehouse::orgs {
namespace {

std::string Subject(const Organization& organization) {
  return "Action Required for " + mail::Plain(organization.name, organization.slug);
}

}  // namespace

mail::Composed LinkMail(std::string_view base_url, const Organization& organization,
                        std::string_view actor_label, std::string_view provider_name) {
  const std::string name = mail::Plain(organization.name, organization.slug);
  const std::string provider = mail::Plain(provider_name);
  return mail::Compose(
      {.subject = Subject(organization),
       .before = {mail::Plain(actor_label, "An administrator") +
                      " has set up single sign-on with " + provider + " for the organization " +
                      name + ".",
                  "To keep your access, link your account. Follow this link and log in with " +
                      provider + ":"},
       .action = mail::Action{.label = "Link my account",
                              .url = mail::Url(base_url, "/auth/login/" + organization.slug + "/")},
       .small_print = "If you are not a member of " + name + ", you can ignore this message."});
}

mail::Composed SsoDisabledMail(std::string_view base_url, const Organization& organization,
                               std::string_view actor_label, std::string_view provider_name,
                               std::string_view email) {
  const std::string name = mail::Plain(organization.name, organization.slug);
  return mail::Compose(
      {.subject = Subject(organization),
       .before = {mail::Plain(actor_label, "An administrator") +
                      " has switched off single sign-on with " + mail::Plain(provider_name) +
                      " for the organization " + name + ".",
                  "From now on you log in with your own password. If you have none, or do not "
                  "remember it, set one here:"},
       .action = mail::Action{.label = "Set a password",
                              .url = mail::Url(base_url, "/account/recover/?email=" +
                                                             mail::PercentEncode(email))},
       .after = {"Your membership and your role have not changed."}});
}

}  // namespace gatehouse::orgs
