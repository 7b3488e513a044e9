#pragma once

// Rows of issues. Synchronous; in the caller's transaction.

#include <optional>
#include <vector>

#include "platform/sql/sql.h"
#include "region/events/issues/types.h"

namespace gatehouse::issues::store {

Issue ReadIssue(const sql::Row& row);
Activity ReadActivity(const sql::Row& row);

// Also of one that was merged into another. Errors: kNotFound "issue_not_found".
Result<Issue> Find(sql::Tx& tx, OrgId organization, std::string_view id_or_short_id);
Result<Issue> Find(sql::Tx& tx, OrgId organization, IssueId issue);
// In this order; those that are not there are passed over.
Result<std::vector<Issue>> FindMany(sql::Tx& tx, OrgId organization,
                                    const std::vector<IssueId>& ids);
// Marks of the viewer, snoozes and resolutions.
Result<void> AddDetails(sql::Tx& tx, OrgId organization, std::optional<UserId> viewer,
                        std::vector<Issue>& issues);

}  // namespace gatehouse::issues::store
