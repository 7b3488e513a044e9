#pragma once

// The issue service over a database and the event store.

#include <atomic>

#include "base/ids.h"
#include "base/rng.h"
#include "core/audit/audit.h"
#include "platform/sql/sql.h"
#include "region/events/issues/service.h"
#include "region/eventstore/event_store.h"

namespace gatehouse::issues {

// Users of an issue are those of so many days.
inline constexpr Duration kUserWindow = std::chrono::days(30);

// What is given by reference must outlive the service. Thread-safe.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    Rng& rng;
    IdGenerator& ids;
    const audit::Log& audit;
    eventstore::EventStore& store;
    // How many issues a search looks at on its way before it probes its conditions, and in all.
    std::size_t first_chunk = 200;
    std::size_t max_examined = 20'000;
    // A tag that more issues have is asked of each issue on the way.
    std::size_t max_tagged = 2000;
    // Conditions that so many issues may meet at most are not walked for: these issues are looked
    // at.
    std::size_t max_probed = 4000;
  };
  explicit ServiceImpl(Parts parts) : d_(parts) {}

  using Service::Get;
  Task<Page> List(OrgId organization, Query query) override;
  Task<Issue> Get(OrgId organization, std::string id_or_short_id,
                  std::optional<UserId> viewer) override;
  Task<std::vector<Activity>> Activities(OrgId organization, IssueId issue) override;
  Task<std::vector<std::string>> Hashes(OrgId organization, IssueId issue) override;
  Task<ReleaseSpan> Releases(OrgId organization, IssueId issue) override;
  Task<std::vector<UserId>> SeenBy(OrgId organization, IssueId issue) override;
  Task<std::vector<UserId>> Participants(OrgId organization, IssueId issue) override;
  Task<Changed> Update(OrgId organization, std::vector<IssueId> issues, Change change,
                       Caller caller) override;
  Task<std::int64_t> Delete(OrgId organization, std::vector<IssueId> issues,
                            Caller caller) override;
  Task<std::int64_t> Unmerge(OrgId organization, IssueId issue, std::vector<std::string> hashes,
                             Caller caller) override;
  Task<void> RemoveAttachment(OrgId organization, ProjectId project, std::string event_id,
                              std::string attachment, Caller caller) override;
  Task<Activity> AddNote(OrgId organization, IssueId issue, std::string text,
                         Caller caller) override;
  Task<Activity> EditNote(OrgId organization, IssueId issue, std::int64_t note, std::string text,
                          Caller caller) override;
  Task<void> RemoveNote(OrgId organization, IssueId issue, std::int64_t note,
                        Caller caller) override;
  Task<std::int64_t> FinishPending() override;
  Task<std::int64_t> ReadTexts() override;
  Task<std::int64_t> CountUsers() override;
  Task<std::int64_t> WakeSnoozed() override;
  Task<std::int64_t> ResolveQuiet() override;

 private:
  const Parts d_;
  // Events saved before were looked at by CountUsers.
  std::atomic<std::int64_t> counted_until_{0};
  std::atomic<Duration> count_users_at_{};  // monotonic; not before
};

}  // namespace gatehouse::issues
