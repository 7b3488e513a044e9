#include "region/ingest/protocol/envelope_rules.h"

#include <array>
#include <cstdint>

#include "platform/json/lenient_check.h"
#include "region/ingest/protocol/json_text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kKnownTypes = static_cast<std::size_t>(ItemType::kUnknown);

std::unexpected<Error> TooLarge(ItemType type) { return Reject(InfoOf(type).too_large.slug); }

bool IsEventText(ItemType type) {
  return type == ItemType::kEvent || type == ItemType::kTransaction || type == ItemType::kFeedback;
}

// How many '[' and '{' there are, also in texts.
std::size_t Opened(std::string_view text) {
  std::size_t opened = 0;
  while (!text.empty()) {
    // As many as one byte counts: the compiler makes vectors of it.
    const std::string_view block = text.substr(0, 255);
    std::uint8_t in_block = 0;
    for (const char c : block) in_block += static_cast<std::uint8_t>((c & '\xDF') == '[');
    opened += in_block;
    text.remove_prefix(block.size());
  }
  return opened;
}

}  // namespace

std::size_t MaxItemBytes(const EnvelopeItem& item, const EnvelopeLimits& limits) {
  switch (item.type) {
    case ItemType::kEvent:
    case ItemType::kTransaction:
    case ItemType::kFeedback:
      return limits.event;
    case ItemType::kAttachment:
      return limits.attachment;
    default:
      return InfoOf(item.type).max_bytes;
  }
}

Result<Admission> Admit(Envelope& envelope, const EnvelopeLimits& limits) {
  if (envelope.items.empty()) return Reject(kEnvelopeEmpty);
  Admission admission;
  std::array<std::size_t, kKnownTypes> count{};
  std::array<std::size_t, kKnownTypes> bytes{};
  std::size_t span_containers = 0;
  std::size_t single_spans = 0;
  auto of = [](auto& table, ItemType type) -> std::size_t& {
    return table[static_cast<std::size_t>(type)];
  };

  for (const EnvelopeItem& item : envelope.items) {
    if (item.type == ItemType::kUnknown) continue;
    if (item.payload.size() > MaxItemBytes(item, limits)) return TooLarge(item.type);
    ++of(count, item.type);
    of(bytes, item.type) += item.payload.size();
    if (item.type == ItemType::kSpan) ++(item.is_container() ? span_containers : single_spans);
  }
  for (std::size_t i = 0; i < kKnownTypes; ++i) {
    const ItemTypeInfo& info = ItemTypes()[i];
    if (info.max_count == 0 || count[i] <= info.max_count) continue;
    return info.max_count == 1 ? Reject(kDuplicateItem) : TooLarge(info.type);
  }
  if (of(count, ItemType::kTransaction) != 0 &&
      (of(count, ItemType::kEvent) != 0 || of(count, ItemType::kFeedback) != 0)) {
    return Reject(kDuplicateItem);
  }
  if (span_containers > 1) return Reject(kDuplicateItem);
  if (single_spans > limits.single_spans) return TooLarge(ItemType::kSpan);
  if (of(count, ItemType::kSession) + of(count, ItemType::kSessions) > 100 ||
      of(bytes, ItemType::kSession) + of(bytes, ItemType::kSessions) > limits.sessions_together) {
    return TooLarge(ItemType::kSession);
  }
  if (of(bytes, ItemType::kAttachment) > limits.attachments_together) {
    return TooLarge(ItemType::kAttachment);
  }

  bool drop_reports = of(bytes, ItemType::kClientReport) > limits.client_reports_together;
  std::erase_if(envelope.items, [&](const EnvelopeItem& item) {
    if (item.type == ItemType::kUnknown) {
      ++admission.unknown_items;
      return true;
    }
    if (drop_reports && item.type == ItemType::kClientReport) {
      ++admission.oversized_client_reports;
      return true;
    }
    return false;
  });
  return admission;
}

Result<void> CheckDepth(const Envelope& envelope) {
  for (const EnvelopeItem& item : envelope.items) {
    if (!IsEventText(item.type)) continue;
    // Most events open fewer than the limit altogether, which is seen at the speed of memory.
    if (Opened(item.payload) <= kMaxJsonDepth) continue;
    auto checked = json::CheckLenient(
        item.payload, {.max_bytes = item.payload.size(), .max_depth = kMaxJsonDepth});
    // Anything else that is wrong with it costs the item alone.
    if (!checked && checked.error().Is("json_depth")) return checked;
  }
  return {};
}

std::optional<EventId> EnsureEventId(Envelope& envelope, Rng& rng) {
  bool needed = false;
  for (const EnvelopeItem& item : envelope.items) {
    needed = needed || (item.type != ItemType::kUnknown && InfoOf(item.type).needs_event_id);
  }
  if (!needed) return std::nullopt;
  if (envelope.header.event_id) return envelope.header.event_id;

  std::optional<EventId> id;
  const EnvelopeItem* source = EventSource(envelope);
  if (source != nullptr && source->type != ItemType::kAttachment) {
    MemberScan scan(source->payload);
    while (auto member = scan.Next()) {
      if (member->key != "event_id") continue;
      if (auto text = PlainString(member->value)) id = EventId::ParseUsable(*text);
      break;
    }
  }
  envelope.header.event_id = id ? *id : EventId::NewV4(rng);
  envelope.header.fields["event_id"] = envelope.header.event_id->ToString();
  return envelope.header.event_id;
}

const EnvelopeItem* EventSource(const Envelope& envelope) {
  for (ItemType type :
       {ItemType::kEvent, ItemType::kTransaction, ItemType::kFeedback, ItemType::kSecurity,
        ItemType::kRawSecurity, ItemType::kNel, ItemType::kUnrealReport}) {
    for (const EnvelopeItem& item : envelope.items) {
      if (item.type == type) return &item;
    }
  }
  for (AttachmentKind kind :
       {AttachmentKind::kEventPayload, AttachmentKind::kBreadcrumbs, AttachmentKind::kMinidump,
        AttachmentKind::kAppleCrashReport, AttachmentKind::kProsperodump}) {
    for (const EnvelopeItem& item : envelope.items) {
      if (item.type == ItemType::kAttachment && item.attachment_kind() == kind) return &item;
    }
  }
  for (const EnvelopeItem& item : envelope.items) {
    if (item.type == ItemType::kFormData) return &item;
  }
  return nullptr;
}

bool DependsOnEvent(const EnvelopeItem& item) {
  switch (item.type) {
    case ItemType::kAttachment:
      return !CreatesEvent(item.attachment_kind());
    case ItemType::kFormData:
    case ItemType::kProfile:
    case ItemType::kUserReport:
      return true;
    default:
      return false;
  }
}

}  // namespace gatehouse::ingest
