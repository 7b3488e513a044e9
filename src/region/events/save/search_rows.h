#pragma once

// The rows of issue_search. Within the transaction that makes or changes the issue.

#include <string_view>

#include "platform/sql/sql.h"
#include "region/events/save/grams.h"
#include "region/events/save/types.h"

namespace gatehouse::events {

struct SearchRow {
  IssueId issue;
  OrgId organization;
  std::int64_t level = 0;
  std::string_view type = {};
  std::string_view platform = {};
  std::string_view logger = {};
  Grams grams = {};
};

Result<void> AddSearchRow(sql::Tx& tx, const SearchRow& row);
Result<void> SetGrams(sql::Tx& tx, OrgId organization, IssueId issue, const Grams& grams);

}  // namespace gatehouse::events
