#pragma once

// Issues that end without anybody's decision: what they told of is over.

#include <string_view>

#include "base/ids.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"
#include "region/projects/types.h"

namespace gatehouse::issues {

// Resolves the open issue of this hash, in the caller's transaction; `data` is noted with it.
// False: there is none. An archived one stays as people wanted it.
Result<bool> ResolveOfHash(sql::Tx& tx, IdGenerator& ids, OrgId organization, ProjectId project,
                           std::string_view hash, const json::Object& data, Timestamp now);

}  // namespace gatehouse::issues
