#include "region/ingest/intake/items.h"

#include <algorithm>
#include <utility>

#include "region/artifacts/source_maps.h"
#include "region/events/document/event_json.h"
#include "region/events/normalize/normalize.h"
#include "region/eventstore/transactions.h"
#include "region/ingest/intake/records.h"
#include "region/ingest/protocol/attributes.h"
#include "region/ingest/protocol/check_in.h"
#include "region/ingest/protocol/client_report.h"
#include "region/ingest/protocol/crash_event.h"
#include "region/ingest/protocol/envelope_rules.h"
#include "region/ingest/protocol/form_data.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/minidump.h"
#include "region/ingest/protocol/otlp.h"
#include "region/ingest/protocol/replay.h"
#include "region/ingest/protocol/session.h"
#include "region/ingest/protocol/statsd.h"
#include "region/ingest/protocol/unreal.h"
#include "region/ingest/protocol/user_report.h"
#include "region/ingest/quotas/enforce.h"
#include "region/sessions/tally.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxUnpacked = 200 * 1024 * 1024;

// One envelope while it is unpacked.
class Unpacker {
 public:
  Unpacker(const Envelope& envelope, const Delivery& delivery, const CompiledRules& rules, Rng& rng,
           Unpacked& out, Ledger& ledger)
      : envelope_(envelope),
        delivery_(delivery),
        rules_(rules),
        rng_(rng),
        out_(out),
        ledger_(ledger) {}

  void Run() {
    for (const EnvelopeItem& item : envelope_.items) {
      if (item.type != ItemType::kUnknown && InfoOf(item.type).creates_event) Take(item);
    }
    TakeCrash();
    for (const EnvelopeItem& item : envelope_.items) {
      if (item.type == ItemType::kUnknown || InfoOf(item.type).creates_event) continue;
      if (dropped_ && (DependsOnEvent(item) || item.type == ItemType::kAttachment)) {
        DropDependent(item);
      } else {
        Take(item);
      }
    }
    JoinFiles();
  }

 private:
  void Take(const EnvelopeItem& item) {
    switch (item.type) {
      case ItemType::kEvent:
        return TakeEvent(item, events::ItemKind::kFromEvent);
      case ItemType::kTransaction:
        return TakeEvent(item, events::ItemKind::kTransaction);
      case ItemType::kFeedback:
        return TakeEvent(item, events::ItemKind::kFeedback);
      case ItemType::kSecurity:
      case ItemType::kRawSecurity:
        return TakeEvent(item, events::ItemKind::kSecurity);
      case ItemType::kNel:
        return TakeEvent(item, events::ItemKind::kNel);
      case ItemType::kSession:
      case ItemType::kSessions:
        return TakeSession(item);
      case ItemType::kClientReport:
        return TakeClientReport(item);
      case ItemType::kUserReport:
        return TakeUserReport(item);
      case ItemType::kCheckIn:
        return TakeCheckIn(item);
      case ItemType::kLog:
      case ItemType::kSpan:
      case ItemType::kTraceMetric:
        return TakeRecords(item);
      case ItemType::kOtelLog:
      case ItemType::kOtelSpan:
        return TakeOtel(item);
      case ItemType::kStatsd:
        return TakeStatsd(item);
      case ItemType::kReplayEvent:
      case ItemType::kReplayRecording:
      case ItemType::kReplayVideo:
        return TakeReplay(item);
      case ItemType::kAttachment:
        return TakeAttachment(item);
      case ItemType::kUnrealReport:
        return TakeUnreal(item);
      case ItemType::kFormData:  // TakeCrash
      case ItemType::kUnknown:
        return;
      default:
        return TakeRaw(item);
    }
  }

  void DropDependent(const EnvelopeItem& item) {
    if (IsRateLimited(item)) return;
    Outcome outcome =
        OutcomeOf(delivery_, dropped_->first, dropped_->second, InfoOf(item.type).category);
    if (item.type == ItemType::kAttachment) {
      outcome.quantity = std::max<std::uint64_t>(item.payload.size(), 1);
    }
    out_.outcomes.push_back(std::move(outcome));
  }

  void Invalid(const EnvelopeItem& item, std::string_view reason) {
    out_.outcomes.push_back(
        OutcomeOf(delivery_, OutcomeKind::kInvalid, reason, InfoOf(item.type).category));
  }

  std::string EventIdText() const {
    return envelope_.header.event_id ? envelope_.header.event_id->ToString() : "";
  }

  eventstore::StoredItem NewItem(std::string_view type) {
    return {.project_id = delivery_.admission.project.id.value,
            .type = std::string(type),
            .id = EventId::NewV4(rng_).ToString(),
            .event_id = EventIdText(),
            .timestamp = delivery_.received};
  }

  void Flag(std::int64_t bits) {
    const projects::Project& project = delivery_.admission.project;
    if ((project.flags & bits) != bits) {
      ledger_.flags[{project.organization, project.id}] |= bits;
    }
  }

  Outcome Accepted(const EnvelopeItem& item) const {
    return OutcomeOf(delivery_, OutcomeKind::kAccepted, "", InfoOf(item.type).category);
  }

  void TakeEvent(const EnvelopeItem& item, events::ItemKind kind) {
    auto event = events::Parse(
        item.payload, {.allow_nan = events::SendsNan(delivery_.client), .storage = out_.storage});
    if (!event) return Invalid(item, reason::kInvalidJson);
    if (kind == events::ItemKind::kFeedback && !CompleteFeedback(*event)) {
      return Invalid(item, reason::kPayload);
    }
    KeepEvent(item, kind, std::move(*event));
  }

  // A crash that is told by its files alone.
  void TakeCrash() {
    CrashParts crash;
    const EnvelopeItem* dump = nullptr;
    const EnvelopeItem* source = EventSource(envelope_);
    if (source == nullptr ||
        (source->type != ItemType::kAttachment && source->type != ItemType::kFormData) ||
        IsEventLimited(*source)) {
      return;
    }
    for (const EnvelopeItem& item : envelope_.items) {
      if (item.type == ItemType::kFormData) {
        FormFields fields;
        auto pairs = ParsePayload(item.payload);
        if (!pairs || !pairs->is_array()) continue;
        for (const json::Value& pair : pairs->get_array()) {
          if (!pair.is_array() || pair.get_array().size() != 2) continue;
          const json::Value& key = pair.get_array()[0];
          const json::Value& value = pair.get_array()[1];
          if (!key.is_string() || !value.is_string()) continue;
          fields.emplace_back(std::string(key.get_string()), std::string(value.get_string()));
        }
        crash.form = EventOfForm(fields);
      }
      if (item.type != ItemType::kAttachment) continue;
      const AttachmentKind kind = item.attachment_kind();
      if (kind == AttachmentKind::kEventPayload) crash.payload = item.payload;
      if (kind == AttachmentKind::kBreadcrumbs) crash.breadcrumbs.push_back(item.payload);
      if (kind == AttachmentKind::kMinidump || kind == AttachmentKind::kAppleCrashReport ||
          kind == AttachmentKind::kProsperodump) {
        dump = &item;
      }
    }
    json::Object event = CrashEvent(crash);
    if (dump != nullptr) AddMinidumpDefaults(event);
    auto read = events::Parse(json::Serialize(event), {.storage = out_.storage});
    if (!read) return;
    KeepEvent(*source, events::ItemKind::kFromEvent, std::move(*read));
  }

  void TakeUnreal(const EnvelopeItem& item) {
    auto crash = ParseUnrealCrash(item.payload, {}, kMaxUnpacked);
    if (!crash) return Invalid(item, reason::kProcessUnreal);
    auto event = events::Parse(json::Serialize(crash->event), {.storage = out_.storage});
    if (!event) return Invalid(item, reason::kProcessUnreal);
    KeepEvent(item, events::ItemKind::kFromEvent, std::move(*event));
    for (const UploadedFile& file : crash->files) {
      if (dropped_) {
        DropFile(file.data, dropped_->first, dropped_->second);
      } else {
        KeepFile(file.name, file.content_type, file.kind, file.data);
      }
    }
  }

  // What depends on the event goes with it.
  void DropEvent(const EnvelopeItem& item, OutcomeKind kind, std::string why) {
    const bool crash = item.type == ItemType::kAttachment || item.type == ItemType::kFormData;
    out_.outcomes.push_back(
        OutcomeOf(delivery_, kind, why, crash ? DataCategory::kError : InfoOf(item.type).category));
    dropped_ = {kind, std::move(why)};
  }

  void KeepEvent(const EnvelopeItem& item, events::ItemKind kind, json::Object event) {
    const std::string event_id = EventIdText();
    const events::Context context{
        .received = delivery_.received,
        .sent_at = envelope_.header.sent_at,
        .kind = kind,
        .client_ip = delivery_.ip,
        .user_agent = delivery_.user_agent,
        .client = delivery_.client,
        .event_id = event_id,
        .new_event_id = [this] { return EventId::NewV4(rng_).ToString(); },
        .project_id = delivery_.admission.project.id.value,
        .key_id = delivery_.admission.key.id.value,
        .scrub = rules_.scrub.get()};
    const events::Outcome outcome = events::Normalize(event, context);
    if (!outcome.kept()) {
      return DropEvent(item, OutcomeKind::kInvalid, std::string(outcome.reason));
    }
    if (const std::string_view filtered = rules_.filters->Match(event, delivery_.ip);
        !filtered.empty()) {
      return DropEvent(item, OutcomeKind::kFiltered, std::string(filtered));
    }
    const auto type = json::GetString(event, "type").value_or("");
    if (type == "feedback") {
      eventstore::StoredItem stored = NewItem("feedback");
      stored.id = std::string(json::GetString(event, "event_id").value_or(stored.id));
      if (const json::Object* contexts = json::GetObject(event, "contexts")) {
        if (const json::Object* feedback = json::GetObject(*contexts, "feedback")) {
          stored.text = std::string(json::GetString(*feedback, "message").value_or(""));
        }
      }
      stored.payload = json::Serialize(event);
      Flag(projects::kHasFeedbacks);
      return Keep(item, std::move(stored));
    }
    events::Incoming incoming{.project = delivery_.admission.project,
                              .event = std::move(event),
                              .grouping = {},
                              .received = delivery_.received,
                              .source = delivery_.source,
                              .is_transaction = type == "transaction"};
    if (!incoming.is_transaction) {
      if (out_.resolves_scripts && artifacts::SourceMaps::MayWant(incoming.event)) {
        out_.ungrouped.push_back({out_.events.size(), &rules_});
      } else {
        incoming.grouping = grouping::Group(incoming.event, rules_.grouping);
      }
    }
    incoming.crash_report_limit = rules_.crash_reports;
    event_ = out_.events.size();
    out_.events.push_back(std::move(incoming));
  }

  void Add(eventstore::StoredItem stored, Unpacked::Counted counted = {}) {
    out_.items.push_back(std::move(stored));
    out_.counted.push_back(counted);
  }

  // One of those that the item's outcome counts.
  static Unpacked::Counted OneOf(const EnvelopeItem& item) {
    return {InfoOf(item.type).category, 1};
  }

  void Keep(const EnvelopeItem& item, eventstore::StoredItem stored) {
    Add(std::move(stored), OneOf(item));
    Count(item, 1, OutcomeKind::kAccepted, "");
  }

  ItemContext Context() const {
    return {.received = delivery_.received,
            .sent_at = envelope_.header.sent_at,
            .client_ip = delivery_.ip,
            .user_agent = delivery_.user_agent};
  }

  static void AddAttributes(const SessionAttributes& attributes, eventstore::StoredItem& stored) {
    stored.fields.emplace_back("release", attributes.release);
    stored.fields.emplace_back("environment", attributes.environment);
  }

  // What cannot be read is dropped without an outcome: that is the protocol of sessions.
  void TakeSession(const EnvelopeItem& item) {
    Flag(projects::kHasSessions);
    if (item.type == ItemType::kSession) {
      auto session = ParseSession(item.payload, Context(), rng_);
      if (!session) return;
      eventstore::StoredItem stored = NewItem("session");
      // Updates of one session replace each other.
      stored.id = session->session_id.ToString();
      stored.timestamp = session->started;
      AddAttributes(session->attributes, stored);
      stored.fields.emplace_back("status", SessionStatusName(session->status));
      stored.fields.emplace_back("errors", std::to_string(session->errors));
      stored.payload = item.payload;
      Add(std::move(stored));
      sessions::Add(delivery_.admission.project, *session, ledger_.sessions);
      return;
    }
    auto aggregates = ParseSessions(item.payload, Context());
    if (!aggregates) return;
    sessions::Add(delivery_.admission.project, *aggregates, ledger_.sessions);
    for (const SessionBucket& bucket : aggregates->buckets) {
      eventstore::StoredItem stored = NewItem("sessions");
      stored.timestamp = bucket.started;
      AddAttributes(aggregates->attributes, stored);
      for (const auto& [name, value] :
           {std::pair("exited", bucket.exited), std::pair("errored", bucket.errored),
            std::pair("abnormal", bucket.abnormal), std::pair("unhandled", bucket.unhandled),
            std::pair("crashed", bucket.crashed)}) {
        stored.fields.emplace_back(name, std::to_string(value));
      }
      Add(std::move(stored));
    }
  }

  void TakeClientReport(const EnvelopeItem& item) {
    auto report = ParseClientReport(item.payload, delivery_.received);
    if (!report) return;
    for (ClientReport::Entry& entry : report->entries) {
      Outcome outcome = OutcomeOf(delivery_, entry.kind, entry.reason, entry.category);
      outcome.timestamp = report->timestamp;
      outcome.quantity = entry.quantity;
      out_.outcomes.push_back(std::move(outcome));
    }
  }

  void TakeUserReport(const EnvelopeItem& item) {
    auto report = ParseUserReport(item.payload);
    if (!report) return Invalid(item, reason::kInvalidJson);
    eventstore::StoredItem stored = NewItem("user_report");
    stored.id = stored.event_id = report->event_id.ToString();
    stored.text = report->comments;
    stored.fields = {{"name", report->name}, {"email", report->email}};
    stored.payload = item.payload;
    Add(std::move(stored));
    ledger_.reports.push_back({.arrived = {.organization = delivery_.admission.project.organization,
                                           .project = delivery_.admission.project.id,
                                           .report = std::move(*report),
                                           .received = delivery_.received},
                               .accepted = Accepted(item)});
  }

  void TakeCheckIn(const EnvelopeItem& item) {
    auto check_in = ParseCheckIn(item.payload);
    if (!check_in) return Invalid(item, reason::kPayload);
    Flag(projects::kHasMonitors);
    eventstore::StoredItem stored = NewItem("check_in");
    if (!check_in->check_in_id.IsNil()) stored.id = check_in->check_in_id.ToString();
    stored.text = check_in->monitor_slug;
    stored.fields = {{"monitor", check_in->monitor_slug},
                     {"status", std::string(CheckInStatusName(check_in->status))},
                     {"environment", check_in->environment}};
    stored.payload = item.payload;
    const std::string guid = stored.id;
    Add(std::move(stored));
    ledger_.check_ins.push_back(
        {.arrived = {.organization = delivery_.admission.project.organization,
                     .project = delivery_.admission.project.id,
                     .check_in = std::move(*check_in),
                     .new_guid = guid,
                     .received = delivery_.received},
         .accepted = Accepted(item)});
  }

  void TakeRecords(const EnvelopeItem& item) {
    const std::size_t before = out_.items.size();
    std::size_t segments = 0;
    std::size_t invalid = 0;
    std::string_view invalid_reason = reason::kInvalidJson;
    if (item.type == ItemType::kLog) {
      Flag(projects::kHasLogs);
      auto logs = ParseLogs(item.payload, item.item_count(),
                            json::GetBool(item.fields, "otlp").value_or(false));
      if (!logs) return Invalid(item, reason::kInvalidJson);
      for (const LogRecord& log : logs->records) KeepLog(item, log);
      invalid = logs->invalid;
      invalid_reason = reason::kInvalidLog;
    } else if (item.type == ItemType::kTraceMetric) {
      auto metrics = ParseMetrics(item.payload, item.item_count());
      if (!metrics) return Invalid(item, reason::kInvalidJson);
      for (const MetricRecord& metric : metrics->records) {
        eventstore::StoredItem stored = NewItem("trace_metric");
        stored.timestamp = metric.timestamp;
        stored.text = metric.name;
        stored.fields = {{"type", metric.type}, {"trace_id", metric.trace_id}};
        stored.payload = json::Serialize(ToJson(metric));
        Add(std::move(stored), OneOf(item));
      }
      invalid = metrics->invalid;
      invalid_reason = reason::kInvalidTraceMetric;
    } else if (!item.is_container()) {
      return TakeSingleSpan(item);
    } else {
      auto spans = ParseSpans(item.payload, item.item_count());
      if (!spans) return Invalid(item, reason::kInvalidJson);
      for (const SpanRecord& span : spans->records) segments += KeepSpan(item, span) ? 1 : 0;
      invalid = spans->invalid;
      invalid_reason = reason::kInvalidSpan;
    }
    Count(item, out_.items.size() - before - segments, OutcomeKind::kAccepted, "");
    Count(item, invalid, OutcomeKind::kInvalid, invalid_reason);
  }

  void KeepLog(const EnvelopeItem& item, const LogRecord& log) {
    eventstore::StoredItem stored = NewItem("log");
    stored.timestamp = log.timestamp;
    stored.text = log.body;
    stored.fields = {{"level", std::string(LogLevelName(log.level))}, {"trace_id", log.trace_id}};
    stored.payload = json::Serialize(ToJson(log));
    Add(std::move(stored), OneOf(item));
  }

  void TakeOtel(const EnvelopeItem& item) {
    if (item.type == ItemType::kOtelLog) {
      auto log = ParseOtelLog(item.payload);
      if (!log) return Invalid(item, reason::kInvalidLog);
      Flag(projects::kHasLogs);
      KeepLog(item, *log);
    } else {
      auto span = ParseOtelSpan(item.payload);
      if (!span) return Invalid(item, reason::kInvalidSpan);
      KeepSpan(item, *span);
    }
    Count(item, 1, OutcomeKind::kAccepted, "");
  }

  void TakeStatsd(const EnvelopeItem& item) {
    const StatsdLines lines = ParseStatsd(item.payload);
    for (const StatsdRecord& record : lines.records) {
      eventstore::StoredItem stored = NewItem("statsd");
      stored.timestamp = record.timestamp.value_or(delivery_.received);
      stored.text = record.name;
      stored.fields = {{"type", std::string(1, record.type)}, {"unit", record.unit}};
      stored.payload = json::Serialize(ToJson(record));
      Add(std::move(stored), OneOf(item));
    }
    Count(item, lines.records.size(), OutcomeKind::kAccepted, "");
    Count(item, lines.invalid, OutcomeKind::kInvalid, reason::kPayload);
  }

  // The parts of one replay are found by its id.
  void TakeReplay(const EnvelopeItem& item) {
    Flag(projects::kHasReplays);
    eventstore::StoredItem stored = NewItem(item.type_name());
    stored.fields = {{"content_type", std::string(item.content_type())},
                     {"size", std::to_string(item.payload.size())}};
    if (item.type == ItemType::kReplayRecording) {
      auto recording = ParseReplayRecording(item.payload);
      if (!recording) return Invalid(item, reason::kInvalidReplay);
      stored.fields.emplace_back("segment_id", std::to_string(recording->segment_id));
    } else if (item.type == ItemType::kReplayEvent) {
      auto event = ParsePayloadObject(item.payload);
      if (!event) return Invalid(item, reason::kInvalidReplay);
      stored.fields.emplace_back("replay_id", json::GetString(*event, "replay_id").value_or(""));
      if (auto segment = json::GetInt(*event, "segment_id")) {
        stored.fields.emplace_back("segment_id", std::to_string(*segment));
      }
    }
    stored.payload = std::string(item.payload);
    Keep(item, std::move(stored));
  }

  void TakeSingleSpan(const EnvelopeItem& item) {
    auto span = ParseSingleSpan(item.payload);
    if (!span) return Invalid(item, reason::kInvalidSpan);
    KeepSpan(item, *span);
    Count(item, 1, OutcomeKind::kAccepted, "");
  }

  // True: a segment was kept beside it.
  bool KeepSpan(const EnvelopeItem& item, const SpanRecord& span) {
    eventstore::StoredItem stored = NewItem("span");
    stored.id = span.span_id;
    stored.timestamp = span.start;
    stored.text = span.name;
    stored.fields = {{"trace_id", span.trace_id}, {"status", span.status}};
    stored.payload = json::Serialize(ToJson(span));
    Add(std::move(stored), OneOf(item));
    if (!span.is_segment) return false;
    Flag(projects::kHasTransactions);
    const auto attribute = [&span](std::string_view name) {
      return std::string(AttributeText(span.attributes, name));
    };
    Add(eventstore::ToItem({.name = span.name,
                            .op = attribute("sentry.op"),
                            .status = span.status,
                            .environment = attribute("sentry.environment"),
                            .release = attribute("sentry.release"),
                            .trace_id = span.trace_id,
                            .span_id = span.span_id,
                            .start = span.start,
                            .duration = span.end - span.start},
                           delivery_.admission.project.id.value));
    return true;
  }

  void Count(const EnvelopeItem& item, std::size_t quantity, OutcomeKind kind,
             std::string_view why) {
    if (quantity == 0) return;
    Outcome outcome = OutcomeOf(delivery_, kind, why, InfoOf(item.type).category);
    outcome.quantity = quantity;
    out_.outcomes.push_back(std::move(outcome));
  }

  void KeepFile(std::string_view name, std::string_view content_type, AttachmentKind kind,
                std::string_view data) {
    const bool is_crash_report = IsCrashReport(kind);
    if (is_crash_report && rules_.crash_reports == 0) {
      return DropFile(data, OutcomeKind::kFiltered, kReasonCrashReportLimit);
    }
    eventstore::StoredItem stored = NewItem("attachment");
    stored.text = std::string(name);
    stored.fields = {{"name", std::string(name)},
                     {"content_type", std::string(content_type)},
                     {"attachment_type", std::string(AttachmentKindName(kind))},
                     {"size", std::to_string(data.size())}};
    stored.payload = std::string(data);
    Outcome accepted = OutcomeOf(delivery_, OutcomeKind::kAccepted, "", DataCategory::kAttachment);
    const std::uint64_t quantity = std::max<std::uint64_t>(data.size(), 1);
    accepted.quantity = quantity;
    files_.push_back({.item = out_.items.size(),
                      .event = 0,
                      .is_crash_report = is_crash_report,
                      .accepted = std::move(accepted)});
    Add(std::move(stored), {DataCategory::kAttachment, quantity});
  }

  void DropFile(std::string_view data, OutcomeKind kind, std::string_view why) {
    Outcome outcome = OutcomeOf(delivery_, kind, why, DataCategory::kAttachment);
    outcome.quantity = std::max<std::uint64_t>(data.size(), 1);
    out_.outcomes.push_back(std::move(outcome));
  }

  void JoinFiles() {
    for (Unpacked::File& file : files_) {
      if (!event_) {
        out_.outcomes.push_back(std::move(file.accepted));
        continue;
      }
      file.event = *event_;
      if (file.is_crash_report) {
        out_.events[*event_].crash_reports.push_back(out_.items[file.item].id);
      }
      out_.files.push_back(std::move(file));
    }
  }

  void TakeAttachment(const EnvelopeItem& item) {
    // Its limit was reached before; the outcome is there.
    if (IsRateLimited(item)) return;
    const AttachmentKind kind = item.attachment_kind();
    // What made the event is in it.
    if (kind == AttachmentKind::kEventPayload || kind == AttachmentKind::kBreadcrumbs) return;
    KeepFile(CleanFileName(item.filename()), item.content_type(), kind, item.payload);
  }

  // Stored as it came: profiles and metrics.
  void TakeRaw(const EnvelopeItem& item) {
    eventstore::StoredItem stored = NewItem(item.type_name());
    stored.fields = {{"content_type", std::string(item.content_type())},
                     {"size", std::to_string(item.payload.size())}};
    if (item.type == ItemType::kProfile || item.type == ItemType::kProfileChunk) {
      Flag(projects::kHasProfiles);
      MemberScan scan(item.payload);
      while (auto member = scan.Next()) {
        for (const std::string_view key :
             {"platform", "version", "release", "environment", "profiler_id", "chunk_id"}) {
          const auto text = member->key == key ? PlainString(member->value) : std::nullopt;
          if (text) stored.fields.emplace_back(key, ValidUtf8(text->substr(0, 200)));
        }
      }
      if (!scan.ok()) return Invalid(item, reason::kInvalidJson);
    } else if (!ParsePayload(item.payload)) {
      return Invalid(item, reason::kInvalidJson);
    }
    stored.payload = std::string(item.payload);
    Keep(item, std::move(stored));
  }

  const Envelope& envelope_;
  const Delivery& delivery_;
  const CompiledRules& rules_;
  Rng& rng_;
  Unpacked& out_;
  Ledger& ledger_;
  std::vector<Unpacked::File> files_;
  std::optional<std::size_t> event_;  // the envelope's, among those unpacked
  // How and why the envelope's event was not kept.
  std::optional<std::pair<OutcomeKind, std::string>> dropped_;
};

}  // namespace

bool IsCrashReport(AttachmentKind kind) {
  return kind == AttachmentKind::kMinidump || kind == AttachmentKind::kAppleCrashReport ||
         kind == AttachmentKind::kProsperodump ||
         kind == AttachmentKind::kNintendoSwitchDyingMessage;
}

Outcome OutcomeOf(const Delivery& delivery, OutcomeKind kind, std::string_view reason,
                  DataCategory category) {
  Outcome outcome;
  outcome.timestamp = delivery.received;
  outcome.organization_id = delivery.admission.project.organization.value;
  outcome.project_id = delivery.admission.project.id.value;
  outcome.key_id = delivery.admission.key.id.value;
  outcome.kind = kind;
  outcome.reason = reason;
  outcome.category = category;
  return outcome;
}

void Unpack(const Envelope& envelope, const Delivery& delivery, const CompiledRules& rules,
            Rng& rng, Unpacked& out, Ledger& ledger) {
  Unpacker(envelope, delivery, rules, rng, out, ledger).Run();
}

}  // namespace gatehouse::ingest
