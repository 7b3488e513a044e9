#pragma once

// What the sealed columns of this module are sealed for and bound to.

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "core/sealed/sealed.h"

namespace gatehouse::sso {

inline constexpr std::string_view kProviderPurpose = "sso-provider-config";
inline constexpr std::string_view kPipelinePurpose = "sso-pipeline";

std::string ProviderBinding(ProviderId id, OrgId organization);
std::string PipelineBinding(std::int64_t id, OrgId organization);

std::vector<sealed::Column> SealedColumns();

}  // namespace gatehouse::sso
