#pragma once

// Identities as the rest of the product uses them: accounts that members have linked at providers
// of their organization, so that the product can act there for them, and what it may do with the
// identities that log people in. Plain values in and out, every call names the organization or the
// user it is about; thread-safe.
//
// Two kinds of rows: SSO identities (`IdentityId`, see identity.h) and linked accounts
// (`LinkedId`). A linked account belongs to a place: a workspace, instance or tenant of a provider
// that an owner of the organization has let members link to.
//
// `data` holds tokens. It leaves the vault through this interface alone, and no page, API answer,
// log or audit entry may carry it.

#include <optional>
#include <string>
#include <vector>

#include "control/identity/identity.h"
#include "control/identity/refresh.h"
#include "platform/runtime/task.h"

namespace gatehouse::identity {

using PlaceId = StrongId<struct PlaceTag>;
using LinkedId = StrongId<struct LinkedTag>;

struct RpcProvider {
  PlaceId id;
  OrgId organization;
  std::string type;         // kind of the adapter: "github"
  std::string external_id;  // workspace, instance or tenant there: "acme"
  std::string name;
  std::string issuer;
  Timestamp created_at;
};

enum class LinkStatus { kUnknown, kValid, kInvalid };

struct RpcIdentity {
  LinkedId id;
  PlaceId idp_id;
  OrgId organization;
  UserId user_id;
  std::string external_id;
  json::Object data;
  std::vector<std::string> scopes;
  std::string name;  // what to call the account on pages
  LinkStatus status = LinkStatus::kUnknown;
  TokenState state = TokenState::kValid;
  std::string state_reason;
  std::int64_t version = 0;
  Timestamp verified_at, synced_at, created_at;
  std::string idp_type, idp_name, idp_external_id;
};

// Everything that is set must fit.
struct IdentityFilter {
  std::optional<LinkedId> id = {};
  std::optional<UserId> user_id = {};
  std::optional<std::string> identity_ext_id = {};
  std::optional<PlaceId> provider_id = {};
  std::optional<std::string> provider_ext_id = {};
  std::optional<std::string> provider_type = {};

  bool empty() const {
    return !id && !user_id && !identity_ext_id && !provider_id && !provider_ext_id &&
           !provider_type;
  }
};

struct NewLink {
  PlaceId provider;
  UserId user;
  std::string external_id;
  std::string name = {};
  std::vector<std::string> scopes = {};
  json::Object data = {};
};

// Somebody else's account never moves by accident: a conflict is an answer, and only a call that
// says so moves it.
struct LinkOutcome {
  enum class Kind {
    kCreated,
    kRenewed,        // it was linked already
    kReattached,     // moved from `former_owner`, or instead of the user's other account there
    kLinkedToOther,  // conflict: another user has this account; nothing was changed
    kOtherAccount,   // conflict: the user has linked another account there; nothing was changed
  };
  Kind kind = Kind::kCreated;
  std::optional<RpcIdentity> identity = {};  // unless a conflict
  std::optional<UserId> former_owner = {};

  bool is_conflict() const { return kind == Kind::kLinkedToOther || kind == Kind::kOtherAccount; }
};

struct NewPlace {
  std::string type;
  std::string external_id;
  std::string name;
  std::string issuer = {};
  json::Object config = {};  // sealed
};

class Service {
 public:
  virtual ~Service() = default;

  // ---- places -----------------------------------------------------------------------------------
  virtual Task<std::optional<RpcProvider>> GetProvider(OrgId organization, PlaceId id) = 0;
  virtual Task<std::optional<RpcProvider>> GetProvider(OrgId organization, std::string type,
                                                       std::string external_id) = 0;
  virtual Task<std::vector<RpcProvider>> ListProviders(OrgId organization) = 0;
  // Audited. Errors: kAlreadyExists "identity_provider_taken"; kInvalidArgument
  // "identity_provider_invalid" (no type, external id or name, more than 64 bytes of them, or
  // anything but letters, digits, '.', '-' and '_' in the first two).
  virtual Task<RpcProvider> AddProvider(OrgId organization, NewPlace place, Actor actor) = 0;
  // With every account that is linked there; each is audited. Errors: kNotFound
  // "identity_provider_not_found".
  virtual Task<void> RemoveProvider(OrgId organization, PlaceId id, Actor actor) = 0;

  // ---- linked accounts --------------------------------------------------------------------------
  // Errors: kInvalidArgument "identity_filter_empty".
  virtual Task<std::vector<RpcIdentity>> GetIdentities(OrgId organization,
                                                       IdentityFilter filter) = 0;
  // Errors: also kConflict "identity_filter_ambiguous": more than one fits, and none is chosen.
  virtual Task<std::optional<RpcIdentity>> GetIdentity(OrgId organization,
                                                       IdentityFilter filter) = 0;
  // Of one user, in all organizations. `exclude_matching_external_ids`: without those whose id is
  // that of their place (the installation itself, not a person).
  virtual Task<std::vector<RpcIdentity>> GetUserIdentitiesByProviderType(
      UserId user, std::string type, bool exclude_matching_external_ids) = 0;
  virtual Task<std::vector<RpcIdentity>> ListOfUser(UserId user) = 0;
  // `reattach`: takes the account from whoever has it, and the user's other account there goes;
  // both sides are audited. Errors: kNotFound "identity_provider_not_found"; kInvalidArgument
  // "invalid_identity"; kPermissionDenied "account_inactive" (the user, or the owner it would be
  // taken from).
  virtual Task<LinkOutcome> LinkIdentity(OrgId organization, NewLink link, bool reattach,
                                         Actor actor) = 0;
  // Replaces the data of the user's linked account, if it still has the version that the caller
  // has read. Errors: kNotFound "identity_not_found" (also another organization's, another user's);
  // kConflict "identity_changed", "refresh_in_progress".
  virtual Task<RpcIdentity> UpdateData(OrgId organization, UserId user, LinkedId id,
                                       std::int64_t expected_version, json::Object data) = 0;
  // The user takes a linked account off. Audited. Errors: kNotFound "identity_not_found".
  virtual Task<void> Disconnect(UserId user, LinkedId id, Actor actor) = 0;

  // ---- either kind ------------------------------------------------------------------------------
  // The user's SSO identities of this organization go, with the proofs that rested on them;
  // audited, and the member is marked through the outbox, in one transaction. Other organizations'
  // and linked accounts stay. Returns how many went.
  virtual Task<std::int64_t> DeleteIdentities(UserId user, OrgId organization, Actor actor) = 0;
  // See Refresher::Refresh for `seen` and the errors.
  virtual Task<Refreshed> RefreshIdentity(Target target, std::int64_t seen) = 0;
};

}  // namespace gatehouse::identity
