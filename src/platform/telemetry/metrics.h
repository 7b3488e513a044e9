#pragma once

// Metrics in the Prometheus text format. A module asks the registry once for its counter or
// histogram and keeps the reference; counting is then one atomic addition. Label values come from
// closed sets of the program (an outcome, a route pattern), never from a request: each set of
// values is a new series.
//
// Registry is thread-safe; Counter and Histogram too. References live as long as the registry.

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace gatehouse::telemetry {

class Counter {
 public:
  void Add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Histogram {
 public:
  // Upper bounds, rising; a last bucket takes the rest.
  explicit Histogram(std::span<const double> bounds);

  void Observe(double value);
  void Observe(Duration d) { Observe(static_cast<double>(d.count()) / 1e6); }  // in seconds

  std::span<const double> bounds() const { return bounds_; }
  // Observations per bucket, not cumulated; one more than bounds().
  std::vector<std::uint64_t> Buckets() const;
  double Sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;
  std::atomic<double> sum_{0};
};

// Seconds, for requests and statements: 1 ms to 10 s.
inline constexpr double kLatencyBounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                            0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

class Registry {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The same name and labels give the same object. A name outside [a-zA-Z_][a-zA-Z0-9_]*, or used
  // before as another kind, is a CHECK failure.
  Counter& AddCounter(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& AddHistogram(std::string_view name, std::string_view help,
                          std::span<const double> bounds = kLatencyBounds, Labels labels = {});
  // `read` is called by Render() on its thread, under the registry's lock: it must not register and
  // must be thread-safe. What it reads must outlive the registry.
  void AddGauge(std::string_view name, std::string_view help, std::function<double()> read,
                Labels labels = {});

  // text/plain; version=0.0.4. Families and series in alphabetical order.
  std::string Render() const;

 private:
  enum class Kind { kCounter, kGauge, kHistogram };
  struct Family {
    Kind kind;
    std::string help;
    // By rendered labels, without braces.
    std::map<std::string, std::unique_ptr<Counter>> counters;
    std::map<std::string, std::unique_ptr<Histogram>> histograms;
    std::map<std::string, std::function<double()>> gauges;
  };

  Family& FamilyOf(std::string_view name, std::string_view help, Kind kind);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace gatehouse::telemetry
