#include "control/identity/linking/sealed.h"

#include "control/identity/linking/statements.h"

namespace gatehouse::linking {

std::string PipelineBinding(std::int64_t id, OrgId organization) {
  return "link_pipelines|data|" + std::to_string(id) + "|" + organization.ToString();
}

std::vector<sealed::Column> SealedColumns() {
  return {{"link_pipelines.data", kPipelinePurpose, sqls::kSealedPage, sqls::kSealedReplace,
           sqls::kSealedCount,
           [](const sql::Row& row) { return PipelineBinding(row.Int(0), row.As<OrgId>(2)); }}};
}

}  // namespace gatehouse::linking
