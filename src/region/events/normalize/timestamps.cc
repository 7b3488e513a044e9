// When it happened: bad values, clocks that are wrong, and the time of arrival.

#include <algorithm>
#include <cmath>

#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr double kMinDrift = 55 * 60;
constexpr std::string_view kTooStale = "timestamp is too stale";
constexpr std::string_view kTooOld = "transaction is too old";
constexpr std::string_view kTooNew = "transaction is in the future";

void Shift(json::Object& object, std::string_view key, double delta) {
  if (json::Value* value = object.if_contains(key); value != nullptr && value->is_double()) {
    // Not before 1970: that would be too stale when the event is read again.
    value->get_double() = std::max(std::round((value->get_double() + delta) * 1e6) / 1e6, 0.0);
  }
}

void ShiftAll(json::Object& event, double delta) {
  Shift(event, "timestamp", delta);
  Shift(event, "start_timestamp", delta);
  if (json::Object* breadcrumbs = ObjectMember(event, "breadcrumbs")) {
    if (json::Array* list = ArrayMember(*breadcrumbs, "values")) {
      for (json::Value& item : *list) {
        if (json::Object* crumb = item.if_object()) Shift(*crumb, "timestamp", delta);
      }
    }
  }
  if (json::Array* spans = ArrayMember(event, "spans")) {
    for (json::Value& item : *spans) {
      if (json::Object* span = item.if_object()) {
        Shift(*span, "timestamp", delta);
        Shift(*span, "start_timestamp", delta);
      }
    }
  }
}

bool Before1970(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value != nullptr && value->is_double() && value->get_double() < 0;
}

void DropStale(json::Array& list, const Path& path, Annotations& notes) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    json::Object* object = list[i].if_object();
    if (object == nullptr) continue;
    if (!Before1970(*object, "timestamp") && !Before1970(*object, "start_timestamp")) continue;
    Path item(path, i);
    list[i] = nullptr;
    notes.Invalid(item, nullptr, kTooStale);
  }
}

}  // namespace

Outcome CheckTimestamps(Pass& pass) {
  json::Object& event = pass.event;
  Path root;
  if (json::Value* value = event.if_contains("timestamp")) {
    if (auto seconds = ParseTime(*value)) {
      *value = *seconds;
    } else if (!value->is_null()) {
      Path path(root, "timestamp");
      pass.notes.Invalid(path, value, "expected a timestamp");
      event.erase("timestamp");
    }
  }
  if (Before1970(event, "timestamp") || Before1970(event, "start_timestamp")) {
    return {pass.is_transaction ? kReasonInvalidTransaction : kReasonTimestamp, kTooStale};
  }
  if (json::Array* spans = ArrayMember(event, "spans")) {
    Path path(root, "spans");
    DropStale(*spans, path, pass.notes);
  }
  if (json::Object* breadcrumbs = ObjectMember(event, "breadcrumbs")) {
    if (json::Array* list = ArrayMember(*breadcrumbs, "values")) {
      Path path(root, "breadcrumbs");
      Path values(path, "values");
      DropStale(*list, values, pass.notes);
    }
  }
  if (json::Value* spent = event.if_contains("time_spent")) {
    auto number = Unsigned(*spent);
    if (!number && !spent->is_null()) {
      Path path(root, "time_spent");
      pass.notes.Reject(*spent, path, "expected an unsigned integer");
    } else if (!number || *number > 2'147'483'647) {
      event.erase("time_spent");
    }
  }
  return {};
}

Outcome CorrectTimestamps(Pass& pass) {
  json::Object& event = pass.event;
  if (pass.context.renormalize && event.contains("received")) return {};
  double received = Seconds(pass.context.received);
  Slot(event, "received") = received;
  json::Value& timestamp = Slot(event, "timestamp");
  if (!timestamp.is_double()) timestamp = received;
  Path root;
  Path path(root, "timestamp");

  if (pass.context.sent_at) {
    double sent_at = Seconds(*pass.context.sent_at);
    double drift = received - sent_at;
    if (std::fabs(drift) >= kMinDrift) {
      ShiftAll(event, drift);
      pass.notes.Add(path, kClockDrift, nullptr,
                     {{"sdk_time", FormatTime(sent_at)}, {"server_time", FormatTime(received)}});
    }
  }
  double now = timestamp.get_double();
  std::string_view error;
  if (now > received + static_cast<double>(pass.context.max_secs_in_future)) {
    error = kFutureTimestamp;
  } else if (now < received - static_cast<double>(pass.context.max_secs_in_past)) {
    error = kPastTimestamp;
  }
  // What a transaction measured means nothing at another time.
  if (!error.empty() && pass.is_transaction) {
    return {kReasonTimestamp, error == kPastTimestamp ? kTooOld : kTooNew};
  }
  if (!error.empty()) {
    ShiftAll(event, received - now);
    pass.notes.Add(path, error, nullptr,
                   {{"sdk_time", FormatTime(now)}, {"server_time", FormatTime(received)}});
  }
  return {};
}

}  // namespace gatehouse::events
