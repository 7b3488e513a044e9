#pragma once

// Reason slugs of the audit log. What is wrong with a chain is a Finding (verify.h), not an error.

#include <string_view>

namespace gatehouse::audit {

// The file of checkpoints cannot be read or written: its folder, its owner, a full disk.
inline constexpr std::string_view kCheckpointsUnavailable = "audit_checkpoints_unavailable";
// A line that is no checkpoint of ours.
inline constexpr std::string_view kCheckpointInvalid = "audit_checkpoint_invalid";
// Another process sealed the same entries, again and again.
inline constexpr std::string_view kSealContended = "audit_seal_contended";

}  // namespace gatehouse::audit
