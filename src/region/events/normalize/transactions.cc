// Transactions: what they must have, names without identifiers, span statuses.

#include <array>

#include "base/ascii.h"
#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr std::array<std::string_view, 17> kStatuses = {
    "ok",        "cancelled",      "unknown",           "invalid_argument",   "deadline_exceeded",
    "not_found", "already_exists", "permission_denied", "resource_exhausted", "failed_precondition",
    "aborted",   "out_of_range",   "unimplemented",     "internal_error",     "unavailable",
    "data_loss", "unauthenticated"};

Outcome Reject(std::string_view detail) { return {kReasonInvalidTransaction, detail}; }

std::optional<double> TimeMember(const json::Object& object, std::string_view key) {
  const json::Value* value = Member(object, key);
  return value == nullptr ? std::nullopt : ParseTime(*value);
}

bool IsHexId(const json::Object& object, std::string_view key, std::size_t digits) {
  std::string text(TextMember(object, key));
  if (digits == 32 && text.size() == 36) text = ParseUuid(text).value_or("");
  return text.size() == digits && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos &&
         text.find_first_not_of('0') != text.npos;
}

// A path segment that names one thing rather than a kind of thing.
bool IsIdentifier(std::string_view segment) {
  if (segment.size() < 2) return false;
  if (ParseUuid(segment)) return true;
  bool digits = true;
  bool hex = true;
  bool any_digit = false;
  for (char c : segment) {
    digits = digits && IsDigit(c);
    hex = hex && IsHexDigit(c);
    any_digit = any_digit || IsDigit(c);
  }
  if (digits) return true;
  if (hex && any_digit && segment.size() >= 16) return true;  // also md5 and sha1
  if (segment.starts_with("0x") || segment.starts_with("0X")) {
    return segment.size() > 2 &&
           segment.substr(2).find_first_not_of("0123456789abcdefABCDEF") == segment.npos;
  }
  // 2024-02-20 and what begins with it.
  auto digits_at = [&](std::size_t at, std::size_t count) {
    for (std::size_t i = at; i < at + count; ++i) {
      if (!IsDigit(segment[i])) return false;
    }
    return true;
  };
  return segment.size() >= 10 && digits_at(0, 4) && segment[4] == '-' && digits_at(5, 2) &&
         segment[7] == '-' && digits_at(8, 2);
}

void CleanName(Pass& pass) {
  json::Object* info = ObjectMember(pass.event, "transaction_info");
  if (info == nullptr || TextMember(*info, "source") != "url") return;
  json::Value* name = Member(pass.event, "transaction");
  if (name == nullptr || !name->is_string()) return;
  std::string original(Text(*name));
  std::string clean;
  Path root;
  Path path(root, "transaction");
  bool changed = false;
  std::size_t chars = 0;
  for (std::string_view rest = original; !rest.empty();) {
    std::size_t slash = rest.find('/');
    std::string_view segment = rest.substr(0, slash);
    if (IsIdentifier(segment)) {
      clean += '*';
      pass.notes.Remark(path, "int", RemarkKind::kSubstituted, chars, chars + 1);
      ++chars;
      changed = true;
    } else {
      clean += segment;
      chars += CountChars(segment);
    }
    if (slash == rest.npos) break;
    clean += '/';
    ++chars;
    rest.remove_prefix(slash + 1);
  }
  SetText(Slot((*info), "source"), "sanitized");
  if (!changed) return;
  pass.notes.OriginalLength(path, CountChars(original));
  SetText(*name, clean);
  if (Member(*info, "original") == nullptr) {
    SetText(Slot((*info), "original"), original.substr(0, BytesOfChars(original, 200)));
  }
}

void NormalizeSpan(json::Object& span) {
  if (TextMember(span, "op").empty()) SetText(Slot(span, "op"), "default");
  if (json::Value* status = span.if_contains("status")) {
    std::string_view text = SpanStatus(*status);
    SetText(*status, text);
  }
}

}  // namespace

std::string_view SpanStatus(const json::Value& value) {
  if (value.is_string()) {
    std::string_view text = Text(value);
    for (std::string_view status : kStatuses) {
      if (text == status) return status;
    }
    return "unknown";
  }
  auto code = Unsigned(value);
  return code && *code < kStatuses.size() ? kStatuses[*code] : "unknown";
}

Outcome ValidateTransaction(Pass& pass) {
  const json::Object& event = pass.event;
  auto end = TimeMember(event, "timestamp");
  if (!end) return Reject("timestamp hard-required for transaction events");
  auto start = TimeMember(event, "start_timestamp");
  if (!start) return Reject("start_timestamp hard-required for transaction events");
  if (*start > *end) return Reject("end timestamp is smaller than start timestamp");
  const json::Object* contexts = json::GetObject(event, "contexts");
  if (contexts == nullptr) return Reject("missing valid trace context");
  const json::Object* trace = json::GetObject(*contexts, "trace");
  if (trace == nullptr) return Reject("missing valid trace context");
  if (!IsHexId(*trace, "trace_id", 32)) return Reject("trace context is missing trace_id");
  if (!IsHexId(*trace, "span_id", 16)) return Reject("trace context is missing span_id");
  const json::Array* spans = json::GetArray(event, "spans");
  if (spans == nullptr) return {};
  for (const json::Value& item : *spans) {
    const json::Object* span = item.if_object();
    if (span == nullptr) return Reject("spans must be valid in transaction event");
    auto span_end = TimeMember(*span, "timestamp");
    auto span_start = TimeMember(*span, "start_timestamp");
    if (!span_end) return Reject("span is missing timestamp");
    if (!span_start) return Reject("span is missing start_timestamp");
    if (*span_start > *span_end) return Reject("end timestamp is smaller than start timestamp");
    if (!IsHexId(*span, "trace_id", 32)) return Reject("span is missing trace_id");
    if (!IsHexId(*span, "span_id", 16)) return Reject("span is missing span_id");
  }
  return {};
}

void NormalizeTransaction(Pass& pass) {
  json::Object& event = pass.event;
  if (json::Array* spans = ArrayMember(event, "spans")) {
    if (spans->empty()) {
      event.erase("spans");
    } else {
      for (json::Value& item : *spans) {
        if (json::Object* span = item.if_object()) NormalizeSpan(*span);
      }
    }
  }
  if (!pass.is_transaction) return;
  if (TextMember(event, "transaction").empty()) {
    SetText(Slot(event, "transaction"), "<unlabeled transaction>");
    return;
  }
  if (pass.context.clean_transaction_names) CleanName(pass);
}

}  // namespace gatehouse::events
