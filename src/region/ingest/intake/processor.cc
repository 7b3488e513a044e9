#include "region/ingest/intake/processor.h"

#include <charconv>

#include "region/ingest/intake/intake.h"
#include "region/ingest/intake/items.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kGroup = "save";
constexpr stream::ReadLimits kReadLimits{.max_records = 64, .max_bytes = 4 << 20};
constexpr Duration kRetryPause = std::chrono::seconds(1);

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

DataCategory CategoryOf(const events::Incoming& incoming) {
  if (incoming.is_transaction) return DataCategory::kTransaction;
  const auto type = json::GetString(incoming.event, "type").value_or("");
  const bool security =
      type == "csp" || type == "hpkp" || type == "expectct" || type == "expectstaple";
  return security ? DataCategory::kSecurity : DataCategory::kError;
}

}  // namespace

struct Processor::Batch {
  struct Entry {
    Delivery delivery;
    std::string payload;
    std::shared_ptr<const CompiledRules> rules;
  };
  std::vector<Entry> entries;
  Unpacked unpacked;
  // Of unpacked.events, one each.
  std::vector<Outcome> accepted;
  stream::Offset next = 0;
};

Task<void> Processor::Run() {
  for (;;) {
    auto done = co_await Step();
    if (!done) {
      if (done.error().code == Code::kCancelled) co_return std::unexpected(done.error());
      d_.log.LogError("event_processing_failed", done.error());
      GH_CO_TRY_VOID(co_await runtime::Sleep(kRetryPause));
      continue;
    }
    if (*done == 0) {
      GH_CO_TRY_VOID(co_await d_.stream.WaitFor(std::string(kTopicIngest), at_));
    }
  }
}

Task<std::size_t> Processor::Step() {
  const std::string topic(kTopicIngest);
  const std::string group(kGroup);
  if (!joined_) {
    GH_CO_TRY(at_, co_await d_.stream.Join(topic, group));
    joined_ = true;
  }
  GH_CO_TRY(stream::ReadResult read, co_await d_.stream.Read(topic, at_, kReadLimits));
  if (read.records.empty()) {
    at_ = read.next;
    co_return std::size_t{0};
  }
  Batch batch;
  batch.next = read.next;
  for (stream::StoredRecord& stored : read.records) {
    const stream::Record& record = stored.record;
    GH_CO_TRY(auto admission,
              co_await d_.projects.Admit(std::string(HeaderOf(record, "public_key"))));
    // The key has been deleted since it was accepted, and its data with it.
    if (!admission) continue;
    Batch::Entry entry{
        .delivery = {.admission = std::move(*admission),
                     .received = TimeOf(HeaderOf(record, "received"), stored.appended),
                     .ip = std::string(HeaderOf(record, "ip")),
                     .user_agent = std::string(HeaderOf(record, "user_agent")),
                     .client = std::string(HeaderOf(record, "client")),
                     .source = stored.offset},
        .payload = std::move(stored.record.payload),
        .rules = nullptr};
    entry.rules = d_.rules.Of(entry.delivery.admission.project);
    batch.entries.push_back(std::move(entry));
  }
  const std::size_t count = read.records.size();
  GH_CO_TRY_VOID(co_await d_.cpu.Run([this, &batch]() -> Result<void> {
    Prepare(batch);
    return {};
  }));
  GH_CO_TRY_VOID(co_await SaveAll(batch));
  GH_CO_TRY_VOID(co_await d_.stream.Commit(topic, group, batch.next));
  at_ = batch.next;
  co_return count;
}

void Processor::Prepare(Batch& batch) const {
  for (const Batch::Entry& entry : batch.entries) {
    auto envelope = ParseEnvelope(entry.payload);
    if (!envelope) {
      batch.unpacked.outcomes.push_back(OutcomeOf(entry.delivery, OutcomeKind::kInvalid,
                                                  reason::kInternal, DataCategory::kError));
      continue;
    }
    const std::size_t before = batch.unpacked.events.size();
    Unpack(*envelope, entry.delivery, *entry.rules, d_.rng, batch.unpacked);
    for (std::size_t i = before; i < batch.unpacked.events.size(); ++i) {
      batch.accepted.push_back(OutcomeOf(entry.delivery, OutcomeKind::kAccepted, "",
                                         CategoryOf(batch.unpacked.events[i])));
    }
  }
}

Task<void> Processor::SaveAll(Batch& batch) {
  std::vector<events::Saved> saved;
  if (!batch.unpacked.events.empty()) {
    GH_CO_TRY(saved, co_await d_.manager.Save(std::move(batch.unpacked.events)));
  }
  std::vector<eventstore::StoredEvent> stored;
  std::vector<stream::Record> errors;
  std::vector<stream::Record> transactions;
  for (std::size_t i = 0; i < saved.size(); ++i) {
    events::Saved& one = saved[i];
    Outcome& outcome = batch.accepted[i];
    if (one.fate == events::Saved::Fate::kDuplicate) {
      outcome.kind = OutcomeKind::kInvalid;
      outcome.reason = reason::kDuplicate;
      continue;
    }
    if (one.fate == events::Saved::Fate::kDiscarded) {
      outcome.kind = OutcomeKind::kFiltered;
      outcome.reason = "discarded-hash";
      continue;
    }
    const bool transaction = one.stored.type == "transaction";
    (transaction ? transactions : errors).push_back(EncodeInsert(one.message, !transaction));
    stored.push_back(std::move(one.stored));
  }
  if (!stored.empty()) {
    GH_CO_TRY(const eventstore::InsertOutcome inserted,
              co_await d_.store.Insert(std::move(stored)));
    for (const eventstore::Refusal& refusal : inserted.refused) {
      d_.log.Log(telemetry::Level::kWarn, "event_not_stored", {{"reason", refusal.reason}});
    }
  }
  if (!batch.unpacked.items.empty()) {
    GH_CO_TRY_VOID(co_await d_.store.InsertItems(std::move(batch.unpacked.items)));
  }
  if (!errors.empty()) {
    GH_CO_TRY_VOID(co_await d_.stream.Append(std::string(stream::kTopicEvents), std::move(errors)));
  }
  if (!transactions.empty()) {
    GH_CO_TRY_VOID(co_await d_.stream.Append(std::string(stream::kTopicTransactions),
                                             std::move(transactions)));
  }
  for (const Outcome& outcome : batch.accepted) d_.outcomes.Add(outcome);
  for (const Outcome& outcome : batch.unpacked.outcomes) d_.outcomes.Add(outcome);
  co_return Result<void>();
}

}  // namespace gatehouse::ingest
