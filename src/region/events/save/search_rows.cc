#include "region/events/save/search_rows.h"

#include <algorithm>
#include <array>

#include "region/events/save/statements.h"

namespace gatehouse::events {
namespace {

// What is bound: the first ones, and the grams.
template <std::size_t N>
Result<void> Run(sql::Tx& tx, const sql::Statement& statement, const std::array<sql::Param, N>& a,
                 const Grams& grams) {
  std::vector<sql::Param> params(a.begin(), a.end());
  params.insert(params.end(), grams.begin(), grams.end());
  GH_TRY_VOID(tx.Run(statement, params));
  return {};
}

}  // namespace

Result<void> AddSearchRow(sql::Tx& tx, const SearchRow& row) {
  return Run<6>(tx, sqls::kAddSearch,
                {row.issue, row.organization, row.level, row.type, row.platform, row.logger},
                row.grams);
}

Result<void> SetGrams(sql::Tx& tx, OrgId organization, IssueId issue, const Grams& grams) {
  return Run<2>(tx, sqls::kSearchText, {organization, issue}, grams);
}

}  // namespace gatehouse::events
