#pragma once

// Releases as people see them: rows with all that belongs to them. Synchronous; in the caller's
// transaction.

#include "platform/sql/sql.h"
#include "region/releases/service.h"

namespace gatehouse::releases::details {

// Errors: kNotFound "release_not_found".
Result<Detail> Find(sql::Tx& tx, OrgId organization, std::string_view version);
Result<std::vector<Detail>> List(sql::Tx& tx, OrgId organization, const Query& query);
Result<std::optional<Detail>> PreviousWithCommits(sql::Tx& tx, const Detail& detail);
Result<std::vector<Deploy>> Deploys(sql::Tx& tx, OrgId organization, ReleaseId release,
                                    std::size_t limit);
// What can be changed of it: ref, url, status, time and commits.
Result<void> Update(sql::Tx& tx, const Detail& detail);
// Errors: kInvalidArgument "release_referenced", "release_has_health".
Result<void> Remove(sql::Tx& tx, const Release& release);

}  // namespace gatehouse::releases::details
