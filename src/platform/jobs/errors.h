#pragma once

#include <string_view>

namespace gatehouse::jobs {

// RunOnce of a name that was not added.
inline constexpr std::string_view kUnknownJob = "job_unknown";
// The work threw: a defect. The detail has the exception's text.
inline constexpr std::string_view kJobThrew = "job_threw";

}  // namespace gatehouse::jobs
