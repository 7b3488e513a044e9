#include "region/monitors/incidents/incidents.h"

#include <map>

#include "region/events/issues/recovery.h"
#include "region/monitors/incidents/incident.h"
#include "region/monitors/store.h"
#include "region/stream/message.h"

namespace gatehouse::monitors {
namespace {

constexpr std::size_t kBatch = 200;
constexpr int kBatches = 50;
// Saving knows an event that comes again for an hour. One that was counted longer ago than this
// would be counted twice: it is let go instead.
constexpr Duration kKnown = events::kDuplicateWindow - std::chrono::minutes(10);

}  // namespace

Task<std::vector<Occurrence>> Incidents::Noted() const {
  // All: monitors of every organization.
  co_return co_await d_.db.Read(sql::Tenant::All(),
                                [](sql::Tx& tx) { return store::Occurrences(tx, kBatch); });
}

Task<void> Incidents::Drop(std::vector<Occurrence> done) const {
  co_return co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    for (const Occurrence& one : done) GH_TRY_VOID(store::DropOccurrence(tx, one));
    return {};
  });
}

Task<void> Incidents::Fail(std::vector<Occurrence> failures) const {
  const Timestamp now = d_.clock.Now();
  std::map<ProjectId, std::optional<projects::Project>> known;
  std::vector<events::Incoming> batch;
  for (const Occurrence& one : failures) {
    if (one.saved_at && *one.saved_at < now - kKnown) continue;
    auto at = known.find(one.project);
    if (at == known.end()) {
      auto project = co_await d_.projects.Get(one.organization, one.project.ToString());
      // With the project go its monitors.
      if (!project && project.error().code != Code::kNotFound) {
        co_return std::unexpected(std::move(project).error());
      }
      at = known.emplace(one.project, project ? std::optional(std::move(*project)) : std::nullopt)
               .first;
    }
    if (at->second) batch.push_back(IncidentEvent(one, *at->second));
  }
  std::vector<eventstore::StoredEvent> stored;
  std::vector<stream::Record> records;
  if (!batch.empty()) {
    GH_CO_TRY(
        std::vector<events::Saved> saved,
        co_await d_.manager.Save(
            std::move(batch),
            [&failures, now](sql::Tx& tx,
                             const std::vector<events::EventManager::Counted>&) -> Result<void> {
              for (const Occurrence& one : failures) {
                if (!one.saved_at) GH_TRY_VOID(store::NoteSaved(tx, one, now));
              }
              return {};
            }));
    for (events::Saved& one : saved) {
      if (one.fate != events::Saved::Fate::kSaved) continue;
      one.message.queue = stream::kQueueIssuePlatform;
      one.message.occurrence_id = one.stored.event_id;
      records.push_back(stream::EncodeInsert(one.message, false));
      stored.push_back(std::move(one.stored));
    }
  }
  if (!stored.empty()) {
    GH_CO_TRY_VOID(co_await d_.store.Insert(std::move(stored)));
    GH_CO_TRY_VOID(
        co_await d_.stream.Append(std::string(stream::kTopicGenericEvents), std::move(records)));
  }
  co_return co_await Drop(std::move(failures));
}

Task<void> Incidents::Recover(Occurrence recovery) const {
  const std::string hash = IncidentHash(recovery);
  const Timestamp now = d_.clock.Now();
  co_return co_await d_.db.Write(
      sql::Tenant::Of(recovery.organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY_VOID(issues::ResolveOfHash(tx, d_.ids, recovery.organization, recovery.project, hash,
                                          json::Object{{"monitor", recovery.check_in}}, now));
        return store::DropOccurrence(tx, recovery);
      });
}

Task<std::int64_t> Incidents::Write() {
  std::int64_t written = 0;
  for (int i = 0; i < kBatches; ++i) {
    GH_CO_TRY(std::vector<Occurrence> noted, co_await Noted());
    if (noted.empty()) break;
    const bool last = noted.size() < kBatch;
    std::vector<Occurrence> failures;
    for (Occurrence& one : noted) {
      ++written;
      if (one.is_failure) {
        failures.push_back(std::move(one));
        continue;
      }
      if (!failures.empty()) {
        GH_CO_TRY_VOID(co_await Fail(std::move(failures)));
        failures = std::vector<Occurrence>();
      }
      GH_CO_TRY_VOID(co_await Recover(std::move(one)));
    }
    if (!failures.empty()) GH_CO_TRY_VOID(co_await Fail(std::move(failures)));
    if (last) break;
  }
  co_return written;
}

}  // namespace gatehouse::monitors
