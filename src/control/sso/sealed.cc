#include "control/sso/sealed.h"

#include "control/sso/statements.h"

namespace gatehouse::sso {

std::string ProviderBinding(ProviderId id, OrgId organization) {
  return "auth_providers|config|" + id.ToString() + "|" + organization.ToString();
}

std::string PipelineBinding(std::int64_t id, OrgId organization) {
  return "sso_pipelines|data|" + std::to_string(id) + "|" + organization.ToString();
}

std::vector<sealed::Column> SealedColumns() {
  return {
      {"auth_providers.config", kProviderPurpose, statements::kProviderSealedPage,
       statements::kProviderSealedReplace, statements::kProviderSealedCount,
       [](const sql::Row& row) {
         return ProviderBinding(row.As<ProviderId>(0), row.As<OrgId>(2));
       }},
      {"sso_pipelines.data", kPipelinePurpose, statements::kPipelineSealedPage,
       statements::kPipelineSealedReplace, statements::kPipelineSealedCount,
       [](const sql::Row& row) { return PipelineBinding(row.Int(0), row.As<OrgId>(2)); }},
  };
}

}  // namespace gatehouse::sso
