#pragma once

// Authenticators, recovery codes, ceremonies and tries: synchronous SQL in the caller's control
// transaction. Secrets are sealed with the key ring and bound to their row; recovery codes are kept
// as keyed hashes. Thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/authn/factors/service.h"
#include "platform/crypto/keyring.h"
#include "platform/sql/sql.h"

namespace gatehouse::factors {

// A stored authenticator with what verifies it.
struct Authenticator {
  AuthenticatorId id;
  UserId user;
  std::string secret;  // TOTP secret, or public key
  std::uint32_t counter = 0;
  bool is_passkey = false;
  std::string name;
};

// What a ceremony began with.
struct Ceremony {
  std::optional<UserId> user;
  std::string data;
};

// What the ceremonies of a session are bound to.
inline std::string SessionBinding(SessionId session) { return "session:" + session.ToString(); }

enum class Purpose { kTotp, kCreate, kLogin, kStepUp, kPasskeyUsed };

class Store {
 public:
  Store(const Clock& clock, IdGenerator& ids, Rng& rng, const crypto::KeyRing& keys);

  // ---- authenticators ---------------------------------------------------------------------------
  Result<std::vector<Factor>> List(sql::Tx& tx, UserId user) const;
  // Credential ids of the user's keys, base64url, oldest first.
  Result<std::vector<std::string>> CredentialIds(sql::Tx& tx, UserId user) const;
  Result<std::optional<Authenticator>> FindTotp(sql::Tx& tx, UserId user) const;
  // `credential_id`: base64url. Of any account.
  Result<std::optional<Authenticator>> FindCredential(sql::Tx& tx,
                                                      std::string_view credential_id) const;
  // `used_step`: the step of the code that confirmed it.
  Result<void> AddTotp(sql::Tx& tx, UserId user, std::string_view secret,
                       std::int64_t used_step) const;
  Result<void> AddWebAuthn(sql::Tx& tx, UserId user, std::string_view name,
                           std::string_view credential_id, std::string_view public_key,
                           std::uint32_t counter, bool is_passkey) const;
  // false: this step, or a later one, was used already.
  Result<bool> UseTotp(sql::Tx& tx, UserId user, AuthenticatorId id, std::int64_t step) const;
  // false: the counter did not advance, or the key is gone.
  Result<bool> UseWebAuthn(sql::Tx& tx, UserId user, AuthenticatorId id,
                           std::uint32_t counter) const;
  // Of this user only; false: there is none.
  Result<bool> Rename(sql::Tx& tx, UserId user, AuthenticatorId id, std::string_view name) const;
  Result<bool> Delete(sql::Tx& tx, UserId user, AuthenticatorId id) const;
  // Authenticators, recovery codes, ceremonies and tries.
  Result<void> DeleteEverything(sql::Tx& tx, UserId user) const;

  // ---- recovery codes ---------------------------------------------------------------------------
  // The old ones die. Returns the texts, which are nowhere else.
  Result<std::vector<std::string>> ReplaceRecoveryCodes(sql::Tx& tx, UserId user) const;
  // Unused ones, and when they were made.
  Result<std::pair<std::int64_t, std::optional<Timestamp>>> CountRecoveryCodes(sql::Tx& tx,
                                                                               UserId user) const;
  // false: none of the user's, or used.
  Result<bool> UseRecoveryCode(sql::Tx& tx, UserId user, std::string_view typed) const;

  // ---- ceremonies -------------------------------------------------------------------------------
  // A later one of the same purpose replaces it.
  Result<void> PutCeremony(sql::Tx& tx, Purpose purpose, std::string_view bound_to,
                           std::optional<UserId> user, std::string_view data, Duration life) const;
  // false: it was there already.
  Result<bool> PutCeremonyOnce(sql::Tx& tx, Purpose purpose, std::string_view bound_to,
                               Duration life) const;
  // Live ones only. Take removes it, also when it is outdated.
  Result<std::optional<Ceremony>> TakeCeremony(sql::Tx& tx, Purpose purpose,
                                               std::string_view bound_to) const;
  Result<std::int64_t> DeleteExpiredCeremonies(sql::Tx& tx) const;
  // A TOTP secret on its way through a ceremony.
  std::string SealEnrolment(std::string_view bound_to, std::string_view secret) const;
  Result<std::string> OpenEnrolment(std::string_view bound_to, std::string_view sealed) const;

  // ---- tries ------------------------------------------------------------------------------------
  // Counts one. false: the kind is locked, for now or until it is set up anew.
  Result<bool> TakeTry(sql::Tx& tx, UserId user, Kind kind) const;
  // After a success, and when the kind is set up anew.
  Result<void> ClearTries(sql::Tx& tx, UserId user, Kind kind) const;

 private:
  Result<std::optional<Authenticator>> Load(const sql::Rows& rows) const;
  Result<void> Insert(sql::Tx& tx, UserId user, Kind kind, std::string_view name,
                      std::string_view secret, std::optional<std::string> credential_id,
                      std::int64_t counter, bool is_passkey) const;
  std::string RecoveryHash(UserId user, std::string_view canonical) const;

  const Clock& clock_;
  IdGenerator& ids_;
  Rng& rng_;
  const crypto::KeyRing& keys_;
  std::string recovery_key_;
};

}  // namespace gatehouse::factors
