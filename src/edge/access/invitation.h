#pragma once

// An invitation's link and what its visitor brings to it: the one place that decides whom pages and
// API let accept. Looking changes nothing.

#include <optional>
#include <string>

#include "edge/access/access.h"
#include "region/orgs/invites/service.h"

namespace gatehouse::access {

struct Invitation {
  orgs::Organization organization;
  invites::Ticket ticket;
  // Nobody, unless the session was opened with the user's own credentials or by the provider of
  // this very organization: one that another organization's provider opened says nothing here
  // (isolation law L2), and a token is no person.
  std::optional<invites::Invitee> invitee;
  invites::SsoFacts sso;
  std::string provider_name;  // "" without single sign-on
};

// `organization` is a slug or an id; it, `member` and `token` are of the path. Errors: kNotFound
// "invite_invalid" (no such organization, or not a member's id). `visitor` outlives the call.
Task<Invitation> ReadInvitation(orgs::Service& orgs, sso::Service& sso, const Visitor& visitor,
                                std::string organization, std::string member, std::string token);

bool Misses(const invites::Offer& offer, invites::Step step);

}  // namespace gatehouse::access
