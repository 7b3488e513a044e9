#include "edge/web/user_agent.h"

#include <utility>

namespace gatehouse::web {

namespace {

using Rule = std::pair<std::string_view, std::string_view>;

// The first that matches counts: most browsers also name the ones they imitate.
constexpr Rule kBrowsers[] = {
    {"Edg/", "Edge"},      {"OPR/", "Opera"},         {"Firefox/", "Firefox"},
    {"Chrome/", "Chrome"}, {"Chromium/", "Chromium"}, {"Safari/", "Safari"},
    {"curl/", "curl"},
};
constexpr Rule kSystems[] = {
    {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},   {"Windows", "Windows"},
    {"Mac OS X", "macOS"},  {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
};

template <std::size_t N>
std::string_view Match(std::string_view text, const Rule (&rules)[N]) {
  for (const auto& [needle, name] : rules) {
    if (text.contains(needle)) return name;
  }
  return {};
}

}  // namespace

std::string DescribeUserAgent(std::string_view user_agent) {
  std::string browser(Match(user_agent, kBrowsers));
  std::string_view system = Match(user_agent, kSystems);
  if (browser.empty()) browser = "Unknown browser";
  return system.empty() ? browser : browser + " on " + std::string(system);
}

}  // namespace gatehouse::web
