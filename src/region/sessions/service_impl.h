#pragma once

// The service over a database.

#include "platform/sql/sql.h"
#include "region/sessions/service.h"

namespace gatehouse::sessions {

// What is given by reference must outlive it.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    int retention_days = 90;
  };
  explicit ServiceImpl(Parts parts) : d_(parts) {}

  Task<Answer> Ask(OrgId organization, Query query) override;
  Task<std::vector<Health>> ReleaseHealth(OrgId organization, ProjectId project,
                                          std::vector<std::string> releases, Timestamp from,
                                          Timestamp to) override;
  Task<bool> HasSessions(OrgId organization, ProjectId project, std::string release) override;
  Task<std::int64_t> DropOld() override;

 private:
  const Parts d_;
};

}  // namespace gatehouse::sessions
