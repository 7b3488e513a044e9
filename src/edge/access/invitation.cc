#include "edge/access/invitation.h"

#include <algorithm>

#include "edge/access/errors.h"
#include "edge/access/people.h"

namespace gatehouse::access {
namespace {

Task<orgs::Organization> FindOrganization(orgs::Service& orgs, std::string named) {
  // Slugs are never digits alone.
  if (auto id = OrgId::Parse(named)) co_return co_await orgs.Get(*id);
  co_return co_await orgs.GetBySlug(std::move(named));
}

}  // namespace

Task<Invitation> ReadInvitation(orgs::Service& orgs, sso::Service& sso, const Visitor& visitor,
                                std::string organization, std::string member, std::string token) {
  Invitation it;
  auto id = MemberId::Parse(member);
  if (!id) co_return Fail(Code::kNotFound, kInviteInvalid);
  it.ticket = {*id, std::move(token)};
  auto found = co_await FindOrganization(orgs, std::move(organization));
  if (!found) {
    if (found.error().code != Code::kNotFound) co_return std::unexpected(found.error());
    co_return Fail(Code::kNotFound, kInviteInvalid);
  }
  it.organization = *std::move(found);
  GH_CO_TRY(auto provider, co_await sso.FindProvider(it.organization.id));
  if (provider) {
    it.sso.provider_exists = true;
    it.sso.allow_unlinked = provider->allow_unlinked;
    it.provider_name = provider->name;
  }
  if (!visitor.principal) co_return it;
  const auto& session = visitor.principal->session;
  // A proof lives only as long as the identity behind it is good.
  const bool here = session && session->SsoProof(it.organization.id) != nullptr;
  if (!here && !visitor.has_own_proof()) co_return it;
  const users::User& user = visitor.principal->user;
  it.invitee = {CopyOf(user), user.email_verified};
  it.sso.user_has_valid_identity = here;
  co_return it;
}

bool Misses(const invites::Offer& offer, invites::Step step) {
  return std::ranges::find(offer.missing, step) != offer.missing.end();
}

}  // namespace gatehouse::access
