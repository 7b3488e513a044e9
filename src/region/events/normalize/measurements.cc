// Numbers about a transaction.

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr std::size_t kMaxCustom = 10;
constexpr double kMaxMobileMs = 180'000;

struct BuiltIn {
  std::string_view name;
  std::string_view unit;
};
constexpr auto kBuiltIns = std::to_array<BuiltIn>({
    {"app_start_cold", "millisecond"},
    {"app_start_warm", "millisecond"},
    {"cls", "none"},
    {"fcp", "millisecond"},
    {"fid", "millisecond"},
    {"fp", "millisecond"},
    {"frames_frozen", "none"},
    {"frames_frozen_rate", "ratio"},
    {"frames_slow", "none"},
    {"frames_slow_rate", "ratio"},
    {"frames_total", "none"},
    {"inp", "millisecond"},
    {"lcp", "millisecond"},
    {"stall_count", "none"},
    {"stall_longest_time", "millisecond"},
    {"stall_percentage", "ratio"},
    {"stall_total_time", "millisecond"},
    {"time_to_full_display", "millisecond"},
    {"time_to_initial_display", "millisecond"},
    {"ttfb", "millisecond"},
    {"ttfb.requesttime", "millisecond"},
});
static_assert(std::ranges::is_sorted(kBuiltIns, {}, &BuiltIn::name));

constexpr auto kUnits = std::to_array<std::string_view>({
    "bit",    "byte",       "day",      "exabyte",  "exbibyte", "gibibyte",    "gigabyte",
    "hour",   "kibibyte",   "kilobyte", "mebibyte", "megabyte", "microsecond", "millisecond",
    "minute", "nanosecond", "none",     "pebibyte", "percent",  "petabyte",    "ratio",
    "second", "tebibyte",   "terabyte", "week",
});
static_assert(std::ranges::is_sorted(kUnits));

const BuiltIn* FindBuiltIn(std::string_view name) {
  auto it = std::ranges::lower_bound(kBuiltIns, name, {}, &BuiltIn::name);
  return it != kBuiltIns.end() && it->name == name ? &*it : nullptr;
}

bool IsName(std::string_view name) {
  if (name.empty() || name[0] < 'a' || name[0] > 'z') return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool IsUnit(std::string_view unit) {
  if (std::ranges::binary_search(kUnits, unit)) return true;
  return !unit.empty() && unit.size() <= 15 &&
         std::ranges::all_of(unit, [](char c) { return c > 0x20 && c < 0x7F; });
}

bool IsMobileTime(std::string_view name) {
  return name.starts_with("app_start_") || name == "time_to_initial_display" ||
         name == "time_to_full_display";
}

std::optional<double> ValueOf(const json::Object& measurements, std::string_view name) {
  const json::Object* entry = json::GetObject(measurements, name);
  return entry == nullptr ? std::nullopt : json::GetNumber(*entry, "value");
}

void Derive(json::Object& measurements, std::string_view name, std::optional<double> part,
            std::optional<double> whole) {
  if (!part || !whole || *whole <= 0 || measurements.contains(name)) return;
  json::Object& entry = MakeObject(measurements, name);
  Slot(entry, "value") = *part / *whole;
  SetText(Slot(entry, "unit"), "ratio");
}

// One entry under its final name; null where it was bad.
void AddEntry(json::Value& given, std::string_view name, const Path& path, json::Object& out,
              Annotations& notes) {
  if (given.is_null()) return;
  Path place(path, name);
  json::Object* entry = given.if_object();
  if (entry == nullptr) {
    notes.Invalid(place, &given, "expected an object");
    Slot(out, name) = nullptr;
    return;
  }
  json::Object clean(out.storage());
  json::Value* value = Member(*entry, "value");
  Path value_place(place, "value");
  if (value == nullptr) {
    notes.Add(value_place, kMissingAttribute, nullptr);
    Slot(clean, "value") = nullptr;
  } else if (!Number(*value)) {
    notes.Invalid(value_place, value, "expected a floating point number");
    Slot(clean, "value") = nullptr;
  } else {
    if (IsMobileTime(name) && *Number(*value) > kMaxMobileMs) return;
    Slot(clean, "value") = *Number(*value);
  }
  const BuiltIn* built_in = FindBuiltIn(name);
  std::string unit(built_in == nullptr ? "none" : built_in->unit);
  if (const json::Value* text = Member(*entry, "unit")) {
    std::string lower = text->is_string() ? AsciiLower(Text(*text)) : "";
    if (IsUnit(lower)) {
      unit = lower;
    } else if (!text->is_string() || !lower.empty()) {
      Path unit_place(place, "unit");
      notes.Invalid(unit_place, text, "unknown unit");
    }
  }
  SetText(Slot(clean, "unit"), unit);
  Slot(out, name) = std::move(clean);
}

}  // namespace

void NormalizeMeasurements(Pass& pass) {
  json::Object& event = pass.event;
  if (!pass.is_transaction) {
    event.erase("measurements");
    return;
  }
  json::Value* given = Member(event, "measurements");
  if (given == nullptr) {
    event.erase("measurements");
    return;
  }
  Path root;
  Path path(root, "measurements");
  json::Object* object = given->if_object();
  if (object == nullptr) return pass.notes.Reject(*given, path, "expected an object");

  std::vector<json::Object::value_type*> members;
  for (auto& member : *object) members.push_back(&member);
  std::ranges::sort(members, [](auto* a, auto* b) { return a->key() < b->key(); });
  json::Object out(event.storage());
  std::size_t custom = 0;
  bool too_many = false;
  for (auto* member : members) {
    std::string name = AsciiLower(Trim(member->key()));
    if (name == "app.start.cold") name = "app_start_cold";
    if (name == "app.start.warm") name = "app_start_warm";
    if (!IsName(name)) {
      pass.notes.Invalid(
          path, &member->value(),
          "measurement name '" + name.substr(0, 100) + "' can contain only characters a-z0-9.-_");
      continue;
    }
    if (FindBuiltIn(name) == nullptr && ++custom > kMaxCustom) {
      too_many = true;
      continue;
    }
    AddEntry(member->value(), name, path, out, pass.notes);
  }
  if (too_many) pass.notes.Invalid(path, nullptr, "Too many measurements");

  auto total = ValueOf(out, "frames_total");
  Derive(out, "frames_slow_rate", ValueOf(out, "frames_slow"), total);
  Derive(out, "frames_frozen_rate", ValueOf(out, "frames_frozen"), total);
  auto start = json::GetNumber(event, "start_timestamp");
  auto end = json::GetNumber(event, "timestamp");
  if (start && end && *end > *start) {
    Derive(out, "stall_percentage", ValueOf(out, "stall_total_time"), (*end - *start) * 1000);
  }
  if (out.empty() && !pass.notes.HasErrors(path)) {
    event.erase("measurements");
  } else {
    Slot(event, "measurements") = std::move(out);
  }
}

}  // namespace gatehouse::events
