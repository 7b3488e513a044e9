#pragma once

// One link of a chain against its entry. Pure.

#include <optional>
#include <string_view>

#include "core/audit/verify.h"

namespace gatehouse::audit {

// `row` is one of the statement kLinks. `before` is the MAC of the link before it, "" at the
// beginning of a chain. Nullopt if all of it is right.
std::optional<Finding> CheckLink(const MacKey& key, std::int64_t organization, const sql::Row& row,
                                 std::int64_t expected_seq, std::string_view before);

}  // namespace gatehouse::audit
