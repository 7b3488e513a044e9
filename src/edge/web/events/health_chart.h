#pragma once

// Sessions over time as bars: all of them, those with errors, those that crashed. Pure.

#include <string>
#include <vector>

#include "region/sessions/types.h"

namespace gatehouse::web {

inline constexpr int kHealthWidth = 720;
inline constexpr int kHealthHeight = 120;

// The `d` of three SVG paths of one scale, the later ones in front of the earlier.
struct HealthChart {
  std::string all;
  std::string errored;  // crashed ones included
  std::string crashed;
  std::int64_t highest = 0;
};
HealthChart DrawHealth(const std::vector<sessions::Counts>& series);

}  // namespace gatehouse::web
