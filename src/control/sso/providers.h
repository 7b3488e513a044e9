#pragma once

// The auth_providers table: at most one provider per organization, its config sealed.
// Functions run in a control transaction.

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/ids.h"
#include "control/sso/service.h"
#include "platform/crypto/keyring.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"

namespace gatehouse::sso {

// A provider row with its opened config (secrets included): never leaves this module.
struct LiveProvider {
  ProviderId id;
  OrgId organization;
  std::string kind;
  std::string name;
  std::string issuer;
  std::shared_ptr<const json::Object> config;  // null: not opened
  std::int64_t revision = 0;
  bool allow_unlinked = false;
  Timestamp created_at;
  Timestamp updated_at;
};

// A provider as a transaction read it, with its config as it was stored.
struct SeenProvider {
  LiveProvider provider;
  std::string sealed;
};

// Opened configs are remembered, one per organization and no more than kMaxSeen, so that a log-in
// does not open and parse what it opened a moment ago. The row decides each time: a config from
// memory is used only where the row holds the very text that it was opened from. Thread-safe.
class ProviderStore {
 public:
  static constexpr std::size_t kMaxSeen = 1024;

  ProviderStore(const Clock& clock, const crypto::KeyRing& keys) : clock_(clock), keys_(keys) {}

  Result<std::optional<LiveProvider>> Find(sql::Tx& tx, OrgId organization) const;
  // The row without opening its config: for enforcement, which runs on every request.
  Result<std::optional<LiveProvider>> FindSealed(sql::Tx& tx, OrgId organization) const;
  // The same, and it stays as it is until this (write) transaction ends.
  Result<std::optional<LiveProvider>> Hold(sql::Tx& tx, OrgId organization) const;
  // The organization's provider as it was when Find() opened it last: a guess, to be confirmed by
  // IsStill() in the transaction that relies on it. nullptr: not seen.
  std::shared_ptr<const SeenProvider> LastSeen(OrgId organization) const;
  // The organization has this very provider, revision and config.
  Result<bool> IsStill(sql::Tx& tx, const SeenProvider& seen) const;
  // false: the organization has a provider already; nothing was written.
  Result<bool> Insert(sql::Tx& tx, const LiveProvider& provider) const;
  // New config under the next revision. false: another revision is live than `provider.revision`.
  Result<bool> Replace(sql::Tx& tx, const LiveProvider& provider) const;
  Result<void> SetAllowUnlinked(sql::Tx& tx, OrgId organization, ProviderId id, bool allow) const;
  Result<void> Delete(sql::Tx& tx, OrgId organization, ProviderId id) const;

 private:
  void Remember(const LiveProvider& provider, std::string_view sealed) const;
  void Forget(OrgId organization) const;

  const Clock& clock_;
  const crypto::KeyRing& keys_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::int64_t, std::shared_ptr<const SeenProvider>> seen_;
};

}  // namespace gatehouse::sso
