#include "control/identity/identity.h"

#include <algorithm>

#include "base/text.h"
#include "control/identity/errors.h"
#include "control/identity/seal.h"
#include "control/identity/statements.h"
#include "control/users/users.h"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMaxKeyBytes = 255;
constexpr std::size_t kMaxEmailBytes = 254;

Identity ToIdentity(const sql::Row& row, Timestamp now) {
  const auto [state, reason] = ShownState(row.Text(13), row.String(14), row.OptTime(15), now);
  return Identity{
      .id = row.As<IdentityId>(0),
      .provider = row.As<ProviderId>(1),
      .organization = row.As<OrgId>(2),
      .user = row.As<UserId>(3),
      .issuer = row.String(4),
      .subject = row.String(5),
      .email = row.String(6),
      .is_valid = row.Bool(7),
      .invalid_reason = row.String(8),
      .version = row.Int(9),
      .last_verified_at = row.Time(10),
      .created_at = row.Time(11),
      .last_synced_at = row.Time(12),
      .state = state,
      .state_reason = reason,
  };
}

std::optional<Identity> FirstOf(const sql::Rows& rows, Timestamp now) {
  if (rows.empty()) return std::nullopt;
  return ToIdentity(rows.front(), now);
}

bool IsKeyText(std::string_view text) {
  return !text.empty() && text.size() <= kMaxKeyBytes && IsValidUtf8(text) && !HasControl(text);
}

// The address is a label: one that cannot be shown is dropped, it refuses nobody.
std::string Label(std::string_view email) {
  if (email.size() > kMaxEmailBytes || !IsValidUtf8(email) || HasControl(email)) return "";
  return std::string(email);
}

std::vector<UserId> Owners(const sql::Rows& rows) {
  std::vector<UserId> owners;
  for (sql::Row row : rows) owners.push_back(row.As<UserId>(0));
  std::ranges::sort(owners);
  return owners;
}

audit::Entry LinkEntry(audit::Event event, OrgId organization, IdentityId id, UserId target,
                       const Assertion& assertion, const Actor& actor) {
  audit::Entry entry{.organization = organization,
                     .event = event,
                     .actor = actor.user,
                     .actor_label = actor.label,
                     .target_object = id.value,
                     .target_user = target,
                     .ip = actor.ip,
                     .data = {},
                     .correlation_id = actor.correlation_id};
  entry.data["user_id"] = target.value;
  entry.data["issuer"] = assertion.issuer;
  entry.data["subject"] = assertion.subject;
  return entry;
}

}  // namespace

Result<void> Store::Validate(const Assertion& assertion) {
  if (!IsKeyText(assertion.issuer) || !IsKeyText(assertion.subject)) {
    return Fail(Code::kInvalidArgument, kInvalidIdentity);
  }
  return {};
}

Result<std::optional<Identity>> Store::FindBySubject(sql::Tx& tx, OrgId organization,
                                                     ProviderId provider, std::string_view issuer,
                                                     std::string_view subject) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindBySubject, {organization, provider, issuer, subject}));
  return FirstOf(rows, clock_.Now());
}

Result<std::optional<Identity>> Store::FindByUser(sql::Tx& tx, OrgId organization,
                                                  ProviderId provider, UserId user) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindByUser, {organization, provider, user}));
  return FirstOf(rows, clock_.Now());
}

Result<std::vector<UserId>> Store::OwnersOf(sql::Tx& tx, OrgId organization,
                                            ProviderId provider) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kOwners, {organization, provider}));
  std::vector<UserId> owners;
  for (sql::Row row : rows) owners.push_back(row.As<UserId>(0));
  return owners;
}

Result<json::Object> Store::Data(sql::Tx& tx, OrgId organization, IdentityId id) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kData, {organization, id}));
  if (rows.empty()) return Fail(Code::kNotFound, kIdentityNotFound);
  GH_TRY(std::string opened,
         keys_.Open(kIdentityPurpose, IdentityBinding(organization, id), rows.front().Text(0)));
  return json::ParseObject(opened);
}

Result<std::optional<Store::Known>> Store::FindByAssertion(sql::Tx& tx, OrgId organization,
                                                           ProviderId provider,
                                                           const Assertion& assertion) const {
  GH_TRY(auto found,
         FindBySubject(tx, organization, provider, assertion.issuer, assertion.subject));
  if (assertion.legacy_subject.empty() || assertion.legacy_subject == assertion.subject) {
    if (!found) return std::nullopt;
    return Known{.identity = std::move(*found)};
  }
  GH_TRY(auto legacy,
         FindBySubject(tx, organization, provider, assertion.issuer, assertion.legacy_subject));
  if (found && legacy && found->user != legacy->user) {
    return Fail(Code::kConflict, kIdentityConflict, "two subjects, two people");
  }
  if (found) return Known{.identity = std::move(*found)};
  if (!legacy) return std::nullopt;
  return Known{.identity = std::move(*legacy), .by_legacy_subject = true};
}

Result<Identity> Store::Migrate(sql::Tx& tx, const Identity& identity, const Assertion& assertion,
                                const Actor& actor) const {
  GH_TRY_VOID(Validate(assertion));
  GH_TRY(auto taken, FindBySubject(tx, identity.organization, identity.provider, identity.issuer,
                                   assertion.subject));
  if (taken) return Fail(Code::kConflict, kIdentityConflict, "the new subject has an identity");
  GH_TRY(std::int64_t changed,
         tx.Exec(sqls::kMigrate, {identity.organization, identity.id, identity.version,
                                  identity.user, assertion.subject}));
  if (changed == 0) return Fail(Code::kNotFound, kIdentityNotFound, "the identity has changed");
  audit::Entry entry = LinkEntry(audit::Event::kSsoIdentityMigrate, identity.organization,
                                 identity.id, identity.user, assertion, actor);
  entry.data["replaced_subject"] = identity.subject;
  GH_TRY_VOID(audit_.Record(tx, entry));
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindById, {identity.organization, identity.id}));
  return ToIdentity(rows.front(), clock_.Now());
}

// ---- writing
// --------------------------------------------------------------------------------------

Result<Identity> Store::Update(sql::Tx& tx, const Identity& identity, UserId owner,
                               const Assertion& assertion, const json::Object& data) const {
  std::string sealed = keys_.Seal(
      kIdentityPurpose, IdentityBinding(identity.organization, identity.id), json::Serialize(data));
  std::string email = Label(assertion.email);
  GH_TRY(std::int64_t changed,
         tx.Exec(sqls::kUpdate, {identity.organization, identity.id, owner, assertion.issuer,
                                 assertion.subject, email, sealed, clock_.Now()}));
  if (changed == 0) return Fail(Code::kNotFound, kIdentityNotFound);
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindById, {identity.organization, identity.id}));
  return ToIdentity(rows.front(), clock_.Now());
}

Result<json::Object> Store::RenewedData(sql::Tx& tx, const Identity& identity,
                                        const Assertion& assertion) const {
  json::Object data = assertion.data;
  if (data.contains(kRefreshToken)) return data;
  auto old = Data(tx, identity.organization, identity.id);
  if (old) {
    if (const json::Value* token = old->if_contains(kRefreshToken)) data[kRefreshToken] = *token;
    return data;
  }
  // What cannot be opened is replaced by the fresh proof; there is nothing to keep.
  if (old.error().code == Code::kDataLoss || old.error().code == Code::kInvalidArgument)
    return data;
  return old;
}

Result<void> Store::Refresh(sql::Tx& tx, const Identity& identity,
                            const Assertion& assertion) const {
  GH_TRY_VOID(Validate(assertion));
  GH_TRY(json::Object data, RenewedData(tx, identity, assertion));
  std::string sealed = keys_.Seal(
      kIdentityPurpose, IdentityBinding(identity.organization, identity.id), json::Serialize(data));
  std::string email = Label(assertion.email);
  // The row must still be the one that was proven: same owner, same subject.
  GH_TRY(std::int64_t renewed,
         tx.Exec(sqls::kRenew, {identity.organization, identity.id, identity.user, assertion.issuer,
                                assertion.subject, email, sealed, clock_.Now()}));
  if (renewed == 0) return Fail(Code::kNotFound, kIdentityNotFound, "the identity has changed");
  return {};
}

Result<Identity> Store::Insert(sql::Tx& tx, OrgId organization, ProviderId provider, UserId user,
                               const Assertion& assertion) const {
  auto id = ids_.Next<IdentityId>();
  std::string sealed = keys_.Seal(kIdentityPurpose, IdentityBinding(organization, id),
                                  json::Serialize(assertion.data));
  std::string email = Label(assertion.email);
  GH_TRY(std::int64_t inserted,
         tx.Exec(sqls::kInsert, {id, provider, organization, user, assertion.issuer,
                                 assertion.subject, email, sealed, clock_.Now()}));
  // Not seen by the look-ups of this transaction and yet there: the row of another organization
  // under the same provider id. Provider rows belong to one organization, so nobody may get here.
  if (inserted == 0) return Fail(Code::kNotFound, kIdentityNotFound, "provider of another tenant");
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindById, {organization, id}));
  return ToIdentity(rows.front(), clock_.Now());
}

Result<void> Store::MarkInvalid(sql::Tx& tx, OrgId organization, UserId user) const {
  json::Object payload;
  payload["user_id"] = user.value;
  GH_TRY_VOID(outbox_.Enqueue(tx, outbox::Category::kMarkInvalidSso, organization.value, user.value,
                              payload));
  return {};
}

Result<void> Store::RequireActive(sql::Tx& tx, UserId user) {
  GH_TRY(bool active, users::Store::IsActive(tx, user));
  if (!active) return Fail(Code::kPermissionDenied, kAccountInactive);
  return {};
}

Result<Store::Attached> Store::Attach(sql::Tx& tx, OrgId organization, ProviderId provider,
                                      UserId user, const Assertion& assertion,
                                      const Actor& actor) const {
  GH_TRY_VOID(Validate(assertion));
  GH_TRY_VOID(RequireActive(tx, user));
  GH_TRY(auto by_subject,
         FindBySubject(tx, organization, provider, assertion.issuer, assertion.subject));

  if (by_subject && by_subject->user == user) {
    // The link is there already: the proof renews it, and there is nothing to report.
    GH_TRY(json::Object data, RenewedData(tx, *by_subject, assertion));
    GH_TRY(Identity renewed, Update(tx, *by_subject, user, assertion, data));
    return Attached{.identity = std::move(renewed), .created = false, .former_owner = {}};
  }

  GH_TRY(auto by_user, FindByUser(tx, organization, provider, user));
  Attached attached;
  std::string replaced = by_user ? by_user->subject : "";
  if (by_subject) {
    // It moves. A deactivated account keeps what it has until an administrator decides.
    GH_TRY_VOID(RequireActive(tx, by_subject->user));
    attached.former_owner = by_subject->user;
    GH_TRY_VOID(tx.Exec(sqls::kDeleteOfUser, {organization, provider, user}));
    // The former owner's tokens do not come along.
    GH_TRY(attached.identity, Update(tx, *by_subject, user, assertion, assertion.data));
    GH_TRY_VOID(MarkInvalid(tx, organization, *attached.former_owner));
    GH_TRY_VOID(audit_.Record(
        tx, LinkEntry(audit::Event::kSsoIdentityUnlink, organization, attached.identity.id,
                      *attached.former_owner, assertion, actor)));
  } else if (by_user) {
    // The provider calls the person by another subject now: tokens of the old one are of no use.
    GH_TRY(attached.identity, Update(tx, *by_user, user, assertion, assertion.data));
  } else {
    GH_TRY(attached.identity, Insert(tx, organization, provider, user, assertion));
    attached.created = true;
  }

  audit::Entry entry = LinkEntry(audit::Event::kSsoIdentityLink, organization, attached.identity.id,
                                 user, assertion, actor);
  if (!replaced.empty()) entry.data["replaced_subject"] = replaced;
  GH_TRY_VOID(audit_.Record(tx, entry));
  return attached;
}

Result<std::vector<UserId>> Store::InvalidateAll(sql::Tx& tx, OrgId organization,
                                                 ProviderId provider,
                                                 std::string_view reason) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kInvalidateAll, {organization, provider, reason}));
  std::vector<UserId> owners = Owners(rows);
  for (UserId owner : owners) GH_TRY_VOID(MarkInvalid(tx, organization, owner));
  return owners;
}

Result<std::vector<Identity>> Store::ListOfUser(sql::Tx& tx, UserId user) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kListOfUser, {user}));
  std::vector<Identity> identities;
  for (sql::Row row : rows) identities.push_back(ToIdentity(row, clock_.Now()));
  return identities;
}

Result<void> Store::Detach(sql::Tx& tx, const Identity& identity, UserId user,
                           const Actor& actor) const {
  GH_TRY(std::int64_t gone, tx.Exec(sqls::kDeleteOne, {identity.organization, identity.id, user}));
  if (gone == 0) return Fail(Code::kNotFound, kIdentityNotFound);
  Assertion was;
  was.issuer = identity.issuer;
  was.subject = identity.subject;
  audit::Entry entry = LinkEntry(audit::Event::kSsoIdentityUnlink, identity.organization,
                                 identity.id, user, was, actor);
  entry.data["because"] = "own_wish";
  GH_TRY_VOID(audit_.Record(tx, entry));
  return MarkInvalid(tx, identity.organization, user);
}

Result<std::vector<ProviderId>> Store::DeleteOfMember(sql::Tx& tx, OrgId organization, UserId user,
                                                      const Actor& actor,
                                                      std::string_view because) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kDeleteOfMember, {organization, user}));
  std::vector<ProviderId> providers;
  for (sql::Row row : rows) {
    providers.push_back(row.As<ProviderId>(1));
    Assertion gone;
    gone.issuer = row.String(2);
    gone.subject = row.String(3);
    audit::Entry entry = LinkEntry(audit::Event::kSsoIdentityUnlink, organization,
                                   row.As<IdentityId>(0), user, gone, actor);
    entry.data["because"] = because;
    GH_TRY_VOID(audit_.Record(tx, entry));
  }
  return providers;
}

Result<void> Store::UnlinkAccountsOfMember(sql::Tx& tx, OrgId organization, UserId user,
                                           const Actor& actor) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kLinkedDeleteOfMember, {organization, user}));
  for (sql::Row row : rows) {
    audit::Entry entry;
    entry.organization = organization;
    entry.event = audit::Event::kIdentityUnlink;
    entry.actor = actor.user;
    entry.actor_label = actor.label;
    entry.target_object = row.Int(0);
    entry.target_user = user;
    entry.ip = actor.ip;
    entry.correlation_id = actor.correlation_id;
    entry.data["user_id"] = user.value;
    entry.data["provider"] = std::to_string(row.Int(1));
    entry.data["external_id"] = row.Text(2);
    entry.data["because"] = "member_removed";
    GH_TRY_VOID(audit_.Record(tx, entry));
  }
  return {};
}

Result<std::vector<UserId>> Store::DeleteAll(sql::Tx& tx, OrgId organization,
                                             ProviderId provider) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kDeleteAll, {organization, provider}));
  return Owners(rows);
}

}  // namespace gatehouse::identity
