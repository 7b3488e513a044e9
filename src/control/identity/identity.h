#pragma once

// External identities that log people in: (provider row, issuer, subject) -> user. Data (tokens) is
// sealed; associated data binds it to row and organization. E-mail is kept as a label only.
// Functions run in a control transaction.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/audit/audit.h"
#include "core/outbox/outbox.h"
#include "platform/crypto/keyring.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"

namespace gatehouse::identity {

// What a provider asserted about the person, after verification.
struct Assertion {
  std::string issuer;
  std::string subject;  // 1..255 bytes, as asserted: compared byte for byte
  std::string email;    // "" if none
  bool email_verified = false;
  std::string name;
  json::Object data;  // tokens to keep; sealed at rest
  // The subject this account had before its provider changed how it names accounts; "" if none. An
  // identity found by it, and not by `subject`, is rewritten once, audited.
  std::string legacy_subject = {};
};

// What the provider says of an identity when it is asked again, without its person.
struct RefreshOutcome {
  enum class Kind {
    kValid,        // `data` is what to store from now on
    kInvalid,      // the provider has withdrawn it: a definite answer, never an outage
    kUnavailable,  // no answer that means anything: try again later, change nothing
  };
  Kind kind = Kind::kUnavailable;
  // With kUnavailable: empty, or what to store although nobody knows more about the identity, since
  // the provider renewed the tokens before it went silent.
  json::Object data = {};
  std::string reason = {};  // unless valid: a refresh slug of identity/errors.h
  std::string detail = {};  // for the log: "HTTP 400 (invalid_grant): …"; no token in it
};

// How good the stored tokens are. An identity is never dropped without one of these saying why.
enum class TokenState {
  kValid,
  kStale,      // could not be renewed, or nobody knows whether they were; tried again later
  kSuspended,  // the provider refuses them: its person has to come back
};
std::string_view TokenStateName(TokenState state);
// REQUIRES: a name that TokenStateName gave.
TokenState TokenStateFromName(std::string_view name);

// A refresh that began so long ago and has stored nothing was interrupted: whether the provider
// has issued other tokens meanwhile is not known.
inline constexpr Duration kRefreshLease = std::chrono::seconds(60);

struct Identity {
  IdentityId id;
  ProviderId provider;
  OrgId organization;
  UserId user;
  std::string issuer;
  std::string subject;
  std::string email;
  bool is_valid = true;
  std::string invalid_reason;
  std::int64_t version = 0;
  Timestamp last_verified_at;  // by a log-in or by its provider
  Timestamp created_at;
  Timestamp last_synced_at = {};  // looked at last
  // An interrupted refresh shows as stale.
  TokenState state = TokenState::kValid;
  std::string state_reason = {};  // slug, "" while valid
};

// Who and whence, for audit entries.
struct Actor {
  std::optional<UserId> user;
  std::string label;
  std::string ip;
  std::string correlation_id;
};

class Store {
 public:
  Store(const Clock& clock, IdGenerator& ids, const crypto::KeyRing& keys, const audit::Log& audit,
        const outbox::Outbox& outbox)
      : clock_(clock), ids_(ids), keys_(keys), audit_(audit), outbox_(outbox) {}

  // Errors: kInvalidArgument "invalid_identity" (issuer or subject empty, over 255 bytes, not valid
  // UTF-8, or with control characters).
  static Result<void> Validate(const Assertion& assertion);

  Result<std::optional<Identity>> FindBySubject(sql::Tx& tx, OrgId organization,
                                                ProviderId provider, std::string_view issuer,
                                                std::string_view subject) const;
  Result<std::optional<Identity>> FindByUser(sql::Tx& tx, OrgId organization, ProviderId provider,
                                             UserId user) const;
  // All identities of a user, in every organization: for the account's own pages. REQUIRES: a
  // transaction of sql::Tenant::All().
  Result<std::vector<Identity>> ListOfUser(sql::Tx& tx, UserId user) const;
  // Whose identities a provider has.
  Result<std::vector<UserId>> OwnersOf(sql::Tx& tx, OrgId organization, ProviderId provider) const;
  // Opened data of an identity. Errors: kNotFound "identity_not_found", kDataLoss "seal_broken".
  Result<json::Object> Data(sql::Tx& tx, OrgId organization, IdentityId id) const;

  // A log-in proved the link again: data replaced (a missing refresh_token keeps the old one),
  // valid, last_verified_at and last_synced_at now. Errors: kNotFound "identity_not_found", also
  // when owner or subject of the row changed since `identity` was read.
  Result<void> Refresh(sql::Tx& tx, const Identity& identity, const Assertion& assertion) const;

  // The provider calls the account of `identity` by the assertion's subject from now on; audited
  // (sso-identity.migrate). The tokens stay: they are the same account's. Returns the identity as
  // it is then. Errors: those of Validate; kConflict "identity_conflict" when another identity has
  // that subject, kNotFound "identity_not_found" when the row changed meanwhile. REQUIRES:
  // identity.subject is assertion.legacy_subject, of the same issuer.
  Result<Identity> Migrate(sql::Tx& tx, const Identity& identity, const Assertion& assertion,
                           const Actor& actor) const;
  // By subject, and else by the subject of before: of the second kind is what Migrate() takes.
  // Errors: kConflict "identity_conflict" when they are two people's.
  struct Known {
    Identity identity;
    bool by_legacy_subject = false;
  };
  Result<std::optional<Known>> FindByAssertion(sql::Tx& tx, OrgId organization, ProviderId provider,
                                               const Assertion& assertion) const;

  struct Attached {
    Identity identity;
    bool created = false;
    std::optional<UserId> former_owner;  // the identity moved from this user
  };
  // Links the assertion to `user`: found by subject, else by the user's identity in this provider
  // (its subject changed), else created. If the subject belonged to somebody else it moves: the
  // user's other identity in this provider is wiped, the former owner is marked invalid through the
  // outbox (kMarkInvalidSso), and both sides are audited (sso-identity.link, sso-identity.unlink).
  // A changed subject is audited as a link too, with the subject it replaced; a link that was there
  // already is only renewed. Tokens never pass from one owner or subject to the next. Errors: those
  // of Validate; kPermissionDenied "account_inactive" (the user, or the owner it would move from).
  // REQUIRES: the caller has the user's consent or is set-up; `provider` is a row of
  // `organization`.
  Result<Attached> Attach(sql::Tx& tx, OrgId organization, ProviderId provider, UserId user,
                          const Assertion& assertion, const Actor& actor) const;

  // All identities of a provider become invalid (its issuer or trust root changed). Returns their
  // owners; each gets a kMarkInvalidSso row.
  Result<std::vector<UserId>> InvalidateAll(sql::Tx& tx, OrgId organization, ProviderId provider,
                                            std::string_view reason) const;
  // The user takes the identity off the account; audited (sso-identity.unlink), and the member is
  // marked (kMarkInvalidSso). The caller revokes the provider's proofs. Errors: kNotFound
  // "identity_not_found" (also somebody else's).
  Result<void> Detach(sql::Tx& tx, const Identity& identity, UserId user, const Actor& actor) const;
  // The identities of a user in an organization go, each audited (sso-identity.unlink) with the
  // reason; by default: the user is no member any more. Returns the providers, whose proofs the
  // caller revokes.
  Result<std::vector<ProviderId>> DeleteOfMember(sql::Tx& tx, OrgId organization, UserId user,
                                                 const Actor& actor,
                                                 std::string_view because = "member_removed") const;
  // Accounts that a user who is no member any more has linked in the organization go, each audited
  // (identity.unlink).
  Result<void> UnlinkAccountsOfMember(sql::Tx& tx, OrgId organization, UserId user,
                                      const Actor& actor) const;
  // Outbox: the user's link to the organization's single sign-on is not good any more.
  Result<void> MarkInvalid(sql::Tx& tx, OrgId organization, UserId user) const;
  // Returns the owners.
  Result<std::vector<UserId>> DeleteAll(sql::Tx& tx, OrgId organization, ProviderId provider) const;

 private:
  Result<Identity> Insert(sql::Tx& tx, OrgId organization, ProviderId provider, UserId user,
                          const Assertion& assertion) const;
  Result<Identity> Update(sql::Tx& tx, const Identity& identity, UserId owner,
                          const Assertion& assertion, const json::Object& data) const;
  // The asserted data, with the refresh token of before when it brings none.
  Result<json::Object> RenewedData(sql::Tx& tx, const Identity& identity,
                                   const Assertion& assertion) const;
  static Result<void> RequireActive(sql::Tx& tx, UserId user);

  const Clock& clock_;
  IdGenerator& ids_;
  const crypto::KeyRing& keys_;
  const audit::Log& audit_;
  const outbox::Outbox& outbox_;
};

}  // namespace gatehouse::identity
