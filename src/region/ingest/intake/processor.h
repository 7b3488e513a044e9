#pragma once

// Reads what intake accepted from the stream, normalizes, filters and groups events, saves them,
// and stores every item. One per lane (backlog.h) and process.
//
// Delivery is at least once: the position in the stream moves on after everything up to it is
// stored, at the latest when nothing more is there, and everything can be stored twice. Counting is
// exactly once: what became of a batch is written in the transaction that saves its events, with
// the position up to which that was done.
//
// A record that cannot be saved whatever is tried (an error that no later attempt changes) is
// counted as invalid, logged and passed over: it does not hold up those behind it.

#include <memory>
#include <span>
#include <vector>

#include "base/rng.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/sql.h"
#include "platform/telemetry/log.h"
#include "region/artifacts/source_maps.h"
#include "region/events/save/event_manager.h"
#include "region/eventstore/event_store.h"
#include "region/ingest/intake/backlog.h"
#include "region/ingest/intake/outcomes.h"
#include "region/ingest/intake/project_rules.h"
#include "region/ingest/intake/quota_counters.h"
#include "region/ingest/settings/settings.h"
#include "region/monitors/check_ins.h"
#include "region/projects/service.h"
#include "region/stream/stream.h"

namespace gatehouse::ingest {

class Processor {
 public:
  struct Parts {
    std::string_view topic;  // the lane; a constant
    sql::Database& db;
    projects::Service& projects;
    stream::EventStream& stream;
    eventstore::EventStore& store;
    events::EventManager& manager;
    ProjectRules& rules;
    Settings& settings;
    const monitors::CheckIns& check_ins;
    Backlog& backlog;
    runtime::WorkerPool& cpu;
    const Clock& clock;
    IdGenerator& ids;
    telemetry::Logger& log;
    artifacts::SourceMaps* source_maps = nullptr;  // none: stack traces stay as they came
    // Where what is not kept is given back; none: it stays counted.
    QuotaCounters* quotas = nullptr;
    QuotaSettings installation = {};  // as Intake has them
  };
  explicit Processor(Parts parts) : d_(parts) {}

  // Until the runtime stops.
  Task<void> Run();
  // One batch from the group's position on. Returns the number of records; 0: nothing was there.
  // After an error the next call begins with what is not stored yet.
  Task<std::size_t> Step();

 private:
  struct Entry;
  struct Batch;
  struct Refused;
  Task<void> JoinGroup();
  Task<void> MoveGroup();
  Task<std::vector<Entry>> Admitted(stream::ReadResult& read);
  // Everything for these records, up to but without the position in the stream.
  Task<void> Deal(std::span<const Entry> entries, stream::Offset next);
  Task<void> OneByOne(std::span<const Entry> entries, stream::Offset next);
  void Unpack(std::span<const Entry> entries, Batch& batch) const;
  // Of events that have to wait for it: sources in place of generated files, and then the groups.
  Task<void> ResolveScripts(Batch& batch);
  // What became of the batch's events and their files, given what became of the events.
  static void Settle(Batch& batch, const std::vector<events::EventManager::Counted>& fates,
                     std::vector<Outcome>& outcomes);
  void Refund(std::span<const Entry> entries, const std::vector<Outcome>& outcomes) const;
  Task<void> Store(std::span<const Entry> entries, Batch& batch, std::vector<events::Saved> saved,
                   stream::Offset next);
  // Adds what was counted and is refused after all.
  Task<void> StoreItems(std::span<const Entry> entries, Batch& batch,
                        std::vector<Refused>& refused);
  // Counts it over as invalid. Once, whatever comes again.
  Task<void> CountRefused(std::span<const Entry> entries, const std::vector<Refused>& refused,
                          stream::Offset next);

  const Parts d_;
  // Where the documents of a batch begin; what is more is taken from the heap and given back.
  std::unique_ptr<unsigned char[]> scratch_;
  bool joined_ = false;
  stream::Offset at_ = 0;
  stream::Offset moved_ = 0;  // the group's position, and when it moved last
  Duration moved_at_ = {};
  // Below this everything has been counted.
  stream::Offset counted_ = 0;
};

}  // namespace gatehouse::ingest
