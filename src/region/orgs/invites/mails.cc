#include "region/orgs/invites/mails.h"

namespace gatehouse::invites {
namespace {

using orgs::Organization;

std::string OrganizationName(const Organization& organization) {
  return mail::Plain(organization.name, organization.slug);
}

std::string RoleName(std::string_view id) {
  const orgs::Role* role = orgs::FindRole(id);
  return std::string(role == nullptr ? id : role->name);
}

std::string MembersPage(std::string_view base_url, const Organization& organization) {
  return mail::Url(base_url, "/settings/" + organization.slug + "/members/");
}

std::string Subject(Occasion occasion, const std::string& name) {
  switch (occasion) {
    case Occasion::kFirst:
      break;
    case Occasion::kAgain:
      return "Reminder: join " + name + " on Gatehouse";
    case Occasion::kApproved:
      return "You can join " + name + " on Gatehouse now";
  }
  return "Join " + name + " on Gatehouse";
}

std::string Opening(Occasion occasion, const std::string& name, const std::string& inviter) {
  switch (occasion) {
    case Occasion::kFirst:
      break;
    case Occasion::kAgain:
      return "A reminder: " + inviter + " has invited you to join " + name +
             " on Gatehouse, and your place is still open.";
    case Occasion::kApproved:
      return "Good news: " + inviter + " has approved your request to join " + name +
             " on Gatehouse.";
  }
  return inviter + " invites you to join " + name + " on Gatehouse.";
}

}  // namespace

std::string NameOf(const orgs::Member& member) {
  const std::string name = mail::Plain(member.name);
  const std::string email = mail::Plain(member.email);
  if (name.empty() || name == email) return email;
  return email.empty() ? name : name + " (" + email + ")";
}

mail::Composed InvitationMail(Occasion occasion, const Organization& organization,
                              std::string_view inviter, const orgs::Member& invitation,
                              std::string_view link) {
  const std::string name = OrganizationName(organization);
  const std::string who = mail::Plain(inviter, "An administrator");
  mail::Draft draft{.subject = Subject(occasion, name),
                    .before = {Opening(occasion, name, who),
                               "Your role will be " + RoleName(invitation.role) +
                                   ". Open this link and accept; if you have no "
                                   "Gatehouse account yet, you can make one there."},
                    .action = mail::Action{.label = "Join " + name, .url = std::string(link)}};
  if (invitation.invite_expires_at) {
    draft.after.push_back("The link works once, until " +
                          FormatHuman(*invitation.invite_expires_at) + ".");
  }
  draft.small_print =
      "Whoever has the link can use it, so please do not forward this message. If " + name +
      " means nothing to you, ignore it: nothing happens unless you accept.";
  return mail::Compose(draft);
}

mail::Composed RequestMail(std::string_view base_url, const Organization& organization,
                           std::string_view requester, std::string_view email,
                           std::string_view role) {
  const std::string name = OrganizationName(organization);
  const std::string who = mail::Plain(requester, "A member");
  return mail::Compose(
      {.subject = "Invite " + std::string(email) + " to " + name + "?",
       .before = {who + " asks you to invite " + std::string(email) + " to " + name + " as " +
                      RoleName(role) + ".",
                  "Nothing has been sent to that address yet. You decide:"},
       .action =
           mail::Action{.label = "Review the request", .url = MembersPage(base_url, organization)},
       .small_print = "You get this mail because you may invite people to " + name + "."});
}

mail::Composed JoinRequestMail(std::string_view base_url, const Organization& organization,
                               std::string_view email) {
  const std::string name = OrganizationName(organization);
  return mail::Compose(
      {.subject = std::string(email) + " would like to join " + name,
       .before = {"Somebody who gave the address " + std::string(email) + " would like to join " +
                      name + ".",
                  "Nobody has checked that the address is theirs. Approve only if you expect "
                  "this person: the invitation then goes to that address."},
       .action =
           mail::Action{.label = "Review the request", .url = MembersPage(base_url, organization)},
       .small_print = "You get this mail because you may invite people to " + name + "."});
}

}  // namespace gatehouse::invites
