#pragma once

// The sub-commands of the audit log: prove it, hand it out, and give auditors the key that its
// checkpoints are signed with. Runs on the caller's thread; REQUIRES: not a network thread.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/audit/checkpoint.h"
#include "core/audit/export.h"
#include "core/audit/sealer.h"
#include "core/audit/verify.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"
#include "region/orgs/service.h"

namespace gatehouse::cli {

struct AuditServices {
  sql::Database& db;
  orgs::Service& orgs;
  const audit::Log& log;
  audit::Sealer& sealer;
  const audit::CheckpointFile& checkpoints;
  std::string key;             // of the log's MACs
  std::string operator_label;  // "host operator (root)"
};

// Seals what waits, then proves every chain, or that of one organization. "intact" is false if
// something is broken; "findings" says what and where.
Result<json::Object> VerifyAudit(AuditServices& s, const std::optional<std::string>& org);
// The same for people.
std::string FormatVerification(const json::Object& result);

// Hands the entries of an organization behind the cursor `after` to `write`, piece by piece, and
// returns {"entries", "cursor"}: the cursor for the next export. Audited before it begins.
Result<json::Object> ExportAudit(AuditServices& s, const std::string& org, audit::Format format,
                                 std::int64_t after,
                                 const std::function<void(std::string_view)>& write);

}  // namespace gatehouse::cli
