#pragma once

// What the sealed columns of this module are sealed for and bound to: purpose of the key, and
// table, column, row and owner as associated data. A value copied elsewhere does not open.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "control/identity/identity.h"
#include "core/sealed/sealed.h"

namespace gatehouse::identity {

inline constexpr std::string_view kIdentityPurpose = "identity-data";
inline constexpr std::string_view kPlacePurpose = "identity-provider-config";
inline constexpr std::string_view kLinkedPurpose = "linked-identity-data";
// The member of the sealed data that outlives an answer without a new one.
inline constexpr std::string_view kRefreshToken = "refresh_token";

std::string IdentityBinding(OrgId organization, IdentityId id);
std::string PlaceBinding(OrgId organization, std::int64_t id);
std::string LinkedBinding(OrgId organization, UserId user, std::int64_t id);

// The sealed columns of this module.
std::vector<sealed::Column> SealedColumns();

// A row's state as it is to be shown: a refresh that was interrupted is stale.
std::pair<TokenState, std::string> ShownState(std::string_view stored, std::string reason,
                                              std::optional<Timestamp> refreshing_since,
                                              Timestamp now);

}  // namespace gatehouse::identity
