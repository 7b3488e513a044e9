// Times by kind of operation, and what a span spends outside its children.

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>
#include <vector>

#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

using Interval = std::pair<double, double>;

// Total length of the union, in seconds.
double UnionLength(std::vector<Interval>& intervals) {
  std::ranges::sort(intervals);
  double total = 0;
  double end = -INFINITY;
  for (const auto& [from, to] : intervals) {
    if (to <= end) continue;
    total += to - std::max(from, end);
    end = to;
  }
  return total;
}

double Millis(double seconds) { return std::round(seconds * 1e6) / 1e3; }

std::optional<Interval> IntervalOf(const json::Object& object) {
  auto start = json::GetNumber(object, "start_timestamp");
  auto end = json::GetNumber(object, "timestamp");
  if (!start || !end || *end < *start) return std::nullopt;
  return Interval{*start, *end};
}

bool Matches(std::string_view op, std::string_view operation) {
  return op.starts_with(operation) &&
         (op.size() == operation.size() || op[operation.size()] == '.');
}

void ComputeBreakdowns(Pass& pass) {
  json::Object& event = pass.event;
  std::vector<std::pair<std::string_view, Interval>> operations;
  if (const json::Array* spans = json::GetArray(event, "spans")) {
    for (const json::Value& item : *spans) {
      const json::Object* span = item.if_object();
      if (span == nullptr) continue;
      if (auto interval = IntervalOf(*span))
        operations.emplace_back(TextMember(*span, "op"), *interval);
    }
  }
  if (const json::Object* contexts = json::GetObject(event, "contexts")) {
    const json::Object* trace = json::GetObject(*contexts, "trace");
    auto interval = IntervalOf(event);
    if (trace != nullptr && interval) operations.emplace_back(TextMember(*trace, "op"), *interval);
  }
  for (const Breakdown& breakdown : pass.context.breakdowns) {
    double total = 0;
    json::Object values(event.storage());
    for (const std::string& operation : breakdown.operations) {
      std::vector<Interval> intervals;
      for (const auto& [op, interval] : operations) {
        if (Matches(op, operation)) intervals.push_back(interval);
      }
      if (intervals.empty()) continue;
      double length = UnionLength(intervals);
      total += length;
      json::Object& entry = MakeObject(values, "ops." + operation);
      Slot(entry, "value") = Millis(length);
      SetText(Slot(entry, "unit"), "millisecond");
    }
    if (values.empty()) continue;
    json::Object& entry = MakeObject(values, "total.time");
    Slot(entry, "value") = Millis(total);
    SetText(Slot(entry, "unit"), "millisecond");
    Slot(MakeObject(event, "breakdowns"), breakdown.name) = std::move(values);
  }
}

double Exclusive(Interval own, const std::vector<Interval>* children) {
  double spent = own.second - own.first;
  if (children == nullptr) return Millis(spent);
  std::vector<Interval> clipped;
  for (const auto& [from, to] : *children) {
    Interval part{std::max(from, own.first), std::min(to, own.second)};
    if (part.first < part.second) clipped.push_back(part);
  }
  return Millis(spent - UnionLength(clipped));
}

void ComputeExclusiveTimes(Pass& pass) {
  json::Object& event = pass.event;
  std::unordered_map<std::string, std::vector<Interval>> children;
  json::Array* spans = ArrayMember(event, "spans");
  if (spans != nullptr) {
    for (const json::Value& item : *spans) {
      const json::Object* span = item.if_object();
      if (span == nullptr) continue;
      std::string_view parent = TextMember(*span, "parent_span_id");
      auto interval = IntervalOf(*span);
      if (!parent.empty() && interval) children[std::string(parent)].push_back(*interval);
    }
  }
  auto set = [&](json::Object& object, std::optional<Interval> interval) {
    if (!interval) return;
    auto found = children.find(std::string(TextMember(object, "span_id")));
    Slot(object, "exclusive_time") =
        Exclusive(*interval, found == children.end() ? nullptr : &found->second);
  };
  if (spans != nullptr) {
    for (json::Value& item : *spans) {
      if (json::Object* span = item.if_object()) set(*span, IntervalOf(*span));
    }
  }
  if (json::Object* contexts = ObjectMember(event, "contexts")) {
    if (json::Object* trace = ObjectMember(*contexts, "trace")) set(*trace, IntervalOf(event));
  }
}

}  // namespace

void NormalizeBreakdowns(Pass& pass) {
  if (!pass.context.renormalize) pass.event.erase("breakdowns");
  if (!pass.is_transaction) return;
  ComputeBreakdowns(pass);
  if (pass.context.exclusive_times) ComputeExclusiveTimes(pass);
}

}  // namespace gatehouse::events
