#include "region/orgs/teams/mails.h"

namespace gatehouse::teams {
namespace {

std::string NameOf(const orgs::Member& member) { return mail::Plain(member.name, member.email); }

}  // namespace

mail::Composed AccessRequested(std::string_view base_url, const orgs::Organization& organization,
                               const AccessRequest& request, std::string_view asker) {
  const std::string name = mail::Plain(organization.name, organization.slug);
  const std::string team = mail::Plain(request.team.name, request.team.slug);
  const std::string who = NameOf(request.member);
  const std::string words = request.requester ? mail::Plain(asker, "A member") + " asks that " +
                                                    who + " may join the team " + team
                                              : who + " asks to join the team " + team;
  return mail::Compose(
      {.subject = "A request to join " + team + " in " + name,
       .before = {words + " in the organization " + name + ".",
                  "Nothing happens until somebody who manages the team has decided."},
       .action =
           mail::Action{.label = "Look at the requests",
                        .url = mail::Url(base_url, "/settings/" + organization.slug + "/teams/")},
       .small_print =
           "You receive this message because you may decide on requests for this team."});
}

mail::Composed AccessGranted(std::string_view base_url, const orgs::Organization& organization,
                             const AccessRequest& request) {
  const std::string name = mail::Plain(organization.name, organization.slug);
  const std::string team = mail::Plain(request.team.name, request.team.slug);
  return mail::Compose(
      {.subject = "You are now in the team " + team,
       .before = {"Your request was approved: you are now in the team " + team +
                  " of the organization " + name + "."},
       .action = mail::Action{.label = "Open the team",
                              .url = mail::Url(base_url, "/settings/" + organization.slug +
                                                             "/teams/" + request.team.slug + "/")},
       .small_print = "You receive this message because the team has gained you as a member."});
}

}  // namespace gatehouse::teams
