#include "edge/web/client_words.h"

#include <utility>
#include <vector>

#include "platform/http/address.h"

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

std::string DescribePlace(std::string_view ip) {
  if (ip.empty()) return "unknown place";
  const auto address = http::IpAddress::Parse(ip);
  if (!address) return std::string(ip);
  const auto in = [&](std::initializer_list<std::string_view> blocks) {
    for (std::string_view block : blocks) {
      if (http::Cidr::Parse(block)->Contains(*address)) return true;
    }
    return false;
  };
  if (in({"127.0.0.0/8", "::1/128"})) return std::string(ip) + " (this computer)";
  if (in({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
          "fc00::/7", "fe80::/10"})) {
    return std::string(ip) + " (private network)";
  }
  return std::string(ip);
}

}  // namespace gatehouse::web
