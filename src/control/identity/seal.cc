#include "control/identity/seal.h"

#include "control/identity/errors.h"
#include "control/identity/statements.h"

namespace gatehouse::identity {

std::string_view TokenStateName(TokenState state) {
  switch (state) {
    case TokenState::kValid:
      return "valid";
    case TokenState::kStale:
      return "stale";
    case TokenState::kSuspended:
      return "suspended";
  }
  return "";
}

TokenState TokenStateFromName(std::string_view name) {
  if (name == "stale") return TokenState::kStale;
  return name == "suspended" ? TokenState::kSuspended : TokenState::kValid;
}

std::string IdentityBinding(OrgId organization, IdentityId id) {
  return "auth_identities|data|" + id.ToString() + "|" + organization.ToString();
}

std::string PlaceBinding(OrgId organization, std::int64_t id) {
  return "identity_providers|config|" + std::to_string(id) + "|" + organization.ToString();
}

std::string LinkedBinding(OrgId organization, UserId user, std::int64_t id) {
  return "linked_identities|data|" + std::to_string(id) + "|" + organization.ToString() + "|" +
         user.ToString();
}

std::vector<sealed::Column> SealedColumns() {
  return {
      {"auth_identities.data", kIdentityPurpose, sqls::kSsoSealedPage, sqls::kSsoSealedReplace,
       sqls::kSsoSealedCount,
       [](const sql::Row& row) {
         return IdentityBinding(row.As<OrgId>(2), row.As<IdentityId>(0));
       }},
      {"linked_identities.data", kLinkedPurpose, sqls::kLinkedSealedPage,
       sqls::kLinkedSealedReplace, sqls::kLinkedSealedCount,
       [](const sql::Row& row) {
         return LinkedBinding(row.As<OrgId>(2), row.As<UserId>(3), row.Int(0));
       }},
      {"identity_providers.config", kPlacePurpose, sqls::kPlaceSealedPage,
       sqls::kPlaceSealedReplace, sqls::kPlaceSealedCount,
       [](const sql::Row& row) { return PlaceBinding(row.As<OrgId>(2), row.Int(0)); }},
  };
}

std::pair<TokenState, std::string> ShownState(std::string_view stored, std::string reason,
                                              std::optional<Timestamp> refreshing_since,
                                              Timestamp now) {
  const TokenState state = TokenStateFromName(stored);
  if (state != TokenState::kSuspended && refreshing_since &&
      *refreshing_since + kRefreshLease <= now) {
    return {TokenState::kStale, std::string(kRefreshInterrupted)};
  }
  return {state, std::move(reason)};
}

}  // namespace gatehouse::identity
