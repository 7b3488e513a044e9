#pragma once

// An ignored issue whose condition is met comes back: seen by the batch that meets it, or by the
// periodic work on issues.

#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "platform/sql/sql.h"
#include "region/events/save/types.h"

namespace gatehouse::events {

// With a line in the issue's activity; the condition goes. false: it was not ignored any more.
Result<bool> Wake(sql::Tx& tx, IdGenerator& ids, OrgId organization, ProjectId project,
                  IssueId issue, std::string_view substatus, Timestamp now);

}  // namespace gatehouse::events
