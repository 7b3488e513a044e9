#include "control/identity/service_impl.h"

#include <algorithm>

#include "base/text.h"
#include "control/identity/errors.h"
#include "control/identity/statements.h"
#include "control/users/users.h"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxExternalId = 255;

bool IsName(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && IsValidUtf8(text) && !HasControl(text);
}

// It is a segment of the path under which members link.
bool IsSegment(std::string_view text) {
  return IsName(text, kMaxName) && text.front() != '.' && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-' || c == '_';
         });
}

audit::Entry EntryFor(audit::Event event, OrgId organization, std::int64_t object,
                      const Actor& actor) {
  audit::Entry entry;
  entry.organization = organization;
  entry.event = event;
  entry.actor = actor.user;
  entry.actor_label = actor.label;
  entry.target_object = object;
  entry.ip = actor.ip;
  entry.correlation_id = actor.correlation_id;
  return entry;
}

audit::Entry LinkEntry(audit::Event event, OrgId organization, LinkedId id, UserId user,
                       std::string_view provider, std::string_view external_id,
                       const Actor& actor) {
  audit::Entry entry = EntryFor(event, organization, id.value, actor);
  entry.target_user = user;
  entry.data["user_id"] = user.value;
  entry.data["provider"] = provider;
  entry.data["external_id"] = external_id;
  return entry;
}

Result<void> RequireActive(sql::Tx& tx, UserId user, std::string_view who) {
  GH_TRY(bool active, users::Store::IsActive(tx, user));
  if (!active) return Fail(Code::kPermissionDenied, kAccountInactive, std::string(who));
  return {};
}

}  // namespace

// ---- places -------------------------------------------------------------------------------------

Task<std::optional<RpcProvider>> ServiceImpl::GetProvider(OrgId organization, PlaceId id) {
  co_return co_await p_.db.Read(sql::Tenant::Of(organization),
                                [&](sql::Tx& tx) -> Result<std::optional<RpcProvider>> {
                                  GH_TRY(auto place, p_.linked.FindPlace(tx, organization, id));
                                  if (!place) return std::nullopt;
                                  return std::optional(std::move(place->provider));
                                });
}

Task<std::optional<RpcProvider>> ServiceImpl::GetProvider(OrgId organization, std::string type,
                                                          std::string external_id) {
  co_return co_await p_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::optional<RpcProvider>> {
        GH_TRY(auto place, p_.linked.FindPlace(tx, organization, type, external_id));
        if (!place) return std::nullopt;
        return std::optional(std::move(place->provider));
      });
}

Task<std::vector<RpcProvider>> ServiceImpl::ListProviders(OrgId organization) {
  co_return co_await p_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return p_.linked.ListPlaces(tx, organization);
  });
}

Task<RpcProvider> ServiceImpl::AddProvider(OrgId organization, NewPlace place, Actor actor) {
  if (!IsSegment(place.type) || !IsSegment(place.external_id) || !IsName(place.name, kMaxName)) {
    co_return Fail(Code::kInvalidArgument, kProviderInvalid);
  }
  co_return co_await p_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<RpcProvider> {
        GH_TRY(auto added, p_.linked.InsertPlace(tx, organization, place));
        if (!added) return Fail(Code::kAlreadyExists, kProviderTaken);
        audit::Entry entry =
            EntryFor(audit::Event::kIdentityProviderAdd, organization, added->id.value, actor);
        entry.data["provider"] = added->type;
        entry.data["external_id"] = added->external_id;
        entry.data["name"] = added->name;
        GH_TRY_VOID(p_.audit.Record(tx, entry));
        return std::move(*added);
      });
}

Task<void> ServiceImpl::RemoveProvider(OrgId organization, PlaceId id, Actor actor) {
  co_return co_await p_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(auto place, p_.linked.FindPlace(tx, organization, id));
    if (!place) return Fail(Code::kNotFound, kProviderNotFound);
    GH_TRY(sql::Rows gone, tx.Query(sqls::kLinkedDeleteOfProvider, {organization, id}));
    for (sql::Row row : gone) {
      audit::Entry entry =
          LinkEntry(audit::Event::kIdentityUnlink, organization, row.As<LinkedId>(0),
                    row.As<UserId>(1), place->provider.type, row.Text(2), actor);
      entry.data["because"] = "provider_removed";
      GH_TRY_VOID(p_.audit.Record(tx, entry));
    }
    GH_TRY_VOID(tx.Exec(sqls::kPlaceDropPipelines, {organization, id}));
    GH_TRY_VOID(tx.Exec(sqls::kPlaceDelete, {organization, id}));
    audit::Entry entry =
        EntryFor(audit::Event::kIdentityProviderRemove, organization, id.value, actor);
    entry.data["provider"] = place->provider.type;
    entry.data["external_id"] = place->provider.external_id;
    entry.data["name"] = place->provider.name;
    GH_TRY_VOID(p_.audit.Record(tx, entry));
    return {};
  });
}

// ---- linked accounts ----------------------------------------------------------------------------

Task<std::vector<RpcIdentity>> ServiceImpl::GetIdentities(OrgId organization,
                                                          IdentityFilter filter) {
  // H4: everything that is there is no answer to a question that was not asked.
  if (filter.empty()) co_return Fail(Code::kInvalidArgument, kFilterEmpty);
  co_return co_await p_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return p_.linked.Find(tx, organization, filter);
  });
}

Task<std::optional<RpcIdentity>> ServiceImpl::GetIdentity(OrgId organization,
                                                          IdentityFilter filter) {
  if (filter.empty()) co_return Fail(Code::kInvalidArgument, kFilterEmpty);
  GH_CO_TRY(std::vector<RpcIdentity> found,
            co_await p_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
              return p_.linked.Find(tx, organization, filter, 2);
            }));
  if (found.size() > 1) co_return Fail(Code::kConflict, kFilterAmbiguous);
  if (found.empty()) co_return std::optional<RpcIdentity>();
  co_return std::optional<RpcIdentity>(std::move(found.front()));
}

Task<std::vector<RpcIdentity>> ServiceImpl::ListOfUser(UserId user) {
  // All: the account's own, wherever they are.
  co_return co_await p_.db.Read(sql::Tenant::All(),
                                [&](sql::Tx& tx) { return p_.linked.ListOfUser(tx, user); });
}

Task<std::vector<RpcIdentity>> ServiceImpl::GetUserIdentitiesByProviderType(
    UserId user, std::string type, bool exclude_matching_external_ids) {
  GH_CO_TRY(std::vector<RpcIdentity> found, co_await ListOfUser(user));
  std::erase_if(found, [&](const RpcIdentity& one) {
    return one.idp_type != type ||
           (exclude_matching_external_ids && one.external_id == one.idp_external_id);
  });
  co_return std::move(found);
}

Result<RpcIdentity> ServiceImpl::Get(sql::Tx& tx, OrgId organization, LinkedId id) const {
  GH_TRY(auto found, p_.linked.Find(tx, organization, {.id = id}));
  if (found.empty()) return Fail(Code::kNotFound, kIdentityNotFound);
  return std::move(found.front());
}

Result<LinkOutcome> ServiceImpl::Link(sql::Tx& tx, const RpcProvider& place, const NewLink& link,
                                      bool reattach, const Actor& actor) const {
  using Kind = LinkOutcome::Kind;
  const OrgId organization = place.organization;
  GH_TRY_VOID(RequireActive(tx, link.user, "the user"));
  GH_TRY(auto by_account,
         p_.linked.Find(tx, organization,
                        {.identity_ext_id = link.external_id, .provider_id = place.id}));
  GH_TRY(auto by_user,
         p_.linked.Find(tx, organization, {.user_id = link.user, .provider_id = place.id}));
  LinkOutcome outcome;
  if (!by_account.empty() && by_account.front().user_id == link.user) {
    const RpcIdentity& known = by_account.front();
    GH_TRY(bool renewed, p_.linked.Renew(tx, known, link));
    if (!renewed) return Fail(Code::kConflict, kIdentityChanged);
    outcome.kind = Kind::kRenewed;
    GH_TRY(outcome.identity, Get(tx, organization, known.id));
    return outcome;
  }
  if (!by_account.empty() && !reattach) {
    outcome.kind = Kind::kLinkedToOther;
    return outcome;
  }
  if (!by_user.empty() && !reattach) {
    outcome.kind = Kind::kOtherAccount;
    return outcome;
  }
  // Tokens never pass from one owner or account to the next: old rows go, a new one comes.
  for (const auto* found : {&by_account, &by_user}) {
    for (const RpcIdentity& old : *found) {
      if (old.user_id != link.user) {
        // It keeps what it has until an administrator decides (H7).
        GH_TRY_VOID(RequireActive(tx, old.user_id, "the owner"));
        outcome.former_owner = old.user_id;
      }
      GH_TRY_VOID(p_.linked.Delete(tx, old));
      GH_TRY_VOID(p_.audit.Record(tx, LinkEntry(audit::Event::kIdentityUnlink, organization, old.id,
                                                old.user_id, place.type, old.external_id, actor)));
      outcome.kind = Kind::kReattached;
    }
  }
  GH_TRY(auto id, p_.linked.Insert(tx, organization, link));
  if (!id) return Fail(Code::kConflict, kIdentityConflict, "linked meanwhile");
  GH_TRY_VOID(p_.audit.Record(tx, LinkEntry(audit::Event::kIdentityLink, organization, *id,
                                            link.user, place.type, link.external_id, actor)));
  GH_TRY(outcome.identity, Get(tx, organization, *id));
  return outcome;
}

Task<LinkOutcome> ServiceImpl::LinkIdentity(OrgId organization, NewLink link, bool reattach,
                                            Actor actor) {
  if (!IsName(link.external_id, kMaxExternalId)) {
    co_return Fail(Code::kInvalidArgument, kInvalidIdentity);
  }
  // A label: one that cannot be shown is left out.
  if (!IsName(link.name, 200)) link.name.clear();
  // Of two who link the same account at once one finds the other's row when it looks again.
  for (int attempt = 0;; ++attempt) {
    auto linked = co_await p_.db.Write(
        sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<LinkOutcome> {
          GH_TRY(auto place, p_.linked.FindPlace(tx, organization, link.provider));
          if (!place) return Fail(Code::kNotFound, kProviderNotFound);
          return Link(tx, place->provider, link, reattach, actor);
        });
    const bool again =
        !linked && (linked.error().Is(kIdentityConflict) || linked.error().Is(kIdentityChanged));
    if (!again || attempt > 0) co_return linked;
  }
}

Task<RpcIdentity> ServiceImpl::UpdateData(OrgId organization, UserId user, LinkedId id,
                                          std::int64_t expected_version, json::Object data) {
  co_return co_await p_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<RpcIdentity> {
        GH_TRY(auto found, p_.linked.Find(tx, organization, {.id = id, .user_id = user}));
        if (found.empty()) return Fail(Code::kNotFound, kIdentityNotFound);
        if (found.front().version != expected_version) {
          return Fail(Code::kConflict, kIdentityChanged,
                      "version " + std::to_string(found.front().version));
        }
        GH_TRY(bool changed, p_.linked.SetData(tx, found.front(), data));
        if (!changed) return Fail(Code::kConflict, kRefreshInProgress);
        return Get(tx, organization, id);
      });
}

Task<void> ServiceImpl::Disconnect(UserId user, LinkedId id, Actor actor) {
  GH_CO_TRY(std::vector<RpcIdentity> own, co_await ListOfUser(user));
  auto found = std::ranges::find(own, id, &RpcIdentity::id);
  if (found == own.end()) co_return Fail(Code::kNotFound, kIdentityNotFound);
  const RpcIdentity& gone = *found;
  co_return co_await p_.db.Write(
      sql::Tenant::Of(gone.organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(bool deleted, p_.linked.Delete(tx, gone));
        if (!deleted) return Fail(Code::kNotFound, kIdentityNotFound);
        audit::Entry entry = LinkEntry(audit::Event::kIdentityUnlink, gone.organization, gone.id,
                                       user, gone.idp_type, gone.external_id, actor);
        entry.data["because"] = "own_wish";
        GH_TRY_VOID(p_.audit.Record(tx, entry));
        return {};
      });
}

// ---- either kind --------------------------------------------------------------------------------

Task<std::int64_t> ServiceImpl::DeleteIdentities(UserId user, OrgId organization, Actor actor) {
  GH_CO_TRY(
      const std::int64_t gone,
      co_await p_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::int64_t> {
        GH_TRY(auto providers, p_.store.DeleteOfMember(tx, organization, user, actor, "requested"));
        for (ProviderId provider : providers) {
          GH_TRY_VOID(p_.sessions.RevokeProofs(tx, provider, {user}));
        }
        if (!providers.empty()) {
          GH_TRY_VOID(p_.store.MarkInvalid(tx, organization, user));
        }
        return static_cast<std::int64_t>(providers.size());
      }));
  p_.authn.Forget(user);
  co_await p_.drainer.DrainShard({outbox::Scope::kOrganization, organization.value});
  co_return gone;
}

Task<Refreshed> ServiceImpl::RefreshIdentity(Target target, std::int64_t seen) {
  co_return co_await p_.refresher.Refresh(target, seen);
}

}  // namespace gatehouse::identity
