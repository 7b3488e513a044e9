#include "edge/web/events/health_chart.h"

#include <algorithm>

namespace gatehouse::web {

namespace {

void AddBar(std::string& path, int x, int width, std::int64_t number, std::int64_t highest) {
  if (number <= 0) return;
  const double share = static_cast<double>(number) / static_cast<double>(highest);
  // What is not nothing can be seen.
  const int height = std::clamp(static_cast<int>(share * kHealthHeight), 2, kHealthHeight);
  path += "M" + std::to_string(x) + " " + std::to_string(kHealthHeight) + "v-" +
          std::to_string(height) + "h" + std::to_string(width) + "v" + std::to_string(height) + "z";
}

}  // namespace

HealthChart DrawHealth(const std::vector<sessions::Counts>& series) {
  HealthChart chart;
  if (series.empty()) return chart;
  for (const sessions::Counts& counts : series) {
    chart.highest = std::max({chart.highest, counts.sessions, counts.Errored(), counts.crashed});
  }
  const int step = std::max(kHealthWidth / static_cast<int>(series.size()), 2);
  for (std::size_t i = 0; i < series.size(); ++i) {
    const int x = static_cast<int>(i) * step;
    AddBar(chart.all, x, step - 1, series[i].sessions, chart.highest);
    AddBar(chart.errored, x, step - 1, series[i].Errored(), chart.highest);
    AddBar(chart.crashed, x, step - 1, series[i].crashed, chart.highest);
  }
  return chart;
}

}  // namespace gatehouse::web
