#include "region/ingest/intake/items.h"

#include <utility>

#include "region/events/document/event_json.h"
#include "region/events/normalize/normalize.h"
#include "region/ingest/intake/records.h"
#include "region/ingest/protocol/check_in.h"
#include "region/ingest/protocol/client_report.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/session.h"
#include "region/ingest/protocol/user_report.h"
#include "region/ingest/quotas/enforce.h"

namespace gatehouse::ingest {
namespace {

// One envelope while it is unpacked.
class Unpacker {
 public:
  Unpacker(const Envelope& envelope, const Delivery& delivery, const CompiledRules& rules, Rng& rng,
           Unpacked& out)
      : envelope_(envelope), delivery_(delivery), rules_(rules), rng_(rng), out_(out) {}

  void Run() {
    for (const EnvelopeItem& item : envelope_.items) Take(item);
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
      case ItemType::kAttachment:
        return TakeAttachment(item);
      case ItemType::kUnknown:
        return;
      default:
        return TakeRaw(item);
    }
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

  void TakeEvent(const EnvelopeItem& item, events::ItemKind kind) {
    auto event = events::Parse(item.payload, {.allow_nan = events::SendsNan(delivery_.client)});
    if (!event) return Invalid(item, reason::kInvalidJson);
    if (kind == events::ItemKind::kFeedback && !CompleteFeedback(*event)) {
      return Invalid(item, reason::kPayload);
    }
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
    const events::Outcome outcome = events::Normalize(*event, context);
    if (!outcome.kept()) return Invalid(item, outcome.reason);
    if (const std::string_view filtered = rules_.filters->Match(*event, delivery_.ip);
        !filtered.empty()) {
      out_.outcomes.push_back(
          OutcomeOf(delivery_, OutcomeKind::kFiltered, filtered, InfoOf(item.type).category));
      return;
    }
    const auto type = json::GetString(*event, "type").value_or("");
    if (type == "feedback") {
      eventstore::StoredItem stored = NewItem("feedback");
      stored.id = std::string(json::GetString(*event, "event_id").value_or(stored.id));
      if (const json::Object* contexts = json::GetObject(*event, "contexts")) {
        if (const json::Object* feedback = json::GetObject(*contexts, "feedback")) {
          stored.text = std::string(json::GetString(*feedback, "message").value_or(""));
        }
      }
      stored.payload = json::Serialize(*event);
      out_.project_flags |= projects::kHasFeedbacks;
      return Keep(item, std::move(stored));
    }
    events::Incoming incoming{.project = delivery_.admission.project,
                              .event = std::move(*event),
                              .grouping = {},
                              .received = delivery_.received,
                              .source = delivery_.source,
                              .is_transaction = type == "transaction"};
    if (!incoming.is_transaction) {
      incoming.grouping = grouping::Group(incoming.event, rules_.grouping);
    }
    out_.events.push_back(std::move(incoming));
  }

  void Keep(const EnvelopeItem& item, eventstore::StoredItem stored, std::uint64_t quantity = 1) {
    out_.items.push_back(std::move(stored));
    Outcome accepted = OutcomeOf(delivery_, OutcomeKind::kAccepted, "", InfoOf(item.type).category);
    accepted.quantity = quantity;
    out_.outcomes.push_back(std::move(accepted));
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
    out_.project_flags |= projects::kHasSessions;
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
      out_.items.push_back(std::move(stored));
      return;
    }
    auto sessions = ParseSessions(item.payload, Context());
    if (!sessions) return;
    for (const SessionBucket& bucket : sessions->buckets) {
      eventstore::StoredItem stored = NewItem("sessions");
      stored.timestamp = bucket.started;
      AddAttributes(sessions->attributes, stored);
      for (const auto& [name, value] :
           {std::pair("exited", bucket.exited), std::pair("errored", bucket.errored),
            std::pair("abnormal", bucket.abnormal), std::pair("unhandled", bucket.unhandled),
            std::pair("crashed", bucket.crashed)}) {
        stored.fields.emplace_back(name, std::to_string(value));
      }
      out_.items.push_back(std::move(stored));
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
    Keep(item, std::move(stored));
  }

  void TakeCheckIn(const EnvelopeItem& item) {
    auto check_in = ParseCheckIn(item.payload);
    if (!check_in) return Invalid(item, reason::kPayload);
    out_.project_flags |= projects::kHasMonitors;
    eventstore::StoredItem stored = NewItem("check_in");
    if (!check_in->check_in_id.IsNil()) stored.id = check_in->check_in_id.ToString();
    stored.text = check_in->monitor_slug;
    stored.fields = {{"monitor", check_in->monitor_slug},
                     {"status", std::string(CheckInStatusName(check_in->status))},
                     {"environment", check_in->environment}};
    stored.payload = item.payload;
    Keep(item, std::move(stored));
  }

  void TakeRecords(const EnvelopeItem& item) {
    const std::size_t before = out_.items.size();
    std::size_t invalid = 0;
    std::string_view invalid_reason = reason::kInvalidJson;
    if (item.type == ItemType::kLog) {
      out_.project_flags |= projects::kHasLogs;
      auto logs = ParseLogs(item.payload, item.item_count());
      if (!logs) return Invalid(item, reason::kInvalidJson);
      for (const LogRecord& log : logs->records) {
        eventstore::StoredItem stored = NewItem("log");
        stored.timestamp = log.timestamp;
        stored.text = log.body;
        stored.fields = {{"level", std::string(LogLevelName(log.level))},
                         {"trace_id", log.trace_id}};
        stored.payload = json::Serialize(ToJson(log));
        out_.items.push_back(std::move(stored));
      }
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
        out_.items.push_back(std::move(stored));
      }
      invalid = metrics->invalid;
      invalid_reason = reason::kInvalidTraceMetric;
    } else if (!item.is_container()) {
      return TakeSingleSpan(item);
    } else {
      auto spans = ParseSpans(item.payload, item.item_count());
      if (!spans) return Invalid(item, reason::kInvalidJson);
      for (const SpanRecord& span : spans->records) KeepSpan(span);
      invalid = spans->invalid;
      invalid_reason = reason::kInvalidSpan;
    }
    Count(item, out_.items.size() - before, OutcomeKind::kAccepted, "");
    Count(item, invalid, OutcomeKind::kInvalid, invalid_reason);
  }

  void TakeSingleSpan(const EnvelopeItem& item) {
    auto span = ParseSingleSpan(item.payload);
    if (!span) return Invalid(item, reason::kInvalidSpan);
    KeepSpan(*span);
    Count(item, 1, OutcomeKind::kAccepted, "");
  }

  void KeepSpan(const SpanRecord& span) {
    eventstore::StoredItem stored = NewItem("span");
    stored.id = span.span_id;
    stored.timestamp = span.start;
    stored.text = span.name;
    stored.fields = {{"trace_id", span.trace_id}, {"status", span.status}};
    stored.payload = json::Serialize(ToJson(span));
    out_.items.push_back(std::move(stored));
  }

  void Count(const EnvelopeItem& item, std::size_t quantity, OutcomeKind kind,
             std::string_view why) {
    if (quantity == 0) return;
    Outcome outcome = OutcomeOf(delivery_, kind, why, InfoOf(item.type).category);
    outcome.quantity = quantity;
    out_.outcomes.push_back(std::move(outcome));
  }

  void TakeAttachment(const EnvelopeItem& item) {
    // Its limit was reached before; the outcome is there.
    if (IsRateLimited(item)) return;
    eventstore::StoredItem stored = NewItem("attachment");
    stored.text = std::string(item.filename());
    stored.fields = {{"name", std::string(item.filename())},
                     {"content_type", std::string(item.content_type())},
                     {"attachment_type", std::string(AttachmentKindName(item.attachment_kind()))},
                     {"size", std::to_string(item.payload.size())}};
    stored.payload = std::string(item.payload);
    Keep(item, std::move(stored), std::max<std::uint64_t>(item.payload.size(), 1));
  }

  // Stored as it came: profiles, replays, metrics.
  void TakeRaw(const EnvelopeItem& item) {
    if (item.type == ItemType::kProfile || item.type == ItemType::kProfileChunk) {
      out_.project_flags |= projects::kHasProfiles;
    }
    if (item.type == ItemType::kReplayEvent) out_.project_flags |= projects::kHasReplays;
    eventstore::StoredItem stored = NewItem(item.type_name());
    stored.fields = {{"content_type", std::string(item.content_type())},
                     {"size", std::to_string(item.payload.size())}};
    stored.payload = std::string(item.payload);
    Keep(item, std::move(stored));
  }

  const Envelope& envelope_;
  const Delivery& delivery_;
  const CompiledRules& rules_;
  Rng& rng_;
  Unpacked& out_;
};

}  // namespace

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
            Rng& rng, Unpacked& out) {
  Unpacker(envelope, delivery, rules, rng, out).Run();
}

}  // namespace gatehouse::ingest
