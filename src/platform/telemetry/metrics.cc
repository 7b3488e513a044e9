#include "platform/telemetry/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace gatehouse::telemetry {

namespace {

bool IsName(std::string_view name) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string EscapeText(std::string_view text, bool quotes) {
  std::string out;
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quotes && c == '"')) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string RenderLabels(Registry::Labels labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    GH_CHECK(IsName(name));
    if (!out.empty()) out += ',';
    out += std::string(name) + "=\"" + EscapeText(value, true) + '"';
  }
  return out;
}

std::string FormatNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char buffer[32];
  auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, ec == std::errc() ? end : buffer};
}

void AppendSample(std::string& out, std::string_view name, std::string_view labels,
                  std::string_view value) {
  out += name;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  out += value;
  out += '\n';
}

void AppendHistogram(std::string& out, const std::string& name, const std::string& labels,
                     const Histogram& histogram) {
  const std::vector<std::uint64_t> buckets = histogram.Buckets();
  const std::string prefix = labels.empty() ? std::string() : labels + ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    total += buckets[i];
    std::string bound =
        i < histogram.bounds().size() ? FormatNumber(histogram.bounds()[i]) : "+Inf";
    AppendSample(out, name + "_bucket", prefix + "le=\"" + bound + "\"", std::to_string(total));
  }
  AppendSample(out, name + "_sum", labels, FormatNumber(histogram.Sum()));
  AppendSample(out, name + "_count", labels, std::to_string(total));
}

}  // namespace

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()),
      buckets_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)) {
  GH_CHECK(std::ranges::is_sorted(bounds_));
}

void Histogram::Observe(double value) {
  auto at = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::Buckets() const {
  std::vector<std::uint64_t> out(bounds_.size() + 1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = buckets_[i].load(std::memory_order_relaxed);
  }
  return out;
}

Registry::Family& Registry::FamilyOf(std::string_view name, std::string_view help, Kind kind) {
  GH_CHECK(IsName(name));
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(std::string(name), Family{kind, std::string(help), {}, {}, {}}).first;
  }
  GH_CHECK(found->second.kind == kind);
  return found->second;
}

Counter& Registry::AddCounter(std::string_view name, std::string_view help, Labels labels) {
  std::lock_guard lock(mutex_);
  auto& slot = FamilyOf(name, help, Kind::kCounter).counters[RenderLabels(labels)];
  if (!slot) slot = std::make_unique<Counter>();
  return *slot;
}

Histogram& Registry::AddHistogram(std::string_view name, std::string_view help,
                                  std::span<const double> bounds, Labels labels) {
  std::lock_guard lock(mutex_);
  auto& slot = FamilyOf(name, help, Kind::kHistogram).histograms[RenderLabels(labels)];
  if (!slot) slot = std::make_unique<Histogram>(bounds);
  GH_CHECK(std::ranges::equal(slot->bounds(), bounds));
  return *slot;
}

void Registry::AddGauge(std::string_view name, std::string_view help, std::function<double()> read,
                        Labels labels) {
  std::lock_guard lock(mutex_);
  FamilyOf(name, help, Kind::kGauge).gauges[RenderLabels(labels)] = std::move(read);
}

std::string Registry::Render() const {
  std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram"};
    out += "# HELP " + name + " " + EscapeText(family.help, false) + "\n";
    out += "# TYPE " + name + " ";
    out += kKinds[static_cast<std::size_t>(family.kind)];
    out += '\n';
    for (const auto& [labels, counter] : family.counters) {
      AppendSample(out, name, labels, std::to_string(counter->value()));
    }
    for (const auto& [labels, read] : family.gauges) {
      AppendSample(out, name, labels, FormatNumber(read()));
    }
    for (const auto& [labels, histogram] : family.histograms) {
      AppendHistogram(out, name, labels, *histogram);
    }
  }
  return out;
}

}  // namespace gatehouse::telemetry
