// Members without the second factor that their organization requires: they become pending ones.

#include "region/orgs/members/invite_link.h"
#include "region/orgs/members/mails.h"
#include "region/orgs/members/service_impl.h"
#include "region/orgs/members/store.h"
#include "region/orgs/members/write_again.h"
#include "region/orgs/store.h"

namespace gatehouse::members {
namespace {

constexpr std::size_t kBatch = 200;

}  // namespace

Result<bool> ServiceImpl::PutOnHold(sql::Tx& tx, const orgs::Organization& organization,
                                    const orgs::Member& member, std::string_view mail_id,
                                    const orgs::Actor& actor) const {
  if (!member.user || member.email.empty()) return false;
  // An invitation to the same address would be a second one: this member's own goes on.
  GH_TRY(const std::optional<MemberId> other,
         store::FindPendingByEmail(tx, organization.id, member.email));
  if (other) {
    GH_TRY_VOID(store::BuryInvite(tx, organization.id, *other, "revoked", d_.clock.Now()));
    GH_TRY_VOID(store::Delete(tx, organization.id, *other));
  }
  const std::string nonce = NewInviteNonce(d_.rng);
  GH_TRY(const bool changed,
         store::MakePending(tx, organization.id, member.id, nonce, d_.clock.Now() + kInviteLife));
  if (!changed) return false;
  GH_TRY(const std::vector<TeamRole> teams, store::TeamsOf(tx, organization.id, member.id));
  GH_TRY_VOID(Audit(tx, audit::Event::kMemberPending, member, Describe(member, teams), actor));
  const std::string link =
      InviteLink(d_.invite_key, d_.base_url, organization.slug, member.id, nonce);
  const bool by_somebody_else = actor.user != member.user;
  const mail::Composed words =
      SecondFactorRequired(organization, by_somebody_else ? actor.label : "", link);
  GH_TRY_VOID(
      d_.outbox.EnqueueMail(tx, member.id.value, mail::Payload(mail_id, member.email, words)));
  return true;
}

Task<std::optional<orgs::Member>> ServiceImpl::RemoveUser(OrgId organization, UserId user,
                                                          orgs::Actor actor) {
  using Found = std::optional<orgs::Member>;
  GH_CO_TRY(
      Found pending,
      co_await WriteAgain(d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Found> {
        GH_TRY(const orgs::Organization found, orgs::store::Find(tx, organization));
        GH_TRY(const Found member, orgs::store::FindMember(tx, organization, user));
        if (!member) return std::nullopt;
        const std::string mail =
            "on-hold-" + member->id.ToString() + "-" + std::to_string(member->version);
        GH_TRY(const bool changed, PutOnHold(tx, found, *member, mail, actor));
        if (!changed) return std::nullopt;
        return store::Find(tx, organization, member->id);
      }));
  if (pending) WakeMail();
  co_return pending;
}

Task<void> ServiceImpl::ApplyUserUpdate(std::int64_t effect, UserCopy user) {
  bool wrote = false;
  // All: the user's rows in every organization.
  GH_CO_TRY_VOID(co_await WriteAgain(d_.db, sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    wrote = false;
    GH_TRY(const bool fresh, outbox::ApplyOnce(tx, effect, d_.clock.Now()));
    if (!fresh) return {};
    GH_TRY_VOID(store::CopyUser(tx, user));
    if (user.has_2fa || !user.is_active) return {};
    GH_TRY(const std::vector<OrgId> requiring, store::Requiring2faOf(tx, user.user));
    for (const OrgId organization : requiring) {
      GH_TRY(const orgs::Organization found, orgs::store::Find(tx, organization));
      GH_TRY(const std::optional<orgs::Member> member,
             orgs::store::FindMember(tx, organization, user.user));
      if (!member) continue;
      const orgs::Actor actor{
          .user = user.user, .label = user.email, .ip = {}, .correlation_id = {}};
      const std::string mail =
          "second-factor-" + std::to_string(effect) + "-" + member->id.ToString();
      GH_TRY(const bool changed, PutOnHold(tx, found, *member, mail, actor));
      wrote = wrote || changed;
    }
    return {};
  }));
  if (wrote) WakeMail();
  co_return Result<void>();
}

Result<std::optional<MemberId>> ServiceImpl::Enforce(sql::Tx& tx, std::int64_t effect,
                                                     OrgId organization, MemberId after,
                                                     const orgs::Actor& actor) const {
  GH_TRY(const bool applied, store::EffectApplied(tx, effect));
  if (applied) return std::nullopt;
  GH_TRY(const std::optional<orgs::Organization> found, orgs::store::FindAny(tx, organization));
  // Taken back, or gone, before this was delivered: nobody is put on hold for it any more.
  const bool required = found && found->status == "active" && found->require_2fa();
  std::vector<orgs::Member> members;
  if (required) {
    GH_TRY(members, store::Without2fa(tx, organization, after, kBatch));
  }
  if (members.empty()) {
    GH_TRY_VOID(outbox::ApplyOnce(tx, effect, d_.clock.Now()));
    return std::nullopt;
  }
  for (const orgs::Member& member : members) {
    const std::string mail = "second-factor-" + std::to_string(effect) + "-" + member.id.ToString();
    GH_TRY_VOID(PutOnHold(tx, *found, member, mail, actor));
  }
  return members.back().id;
}

Task<void> ServiceImpl::ApplyEnforce2fa(std::int64_t effect, OrgId organization,
                                        orgs::Actor actor) {
  // Each batch commits on its own, and only the last one settles the effect: a crash in between
  // goes on where it stopped.
  MemberId after;
  for (;;) {
    GH_CO_TRY(const std::optional<MemberId> last,
              co_await WriteAgain(d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) {
                return Enforce(tx, effect, organization, after, actor);
              }));
    if (!last) break;
    after = *last;
    WakeMail();
  }
  co_return Result<void>();
}

}  // namespace gatehouse::members
