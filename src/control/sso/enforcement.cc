// Whether a request may enter an organization, as far as single sign-on is concerned.

#include "control/sso/policy.h"
#include "control/sso/service_impl.h"

namespace gatehouse::sso {

Task<SsoState> ServiceImpl::QueryState(const authn::Principal& principal, OrgId organization,
                                       const orgs::Member& member) {
  StateInput input;
  input.organization = organization;
  input.session = principal.session ? &*principal.session : nullptr;
  input.member_linked = member.sso_linked();
  input.member_invalid = member.sso_invalid();
  input.sso_lifetime = d_.sessions.lifetimes().sso;
  input.now = d_.clock.Now();
  const UserId user = principal.user.id;
  GH_CO_TRY_VOID(
      co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(auto live, providers_.FindSealed(tx, organization));
        input.provider_exists = live.has_value();
        if (!live) return {};
        input.allow_unlinked = live->allow_unlinked;
        input.provider = live->id;
        GH_TRY(auto identity, d_.identities.FindByUser(tx, organization, live->id, user));
        input.identity_exists = identity.has_value();
        input.identity_valid = identity && identity->is_valid;
        const Adapter* adapter = Find(live->kind);
        if (identity && adapter != nullptr && adapter->requires_refresh()) {
          input.must_be_fresh = identity->last_verified_at;
        }
        return {};
      }));

  // The sole linked-less owner may enter, so that nobody locks out a whole organization.
  if (input.provider_exists && !input.allow_unlinked && !input.identity_exists &&
      member.role == "owner") {
    GH_CO_TRY(std::vector<orgs::Member> owners, co_await d_.orgs.Owners(organization));
    GH_CO_TRY(bool other_linked,
              co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<bool> {
                for (const orgs::Member& owner : owners) {
                  if (!owner.user || *owner.user == user || !owner.user_is_active) continue;
                  GH_TRY(auto identity,
                         d_.identities.FindByUser(tx, organization, input.provider, *owner.user));
                  if (identity) return true;
                }
                return false;
              }));
    input.owner_override = !other_linked;
  }
  co_return DecideState(input);
}

Task<std::vector<Decision>> ServiceImpl::Decisions(OrgId organization,
                                                   std::optional<std::int64_t> before,
                                                   std::optional<std::string> correlation_id,
                                                   std::size_t limit) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<Decision>> {
        return decisions_.List(tx, organization, before, correlation_id, limit);
      });
}

}  // namespace gatehouse::sso
