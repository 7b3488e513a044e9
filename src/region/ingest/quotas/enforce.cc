#include "region/ingest/quotas/enforce.h"

#include <algorithm>

#include "region/ingest/protocol/envelope_rules.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kMark = "rate_limited";
constexpr std::string_view kSuppressed = "event_limited";

class Enforcer {
 public:
  Enforcer(Envelope& envelope, const LimitCheck& check) : envelope_(envelope), check_(check) {}

  Enforcement Run() {
    gone_.assign(envelope_.items.size(), false);
    Event();
    Attachments();
    for (std::size_t i = 0; i < gone_.size(); ++i) {
      if (!gone_[i]) Item(i);
    }
    std::size_t i = 0;
    std::erase_if(envelope_.items, [&](const EnvelopeItem&) { return gone_[i++]; });
    return std::move(result_);
  }

 private:
  static bool IsEvent(const EnvelopeItem& item) {
    switch (item.type) {
      case ItemType::kEvent:
      case ItemType::kTransaction:
      case ItemType::kFeedback:
      case ItemType::kSecurity:
      case ItemType::kRawSecurity:
      case ItemType::kNel:
      case ItemType::kUnrealReport:
        return true;
      default:
        return false;
    }
  }

  // std::nullopt: it passes. Else the reason code for the outcome.
  std::optional<std::string> Limited(DataCategory category, std::uint64_t quantity) {
    if (category == DataCategory::kInternal || quantity == 0) return std::nullopt;
    std::vector<RateLimit> hit = check_(category, quantity);
    if (hit.empty()) return std::nullopt;
    auto longest = std::ranges::max_element(hit, {}, &RateLimit::retry_after);
    std::string reason = longest->reason_code;
    for (RateLimit& limit : hit) {
      if (std::ranges::find(result_.limits, limit) == result_.limits.end()) {
        result_.limits.push_back(std::move(limit));
      }
    }
    return reason;
  }

  void Drop(DataCategory category, std::uint64_t quantity, const std::string& reason) {
    result_.drops.push_back({category, quantity, reason});
  }

  void Event() {
    std::optional<std::string> reason;
    bool any = false;
    bool feedback_only = true;
    for (std::size_t i = 0; i < gone_.size(); ++i) {
      const EnvelopeItem& item = envelope_.items[i];
      if (!IsEvent(item)) continue;
      any = true;
      DataCategory category = InfoOf(item.type).category;
      auto hit = Limited(category, 1);
      if (hit) {
        gone_[i] = true;
        Drop(category, 1, *hit);
        result_.event_limited = true;
        if (item.type != ItemType::kFeedback || !reason) reason = hit;
      }
      feedback_only = feedback_only && item.type == ItemType::kFeedback;
    }
    if (!any) {
      // A bare crash counts as an error.
      const EnvelopeItem* source = EventSource(envelope_);
      if (source == nullptr || IsRateLimited(*source)) return;
      reason = Limited(DataCategory::kError, 1);
      if (!reason) return;
      result_.event_limited = true;
      Drop(DataCategory::kError, 1, *reason);
    }
    bool event_left = false;
    for (std::size_t i = 0; i < gone_.size(); ++i) {
      event_left = event_left || (IsEvent(envelope_.items[i]) && !gone_[i]);
    }
    if (!reason || event_left) return;
    for (std::size_t i = 0; i < gone_.size(); ++i) {
      EnvelopeItem& item = envelope_.items[i];
      if (gone_[i]) continue;
      if (item.type == ItemType::kAttachment && CreatesEvent(item.attachment_kind())) {
        Mark(item, *reason);
        item.fields[kSuppressed] = true;
      } else if (DependsOnEvent(item)) {
        gone_[i] = true;
        if (item.type == ItemType::kAttachment) {
          DropAttachment(item, *reason);
        } else if (item.type == ItemType::kProfile) {
          Drop(DataCategory::kProfile, 1, *reason);
        }
      }
    }
  }

  void DropAttachment(const EnvelopeItem& item, const std::string& reason) {
    Drop(DataCategory::kAttachment, std::max<std::uint64_t>(item.payload.size(), 1), reason);
    Drop(DataCategory::kAttachmentItem, 1, reason);
  }

  void Mark(EnvelopeItem& item, const std::string& reason) {
    if (IsRateLimited(item)) return;
    item.fields[kMark] = true;
    DropAttachment(item, reason);
  }

  void Attachments() {
    std::uint64_t bytes = 0;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < gone_.size(); ++i) {
      const EnvelopeItem& item = envelope_.items[i];
      if (gone_[i] || item.type != ItemType::kAttachment || IsRateLimited(item)) continue;
      bytes += item.payload.size();
      ++count;
    }
    if (count == 0) return;
    auto reason = Limited(DataCategory::kAttachment, std::max<std::uint64_t>(bytes, 1));
    if (!reason) reason = Limited(DataCategory::kAttachmentItem, count);
    if (!reason) return;
    for (std::size_t i = 0; i < gone_.size(); ++i) {
      EnvelopeItem& item = envelope_.items[i];
      if (gone_[i] || item.type != ItemType::kAttachment || IsRateLimited(item)) continue;
      if (CreatesEvent(item.attachment_kind())) {
        Mark(item, *reason);
      } else {
        gone_[i] = true;
        DropAttachment(item, *reason);
      }
    }
  }

  void Item(std::size_t i) {
    const EnvelopeItem& item = envelope_.items[i];
    if (IsEvent(item) || item.type == ItemType::kAttachment || item.type == ItemType::kUnknown)
      return;
    DataCategory category = InfoOf(item.type).category;
    std::uint64_t quantity = 1;
    if (item.is_container()) {
      quantity =
          static_cast<std::uint64_t>(std::max<std::int64_t>(item.item_count().value_or(1), 0));
    }
    auto reason = Limited(category, quantity);
    if (!reason && category == DataCategory::kLogItem) {
      reason = Limited(DataCategory::kLogByte, item.payload.size());
    }
    if (!reason) return;
    gone_[i] = true;
    if (category == DataCategory::kSession) return;
    Drop(category, quantity, *reason);
    if (category == DataCategory::kLogItem) {
      Drop(DataCategory::kLogByte, item.payload.size(), *reason);
    }
  }

  Envelope& envelope_;
  const LimitCheck& check_;
  Enforcement result_;
  std::vector<bool> gone_;
};

}  // namespace

bool IsRateLimited(const EnvelopeItem& item) {
  return json::GetBool(item.fields, kMark).value_or(false);
}

bool IsEventLimited(const EnvelopeItem& item) {
  return json::GetBool(item.fields, kSuppressed).value_or(false);
}

Enforcement Enforce(Envelope& envelope, const LimitCheck& check) {
  return Enforcer(envelope, check).Run();
}

}  // namespace gatehouse::ingest
