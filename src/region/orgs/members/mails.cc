#include "region/orgs/members/mails.h"

namespace gatehouse::members {

mail::Composed SecondFactorRequired(const orgs::Organization& organization,
                                    std::string_view actor_label, std::string link) {
  const std::string name = mail::Plain(organization.name, organization.slug);
  const std::string who = mail::Plain(actor_label);
  const std::string cause =
      who.empty() ? "The organization " + name + " requires two-factor authentication."
                  : who + " has made two-factor authentication mandatory for the organization " +
                        name + ".";
  return mail::Compose(
      {.subject = "Mandatory for " + name + ": set up two-factor authentication",
       .before = {cause + " Your account has no second factor, so your membership is on hold.",
                  "Set up a second factor in your account, then come back with this link. Your "
                  "role and your teams are kept for 30 days."},
       .action = mail::Action{.label = "Come back to " + name, .url = std::move(link)},
       .small_print = "The link is yours alone: please do not forward this message."});
}

}  // namespace gatehouse::members
