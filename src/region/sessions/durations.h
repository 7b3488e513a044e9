#pragma once

// How long things took, without keeping each: how many fell into each part of a logarithmic scale
// of four parts an octave, so that a percentile is off by at most 9.1 %. The longest is exact.
// Histograms of parts add up to the histogram of the whole.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace gatehouse::sessions {

class Durations {
 public:
  void Add(Duration duration);
  void Merge(const Durations& other);
  bool empty() const { return counts_.empty(); }

  // `share`: 0.5 for the median, 1 for the longest. std::nullopt without any.
  std::optional<Duration> Percentile(double share) const;

  // "" for nothing; else text that grows with how much the durations differ, not with how many
  // there are: some 200 bytes from a second to an hour, at most 2 kB.
  std::string ToText() const;
  // What is no histogram is an empty one: it is our own text.
  static Durations Parse(std::string_view text);

 private:
  std::map<int, std::int64_t> counts_;  // by part of the scale
  std::int64_t longest_ = 0;            // microseconds
};

}  // namespace gatehouse::sessions
