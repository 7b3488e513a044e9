#pragma once

// The auth_providers table: at most one provider per organization, its config sealed.
// Functions run in a control transaction.

#include <optional>
#include <string>

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
  json::Object config;
  std::int64_t revision = 0;
  bool allow_unlinked = false;
  Timestamp created_at;
  Timestamp updated_at;
};

class ProviderStore {
 public:
  ProviderStore(const Clock& clock, const crypto::KeyRing& keys) : clock_(clock), keys_(keys) {}

  Result<std::optional<LiveProvider>> Find(sql::Tx& tx, OrgId organization) const;
  // The row without opening its config: for enforcement, which runs on every request.
  Result<std::optional<LiveProvider>> FindSealed(sql::Tx& tx, OrgId organization) const;
  // The same, and it stays as it is until this (write) transaction ends.
  Result<std::optional<LiveProvider>> Hold(sql::Tx& tx, OrgId organization) const;
  // false: the organization has a provider already; nothing was written.
  Result<bool> Insert(sql::Tx& tx, const LiveProvider& provider) const;
  // New config under the next revision. false: another revision is live than `provider.revision`.
  Result<bool> Replace(sql::Tx& tx, const LiveProvider& provider) const;
  Result<void> SetAllowUnlinked(sql::Tx& tx, OrgId organization, ProviderId id, bool allow) const;
  Result<void> Delete(sql::Tx& tx, OrgId organization, ProviderId id) const;

 private:
  const Clock& clock_;
  const crypto::KeyRing& keys_;
};

}  // namespace gatehouse::sso
