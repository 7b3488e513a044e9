#include "region/ingest/intake/processor.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <utility>

#include "region/eventstore/errors.h"
#include "region/feedback/service_impl.h"
#include "region/ingest/intake/items.h"
#include "region/ingest/intake/parts.h"
#include "region/ingest/intake/statements.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kGroup = "save";
constexpr stream::ReadLimits kReadLimits{.max_records = 256, .max_bytes = 2 << 20};
constexpr std::size_t kScratch = 4 << 20;
constexpr Duration kRetryPause = std::chrono::seconds(1);
// A batch costs five syncs, whatever is in it. What comes while fewer than a full one are there
// shares the next; the first after a pause waits for nobody.
constexpr Duration kBetweenBatches = std::chrono::milliseconds(50);
// Moving the group is a sync among those that senders wait for. What comes again after a crash
// because of this pause is known by the position that was counted up to.
constexpr Duration kBetweenMoves = std::chrono::seconds(1);

// Of an envelope in several records.
constexpr stream::ReadLimits kPartLimits{.max_records = 16, .max_bytes = 512 << 20};

std::string_view HeaderOf(const stream::Record& record, std::string_view name) {
  for (const auto& [key, value] : record.headers) {
    if (key == name) return value;
  }
  return {};
}

Timestamp TimeOf(std::string_view text, Timestamp otherwise) {
  std::int64_t micros = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
  return error == std::errc() && end == text.data() + text.size() ? Timestamp{micros} : otherwise;
}

// Beside a lane's own position: what the event store refused has been counted up to here.
constexpr const char* kRefusedMark = "/refused";

std::string_view RefusedReason(std::string_view why) {
  if (why == eventstore::kTooOld || why == eventstore::kTooNew) return reason::kTimestamp;
  if (why == eventstore::kTooLarge) return reason::kTooLarge;
  if (why == eventstore::kInvalidEventId) return reason::kPayload;
  return reason::kInternal;
}

DataCategory CategoryOf(const events::Incoming& incoming) {
  if (incoming.is_transaction) return DataCategory::kTransaction;
  const auto type = json::GetString(incoming.event, "type").value_or("");
  const bool security =
      type == "csp" || type == "hpkp" || type == "expectct" || type == "expectstaple";
  return security ? DataCategory::kSecurity : DataCategory::kError;
}

// The same would happen again.
bool IsLasting(Code code) {
  switch (code) {
    case Code::kUnavailable:
    case Code::kCancelled:
    case Code::kDeadlineExceeded:
    case Code::kResourceExhausted:
    case Code::kConflict:
      return false;
    default:
      return true;
  }
}

std::uint64_t SeedOf(const Delivery& delivery) {
  return static_cast<std::uint64_t>(delivery.received.micros) * 0x9E3779B97F4A7C15U ^
         static_cast<std::uint64_t>(delivery.source) ^
         static_cast<std::uint64_t>(delivery.admission.project.id.value) * 0xC2B2AE3D27D4EB4FU;
}

// `lost`: in ascending order.
template <class T>
void DropLost(std::vector<T>& items, const std::vector<std::size_t>& lost) {
  for (auto i = lost.rbegin(); i != lost.rend(); ++i) {
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(*i));
  }
}

Outcome WithFate(Outcome outcome, events::Saved::Fate fate) {
  if (fate == events::Saved::Fate::kDuplicate) {
    outcome.kind = OutcomeKind::kInvalid;
    outcome.reason = reason::kDuplicate;
  } else if (fate == events::Saved::Fate::kDiscarded) {
    outcome.kind = OutcomeKind::kFiltered;
    outcome.reason = kReasonDiscarded;
  }
  return outcome;
}

}  // namespace

struct Processor::Entry {
  Delivery delivery;
  std::string payload;
  std::shared_ptr<const CompiledRules> rules;
  std::shared_ptr<const OrganizationSettings> settings;
};

// Counted as accepted, and refused by the event store after all.
struct Processor::Refused {
  std::size_t entry;
  Outcome accepted;  // as it was counted
  std::string_view why;
};

struct Processor::Batch {
  explicit Batch(unsigned char* scratch) : arena(scratch, kScratch) {
    unpacked.storage = json::Storage(&arena);
  }
  json::Arena arena;  // of the documents in it
  Unpacked unpacked;
  Ledger ledger;
  // Of unpacked.events, one each, as if it was accepted.
  std::vector<Outcome> accepted;
  // The same: which entry it came with.
  std::vector<std::size_t> entry_of;
  // Of unpacked.items: likewise.
  std::vector<std::size_t> entry_of_item;
  // Of unpacked.items: those that are not stored after all.
  std::vector<std::size_t> lost;
  // What was counted, for what is given back.
  std::vector<Outcome> outcomes;
  // What the stream is to get, encoded.
  std::vector<stream::Record> errors;
  std::vector<stream::Record> transactions;
};

Task<void> Processor::Run() {
  for (;;) {
    const Duration begun = d_.clock.Monotonic();
    auto done = co_await Step();
    if (!done) {
      if (done.error().code == Code::kCancelled) co_return std::unexpected(done.error());
      d_.log.LogError("event_processing_failed", done.error());
      GH_CO_TRY_VOID(co_await runtime::Sleep(kRetryPause));
      continue;
    }
    if (*done == 0) {
      GH_CO_TRY_VOID(co_await d_.stream.WaitFor(std::string(d_.topic), at_));
    } else if (*done < kReadLimits.max_records) {
      const Duration left = kBetweenBatches - (d_.clock.Monotonic() - begun);
      if (left > Duration::zero()) GH_CO_TRY_VOID(co_await runtime::Sleep(left));
    }
  }
}

Task<void> Processor::JoinGroup() {
  const std::string topic(d_.topic);
  GH_CO_TRY(at_, co_await d_.stream.Join(topic, std::string(kGroup)));
  moved_ = at_;
  // None: the position belongs to no organization.
  GH_CO_TRY(counted_, co_await d_.db.Read([this](sql::Tx& tx) -> Result<stream::Offset> {
    GH_TRY(const sql::Rows rows, tx.Query(sqls::kPosition, {d_.topic}));
    return rows.empty() ? 0 : rows.front().Int(0);
  }));
  GH_CO_TRY(const stream::TopicState state, co_await d_.stream.State(topic));
  // A database that was put back beside another stream.
  if (counted_ > state.next) counted_ = at_;
  joined_ = true;
  co_return Result<void>();
}

Task<void> Processor::MoveGroup() {
  if (moved_ == at_) co_return Result<void>();
  const stream::Offset to = at_;
  GH_CO_TRY_VOID(co_await d_.stream.Commit(std::string(d_.topic), std::string(kGroup), to));
  moved_ = to;
  moved_at_ = d_.clock.Monotonic();
  co_return Result<void>();
}

Task<std::size_t> Processor::Step() {
  const std::string topic(d_.topic);
  if (!joined_) GH_CO_TRY_VOID(co_await JoinGroup());
  GH_CO_TRY(stream::ReadResult read, co_await d_.stream.Read(topic, at_, kReadLimits));
  if (read.records.empty()) {
    at_ = read.next;
    GH_CO_TRY_VOID(co_await MoveGroup());
    co_return std::size_t{0};
  }
  const std::size_t count = read.records.size();
  // The last envelope may go on behind what was read.
  for (std::size_t missing = MissingParts(read.records); missing > 0;) {
    stream::ReadLimits limits = kPartLimits;
    limits.max_records = missing;
    GH_CO_TRY(stream::ReadResult more, co_await d_.stream.Read(topic, read.next, limits));
    if (more.records.empty()) break;
    read.next = more.next;
    for (stream::StoredRecord& record : more.records) read.records.push_back(std::move(record));
    const std::size_t left = MissingParts(read.records);
    if (left >= missing) break;
    missing = left;
  }
  const stream::Offset next = read.next;
  GH_CO_TRY(const std::vector<Entry> entries, co_await Admitted(read));
  auto done = co_await Deal(entries, next);
  if (!done && IsLasting(done.error().code)) done = co_await OneByOne(entries, next);
  if (!done) co_return std::unexpected(std::move(done).error());
  at_ = next;
  for (const Entry& entry : entries) {
    d_.backlog.Done(entry.delivery.admission.project.id.value, d_.topic, entry.payload.size());
  }
  if (d_.clock.Monotonic() - moved_at_ >= kBetweenMoves) GH_CO_TRY_VOID(co_await MoveGroup());
  co_return count;
}

Task<std::vector<Processor::Entry>> Processor::Admitted(stream::ReadResult& read) {
  std::vector<Entry> entries;
  JoinParts(read.records);
  entries.reserve(read.records.size());
  std::map<std::string, std::optional<projects::Admission>, std::less<>> known;
  for (stream::StoredRecord& stored : read.records) {
    const stream::Record& record = stored.record;
    const std::string_view key = HeaderOf(record, "public_key");
    auto found = known.find(key);
    if (found == known.end()) {
      GH_CO_TRY(auto admission, co_await d_.projects.Admit(std::string(key)));
      found = known.emplace(std::string(key), std::move(admission)).first;
    }
    // The key has been deleted since it was accepted, and its data with it.
    if (!found->second) {
      const auto project = ProjectId::Parse(HeaderOf(record, "project"));
      if (project) d_.backlog.Done(project->value, d_.topic, record.payload.size());
      continue;
    }
    const projects::Admission& admission = *found->second;
    GH_CO_TRY(const auto settings, co_await d_.settings.Of(admission.project.organization));
    entries.push_back(
        {.delivery = {.admission = admission,
                      .received = TimeOf(HeaderOf(record, "received"), stored.appended),
                      .ip = std::string(HeaderOf(record, "ip")),
                      .user_agent = std::string(HeaderOf(record, "user_agent")),
                      .client = std::string(HeaderOf(record, "client")),
                      .source = stored.offset},
         .payload = std::move(stored.record.payload),
         .rules = d_.rules.Of(admission.project, *settings),
         .settings = settings});
  }
  co_return entries;
}

void Processor::Unpack(std::span<const Entry> entries, Batch& batch) const {
  batch.unpacked.resolves_scripts = d_.source_maps != nullptr;
  for (const Entry& entry : entries) {
    Unpacked& out = batch.unpacked;
    const std::size_t events = out.events.size();
    const std::size_t files = out.files.size();
    const std::size_t outcomes = out.outcomes.size();
    if (auto envelope = ParseEnvelope(entry.payload)) {
      // What comes again gets the ids that it got before.
      SeededRng ids(SeedOf(entry.delivery));
      Ledger again;
      ingest::Unpack(*envelope, entry.delivery, *entry.rules, ids, out,
                     entry.delivery.source >= counted_ ? batch.ledger : again);
    } else {
      out.outcomes.push_back(OutcomeOf(entry.delivery, OutcomeKind::kInvalid, reason::kInternal,
                                       DataCategory::kError));
    }
    for (std::size_t i = events; i < out.events.size(); ++i) {
      batch.accepted.push_back(
          OutcomeOf(entry.delivery, OutcomeKind::kAccepted, "", CategoryOf(out.events[i])));
      batch.entry_of.push_back(static_cast<std::size_t>(&entry - entries.data()));
    }
    batch.entry_of_item.resize(out.items.size(), static_cast<std::size_t>(&entry - entries.data()));
    if (entry.delivery.source >= counted_) continue;
    // It comes again: stored once more, counted no more.
    out.outcomes.resize(outcomes);
    for (std::size_t i = events; i < batch.accepted.size(); ++i) batch.accepted[i].quantity = 0;
    for (std::size_t i = files; i < out.files.size(); ++i) out.files[i].accepted.quantity = 0;
  }
}

void Processor::Settle(Batch& batch, const std::vector<events::EventManager::Counted>& fates,
                       std::vector<Outcome>& outcomes) {
  for (std::size_t i = 0; i < fates.size(); ++i) {
    if (batch.accepted[i].quantity == 0 || fates[i].replay) continue;
    outcomes.push_back(WithFate(batch.accepted[i], fates[i].fate));
  }
  batch.lost.clear();
  for (const Unpacked::File& file : batch.unpacked.files) {
    const events::EventManager::Counted& event = fates[file.event];
    Outcome outcome = WithFate(file.accepted, event.fate);
    if (std::ranges::find(event.stripped, batch.unpacked.items[file.item].id) !=
        event.stripped.end()) {
      outcome.kind = OutcomeKind::kFiltered;
      outcome.reason = kReasonCrashReportLimit;
    }
    if (outcome.kind != OutcomeKind::kAccepted) batch.lost.push_back(file.item);
    if (outcome.quantity == 0 || event.replay) continue;
    outcomes.push_back(std::move(outcome));
  }
}

void Processor::Refund(std::span<const Entry> entries, const std::vector<Outcome>& outcomes) const {
  if (d_.quotas == nullptr) return;
  for (const Outcome& outcome : outcomes) {
    if (outcome.kind != OutcomeKind::kFiltered ||
        (outcome.reason != kReasonDiscarded && outcome.reason != kReasonCrashReportLimit)) {
      continue;
    }
    const auto sender = std::ranges::find(
        entries, outcome.key_id, [](const Entry& e) { return e.delivery.admission.key.id.value; });
    if (sender == entries.end()) continue;
    const std::vector<Quota> quotas =
        QuotasOf(d_.installation, *sender->settings, sender->delivery.admission.key);
    const Scoping scoping{.organization_id = outcome.organization_id,
                          .project_id = outcome.project_id,
                          .key_id = outcome.key_id};
    d_.quotas->Refund(quotas, scoping, outcome.category, outcome.quantity, outcome.timestamp);
    if (outcome.category == DataCategory::kAttachment) {
      d_.quotas->Refund(quotas, scoping, DataCategory::kAttachmentItem, 1, outcome.timestamp);
    }
  }
}

Task<void> Processor::ResolveScripts(Batch& batch) {
  Unpacked& unpacked = batch.unpacked;
  if (unpacked.ungrouped.empty()) co_return Result<void>();
  for (const Unpacked::Ungrouped& one : unpacked.ungrouped) {
    events::Incoming& incoming = unpacked.events[one.event];
    GH_CO_TRY_VOID(co_await d_.source_maps->Resolve(incoming.project, incoming.event));
  }
  co_return co_await d_.cpu.Run([&unpacked]() -> Result<void> {
    for (const Unpacked::Ungrouped& one : unpacked.ungrouped) {
      events::Incoming& incoming = unpacked.events[one.event];
      incoming.grouping = grouping::Group(incoming.event, one.rules->grouping);
    }
    return {};
  });
}

Task<void> Processor::Deal(std::span<const Entry> entries, stream::Offset next) {
  // Not set to zero: what is not used costs no memory.
  if (!scratch_) scratch_ = std::make_unique_for_overwrite<unsigned char[]>(kScratch);
  Batch batch(scratch_.get());
  GH_CO_TRY_VOID(co_await d_.cpu.Run([this, entries, &batch]() -> Result<void> {
    Unpack(entries, batch);
    return {};
  }));
  GH_CO_TRY_VOID(co_await ResolveScripts(batch));
  for (Ledger::Report& report : batch.ledger.reports) {
    GH_CO_TRY(report.place, co_await feedback::PlaceOf(d_.store, report.arrived.project.value,
                                                       report.arrived.report.event_id.ToString()));
  }
  const Timestamp now = d_.clock.Now();
  GH_CO_TRY(std::vector<events::Saved> saved,
            co_await d_.manager.Save(
                std::move(batch.unpacked.events),
                [this, &batch, next, now](
                    sql::Tx& tx,
                    const std::vector<events::EventManager::Counted>& fates) -> Result<void> {
                  std::vector<Outcome>& outcomes = batch.outcomes;
                  outcomes = batch.unpacked.outcomes;
                  Settle(batch, fates, outcomes);
                  if (next <= counted_) {
                    outcomes.clear();
                    return {};
                  }
                  GH_TRY(std::vector<Outcome> noted,
                         batch.ledger.Write(tx, d_.ids, d_.check_ins, now));
                  std::ranges::move(noted, std::back_inserter(outcomes));
                  GH_TRY_VOID(Outcomes::Write(tx, outcomes));
                  GH_TRY_VOID(tx.Exec(sqls::kSetPosition, {d_.topic, next}));
                  return {};
                }));
  counted_ = std::max(counted_, next);
  Refund(entries, batch.outcomes);
  co_return co_await Store(entries, batch, std::move(saved), next);
}

Task<void> Processor::OneByOne(std::span<const Entry> entries, stream::Offset next) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::span<const Entry> one = entries.subspan(i, 1);
    const Entry& entry = one.front();
    const stream::Offset after = i + 1 == entries.size() ? next : entry.delivery.source + 1;
    auto done = co_await Deal(one, after);
    if (done) continue;
    if (!IsLasting(done.error().code)) co_return done;
    d_.log.Log(telemetry::Level::kError, "event_not_processed",
               {{"project", entry.delivery.admission.project.id.value},
                {"offset", entry.delivery.source},
                {"reason", done.error().reason},
                {"detail", done.error().detail}});
    if (after <= counted_) continue;
    const Outcome outcome =
        OutcomeOf(entry.delivery, OutcomeKind::kInvalid, reason::kInternal, DataCategory::kError);
    // All: the count is that record's organization's, the position nobody's.
    GH_CO_TRY_VOID(co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(Outcomes::Write(tx, {&outcome, 1}));
      GH_TRY_VOID(tx.Exec(sqls::kSetPosition, {d_.topic, after}));
      return {};
    }));
    counted_ = after;
  }
  co_return Result<void>();
}

Task<void> Processor::CountRefused(std::span<const Entry> entries,
                                   const std::vector<Refused>& refused, stream::Offset next) {
  const std::string mark = std::string(d_.topic) + kRefusedMark;
  // All: the counts are of several organizations, the position of none.
  co_return co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const sql::Rows rows, tx.Query(sqls::kPosition, {mark}));
    const stream::Offset done = rows.empty() ? 0 : rows.front().Int(0);
    std::vector<Outcome> outcomes;
    for (const Refused& one : refused) {
      if (entries[one.entry].delivery.source < done) continue;
      Outcome outcome = one.accepted;
      outcome.kind = OutcomeKind::kInvalid;
      outcome.reason = RefusedReason(one.why);
      outcomes.push_back(std::move(outcome));
      outcome = one.accepted;
      outcome.quantity = -outcome.quantity;  // counted before
      outcomes.push_back(std::move(outcome));
    }
    if (outcomes.empty()) return {};
    GH_TRY_VOID(Outcomes::Write(tx, outcomes));
    GH_TRY_VOID(tx.Exec(sqls::kSetPosition, {mark, next}));
    return {};
  });
}

Task<void> Processor::StoreItems(std::span<const Entry> entries, Batch& batch,
                                 std::vector<Refused>& refused) {
  Unpacked& unpacked = batch.unpacked;
  DropLost(unpacked.items, batch.lost);
  DropLost(unpacked.counted, batch.lost);
  DropLost(batch.entry_of_item, batch.lost);
  if (unpacked.items.empty()) co_return Result<void>();
  GH_CO_TRY(const eventstore::InsertOutcome inserted,
            co_await d_.store.InsertItems(std::move(unpacked.items)));
  for (const eventstore::Refusal& refusal : inserted.refused) {
    d_.log.Log(telemetry::Level::kWarn, "item_not_stored", {{"reason", refusal.reason}});
    const Unpacked::Counted& counted = unpacked.counted[refusal.index];
    if (counted.quantity == 0) continue;
    const std::size_t entry = batch.entry_of_item[refusal.index];
    Outcome accepted =
        OutcomeOf(entries[entry].delivery, OutcomeKind::kAccepted, "", counted.category);
    accepted.quantity = counted.quantity;
    refused.push_back({.entry = entry, .accepted = std::move(accepted), .why = refusal.reason});
  }
  co_return Result<void>();
}

Task<void> Processor::Store(std::span<const Entry> entries, Batch& batch,
                            std::vector<events::Saved> saved, stream::Offset next) {
  std::vector<eventstore::StoredEvent> stored;
  std::vector<std::size_t> event_of;  // of `stored`
  GH_CO_TRY_VOID(co_await d_.cpu.Run([&batch, &saved, &stored, &event_of]() -> Result<void> {
    stored.reserve(saved.size());
    for (std::size_t i = 0; i < saved.size(); ++i) {
      events::Saved& one = saved[i];
      if (one.fate != events::Saved::Fate::kSaved) continue;
      const bool transaction = one.stored.type == "transaction";
      (transaction ? batch.transactions : batch.errors)
          .push_back(EncodeInsert(one.message, !transaction));
      stored.push_back(std::move(one.stored));
      event_of.push_back(i);
    }
    return {};
  }));
  saved.clear();
  std::vector<Refused> refused;
  if (!stored.empty()) {
    GH_CO_TRY(const eventstore::InsertOutcome inserted,
              co_await d_.store.Insert(std::move(stored)));
    for (const eventstore::Refusal& refusal : inserted.refused) {
      d_.log.Log(telemetry::Level::kWarn, "event_not_stored", {{"reason", refusal.reason}});
      const std::size_t event = event_of[refusal.index];
      Outcome accepted = batch.accepted[event];
      accepted.quantity = 1;
      refused.push_back(
          {.entry = batch.entry_of[event], .accepted = std::move(accepted), .why = refusal.reason});
    }
  }
  GH_CO_TRY_VOID(co_await StoreItems(entries, batch, refused));
  // Together: what was counted up to a position is counted no more.
  if (!refused.empty()) GH_CO_TRY_VOID(co_await CountRefused(entries, refused, next));
  if (!batch.errors.empty()) {
    GH_CO_TRY_VOID(
        co_await d_.stream.Append(std::string(stream::kTopicEvents), std::move(batch.errors)));
  }
  if (!batch.transactions.empty()) {
    GH_CO_TRY_VOID(co_await d_.stream.Append(std::string(stream::kTopicTransactions),
                                             std::move(batch.transactions)));
  }
  co_return Result<void>();
}

}  // namespace gatehouse::ingest
