#pragma once

// The issue service over a database and the event store.

#include "base/ids.h"
#include "platform/sql/sql.h"
#include "region/events/issues/service.h"
#include "region/eventstore/event_store.h"

namespace gatehouse::issues {

// What is given by reference must outlive the service. Thread-safe.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    IdGenerator& ids;
    eventstore::EventStore& store;
  };
  explicit ServiceImpl(Parts parts) : d_(parts) {}

  Task<Page> List(OrgId organization, Query query) override;
  Task<Issue> Get(OrgId organization, std::string id_or_short_id) override;
  Task<std::vector<Activity>> Activities(OrgId organization, IssueId issue) override;
  Task<std::vector<std::string>> Hashes(OrgId organization, IssueId issue) override;
  Task<std::int64_t> Update(OrgId organization, std::vector<IssueId> issues, Change change,
                            Caller caller) override;
  Task<void> Delete(OrgId organization, IssueId issue, Caller caller) override;

 private:
  Result<void> Note(sql::Tx& tx, const Issue& issue, std::string_view type, json::Object data,
                    const Caller& caller) const;
  Result<void> Resolve(sql::Tx& tx, const Issue& issue, bool next_release,
                       const Caller& caller) const;

  const Parts d_;
};

}  // namespace gatehouse::issues
