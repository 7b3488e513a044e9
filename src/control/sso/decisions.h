#pragma once

// The decision log: why a log-in or set-up was let in or refused. Written in the transaction of the
// decision, read by the organization's administrators for 30 days.

#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "control/sso/service.h"
#include "platform/sql/sql.h"

namespace gatehouse::sso {

class DecisionStore {
 public:
  DecisionStore(const Clock& clock, IdGenerator& ids) : clock_(clock), ids_(ids) {}

  // `decision.id` and `created_at` are set here; its checks are those given beside it.
  Result<void> Record(sql::Tx& tx, OrgId organization, std::optional<ProviderId> provider,
                      const Decision& decision, std::span<const Check> checks) const;
  // Newest first; older than `before`, or those of one request.
  Result<std::vector<Decision>> List(sql::Tx& tx, OrgId organization,
                                     std::optional<std::int64_t> before,
                                     const std::optional<std::string>& correlation_id,
                                     std::size_t limit) const;
  Result<std::int64_t> DeleteOld(sql::Tx& tx) const;

 private:
  const Clock& clock_;
  IdGenerator& ids_;
};

}  // namespace gatehouse::sso
