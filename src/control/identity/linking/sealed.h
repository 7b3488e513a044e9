#pragma once

// What the sealed column of this module is sealed for and bound to.

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "core/sealed/sealed.h"

namespace gatehouse::linking {

inline constexpr std::string_view kPipelinePurpose = "link-pipeline";

std::string PipelineBinding(std::int64_t id, OrgId organization);

std::vector<sealed::Column> SealedColumns();

}  // namespace gatehouse::linking
